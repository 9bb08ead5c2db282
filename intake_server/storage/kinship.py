"""Which persons are one child: clusters and aliases, from all link documents at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text
from sqlmodel import col, select, union

from intake_server.storage import bulk, items, state
from intake_server.storage.documents import StoredView
from intake_server.storage.tables import DocumentRow
from intake_server.storage.types import doc_bytes, doc_text, is_document
from sync import documents as ids
from sync.merge import identity
from sync.merge.cells import LINK, Document
from sync.merge.identity import Identity

PERSON: Final = "person"
"""The kind of the documents that have aliases."""
CASE: Final = "case"
"""The kind of the one document of a person beside it."""
_IS_LINK: Final = text("document.kind || '' = 'link'")
"""Said so that the database looks among what hangs on a person, not among all links."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose a document is that hangs on a person, or on the person's case."""

    person: str
    kind: str
    is_of_case: bool = False

    def owner(self, person: str) -> str:
        """Return what the like document of another person hangs on."""
        return ids.case(person) if self.is_of_case else person


def places(connection: Connection, asked: Sequence[StoredView]) -> dict[str, Place]:
    """Return whose they are, of documents that are a person, a case or a row of these."""
    above = {view.doc: (view.kind, view.subject) for view in asked}
    wanted = {view.parent for view in asked if view.parent} - above.keys()
    for doc, kind, subject in bulk.fetch_in(
        connection,
        "SELECT doc, kind, subject FROM document WHERE doc IN ({keys})",
        {doc_bytes(doc) for doc in wanted},
    ):
        above[doc_text(doc)] = (kind, doc_text(subject) if subject else None)
    found = {
        view.doc: _place(view, *above.get(view.parent or "", ("", None)))
        for view in asked
    }
    return {doc: place for doc, place in found.items() if place is not None}


def groups_of(
    connection: Connection, documents: Mapping[str, Document]
) -> dict[str, tuple[str, ...]]:
    """Return, by person, the others that are the same child, in order of their ids."""
    persons = (doc for doc, known in documents.items() if known.kind == PERSON)
    return {
        member: tuple(other for other in cluster if other != member)
        for member, cluster in clusters(connection, persons).items()
    }


def clusters(
    connection: Connection, persons: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Return whole clusters by each of their members, the canonical one first.

    A person that is linked with nobody is in none.
    """
    found: dict[str, set[str]] = {}
    for doc, canonical in bulk.fetch_in(
        connection,
        "SELECT doc, canonical FROM alias WHERE canonical IN"
        " (SELECT canonical FROM alias WHERE doc IN ({keys}))",
        [doc_bytes(doc) for doc in persons],
    ):
        found.setdefault(doc_text(canonical), set()).add(doc_text(doc))
    return {
        member: tuple(sorted(cluster))
        for cluster in found.values()
        for member in cluster
    }


def links_of(connection: Connection, persons: Collection[str]) -> dict[str, Document]:
    """Return the link documents that name one of the persons, by id."""
    wanted = sorted(set(persons))
    if not wanted:
        return {}
    ends = (col(DocumentRow.subject), col(DocumentRow.parent))
    either = union(
        *(
            select(DocumentRow.doc, DocumentRow.heads).where(end.in_(wanted), _IS_LINK)
            for end in ends
        )
    )
    rows = connection.execute(either)
    return {doc: state.unpack(LINK, heads) for doc, heads in rows}


def update(connection: Connection, touched: Mapping[str, Document]) -> set[str]:
    """Write clusters and their questions anew; return the persons whose cluster moved.

    Args:
        connection: An open transaction.
        touched: Documents as they are now; the other links are read.
    """
    links = {
        doc_text(doc): state.unpack(LINK, heads)
        for doc, heads in bulk.fetch(
            connection, "SELECT doc, heads FROM document WHERE kind = ?", (LINK,)
        )
    }
    links.update({d: doc for d, doc in touched.items() if doc.kind == LINK})
    who = resolve(links)
    before = _clusters(
        (doc_text(doc), doc_text(canonical))
        for doc, canonical in bulk.fetch(connection, "SELECT doc, canonical FROM alias")
    )
    after = _clusters(who.aliases.items())
    moved = {
        doc for doc in before.keys() | after.keys() if before.get(doc) != after.get(doc)
    }
    bulk.many(
        connection,
        "DELETE FROM alias WHERE doc = ?",
        [(doc_bytes(doc),) for doc in moved],
    )
    bulk.many(
        connection,
        "INSERT INTO alias (doc, canonical) VALUES (?, ?)",
        [
            (doc_bytes(doc), doc_bytes(who.aliases[doc]))
            for doc in moved & who.aliases.keys()
        ],
    )
    bulk.many(connection, "DELETE FROM queue WHERE source = ?", [(items.IDENTITY,)])
    items.add(connection, rows_of(who, links.values()))
    return moved


def resolve(links: Mapping[str, Document]) -> Identity:
    """Return clusters and questions of those links that stand for the pair they name."""
    return identity.resolve(
        known
        for doc, known in links.items()
        if (edge := identity.edge_of(known)) is not None
        and is_document(edge.left)
        and is_document(edge.right)
        and ids.link(edge.left, edge.right) == doc
    )


def rows_of(who: Identity, links: Collection[Document]) -> list[bulk.Row]:
    """Return the questions about links as the queue holds them."""
    authors = items.authors_of(links) if who.items else {}
    return [
        items.row(item, items.IDENTITY, items.sites_of(item, authors))
        for item in who.items
    ]


def _clusters(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return the whole cluster by member, from (member, canonical) pairs."""
    members: dict[str, set[str]] = {}
    for doc, canonical in pairs:
        members.setdefault(canonical, set()).add(doc)
    return {doc: frozenset(cluster) for cluster in members.values() for doc in cluster}


def _place(view: StoredView, above: str, subject: str | None) -> Place | None:
    if view.kind == PERSON:
        return Place(view.doc, PERSON)
    if view.kind == LINK:
        return None
    if view.kind == CASE and view.subject and view.doc == ids.case(view.subject):
        return Place(view.subject, CASE)
    if view.parent and above == PERSON:
        return Place(view.parent, view.kind)
    if view.parent and above == CASE and subject and view.parent == ids.case(subject):
        return Place(subject, view.kind, is_of_case=True)
    return None
