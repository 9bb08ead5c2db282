"""What a held submission said beside its bytes, so that it can be taken in later."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the clock's offset and what was rendered."""
    op.add_column("submission", sa.Column("off_ms", sa.BigInteger(), nullable=True))
    op.add_column("submission", sa.Column("based_on", sa.Text(), nullable=True))
