"""From whom a record is withheld, and tasks until a rule of care is kept.

Documents are taken away; ``Database.migrate`` makes them again from the changes, with
what follows from them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "withheld",
        sa.Column("doc", sa.LargeBinary(16), nullable=False),
        sa.Column("names", sa.String(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("doc"),
    )
    op.execute("DELETE FROM document")
