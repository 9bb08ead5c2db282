"""What phones seal: the keys they seal to, files, and letters to other sites."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a site have keys, of which its document has said none, and files be sealed."""
    for name in ("seal_key", "receipt_key"):
        op.add_column("site", sa.Column(name, sa.String()))
    op.add_column("submission", sa.Column("worker", sa.String()))
    for name in ("sealed", "key"):
        op.add_column("attachment", sa.Column(name, sa.LargeBinary()))
    there = sa.text("sealed IS NOT NULL")
    op.create_index(
        "ix_attachment_sealed",
        "attachment",
        ["sealed"],
        sqlite_where=there,
        postgresql_where=there,
    )
    op.create_table(
        "mail",
        sa.Column("doc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("doc"),
        sqlite_with_rowid=False,
    )
