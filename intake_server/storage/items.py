"""Questions as the queue's table holds them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from intake_server.storage import bulk, views
from intake_server.storage.types import to_json
from sync.merge.cells import Document
from sync.merge.queue import Item

DOCUMENT: Final = "document"
CHANGE: Final = "change"
IDENTITY: Final = "identity"
FAMILY: Final = "siblings"

_COLUMNS: Final = (
    "doc, qid, kind, cell, key, severity, owner, sites, first_seen,"
    " is_provisional, source, body, is_spelling, turn"
)
_ONCE: Final = "ON CONFLICT DO NOTHING"


def row(
    item: Item, source: str, belongs: Sequence[str], turn: str | None = None
) -> bulk.Row:
    """Return an item as its table holds it.

    Args:
        item: The question.
        source: What it follows from: ``document``, ``change``, ``identity`` or
            ``siblings``.
        belongs: The sites that have a part in it.
        turn: Who is looked to while people talk about it.
    """
    return (
        item.doc,
        bytes.fromhex(item.qid),
        item.kind,
        item.cell,
        item.key,
        item.severity,
        item.owner,
        views.enclosed(belongs),
        item.first_seen,
        item.is_provisional,
        source,
        to_json(views.item_json(item)),
        item.is_spelling,
        turn,
    )


def add(connection: Connection, rows: Iterable[bulk.Row]) -> None:
    """Put items into the queue, and remember them; one that is there stays."""
    added = list(rows)
    bulk.insert(connection, "queue", _COLUMNS, added, _ONCE)
    asked = [(qid, doc, kind, key) for doc, qid, kind, _, key, *_ in added]
    bulk.insert(connection, "asked", "qid, doc, kind, key", asked, _ONCE)


def date(connection: Connection, asked_ms: int) -> None:
    """Note since when those questions are asked that nothing is noted of yet."""
    bulk.many(
        connection,
        "UPDATE asked SET since = ? WHERE since IS NULL",
        [(asked_ms,)],
    )


def drop_of_documents(connection: Connection, docs: Iterable[str]) -> None:
    """Take out what followed from the content of documents."""
    bulk.act_in(
        connection,
        "DELETE FROM queue WHERE doc IN ({keys}) AND source = 'document'",
        docs,
    )


def drop(connection: Connection, item: Item) -> None:
    """Take an item out."""
    bulk.many(
        connection,
        "DELETE FROM queue WHERE doc = ? AND qid = ?",
        [(item.doc, bytes.fromhex(item.qid))],
    )


def authors_of(documents: Iterable[Document]) -> dict[str, str]:
    """Return the sites of all heads of documents, by change id."""
    return {
        head.version.id: head.version.site
        for document in documents
        for cell in document.cells.values()
        for head in cell.heads.values()
    }


def sites_of(item: Item, authors: Mapping[str, str]) -> tuple[str, ...]:
    """Return the sites whose heads are in an item."""
    return tuple(sorted({authors[id_] for id_ in item.heads if id_ in authors}))
