"""Which questions are about one word in several spellings."""

import re
import unicodedata

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_APOSTROPHES = str.maketrans({"'": "ʼ", "\u2019": "ʼ", "`": "ʼ"})
_SEPARATORS = re.compile(r"[\s\u2010-\u2015ʼ-]+(?![\s\u2010-\u2015ʼ\d-])")


def upgrade() -> None:
    """Say of each open question whether its answers differ in spelling alone."""
    op.add_column(
        "queue",
        sa.Column(
            "is_spelling",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
        ),
    )
    queue = sa.table(
        "queue",
        sa.column("qid", sa.LargeBinary(16)),
        sa.column("kind", sa.String()),
        sa.column("body", sa.Text()),
        sa.column("is_spelling", sa.Boolean()),
    )
    connection = op.get_bind()
    asked = sa.select(queue.c.qid, queue.c.body).where(queue.c.kind == "field_conflict")
    found = [qid for qid, body in connection.execute(asked) if _is_spelling(body)]
    marked = queue.update().where(queue.c.qid == sa.bindparam("key"))
    if found:
        connection.execute(
            marked.values(is_spelling=True), [{"key": qid} for qid in found]
        )


def _is_spelling(body: str) -> bool:
    values = [said["value"] for said in msgspec.json.decode(body)["candidates"]]
    if not all(isinstance(value, str) for value in values):
        return False
    keys = {_loose(value) for value in values}
    return len(keys) == 1 and keys != {""}


def _loose(text: str) -> str:
    unified = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    return _SEPARATORS.sub("", re.sub(r"\s+", " ", unified).strip().casefold())
