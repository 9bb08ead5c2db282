"""What was set aside is listed in the order in which it came."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ASIDE = sa.text("status = 'quarantined'")


def upgrade() -> None:
    """Add the index of submissions that wait, or that a person has left."""
    op.create_index(
        "ix_submission_aside",
        "submission",
        ["is_held", "received", "instance_id", "sha256"],
        sqlite_where=_ASIDE,
        postgresql_where=_ASIDE,
    )
