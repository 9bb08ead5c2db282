"""What was set aside is listed in order; a session knows when its person was proved."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ASIDE = sa.text("status = 'quarantined'")


def upgrade() -> None:
    """Add the index of what waits or was left, and the moment of the last proof."""
    op.add_column("session", sa.Column("proved", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_submission_aside",
        "submission",
        ["is_held", "received", "instance_id", "sha256", "site", "form_id"],
        sqlite_where=_ASIDE,
        postgresql_where=_ASIDE,
    )
