"""Which submission a submission corrects."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the instance id of what is replaced."""
    op.add_column("submission", sa.Column("corrects", sa.String(), nullable=True))
