"""Finding the children of whom nothing is known but the code."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_WHERE = sa.text("search = lower(reference)")


def upgrade() -> None:
    """Keep an index of persons with a reference and no name."""
    op.create_index(
        "ix_document_nameless",
        "document",
        ["newest"],
        sqlite_where=_WHERE,
        postgresql_where=_WHERE,
    )
