"""Which persons are one child: clusters and aliases, from all link documents at once."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import Connection

from intake_server.storage import bulk, items, state
from intake_server.storage.types import doc_bytes, doc_text
from sync.merge import identity
from sync.merge.cells import LINK, Document
from sync.merge.identity import Identity

PERSON: Final = "person"
"""The kind of the documents that have aliases."""


def groups_of(
    connection: Connection, documents: Mapping[str, Document]
) -> dict[str, tuple[str, ...]]:
    """Return, by person, the others that are the same child, in order of their ids."""
    persons = [
        doc_bytes(doc) for doc, known in documents.items() if known.kind == PERSON
    ]
    clusters: dict[str, set[str]] = {}
    for doc, canonical in bulk.fetch_in(
        connection,
        "SELECT doc, canonical FROM alias WHERE canonical IN"
        " (SELECT canonical FROM alias WHERE doc IN ({keys}))",
        persons,
    ):
        clusters.setdefault(doc_text(canonical), set()).add(doc_text(doc))
    return {
        member: tuple(sorted(cluster - {member}))
        for cluster in clusters.values()
        for member in cluster
    }


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
    who = identity.resolve(links.values())
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
