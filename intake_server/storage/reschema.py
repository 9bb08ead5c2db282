"""When the rules grow: what was judged or merged by older ones is judged anew.

Whether a change is quarantined, and how cells meet, depends on the changes and the
rules alone. So every node ends the same, whichever came first.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from intake_server.storage import (
    bulk,
    changes,
    forms,
    items,
    judging,
    projection,
    refold,
    state,
)
from intake_server.storage.locks import Locked
from intake_server.storage.types import doc_text
from sync.merge import queue
from sync.merge.cells import name_of
from sync.merge.schema import Schema


def reschema(connection: Connection, before: Schema) -> None:
    """Make again what the rules that are published now see differently.

    Args:
        connection: An open transaction in which forms have been published.
        before: The rules by which everything here was merged.
    """
    after = forms.current(connection)
    names = _differing(before, after)
    is_checked_alike = before.checks == after.checks
    if is_checked_alike and not names:
        return
    docs = _documents_with(connection, names, is_all=not is_checked_alike)
    if not docs:
        return
    keys = {bytes.fromhex(id_) for id_ in refold.changes_on(connection, docs)}
    docs |= judge(connection, keys, after)
    documents = refold.refold(connection, docs, after)
    projection.project(
        connection, documents, schema=after, is_known=docs, locked=Locked()
    )


def judge(connection: Connection, keys: Iterable[bytes], schema: Schema) -> set[str]:
    """Judge changes by the rules; return the documents of those judged otherwise."""
    wanted = list(keys)
    codes = {
        key.hex(): code
        for key, code in bulk.fetch_in(
            connection, "SELECT id, code FROM change WHERE id IN ({keys})", wanted
        )
    }
    docs: set[str] = set()
    known = changes.whole(connection, wanted)
    judged = judging.judge(connection, list(known.values()), schema)
    for id_, change in known.items():
        code = judged.get(id_)
        if code == codes[id_]:
            continue
        docs.update(edit.doc for edit in change.edits if edit.w is not None)
        bulk.many(
            connection,
            "UPDATE change SET code = ? WHERE id = ?",
            [(code, bytes.fromhex(id_))],
        )
        if codes[id_]:
            items.drop(connection, queue.quarantined(change, codes[id_]))
        if code:
            item = queue.quarantined(change, code)
            items.add(connection, (items.row(item, items.CHANGE, (change.site,)),))
    return docs


def _differing(before: Schema, after: Schema) -> set[str]:
    """Return the names that are seen differently, and the former names of those."""
    both = (before, after)
    names = {
        name
        for name in before.rules.keys() | after.rules.keys()
        if before.rule(name) != after.rule(name)
    }
    former = {
        name
        for name in before.renamed.keys() | after.renamed.keys()
        if before.renamed.get(name) != after.renamed.get(name)
        or any(schema.renamed.get(name) in names for schema in both)
    }
    return names | former


def _documents_with(
    connection: Connection, names: set[str], *, is_all: bool
) -> set[str]:
    """Return documents that hold one of the names, or a change that is quarantined."""
    quarantined = bulk.fetch(
        connection,
        "SELECT b.doc FROM change c JOIN body b ON b.change = c.id"
        " WHERE c.code IS NOT NULL",
    )
    docs = {doc_text(doc) for (doc,) in quarantined}
    rows = bulk.fetch(connection, "SELECT doc, heads FROM document")
    return docs | {
        doc_text(doc)
        for doc, heads in rows
        if is_all
        or any(name_of(cell) in names for cell in state.unpack("", heads).cells)
    }
