"""Linked persons, their cases and their kin as people see them: computed on reading.

Nothing of this is kept. Every document has a view of its own in the tables, the same
bytes on all nodes; what linked ones look like together follows from it here, read in
sets however many documents are asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from intake_server.storage import documents, kinship, partings, standing, views
from intake_server.storage.documents import StoredView
from intake_server.storage.kinship import CASE, PERSON, Place
from intake_server.storage.types import to_json
from intake_server.storage.whole import Whole
from sync import documents as ids
from sync.merge import cluster
from sync.merge.cells import Document
from sync.merge.cluster import Together
from sync.merge.schema import Schema


@dataclass(frozen=True, slots=True)
class Group:
    """Documents of linked persons that are one thing, the canonical person's first.

    ``persons`` are all records of the child, ``whose`` says by member which of them it
    belongs to. ``part`` is how picks name what they are about: empty for person and
    case, ``kin.mother.`` for a mother.
    """

    members: Mapping[str, Document]
    persons: tuple[str, ...]
    whose: Mapping[str, str]
    part: str


def seen(
    session: Session,
    asked: Sequence[StoredView],
    schema: Schema,
    whole: Whole | None = None,
) -> dict[str, StoredView]:
    """Return how documents are shown that links have to do with, by id.

    Those of linked persons show the answers of all members; those of persons that were
    parted list under ``sorting`` what was written on them while these counted as one.
    The views that are asked about are not read again, and nothing is where all of one
    child is known.
    """
    connection = session.connection()
    places = kinship.places(connection, asked)
    persons = {place.person for place in places.values()}
    clusters: Mapping[str, tuple[str, ...]]
    links: Mapping[str, Document]
    if whole is None:
        clusters = kinship.clusters(connection, persons)
        links = kinship.links_of(connection, persons.union(*clusters.values()))
    else:
        clusters, links = whole.clusters, whole.links
    groups, known = _groups(session, places, clusters, asked, whole)
    # A pick may have come before the word that its pair is one, and names nobody then.
    picked = {link for group in groups.values() for link in pairs(group)} - links.keys()
    if picked:
        links = {**links, **documents.documents(session, picked)}
    shown = {
        doc: _shown(known[doc], group, known, _together(session, group, links, schema))
        for doc, group in groups.items()
    }
    own = {doc: known[doc] for doc in places}
    for doc, entries in partings.unsorted(
        session, places, own, clusters, links, schema
    ).items():
        view = shown.get(doc, known[doc])
        kept = to_json({**view.view, "sorting": entries})
        shown[doc] = replace(view, kept=kept)
    return shown


def group_of(session: Session, view: StoredView) -> Group | None:
    """Return the group that a document belongs to; None where it stands alone."""
    connection = session.connection()
    places = kinship.places(connection, [view])
    clusters = kinship.clusters(connection, {p.person for p in places.values()})
    return _groups(session, places, clusters, [view])[0].get(view.doc)


def pairs(group: Group) -> dict[str, tuple[str, str]]:
    """Return the link documents that may stand between the persons of a group."""
    return {
        ids.link(one, other): (one, other)
        for one in group.persons
        for other in group.persons
        if one < other
    }


def together(session: Session, group: Group, schema: Schema) -> Together:
    """Return what people see of a group."""
    links = documents.documents(session, pairs(group))
    return _together(session, group, links, schema)


def _groups(
    session: Session,
    places: Mapping[str, Place],
    clusters: Mapping[str, tuple[str, ...]],
    asked: Sequence[StoredView],
    whole: Whole | None = None,
) -> tuple[dict[str, Group], dict[str, StoredView]]:
    """Return the groups of documents, and the views of these and of all members."""
    known = {view.doc: view for view in asked}
    linked = {doc: place for doc, place in places.items() if place.person in clusters}
    roles = _roles({doc: known[doc] for doc in linked}, linked)
    alike = {
        doc: {
            _like(place, roles.get(doc), other): other
            for other in clusters[place.person]
        }
        for doc, place in linked.items()
        if place.kind in (PERSON, CASE) or doc in roles
    }
    wanted = {doc for docs in alike.values() for doc in docs}
    absent = wanted - known.keys()
    known.update(
        documents.find_all(session, absent)
        if whole is None
        else {doc: whole.own[doc] for doc in absent & whole.own.keys()}
    )
    heads = {doc: known[doc].document for doc in wanted & known.keys()}
    found = {}
    for doc, docs in alike.items():
        place = linked[doc]
        members = cluster.living(
            {d: heads[d] for d in docs if d in heads and heads[d].kind == place.kind}
        )
        part = f"{place.kind}.{roles[doc]}.".replace("/", ".") if doc in roles else ""
        if doc in members and len(members) > 1:
            found[doc] = Group(members, clusters[place.person], docs, part)
    return found, known


def _roles(
    views: Mapping[str, StoredView], places: Mapping[str, Place]
) -> dict[str, str]:
    """Return what makes rows the ones of their kind; other rows are left out."""
    found = {}
    for doc, view in views.items():
        place = places[doc]
        if place.kind in (PERSON, CASE):
            continue
        said = {
            head.version.value
            for state in view.document.cells.values()
            for head in state.heads.values()
            if isinstance(head.version.value, str)
        }
        role = ids.role(doc, place.owner(place.person), place.kind, sorted(said))
        if role is not None:
            found[doc] = role
    return found


def _like(place: Place, role: str | None, person: str) -> str:
    """Return the document of another person that is what this one is of its own."""
    if place.kind == PERSON:
        return person
    if place.kind == CASE:
        return ids.case(person)
    return ids.relation(place.owner(person), place.kind, role or "")


def _together(
    session: Session, group: Group, links: Mapping[str, Document], schema: Schema
) -> Together:
    between = [links[doc] for doc in sorted(pairs(group)) if doc in links]
    return cluster.together(
        group.members,
        schema,
        lambda doc, cell: standing.history(session.connection(), doc, cell),
        cluster.picks_in(between, group.part),
    )


def _shown(
    own: StoredView, group: Group, known: Mapping[str, StoredView], what: Together
) -> StoredView:
    """Return a document's view with what all members say in the place of its own."""
    places = views.places_of(own.kind, what.values)
    every = [known[doc] for doc in group.members]
    view = {
        **own.view,
        "values": {n: v for n, v in what.values.items() if n not in places},
        "contested": {
            name: [
                {**views.candidate_json(said.answer), "member": said.member}
                for said in answers
            ]
            for name, answers in what.contested.items()
        },
        "aliases": own.view["aliases"] or [d for d in group.members if d != own.doc],
        "picks": {
            name: {"member": pick.value, "why": pick.why, **views.origin_json(pick)}
            for name, pick in what.picks.items()
        },
    }
    return replace(
        own,
        sites=tuple(sorted({site for each in every for site in each.sites})),
        newest=max(each.newest for each in every),
        contested=len(what.contested),
        kept=to_json(view),
    )
