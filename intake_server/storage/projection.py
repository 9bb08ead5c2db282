"""What follows from documents, written down: views, questions, forms, sites, aliases.

Everything here can be thrown away and made again from the changes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from intake_server.storage import (
    bulk,
    forms,
    items,
    kinship,
    sites,
    standing,
    state,
    views,
)
from intake_server.storage.types import doc_bytes, signed
from sync.merge import identity, queue
from sync.merge.cells import ERASED, LINK, Document, Version
from sync.merge.schema import Schema
from sync.merge.view import View, look

_DOCUMENT: Final = """
INSERT INTO document (doc, kind, reference, subject, parent, sites, newest, is_voided,
 is_erased, contested, search, view, heads)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (doc) DO UPDATE SET kind = excluded.kind, reference = excluded.reference,
 subject = excluded.subject, parent = excluded.parent, sites = excluded.sites,
 newest = excluded.newest, is_voided = excluded.is_voided,
 is_erased = excluded.is_erased, contested = excluded.contested,
 search = excluded.search, view = excluded.view, heads = excluded.heads
"""
History = Callable[[str, str], Mapping[str, Version]]
"""Gives every version of a cell, by document id and cell key."""


@dataclass(frozen=True, slots=True)
class Projected:
    """The rows that follow from one document."""

    view: View
    row: bulk.Row
    items: tuple[bulk.Row, ...]


def derive(
    doc: str,
    document: Document,
    aliases: Sequence[str],
    *,
    schema: Schema,
    history: History,
) -> Projected:
    """Return the rows of one document: a pure function of what is known of it."""
    view = look(document, schema, lambda cell: history(doc, cell))
    asked = queue.ask(doc, document, view, schema)
    subject, parent = _hangs_on(document, view)
    belongs = views.sites_of(document, view)
    row = (
        doc_bytes(doc),
        document.kind,
        views.reference_of(document.kind, view.values),
        _place(subject),
        _place(parent),
        views.enclosed(belongs),
        signed(views.newest_of(document)),
        bool(view.values.get("_deleted")),
        ERASED in view.values,
        len(asked),
        views.search_text(document.kind, view.values),
        views.view_json(doc, document.kind, view, aliases),
        state.pack(document),
    )
    authors = items.authors_of((document,)) if asked else {}
    questions = tuple(
        items.row(item, items.DOCUMENT, items.sites_of(item, authors) or belongs)
        for item in asked
    )
    return Projected(view, row, questions)


def project(
    connection: Connection,
    documents: Mapping[str, Document],
    *,
    schema: Schema,
    is_known: Collection[str],
) -> None:
    """Write what follows from documents, in place of what followed before.

    Args:
        connection: An open transaction that holds the locks of the documents.
        documents: Documents by id; a change of links brings in others.
        schema: The rules.
        is_known: Those of the documents that are in the tables already.
    """
    known = set(is_known)
    groups = kinship.groups_of(connection, documents)
    if any(document.kind == LINK for document in documents.values()):
        moved = kinship.update(connection, documents)
        documents = {**standing.load(connection, moved - documents.keys()), **documents}
        known |= moved
        groups = kinship.groups_of(connection, documents)
    derived = {
        doc: derive(
            doc,
            document,
            groups.get(doc, ()),
            schema=schema,
            history=lambda doc, cell: standing.history(connection, doc, cell),
        )
        for doc, document in documents.items()
    }
    bulk.many(connection, _DOCUMENT, [one.row for one in derived.values()])
    items.drop_of_documents(connection, known & documents.keys())
    items.add(connection, (row for one in derived.values() for row in one.items))
    _project_kinds(connection, documents, derived)


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
