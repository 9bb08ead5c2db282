"""Tasks, arrivals and stays: what has to be done at each centre, and by when.

Names are looked for as they sound, in an index of their own.

Documents are taken away; ``Database.migrate`` makes them again from the changes, with
what follows from them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OPEN = sa.text("is_open")
_PERSON = sa.text("kind = 'person'")


def upgrade() -> None:
    """Add the table and the index."""
    op.create_table(
        "duty",
        sa.Column("doc", sa.LargeBinary(16), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("board", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("owner", sa.LargeBinary(16), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("due", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("doc", "key", "board", "site"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_duty_board",
        "duty",
        ["site", "board", "due"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_duty_owner", "duty", ["owner", "key"])
    op.create_index(
        "ix_document_search",
        "document",
        ["kind", "search", "doc"],
        sqlite_where=_PERSON,
        postgresql_where=_PERSON,
    )
    op.execute("DELETE FROM document")
