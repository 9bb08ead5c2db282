"""Documents made again from all that is kept of them, with the kernel's fold."""

from collections.abc import Collection, Iterable

from msgspec import structs
from sqlalchemy import Connection

from intake_server.storage import bulk, changes, standing
from intake_server.storage.types import doc_bytes
from sync.change import Change
from sync.merge.cells import ERASED, CellState, Document
from sync.merge.fold import told
from sync.merge.schema import Schema


def changes_on(connection: Connection, docs: Iterable[str]) -> dict[str, Change]:
    """Return every change on one of the documents, whole, by id."""
    keys = {
        key
        for (key,) in bulk.fetch_in(
            connection,
            "SELECT DISTINCT change FROM body WHERE doc IN ({keys})",
            [doc_bytes(doc) for doc in docs],
        )
    }
    return changes.whole(connection, keys)


def refold(
    connection: Connection, docs: Collection[str], schema: Schema
) -> dict[str, Document]:
    """Return documents as the fold of their changes sees them.

    Whether a change is quarantined is as was judged, for not all is read that says so.
    """
    every = changes_on(connection, docs)
    made, _ = told(every, _quarantined(connection, every), schema)
    touched = standing.touched(connection, docs)
    return {doc: settled(made[doc], touched[doc]) for doc in docs if doc in made}


def _quarantined(connection: Connection, ids: Iterable[str]) -> set[str]:
    return {
        key.hex()
        for (key,) in bulk.fetch_in(
            connection,
            "SELECT id FROM change WHERE id IN ({keys}) AND code IS NOT NULL",
            [bytes.fromhex(id_) for id_ in ids],
        )
    }


def settled(document: Document, touched: Collection[str]) -> Document:
    """Return a document as it is kept: an erased one holds its erasure alone.

    An erasure waits for none of the changes that have come without their content.

    Args:
        document: What follows from the changes that are still here.
        touched: All changes on it, those whose content is gone among them.
    """
    if ERASED not in document.cells:
        return document
    known = frozenset(touched)
    erasure = document.cells[ERASED]
    heads = {
        id_: structs.replace(head, waiting=head.waiting - known)
        for id_, head in erasure.heads.items()
    }
    miss = {pred: rank for pred, rank in erasure.miss.items() if pred not in known}
    return Document(document.kind, {ERASED: CellState(heads, miss)}, known)
