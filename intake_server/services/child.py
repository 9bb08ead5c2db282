"""One child's page: everything that is known of one child, read and noted as one act.

Whoever may see a child's person or case sees what hangs on it: the visits, the rows,
the questions. A child that is two records by now is shown as one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any, Final
from uuid import UUID

from intake_server.errors import NotFoundError
from intake_server.security.audit import Act, note_each
from intake_server.security.policy import Principal, may_know, sites
from intake_server.services import publishing, records, undoing
from intake_server.storage import clusters, documents, queue, whole
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import Past, StoredView
from intake_server.storage.queue import QueueItem
from intake_server.storage.whole import Whole
from sync import documents as ids
from sync.change import Change, Write
from sync.effect import REFERENCE
from sync.merge.cells import Version
from sync.merge.identity import KIND as PROPOSAL
from sync.merge.identity import SAME, edge_of
from sync.merge.siblings import KIND

PERSON: Final = "person"
CASE: Final = "case"

_DEEPEST: Final = 4
"""A row hangs on a row, on a visit, on a person."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One form that was filled, and the rows of its repeats."""

    event: StoredView
    rows: tuple[StoredView, ...]


@dataclass(frozen=True, slots=True)
class Unsorted:
    """An answer that was written while the record counted as one with another child.

    ``view`` is the document that it stands on, ``said`` the answer as its view has it,
    ``other`` the other child, where the viewer may see it.
    """

    view: StoredView
    said: Mapping[str, Any]
    other: StoredView | None


@dataclass(frozen=True, slots=True)
class Linked:
    """Two records of a child that are one; ``signed`` are those who said so, and why."""

    one: StoredView
    other: StoredView
    signed: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """Another record that one person says is this child's; ``other`` where it is seen."""

    item: QueueItem
    other: StoredView | None


