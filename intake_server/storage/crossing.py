"""What rules between two documents bring together: who points at whom.

A document's ``subject`` or ``parent`` says where it belongs, and a rule may compare it
with what stands there. Nothing here is asked of the store unless some rule does.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from intake_server.storage import arrivals, bulk, locks, standing
from intake_server.storage.locks import Locked
from intake_server.storage.types import doc_bytes, doc_text
from sync.change import Change
from sync.merge.cells import Document, Version, name_of
from sync.merge.rules import Looked, pointer
from sync.merge.schema import Schema

_POINTING: Final[Mapping[str, str]] = {
    "subject": "SELECT doc, subject, parent FROM document WHERE subject IN ({keys})"
    " AND subject IS NOT NULL",
    "parent": "SELECT doc, subject, parent FROM document WHERE parent IN ({keys})"
    " AND parent IS NOT NULL",
}
_NAMED: Final = "SELECT doc, subject, parent FROM document WHERE doc IN ({keys})"


def lock(connection: Connection, batch: Sequence[Change], schema: Schema) -> Locked:
    """Keep other writers away from what a batch names and from what that is compared with.

    Whoever writes a visit holds the child as well, and whoever writes the child holds it
    too; so the second of the two waits, reads after the first has committed, and one of
    them sees both answers. A child's writer makes the items of all its visits again
    under that one lock.

    Where a visit points is read before the locks are taken and again after: whoever
    alters that holds both ends. Had it altered meanwhile, all locks are given back and
    taken again. So a transaction never waits for a document while it holds a greater
    one, and two of them cannot wait for each other.
    """
    docs, logs = arrivals.documents_of(batch), {change.log for change in batch}
    if not schema.pointers:
        return locks.lock(connection, docs, logs)
    named = docs | _named_in(connection, batch, schema)
    wanted = named | _around(connection, docs, schema)
    while True:
        savepoint = connection.begin_nested()
        locked = locks.lock(connection, wanted, logs)
        found = _around(connection, docs, schema)
        if found <= wanted:
            savepoint.commit()
            return locked
        savepoint.rollback()
        wanted |= found


def pointing(
    connection: Connection, docs: Iterable[str], schema: Schema
) -> dict[str, Document]:
    """Return other documents that some rule compares with one of these, by id."""
    here = set(docs)
    found = {
        doc_text(doc)
        for of in schema.pointers
        for doc, _, _ in _rows(connection, _POINTING[of], here)
    }
    compared = {schema.cell(check.a) for check in schema.checks if check.of}
    return {
        doc: document
        for doc, document in standing.load(connection, found - here).items()
        if any(schema.cell(name_of(cell)) in compared for cell in document.cells)
    }


def targets(looked: Iterable[Looked], schema: Schema) -> set[str]:
    """Return the documents that some rule compares these with."""
    return {
        named
        for document, view in looked
        for of in schema.pointers
        if (named := pointer(document.kind, view.values, of)) and is_doc(named)
    }


def is_doc(text: str) -> bool:
    """Tell whether a text is the id of a document."""
    try:
        return doc_text(doc_bytes(text)) == text
    except ValueError:
        return False


def _around(connection: Connection, docs: set[str], schema: Schema) -> set[str]:
    """Return what is compared with these documents, or beside them with a third."""
    rows = _rows(connection, _NAMED, docs)
    if len(schema.pointers) > 1:
        for of in schema.pointers:
            rows += _rows(connection, _POINTING[of], docs)
    return {
        doc_text(named)
        for _, subject, parent in rows
        for of, named in (("subject", subject), ("parent", parent))
        if named is not None and of in schema.pointers
    }


def _rows(
    connection: Connection, query: str, docs: Iterable[str]
) -> list[tuple[bytes, bytes | None, bytes | None]]:
    keys = [doc_bytes(doc) for doc in docs]
    return [tuple(row) for row in bulk.fetch_in(connection, query, keys)]


def _named_in(
    connection: Connection, batch: Iterable[Change], schema: Schema
) -> set[str]:
    """Return where a batch says that documents belong, or where its undo says again."""
    named: set[str] = set()
    for change in batch:
        for edit in change.edits:
            for write in edit.w or ():
                if schema.cell(write.name) not in schema.pointers:
                    continue
                said = [write.v]
                if write.undoes and is_doc(edit.doc):
                    said += _ever(standing.history(connection, edit.doc, write.name))
                named.update(v for v in said if isinstance(v, str) and is_doc(v))
    return named


def _ever(history: Mapping[str, Version]) -> list[object]:
    return [version.value for version in history.values()]
