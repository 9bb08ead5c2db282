"""Large rows one behind the other, and views without the heads that stand beside them."""

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT_ONCE = 1_000
_encode = msgspec.json.Encoder(order="sorted").encode


def upgrade() -> None:
    """Rebuild three tables of a SQLite file; shorten every view."""
    if op.get_bind().dialect.name == "sqlite":
        _body()
        _change()
        _queue()
    _shorten_views()


def _body() -> None:
    op.rename_table("body", "body_before")
    op.create_table(
        "body",
        sa.Column("doc", sa.LargeBinary(16), nullable=False),
        sa.Column("change", sa.LargeBinary(16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("doc", "change"),
    )
    _move("body", by="change")


def _change() -> None:
    op.drop_index("ix_change_code", "change")
    op.drop_index("ix_change_log", "change")
    op.rename_table("change", "change_before")
    op.create_table(
        "change",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("peer", sa.String(), nullable=True),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    _move("change", by="id")
    op.create_index(
        "ix_change_code", "change", ["code"], sqlite_where=sa.text("code IS NOT NULL")
    )
    op.create_index("ix_change_log", "change", ["log", "seq"])


def _queue() -> None:
    op.drop_index("ix_queue_doc", "queue")
    op.drop_index("ix_queue_order", "queue")
    op.rename_table("queue", "queue_before")
    op.create_table(
        "queue",
        sa.Column("qid", sa.LargeBinary(16), nullable=False),
        sa.Column("doc", sa.String(), nullable=False),
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
        sa.PrimaryKeyConstraint("qid"),
    )
    _move("queue", by="first_seen")
    op.create_index("ix_queue_doc", "queue", ["doc"])
    op.create_index("ix_queue_order", "queue", ["severity", "first_seen", "qid"])


def _move(table: str, *, by: str) -> None:
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before ORDER BY {by}")  # noqa: S608 - our own names
    op.drop_table(f"{table}_before")


def _shorten_views() -> None:
    connection = op.get_bind()
    document = sa.table(
        "document",
        sa.column("doc", sa.LargeBinary(16)),
        sa.column("view", sa.Text()),
        sa.column("heads", sa.LargeBinary()),
    )
    page = sa.select(document).order_by(document.c.doc).limit(_AT_ONCE)
    shortened = (
        document.update()
        .where(document.c.doc == sa.bindparam("key"))
        .values(view=sa.bindparam("shorter"))
    )
    last = b""
    while rows := connection.execute(page.where(document.c.doc > last)).all():
        connection.execute(
            shortened,
            [{"key": doc, "shorter": _shorter(*said)} for doc, *said in rows],
        )
        last = rows[-1][0]


def _shorter(view: str, heads: bytes) -> str:
    """Return a view without its heads, where they are those beside it."""
    changes, cells, *_ = msgspec.msgpack.decode(heads)
    beside = {
        cell: [changes[head[0]][0].hex() for head in said[0]]
        for cell, said in cells.items()
        if said[0]
    }
    kept = msgspec.json.decode(view)
    if kept["heads"] == beside:
        del kept["heads"]
    return _encode(kept).decode()