@dataclass(frozen=True, slots=True)
class Child:
    """What is known of one child.

    ``persons`` are its records, the canonical one first; ``sheets`` what person and
    case say, those of linked records together, the person first; ``rows`` hang on the
    person or the case; visits are the newest first; ``views`` holds every document by
    itself; ``siblings`` are the other children of the family, ``parting`` what is asked
    about any of them who would be apart from the others. ``is_decided_elsewhere`` says
    that the decision on guardianship stands on another child's record too, who is none
    of them.
    """

    persons: tuple[StoredView, ...]
    sheets: tuple[StoredView, ...]
    rows: tuple[StoredView, ...]
    visits: tuple[Visit, ...]
    questions: tuple[QueueItem, ...]
    proposed: tuple[Proposed, ...]
    views: tuple[StoredView, ...]
    sorting: tuple[Unsorted, ...]
    links: tuple[Linked, ...]
    siblings: tuple["Sibling", ...]
    parting: tuple[QueueItem, ...] = ()
    is_decided_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another child of the family, with the case as far as there is one."""

    person: StoredView
    case: StoredView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What is known of one child, for whoever judges it; members as ``Child`` has them."""

    sheets: tuple[StoredView, ...]
    rows: tuple[StoredView, ...]
    visits: tuple[Visit, ...]
    views: tuple[StoredView, ...]
    is_decided_elsewhere: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One change in a child's history: what it says, document by document.

    ``code`` says why it was set aside; None for one that counts. ``is_undone`` says
    that nothing of it stands any more, because it was taken back; ``may_undo`` that the
    viewer may take it back.
    """

    change: Change
    code: str | None
    said: tuple[tuple[StoredView, tuple[Write, ...]], ...]
    is_undone: bool
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A child in a list, its other records, and how many answers are contested."""

    person: StoredView
    contested: int
    others: tuple[StoredView, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """Some children, and the cursor behind the last one; None at the end."""

    children: tuple[Listed, ...]
    cursor: str | None


def one(database: Database, doc: str, *, viewer: Principal, now: datetime) -> Child:
    """Return the child that a document is about.

    Raises:
        NotFoundError: There is no such child, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        found = _gathered(session, doc, viewer)
        note_each(session, _read(found), by=viewer.actor, now=now)
    return found


def told(
    database: Database, doc: str, *, viewer: Principal, now: datetime
) -> tuple[Child, Sequence[Told]]:
    """Return the child that a document is about, and all changes on it, newest first.

    Raises:
        NotFoundError: There is no such child, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        found = _gathered(session, doc, viewer)
        views = {view.doc: view for view in found.views}
        pasts = documents.histories(session, views)
        acts = [*_read(found), *((Act.READ_HISTORY, doc) for doc in views)]
        note_each(session, acts, by=viewer.actor, now=now)
    return found, _told(views, pasts, viewer)


def _read(found: Child) -> list[tuple[Act, str]]:
    return [
        *((Act.READ_RECORD, view.doc) for view in found.views),
        *((Act.LIST_RECORDS, one.person.doc) for one in found.siblings),
    ]


def _told(
    views: Mapping[str, StoredView],
    pasts: Mapping[str, Sequence[Past]],
    viewer: Principal,
) -> Sequence[Told]:
    changes: dict[str, tuple[Change, str | None]] = {}
    said: dict[str, list[tuple[StoredView, tuple[Write, ...]]]] = {}
    for doc, view in views.items():
        for past in pasts.get(doc, ()):
            change = past.change
            changes[change.id] = (change, past.code)
            writes = [edit.w or () for edit in change.edits if edit.doc == doc]
            said.setdefault(change.id, []).extend((view, w) for w in writes)
    gone = undoing.taken_back(changes.values())
    entries = []
    for id_, (change, code) in changes.items():
        places = {(v.doc, write.cell) for v, writes in said[id_] for write in writes}
        is_undone = bool(places) and places <= gone.get(id_, frozenset())
        may_undo = code is None and not is_undone and undoing.may(change, viewer)
        entries.append(Told(change, code, tuple(said[id_]), is_undone, may_undo))
    return sorted(entries, key=lambda e: (e.change.hlc, e.change.id), reverse=True)


def page(
    database: Database,
    *,
    viewer: Principal,
    now: datetime,
    q: str = "",
    cursor: str | None = None,
) -> Listing:
    """Return children that the viewer may see, those that changed last first.

    Raises:
        NotFoundError: No page gave this cursor.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        found = records.found(
            session, viewer=viewer, now=now, q=q, kind=PERSON, cursor=cursor
        )
        own = documents.find_all(session, [ids.case(v.doc) for v in found.views])
        every = (*found.views, *own.values())
        seen = {view.doc: view for view in every}
        seen |= clusters.seen(session, every, publishing.schema(session))
        once = _once(seen[view.doc] for view in found.views)
        others = documents.find_all(session, _aliases(once))
    return Listing(
        tuple(
            Listed(
                view,
                view.contested + _contested(seen.get(ids.case(view.doc))),
                tuple(others[doc] for doc in _aliases([view]) if doc in others),
            )
            for view in once
        ),
        found.cursor,
    )


def waiting(
    database: Database, *, viewer: Principal, now: datetime
) -> tuple[Listed, ...]:
    """Return the children whom forms name by a reference and nobody has received yet.

    Raises:
        AuditError: The read could not be noted.
    """
    found = records.nameless(database, viewer=viewer, now=now)
    return tuple(
        Listed(view, view.contested)
        for view in found
        if is_awaited(view) and not view.view["aliases"]
    )


def is_awaited(person: StoredView) -> bool:
    """Tell whether nothing is known of a person but the reference that a form named.

    Whoever receives or registers a child says more, be it only that consent is refused.
    """
    said = person.view["values"]
    return all(name == REFERENCE or name.startswith("_") for name in said)


def persons_of(session: Session, docs: Iterable[str]) -> Mapping[str, StoredView]:
    """Return, by document, the person that it is about, where there is one."""
    place = {doc: doc for doc in docs if is_document(doc)}
    views: dict[str, StoredView] = {}
    for _ in range(_DEEPEST):
        views.update(documents.find_all(session, set(place.values()) - views.keys()))
        place = {doc: _above(views.get(at), at) for doc, at in place.items()}
    return {
        doc: views[at]
        for doc, at in place.items()
        if at in views and views[at].kind == PERSON
    }


def visible(
    session: Session, docs: Iterable[str], viewer: Principal
) -> Mapping[str, StoredView]:
    """Return, by document, the person that it is about, where the viewer may see them."""
    hanging = tuple(filter(is_document, docs))
    cases, persons = documents.with_persons(session, (), hanging)
    return {
        doc: person
        for doc, person in persons.items()
        if is_visible(viewer, person, cases.get(ids.case(person.doc)))
    }


def is_visible(
    viewer: Principal, person: StoredView, case: StoredView | None = None
) -> bool:
    """Tell whether a child is one of the viewer's."""
    if not may_know(viewer, person.doc):
        return False
    return sites(viewer).meet({*person.sites, *(case.sites if case else ())})


def is_document(text: str) -> bool:
    """Tell whether a text is written as the ids of documents are."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _gathered(session: Session, doc: str, viewer: Principal) -> Child:
    known = whole.of(session, doc) if is_document(doc) else None
    if known is None or not known.persons:
        raise NotFoundError("child", doc)
    persons = known.persons
    cases = tuple(view for view in known.about() if view.kind == CASE)
    if not any(is_visible(viewer, view) for view in (*persons, *cases)):
        raise NotFoundError("child", doc)
    laid, seen = _laid_out(session, known, cases)
    family = {ids.case(one.doc) for one in _family(known)}
    about_us = {view.doc for view in laid.views}
    asked = queue.of_documents(session, {*family, *about_us, *_pairs(known)})
    apart = _would_part(asked, {*family, *(case.doc for case in cases)})
    return Child(
        persons=persons,
        sheets=laid.sheets,
        rows=laid.rows,
        visits=laid.visits,
        questions=tuple(item for item in asked if item.doc in about_us),
        views=laid.views,
        sorting=_sorting(
            session, [seen[v.doc] for v in laid.views if v.doc in seen], viewer
        ),
        proposed=_proposed(session, asked, persons, viewer),
        links=_links(known),
        siblings=_beside(_family(known), known.kin, viewer),
        is_decided_elsewhere=laid.is_decided_elsewhere,
        parting=tuple(item for item in apart if sites(viewer).meet(item.sites)),
    )


def papers(session: Session, doc: str) -> Papers | None:
    """Return what is known of the child that a document is about, whoever asks.

    None where it is about none.
    """
    known = whole.of(session, doc) if is_document(doc) else None
    if known is None or not known.persons:
        return None
    cases = tuple(view for view in known.about() if view.kind == CASE)
    return _laid_out(session, known, cases)[0]


def _laid_out(
    session: Session, known: Whole, cases: tuple[StoredView, ...]
) -> tuple[Papers, Mapping[str, StoredView]]:
    """Return a child's papers, and what linked records say together, by document."""
    events = [view for view in known.about() if view.kind != CASE]
    events = [view for view in events if not view.is_voided]
    events.sort(key=lambda view: view.newest, reverse=True)
    visits = tuple(Visit(event, _rows(known, event)) for event in events)
    sheets = (*known.persons, *cases)
    rows = tuple(row for view in sheets for row in _rows(known, view))
    own = (*sheets, *rows)
    seen = clusters.seen(session, own, publishing.schema(session), known)
    family = {ids.case(one.doc) for one in _family(known)}
    laid = Papers(
        sheets=_once(seen.get(view.doc, view) for view in sheets),
        rows=_once(seen.get(view.doc, view) for view in rows),
        visits=visits,
        views=(*own, *(v for visit in visits for v in (visit.event, *visit.rows))),
        is_decided_elsewhere=bool(known.alike - family),
    )
    return laid, seen


def would_part(session: Session, cases: Iterable[str]) -> Sequence[QueueItem]:
    """Return what is asked about cases of children who would be apart from others."""
    return _would_part(queue.of_documents(session, cases), cases)


def _would_part(
    asked: Iterable[QueueItem], cases: Iterable[str]
) -> Sequence[QueueItem]:
    among = frozenset(cases)
    return [item for item in asked if item.kind == KIND and item.doc in among]


def siblings(
    session: Session, persons: Sequence[StoredView], viewer: Principal
) -> tuple[Sibling, ...]:
    """Return the other children of the family that the viewer may see."""
    found = documents.siblings(session, persons)
    cases = documents.find_all(session, [ids.case(one.doc) for one in found])
    return _beside(found, cases, viewer)


def _family(known: Whole) -> Sequence[StoredView]:
    """Return the other children of the family, whoever may see them, by reference."""
    persons = [v for v in known.kin.values() if v.kind == PERSON and not v.is_voided]
    return sorted(persons, key=lambda view: (view.reference or "", view.doc))


def _beside(
    persons: Iterable[StoredView], cases: Mapping[str, StoredView], viewer: Principal
) -> tuple[Sibling, ...]:
    every = (Sibling(one, cases.get(ids.case(one.doc))) for one in persons)
    return tuple(one for one in every if is_visible(viewer, one.person, one.case))


def _sorting(
    session: Session, views: Iterable[StoredView], viewer: Principal
) -> tuple[Unsorted, ...]:
    entries = [(v, said) for v in views for said in v.view.get("sorting", ())]
    wanted = {said["other"] for _, said in entries}
    known = documents.find_all(session, {*wanted, *map(ids.case, wanted)})
    others = {
        doc: known[doc]
        for doc in wanted & known.keys()
        if is_visible(viewer, known[doc], known.get(ids.case(doc)))
    }
    return tuple(Unsorted(v, said, others.get(said["other"])) for v, said in entries)


def _pairs(known: Whole) -> Iterable[str]:
    """Return how the queue names the pairs of records of which somebody has spoken."""
    edges = map(edge_of, known.links.values())
    return {edge.name for edge in edges if edge is not None}


def _proposed(
    session: Session,
    asked: Iterable[QueueItem],
    persons: Sequence[StoredView],
    viewer: Principal,
) -> tuple[Proposed, ...]:
    """Return what waits for a second person who says that two records are one child."""
    own = {one.doc for one in persons}
    items = [item for item in asked if item.kind == PROPOSAL]
    ends = {item.qid: item.doc.removeprefix("link:").split("|") for item in items}
    others = {doc for pair in ends.values() for doc in pair} - own
    seen = visible(session, others, viewer) if others else {}
    return tuple(
        Proposed(item, next((seen[doc] for doc in ends[item.qid] if doc in seen), None))
        for item in items
    )


def _links(known: Whole) -> tuple[Linked, ...]:
    """Return the pairs among the records of a child that somebody linked."""
    pairs = {ids.link(a.doc, b.doc): (a, b) for a, b in combinations(known.persons, 2)}
    found = []
    for doc, link in known.links.items():
        edge = edge_of(link)
        if doc in pairs and edge is not None and edge.verdicts == {SAME}:
            found.append(Linked(*pairs[doc], edge.signatures))
    return tuple(sorted(found, key=lambda linked: linked.signed[-1].rank))


def _once(views: Iterable[StoredView]) -> tuple[StoredView, ...]:
    """Return what is shown of views, of which those of linked records are alike.

    A record that was made by mistake stands back for one that was not.
    """
    every = tuple(views)
    shown: set[str] = set()
    covered: set[str] = set()
    for view in sorted(every, key=lambda view: view.is_voided or view.is_erased):
        if view.doc not in covered:
            shown.add(view.doc)
            covered |= {view.doc, *view.view["aliases"]}
    return tuple(view for view in every if view.doc in shown)


def _aliases(views: Iterable[StoredView]) -> list[str]:
    return [doc for view in views for doc in view.view["aliases"]]


def _rows(known: Whole, view: StoredView) -> tuple[StoredView, ...]:
    """Return the rows below a document, and those below them."""
    found: list[StoredView] = []
    for row in known.rows_of(view.doc):
        if not row.is_voided:
            found += (row, *_rows(known, row))
    return tuple(found)


def _above(view: StoredView | None, place: str) -> str:
    if view is None or view.kind == PERSON:
        return place
    return view.subject or view.parent or place


def _contested(view: StoredView | None) -> int:
    return view.contested if view else 0
