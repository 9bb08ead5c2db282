"""Which questions are about one word in several spellings."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for it; the questions are asked anew after the last step."""
    op.add_column(
        "queue",
        sa.Column(
            "is_spelling",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
        ),
    )
