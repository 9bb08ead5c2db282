"""What is known of documents before a batch is merged, read in a few queries."""

from collections.abc import Iterable, Mapping

from msgspec import structs
from sqlalchemy import Connection

from intake_server.storage import bulk, state
from intake_server.storage.types import doc_bytes, doc_text
from sync import change as changes
from sync.change import is_id
from sync.merge.cells import ERASED, Document, Version
from sync.merge.heads import versions

Known = Mapping[str, Version]
"""What one change wrote on one document and is live, by cell."""


def load(connection: Connection, docs: Iterable[str]) -> dict[str, Document]:
    """Return the documents that there are, with their heads."""
    found = {
        doc_text(doc): state.unpack(kind, heads)
        for doc, kind, heads in bulk.fetch_in(
            connection,
            "SELECT doc, kind, heads FROM document WHERE doc IN ({keys})",
            [doc_bytes(doc) for doc in docs],
        )
    }
    erased = [doc for doc, document in found.items() if ERASED in document.cells]
    for doc, ids in touched(connection, erased).items():
        found[doc] = structs.replace(found[doc], touched=frozenset(ids))
    return found


def touched(connection: Connection, docs: Iterable[str]) -> dict[str, set[str]]:
    """Return the ids of all changes on documents; only erased ones need them."""
    found: dict[str, set[str]] = {doc: set() for doc in docs}
    for doc, key in bulk.fetch_in(
        connection,
        "SELECT doc, change FROM body WHERE doc IN ({keys})",
        [doc_bytes(doc) for doc in found],
    ):
        found[doc_text(doc)].add(key.hex())
    return found


def arrived(
    connection: Connection, pairs: Iterable[tuple[str, str]]
) -> dict[str, dict[str, Known]]:
    """Return what changes that are here wrote, by document and change id.

    Args:
        connection: An open transaction.
        pairs: Document ids with change ids, of which some are not here.
    """
    found: dict[str, dict[str, Known]] = {}
    for doc, key, data, envelope, code in bulk.fetch_in(
        connection,
        "SELECT b.doc, b.change, b.data, c.envelope, c.code FROM body b"
        " JOIN change c ON c.id = b.change WHERE (b.doc, b.change) IN ({keys})"
        " AND length(b.data) > 0",
        [(doc_bytes(doc), bytes.fromhex(id_)) for doc, id_ in pairs if is_id(id_)],
    ):
        name = doc_text(doc)
        said = _versions(name, envelope, data) if code is None else {}
        found.setdefault(name, {})[key.hex()] = said
    return found


def come(
    connection: Connection, pairs: Iterable[tuple[str, str]]
) -> tuple[dict[tuple[str, str], Known], dict[str, int]]:
    """Return what changes wrote, by document and change, and when each came, by change.

    Args:
        connection: An open transaction.
        pairs: Document ids with change ids, of which some are not here. When they came
            is in milliseconds since 1970-01-01T00:00Z.
    """
    written: dict[tuple[str, str], Known] = {}
    received: dict[str, int] = {}
    for doc, key, data, envelope, at in bulk.fetch_in(
        connection,
        "SELECT b.doc, b.change, b.data, c.envelope, c.received_ms FROM body b"
        " JOIN change c ON c.id = b.change WHERE (b.doc, b.change) IN ({keys})"
        " AND length(b.data) > 0",
        sorted({(doc_bytes(doc), bytes.fromhex(id_)) for doc, id_ in pairs}),
    ):
        name, id_ = doc_text(doc), bytes(key).hex()
        written[name, id_] = _versions(name, envelope, data)
        received[id_] = at
    return written, received


def history(connection: Connection, doc: str, cell: str) -> dict[str, Version]:
    """Return every live version of a cell that has arrived, by change id."""
    rows = bulk.fetch(
        connection,
        "SELECT b.data, c.envelope FROM body b JOIN change c ON c.id = b.change"
        " WHERE b.doc = ? AND c.code IS NULL",
        (doc_bytes(doc),),
    )
    known = [_versions(doc, envelope, data) for data, envelope in rows if data]
    return {said[cell].id: said[cell] for said in known if cell in said}


def _versions(doc: str, envelope: bytes, data: bytes) -> dict[str, Version]:
    change = changes.join(envelope, {doc: data})
    edit = next(edit for edit in change.edits if edit.doc == doc)
    return versions(change, edit)
