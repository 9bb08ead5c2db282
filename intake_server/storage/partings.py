"""What was written on records while they counted as one child, and waits to be sorted."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec import structs
from sqlalchemy import Connection
from sqlmodel import Session

from intake_server.storage import bulk, documents, standing, views
from intake_server.storage.documents import StoredView
from intake_server.storage.kinship import Place
from intake_server.storage.types import doc_bytes, doc_text
from sync import documents as ids
from sync.merge import identity, parting
from sync.merge.cells import LINK, VERDICT, Document, Version, name_of
from sync.merge.cluster import OWN
from sync.merge.identity import SAME, Edge
from sync.merge.parting import Shared
from sync.merge.renaming import present
from sync.merge.schema import Schema


def unsorted(
    session: Session,
    places: Mapping[str, Place],
    known: Mapping[str, StoredView],
    clusters: Mapping[str, tuple[str, ...]],
    links: Mapping[str, Document],
    schema: Schema,
) -> dict[str, list[dict[str, Any]]]:
    """Return what is to be sorted, by document.

    Args:
        session: An open session.
        places: Documents, and whose they are.
        known: Their views.
        clusters: Whole clusters by each of their members.
        links: All links of these.
        schema: The rules.
    """
    connection = session.connection()
    edges = {doc: e for doc, link in links.items() if (e := identity.edge_of(link))}
    times = {
        doc: time
        for doc, edge in edges.items()
        if (time := parting.shared(edge, _verdicts(connection, doc, edge)))
    }
    if not times:
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    for doc, view in known.items():
        past = partial(standing.history, connection, doc)
        kept = view.document
        written = structs.replace(kept, cells=present(kept, schema, past)[0])
        person = places[doc].person
        child = set(clusters.get(person, (person,)))
        for link, time in sorted(times.items()):
            ends = {edges[link].left, edges[link].right}
            if len(ends & child) != 1:
                continue
            since = time if person in ends else time.after(_saw(person, edges))
            if entries := _entries(since, written, min(ends - child)):
                found.setdefault(doc, []).extend(entries)
    return found


def standing_on(session: Session, persons: frozenset[str]) -> tuple[str, ...]:
    """Return the heads of persons, of their cases and of what hangs on either.

    A verdict names them, so that it is known what stood when it was given.
    """
    owners = [doc for person in persons for doc in (person, ids.case(person))]
    rows = bulk.fetch_in(
        session.connection(),
        "SELECT doc FROM document WHERE parent IN ({keys}) AND kind <> ?",
        [doc_bytes(doc) for doc in owners],
        (LINK,),
    )
    known = documents.documents(session, [*owners, *(doc_text(doc) for (doc,) in rows)])
    heads = {
        id_
        for each in known.values()
        for state in each.cells.values()
        for id_ in state.heads
    }
    return tuple(sorted(heads))


def _verdicts(connection: Connection, link: str, edge: Edge) -> Mapping[str, Version]:
    """Return all verdicts on a pair; nothing where the first one still stands."""
    if not any(head.version.preds for head in edge.heads):
        return {}
    return standing.history(connection, link, VERDICT)


def _saw(person: str, edges: Mapping[str, Edge]) -> set[str]:
    """Return what stood when a third one was linked with one of the two."""
    return {
        id_
        for edge in edges.values()
        if person in (edge.left, edge.right) and edge.verdicts == {SAME}
        for head in edge.heads
        for id_ in head.version.saw or ()
    }


def _entries(time: Shared, document: Document, other: str) -> list[dict[str, Any]]:
    return [
        {
            "property": name_of(cell),
            "value": head.version.value,
            **_element(head.version),
            **views.origin_json(head.version),
            "other": other,
        }
        for cell, head in parting.written_in(time, document)
        if name_of(cell) not in OWN and not cell.startswith("_")
    ]


def _element(version: Version) -> dict[str, str]:
    """Return the element that a vote is about; an entry of a log has an id instead."""
    is_vote = isinstance(version.value, bool) and version.element is not None
    return {"element": version.element or ""} if is_vote else {}
