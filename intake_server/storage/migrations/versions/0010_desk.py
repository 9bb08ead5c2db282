"""What a desk opens on: since when a question is asked here, whose turn it is, visits."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room; whose turn it is follows anew after the last step.

    Questions that are open already count as old.
    """
    op.add_column("queue", sa.Column("turn", sa.String()))
    _index("ix_queue_turn", "queue", "turn", "turn IS NOT NULL")
    op.add_column("asked", sa.Column("since", sa.BigInteger()))
    op.execute("UPDATE asked SET since = 0")
    _index("ix_asked_undated", "asked", "qid", "since IS NULL")
    _index("ix_audit_decided", "audit", "at", "action = 'decide'")
    op.create_table(
        "visit",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("before", sa.BigInteger()),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "page"),
        sqlite_with_rowid=False,
    )


def _index(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, [column], sqlite_where=condition, postgresql_where=condition
    )
