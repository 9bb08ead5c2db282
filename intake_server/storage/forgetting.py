"""What a node holds of an erased document beside what changes say on it.

Submissions are emptied and keep their place, so that a phone that sends one again is
told that it came before. All of this is local to the node; repeating it is harmless.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from msgspec import structs
from sqlalchemy import Connection
from sqlmodel import Session

from intake_server.storage import attachments, blobs, bulk, drafts
from intake_server.storage.types import from_json
from sync import change as kernel
from sync import documents
from sync.change import Change, Edit
from sync.errors import MalformedChangeError

_SUBMISSION: Final = (
    "SELECT instance_id, sha256, attachments, reference FROM submission"
)


def forget(
    connection: Connection, docs: Collection[str], keys: Collection[bytes]
) -> None:
    """Forget what speaks of erased documents.

    Args:
        connection: An open transaction.
        docs: The documents.
        keys: The changes on them.
    """
    _forget_submissions(connection, docs, keys)
    drafts.drop_about(connection, docs)
    _forget_questions(connection, docs)
    _empty_misfits(connection, docs)


def forget_late(session: Session, changes: Iterable[str]) -> None:
    """Empty the submissions of changes on what was erased before they came."""
    _forget_submissions(session.connection(), (), {bytes.fromhex(c) for c in changes})


def _forget_submissions(
    connection: Connection, docs: Collection[str], keys: Collection[bytes]
) -> None:
    """Empty the submissions behind changes, and those that wait to speak of documents.

    With them go the files that no other submission names, and what is asked about them.
    """
    found = {
        (row[0], row[1]): from_json(row[2]) for row in _behind(connection, keys, docs)
    }
    bulk.many(
        connection,
        "UPDATE submission SET raw = ?, reference = NULL, attachments = '[]',"
        " based_on = NULL, worker = NULL, is_held = ? WHERE instance_id = ? AND sha256 = ?",
        [(b"", False, *place) for place in found],
    )
    bulk.many(
        connection,
        "DELETE FROM queue WHERE doc = ? AND source = 'local'",
        [(instance_id,) for instance_id, _ in found],
    )
    attachments.drop(connection, found)
    blobs.drop_unnamed(
        connection,
        {
            file[name]
            for files in found.values()
            for file in files
            for name in ("sha256", "sealed")
            if name in file
        },
    )


def _behind(
    connection: Connection, keys: Collection[bytes], docs: Collection[str]
) -> Iterator[Any]:
    """Yield the submissions of changes, and those of the same children that have none."""
    names: set[str] = set()
    for row in bulk.fetch_in(
        connection, f"{_SUBMISSION} WHERE change IN ({{keys}})", keys
    ):
        names.add(row[0])
        yield row
    if docs:
        unread = f"{_SUBMISSION} WHERE change IS NULL AND reference IS NOT NULL"
        for row in bulk.fetch(connection, unread):
            if documents.person(row[3]) in docs:
                names.add(row[0])
                yield row
    for column in ("instance_id", "awaits"):
        yield from bulk.fetch_in(
            connection,
            f"{_SUBMISSION} WHERE change IS NULL AND reference IS NULL"
            f" AND {column} IN ({{keys}})",
            names,
        )


def _forget_questions(connection: Connection, docs: Iterable[str]) -> None:
    """Forget what was asked: the key of a cell may hold an element of a set."""
    bulk.many(
        connection,
        "DELETE FROM queue WHERE source = 'local' AND doc LIKE ?",
        [(f"%{doc}%",) for doc in docs],
    )
    bulk.many(
        connection,
        "UPDATE asked SET key = '' WHERE doc = ? AND kind <> 'edit_on_erased'",
        [(doc,) for doc in docs],
    )


def _empty_misfits(connection: Connection, docs: Collection[str]) -> None:
    """Empty what is not what its id says: it is kept whole, as it came."""
    misfits = bulk.fetch(
        connection, "SELECT id, envelope FROM change WHERE code = 'hash'"
    )
    emptied = []
    for key, data in misfits:
        bare = _bared(data, docs)
        if bare != data:
            emptied.append((bare, key))
    bulk.many(connection, "UPDATE change SET envelope = ? WHERE id = ?", emptied)


def _bared(data: bytes, docs: Collection[str]) -> bytes:
    """Return a kept misfit without what it says on documents.

    Nothing stays of one that names such a document and cannot be read.
    """
    try:
        change = kernel.decode(data)
    except MalformedChangeError:
        return b"" if any(doc.encode() in data.lower() for doc in docs) else data
    bare = _without(change, docs)
    return data if bare == change else kernel.encode(bare)


def _without(change: Change, docs: Collection[str]) -> Change:
    edits = tuple(
        Edit(doc=edit.doc, type=edit.type, ph=edit.ph)
        if edit.doc.lower() in docs
        else edit
        for edit in change.edits
    )
    return structs.replace(change, edits=edits)
