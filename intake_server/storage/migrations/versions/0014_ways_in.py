"""Passwords and second factors, wrong attempts, and devices that know of their end."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let people sign in with a password, count wrong ones, and note who was told."""
    op.add_column("device", sa.Column("turned_away", sa.BigInteger(), nullable=True))
    op.create_table(
        "attempt",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("forgotten", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.add_column("person", sa.Column("until", sa.BigInteger(), nullable=True))
    op.add_column(
        "session",
        sa.Column("browser", sa.String(), server_default=sa.text("''"), nullable=False),
    )
    _credentials()


def _credentials() -> None:
    op.create_table(
        "credential",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"]),
        sa.PrimaryKeyConstraint("person"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "totp_step",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "step"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recovery",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person", "sha256"),
        sqlite_with_rowid=False,
    )
