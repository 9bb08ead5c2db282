"""Fewer and smaller pages to write: keys that are added at one end, shorter documents.

Documents are taken away; ``Database.migrate`` makes them again from the changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_QUEUE = (
    "doc, qid, kind, cell, key, severity, owner, sites, first_seen, is_provisional,"
    " source, body, is_spelling"
)


def upgrade() -> None:
    """Key what is said by the change first, and take away what is made again."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
    else:
        op.drop_constraint("body_pkey", "body")
        op.create_primary_key("body_pkey", "body", ["change", "doc"])
        op.drop_constraint("queue_pkey", "queue")
        op.create_primary_key("queue_pkey", "queue", ["doc", "qid"])
        op.drop_index("ix_queue_doc", "queue")
    op.create_index("ix_body_doc", "body", ["doc"])
    op.drop_index("ix_document_newest", "document")
    op.create_index("ix_document_newest", "document", ["kind", "newest"])
    op.execute("DELETE FROM document")


def _rebuild() -> None:
    op.rename_table("body", "body_before")
    op.create_table(
        "body",
        sa.Column("change", sa.LargeBinary(16), nullable=False),
        sa.Column("doc", sa.LargeBinary(16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("change", "doc"),
    )
    _move("body", "change, doc, data", by="change, doc")
    op.rename_table("asked", "asked_before")
    op.create_table(
        "asked",
        sa.Column("qid", sa.LargeBinary(16), nullable=False),
        sa.Column("doc", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("qid"),
    )
    _move("asked", "qid, doc, kind, key", by="qid")
    _queue()


def _queue() -> None:
    op.drop_index("ix_queue_doc", "queue")
    op.drop_index("ix_queue_order", "queue")
    op.rename_table("queue", "queue_before")
    op.create_table(
        "queue",
        sa.Column("doc", sa.String(), nullable=False),
        sa.Column("qid", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cell", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("sites", sa.String(), nullable=False),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "is_spelling",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("doc", "qid"),
    )
    _move("queue", _QUEUE, by="first_seen")
    op.create_index("ix_queue_order", "queue", ["severity", "first_seen", "qid"])


def _move(table: str, columns: str, *, by: str) -> None:
    op.execute(
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_before"  # noqa: S608 - our own names
        f" ORDER BY {by}"
    )
    op.drop_table(f"{table}_before")
