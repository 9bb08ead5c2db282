"""Large rows one behind the other."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rebuild the table of changes of a SQLite file."""
    if op.get_bind().dialect.name == "sqlite":
        _change()


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


def _move(table: str, *, by: str) -> None:
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before ORDER BY {by}")  # noqa: S608 - our own names
    op.drop_table(f"{table}_before")
