"""What follows from documents, written down: views, questions, forms, sites, aliases.

Everything here can be thrown away and made again from the changes.
"""

from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from intake_server.storage import (
    boards,
    bulk,
    crossing,
    forms,
    items,
    kinship,
    siblings,
    sites,
    standing,
    state,
    views,
    withheld,
)
from intake_server.storage.locks import Locked
from intake_server.storage.types import doc_bytes, signed
from sync.merge import identity, queue, talk
from sync.merge.cells import ERASED, LINK, Document
from sync.merge.duties import Row
from sync.merge.rules import Looked, Other
from sync.merge.schema import Schema
from sync.merge.view import View, look

_COLUMNS: Final = (
    "doc, kind, reference, subject, parent, sites, newest, is_voided, is_erased,"
    " contested, search, view, heads, family, decision"
)
_ANEW: Final = "ON CONFLICT (doc) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:]
)


@dataclass(frozen=True, slots=True)
class Projected:
    """The rows that follow from one document."""

    view: View
    row: bulk.Row
    items: tuple[bulk.Row, ...]
    duties: tuple[Row, ...]


def derive(
    doc: str,
    looked: Looked,
    aliases: Sequence[str],
    *,
    schema: Schema,
    other: Other,
) -> Projected:
    """Return the rows of one document: a pure function of what is known of it.

    Args:
        doc: Its id.
        looked: What is known of it, and what people see.
        aliases: The other persons that are the same one.
        schema: The rules.
        other: Gives a document that it is compared with.
    """
    document, view = looked
    asked = queue.ask(doc, document, view, schema, other)
    subject, parent = _hangs_on(document, view)
    said = views.current(document)
    belongs = views.sites_of(said, view)
    row = (
        doc_bytes(doc),
        document.kind,
        views.reference_of(document.kind, view.values),
        _place(subject),
        _place(parent),
        views.enclosed(belongs),
        signed(views.newest_of(said)),
        bool(view.values.get("_deleted")),
        ERASED in view.values,
        len(asked),
        views.search_text(document.kind, view.values),
        views.view_json(document, view, aliases),
        state.pack(document),
        views.family_of(document.kind, view.values),
        views.decision_of(document.kind, view.values),
    )
    compared = _compared(looked, schema, other) if asked else ()
    authors = items.authors_of((document, *compared)) if asked else {}
    questions = tuple(
        items.row(
            item,
            items.DOCUMENT,
            items.sites_of(item, authors) or belongs,
            talk.turn(talk.about(view.values, item.key)),
        )
        for item in asked
    )
    duties = boards.rows_of(doc, document, view, belongs, subject)
    return Projected(view, row, questions, duties)


def seen(
    connection: Connection, documents: Mapping[str, Document], schema: Schema
) -> dict[str, Looked]:
    """Return documents with what people see of them."""
    return {
        doc: (
            document,
            look(document, schema, partial(standing.history, connection, doc)),
        )
        for doc, document in documents.items()
    }


def project(
    connection: Connection,
    documents: Mapping[str, Document],
    *,
    schema: Schema,
    is_known: Collection[str],
    locked: Locked,
) -> None:
    """Write what follows from documents, in place of what followed before.

    Args:
        connection: An open transaction that holds the locks of the documents.
        documents: Documents by id; a change of links brings in others, and so does
            a rule that compares another document with one of these.
        schema: The rules.
        is_known: Those of the documents that are in the tables already.
        locked: What nobody else changes meanwhile.

    Raises:
        NotLockedError: What follows reaches further than that.
    """
    known = set(is_known)
    groups = kinship.groups_of(connection, documents)
    if any(document.kind == LINK for document in documents.values()):
        moved = kinship.update(connection, documents)
        documents = {**standing.load(connection, moved - documents.keys()), **documents}
        known |= moved
        groups = kinship.groups_of(connection, documents)
    compared: dict[str, Looked] = {}
    if schema.pointers:
        beside = crossing.pointing(connection, documents, schema)
        documents = {**beside, **documents}
        known |= beside.keys()
    looked = seen(connection, documents, schema)
    if schema.pointers:
        named = crossing.targets(looked.values(), schema) - looked.keys()
        compared = seen(connection, standing.load(connection, named), schema)
    other = ChainMap(looked, compared).get
    derived = {
        doc: derive(doc, looked[doc], groups.get(doc, ()), schema=schema, other=other)
        for doc in documents
    }
    was = siblings.before(connection, looked, known)
    rows = [one.row for one in derived.values()]
    bulk.insert(connection, "document", _COLUMNS, rows, _ANEW)
    items.drop_of_documents(connection, known & documents.keys())
    items.add(connection, (row for one in derived.values() for row in one.items))
    duties = [row for one in derived.values() for row in one.duties]
    boards.project(connection, duties, is_known=known & documents.keys())
    withheld.project(connection, looked, is_known=known)
    siblings.project(connection, looked, was, schema=schema, locked=locked)
    _project_kinds(connection, documents, derived)


def _compared(looked: Looked, schema: Schema, other: Other) -> tuple[Document, ...]:
    named = crossing.targets((looked,), schema)
    return tuple(found[0] for doc in named if (found := other(doc)))


def _project_kinds(
    connection: Connection,
    documents: Mapping[str, Document],
    derived: Mapping[str, Projected],
) -> None:
    published = {d: doc for d, doc in documents.items() if doc.kind == forms.KIND}
    if published:
        shown = {doc: derived[doc].view.values for doc in published}
        forms.project(connection, published, shown)
    places = [doc for doc, document in documents.items() if document.kind == sites.KIND]
    if places:
        sites.project(connection, {doc: derived[doc].view.values for doc in places})


def _hangs_on(document: Document, view: View) -> tuple[str | None, str | None]:
    """Return the documents by which this one is found; a link is found by its two."""
    if document.kind == LINK:
        return identity.pair_of(document) or (None, None)
    places = views.places_of(document.kind, view.values)
    return places.get("subject"), places.get("parent")


def _place(doc: str | None) -> bytes | None:
    try:
        return None if doc is None else doc_bytes(doc)
    except ValueError:
        return None
