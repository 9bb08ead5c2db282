"""Finding what changed lately at one site without looking at what changed elsewhere."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let SQLite's index of what is newest say which sites a document belongs to."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index("ix_document_newest", "document")
    op.create_index(
        "ix_document_lately", "document", ["kind", "newest", "sites", "is_voided"]
    )
