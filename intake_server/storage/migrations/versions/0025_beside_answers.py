"""What is beside the answers of an unfinished form: hidden by a mistake, or no answer."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what was begun before, nothing is kept beside the answers."""
    op.add_column("draft", sa.Column("unasked", sa.Text()))
    op.add_column("draft", sa.Column("typed", sa.Text()))
