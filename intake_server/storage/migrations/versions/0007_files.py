"""Files that come in parts, their copies, and which submissions name them."""

from collections.abc import Iterator
from json import loads
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_DIGEST = 64


def upgrade() -> None:
    """Make the tables; note which submissions name which files, and whose came."""
    op.add_column("submission", sa.Column("further", sa.Text(), nullable=True))
    _tables()
    _fill()


def _tables() -> None:
    op.create_table(
        "attachment",
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("form", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "form", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])
    op.create_table(
        "delivery",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "site"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "copy",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("small", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "upload",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "sender"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "upload_part",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "sender", "start"),
    )
    op.create_table(
        "allowance",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "day"),
        sqlite_with_rowid=False,
    )


def _fill() -> None:
    say = op.get_bind().execute
    kept = {bytes(key) for (key,) in say(sa.text("SELECT sha256 FROM blob"))}
    named = [
        (row, number, file)
        for row in say(
            sa.text(
                "SELECT instance_id, sha256, site, received, attachments"
                " FROM submission WHERE attachments <> '[]'"
            )
        )
        for number, file in _files(row.attachments)
    ]
    for row, number, file in named:
        place = {"instance_id": row.instance_id, "form": row.sha256, "number": number}
        digest = bytes.fromhex(file["sha256"])
        facts = {"sha256": digest, "size": file["size"], "site": row.site}
        say(_NAMED, {**place, **facts})
        if digest in kept:
            say(_CAME, {"sha256": digest, "site": row.site, "at": row.received})


def _files(attachments: str) -> Iterator[tuple[int, Any]]:
    for number, file in enumerate(loads(attachments)):
        if len(str(file.get("sha256", ""))) == _DIGEST:
            yield number, file


_NAMED = sa.text(
    "INSERT INTO attachment (instance_id, form, number, sha256, size, site)"
    " VALUES (:instance_id, :form, :number, :sha256, :size, :site)"
)
_CAME = sa.text(
    "INSERT INTO delivery (sha256, site, at) VALUES (:sha256, :site, :at)"
    " ON CONFLICT DO NOTHING"
)
