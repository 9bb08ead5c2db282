"""Devices with a key of their own: how long they are let in, and what they fill in."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note a device's lease, what it fills in by itself, and that it was wiped."""
    op.add_column("device", sa.Column("lease_until", sa.BigInteger(), nullable=True))
    op.add_column("device", sa.Column("wiped", sa.BigInteger(), nullable=True))
    op.add_column("device", sa.Column("defaults", sa.Text(), nullable=True))
