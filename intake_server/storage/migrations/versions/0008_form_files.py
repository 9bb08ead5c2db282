"""Files that come with a form.

Where a newer central node has published a form with files before this step, all that
follows from the changes is made again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a form name files, and keep their bytes."""
    op.add_column(
        "form",
        sa.Column("media", sa.Text(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.create_table(
        "form_file",
        sa.Column("doc", sa.LargeBinary(16), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("doc", "sha256"),
    )
    named = sa.text("SELECT COUNT(*) FROM form WHERE xml LIKE '%\"jr://%'")
    if op.get_bind().execute(named).scalar():
        op.execute("DELETE FROM document")
