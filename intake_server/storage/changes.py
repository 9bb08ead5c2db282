"""Changes as they were taken in: an envelope each, and a body per document."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection
from sqlmodel import Session

from intake_server.storage import bulk
from intake_server.storage.types import doc_bytes, doc_text
from sync import change as kernel
from sync.change import Change

NOT_ITSELF: Final = "hash"
"""The code of what is not what its id says: kept, but followed by nothing."""


def find(session: Session, id_: str) -> Change | None:
    """Return a change with all that is kept of it."""
    return find_all(session, (id_,)).get(id_)


def find_all(session: Session, ids: Iterable[str]) -> Mapping[str, Change]:
    """Return those changes that there are, by id."""
    return whole(session.connection(), {bytes.fromhex(id_) for id_ in ids})


def whole(connection: Connection, keys: Iterable[bytes]) -> dict[str, Change]:
    """Return those changes that there are, with all that is kept of them, by id."""
    rows = bulk.fetch_in(
        connection,
        "SELECT id, envelope FROM change WHERE id IN ({keys})"
        " AND (code IS NULL OR code <> 'hash')",
        keys,
    )
    envelopes = {key: envelope for key, envelope in rows}  # noqa: C416 - rows are no tuples
    return {change.id: change for change in joined(connection, envelopes)}


def damaged(session: Session) -> int:
    """Return how many changes came that are not what their ids say."""
    rows = bulk.fetch(
        session.connection(), "SELECT count(*) FROM change WHERE code = 'hash'"
    )
    return int(rows[0][0])


def joined(
    connection: Connection, envelopes: Mapping[bytes, bytes]
) -> Iterator[Change]:
    """Yield changes with the content that is kept of them.

    Args:
        connection: Where the bodies are.
        envelopes: Envelopes by change id; the order is kept.
    """
    pairs = [
        (doc_bytes(edit.doc), key)
        for key, data in envelopes.items()
        for edit in kernel.join(data, {}).edits
    ]
    bodies: dict[bytes, dict[str, bytes]] = {}
    for doc, key, data in bulk.fetch_in(
        connection,
        "SELECT doc, change, data FROM body WHERE (doc, change) IN ({keys})",
        pairs,
    ):
        if data:
            bodies.setdefault(key, {})[doc_text(doc)] = data
    for key, data in envelopes.items():
        yield kernel.join(data, bodies.get(key, {}))


def all_of(connection: Connection) -> Iterator[Change]:
    """Yield every change that is what its id says, in order of ids."""
    last = b""
    while rows := bulk.fetch(
        connection,
        "SELECT id, envelope FROM change WHERE id > ?"
        " AND (code IS NULL OR code <> 'hash') ORDER BY id LIMIT 1000",
        (last,),
    ):
        last = rows[-1][0]
        yield from joined(connection, {key: data for key, data in rows})  # noqa: C416
