"""Removing what is said of an erased document, from every place where it stands.

What remains of a change is its envelope, in which the content is a salted hash, so ids
and logs still verify; it is judged without the content that is gone. So it does not
matter whether a change or the erasure came first, nor who has erased before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection
from sqlmodel import Session

from intake_server.storage import (
    arrivals,
    bulk,
    changes,
    forgetting,
    refold,
    reschema,
    standing,
    state,
)
from intake_server.storage.arrivals import Arrival, Outcome
from intake_server.storage.types import doc_bytes
from sync.change import Change, writes_of
from sync.merge.cells import ERASED, Document
from sync.merge.faults import is_erasure
from sync.merge.schema import Schema

Erasures = Mapping[str, Collection[str]]
"""The changes that erase a document and are in force, by document."""


def erasures(documents: Mapping[str, Document]) -> Erasures:
    """Return which of the documents are erased, and by which changes."""
    return {
        doc: known.cells[ERASED].heads.keys()
        for doc, known in documents.items()
        if ERASED in known.cells
    }


def ledger(session: Session) -> tuple[Change, ...]:
    """Return every erasure that is in force, each once.

    A store that was put back from an older backup takes them in again before it serves.
    """
    connection = session.connection()
    rows = bulk.fetch(
        connection, "SELECT kind, heads FROM document WHERE is_erased = ?", (True,)
    )
    keys = {
        bytes.fromhex(id_)
        for kind, heads in rows
        for id_ in state.unpack(kind, heads).cells[ERASED].heads
    }
    known = changes.whole(connection, keys)
    return tuple(known[id_] for id_ in sorted(known))


def is_anything_erased(session: Session) -> bool:
    """Tell whether some document is erased."""
    return bool(
        bulk.fetch(
            session.connection(),
            "SELECT 1 FROM document WHERE is_erased = ? LIMIT 1",
            (True,),
        )
    )


def reached(
    connection: Connection,
    arrived: Sequence[Arrival],
    documents: dict[str, Document],
) -> set[str]:
    """Load the erased documents that a batch touches without content that is merged.

    Whoever sent it has erased them too, or it is not what its id says.

    Returns:
        The documents that were loaded.
    """
    named = {
        doc
        for one in arrived
        for doc in arrivals.documents_of((one.change,))
        if not one.is_itself or any(e.w is None for e in one.change.edits)
    }
    loaded = standing.load(connection, named - documents.keys())
    erased = {doc: loaded[doc] for doc in erasures(loaded)}
    documents.update(erased)
    return set(erased)


def erase(
    connection: Connection, documents: dict[str, Document], schema: Schema
) -> set[str]:
    """Remove the content of documents that are erased, and of what speaks of them.

    Returns:
        Other documents that are to be written anew for that.
    """
    erased = erasures(documents)
    if not erased:
        return set()
    gone: set[bytes] = set()
    for doc, ids in standing.touched(connection, erased).items():
        keys = {bytes.fromhex(id_) for id_ in ids} - _erasing(connection, doc)
        bulk.many(
            connection,
            "UPDATE body SET data = ? WHERE doc = ? AND change = ? AND length(data) > 0",
            [(b"", doc_bytes(doc), key) for key in keys],
        )
        gone |= keys
    forgetting.forget(connection, erased.keys(), gone)
    others = reschema.judge(connection, gone, schema) - erased.keys()
    documents.update(refold.refold(connection, erased.keys() | others, schema))
    return others


def _erasing(connection: Connection, doc: str) -> set[bytes]:
    """Return the changes that say of a document that it is erased; they stay."""
    rows = bulk.fetch(
        connection,
        "SELECT change, data FROM body WHERE doc = ? AND length(data) > 0",
        (doc_bytes(doc),),
    )
    return {bytes(key) for key, data in rows if is_erasure(writes_of(data))}


def told(
    outcomes: Sequence[Outcome], batch: Sequence[Change], erased: Erasures
) -> list[Outcome]:
    """Return the outcomes of a batch, with those marked that touch what is erased."""
    return [
        replace(outcome, is_late=any(edit.doc in erased for edit in change.edits))
        for outcome, change in zip(outcomes, batch, strict=True)
    ]
