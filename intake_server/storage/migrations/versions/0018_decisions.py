"""Finding a decision on guardianship wherever it stands.

Documents are taken away; ``Database.migrate`` makes them again from the changes, with
the questions about whole families that follow from them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_GIVEN = sa.text("decision IS NOT NULL")


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("document", sa.Column("decision", sa.String(), nullable=True))
    op.create_index(
        "ix_document_decision",
        "document",
        ["decision"],
        sqlite_where=_GIVEN,
        postgresql_where=_GIVEN,
    )
    op.execute("DELETE FROM document")
