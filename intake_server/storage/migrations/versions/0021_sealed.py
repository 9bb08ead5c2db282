"""The public keys of a centre, to which phones seal and by which receipts are known."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a site have keys; its document has said none before this step."""
    for name in ("seal_key", "receipt_key"):
        op.add_column("site", sa.Column(name, sa.String()))
