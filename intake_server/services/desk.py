"""What a person at a desk sees of the questions: which wait, and all around one of them.

``merging`` says who may see a question and notes that they did; this adds what it takes
to judge it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from intake_server.errors import NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, note_all, note_each
from intake_server.security.policy import Principal
from intake_server.services import (
    authors,
    child,
    labels,
    merging,
    publishing,
    quarantine,
    records,
    triage,
    undoing,
)
from intake_server.services.authors import Author
from intake_server.services.labels import Labels, Texts
from intake_server.services.quarantine import Evidence
from intake_server.storage import changes, documents, queue
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from intake_server.storage.queue import QueueItem
from sync import documents as ids
from sync.change import Change
from sync.merge import siblings, talk
from sync.merge.schema import Schema
from sync.merge.talk import Entry

LINK: Final = "link:"
_EVENT: Final = "event"


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that names things: labels, rules, authors by actor, sites by name."""

    labels: Labels
    schema: Schema
    authors: Mapping[str, Author]
    sites: Mapping[str, Texts]


@dataclass(frozen=True, slots=True)
class Listed:
    """A question in the list; ``child`` is None where the viewer may not know whose."""

    item: QueueItem
    child: StoredView | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some questions, and the cursor behind the last one; None at the end."""

    questions: tuple[Listed, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A question with what it takes to judge it.

    ``children`` are one person, or the two of a link; ``record`` the document that it
    is about, ``counterpart`` the one that a rule compares it with, and ``others`` the
    other questions about it; ``changes`` who wrote the answers, by change id; ``events``
    the visits at which they were written, by document; ``evidence`` the form behind what
    was set aside, ``talk`` what people said about the question, and ``siblings`` the
    other children of the family, where it is about all of them.
    """

    item: QueueItem
    children: tuple[StoredView, ...] = ()
    record: StoredView | None = None
    counterpart: StoredView | None = None
    others: tuple[QueueItem, ...] = ()
    changes: Mapping[str, Change]
    events: Mapping[str, StoredView] = field(default_factory=dict)
    evidence: Evidence | None = None
    talk: tuple[Entry, ...] = ()
    siblings: tuple[child.Sibling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A question that is open no longer, and what its cell says now.

    ``decision`` is the newest decision on it that stands; ``may_undo`` tells whether the
    viewer may take it back.
    """

    kind: str
    doc: str
    cell: str
    child: StoredView | None
    record: StoredView | None
    decision: Change | None
    may_undo: bool

    @property
    def value(self) -> Any:
        """What stands now; None where nothing does."""
        return self.record.view["values"].get(self.cell) if self.record else None

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that the record belongs to."""
        return self.record.sites if self.record else ()

    @property
    def is_contested(self) -> bool:
        """Whether the cell is in question again, or still."""
        return self.record is not None and self.cell in self.record.view["contested"]


def events_of(change: Change) -> tuple[str, ...]:
    """Return the visits that a change writes on; for a form that was sent, its own."""
    return tuple(edit.doc for edit in change.edits if edit.type == _EVENT)


def words(database: Database, actors: Iterable[str] = ()) -> Words:
    """Return what it takes to say things in words.

    Args:
        database: The store.
        actors: Whose names are wanted.
    """
    with database.reading() as session:
        known = authors.known(session, actors)
        return Words(
            labels.of(session, known.sources),
            publishing.schema(session, known.sources),
            known.authors,
            known.sites,
        )


def page(  # noqa: PLR0913 - one argument a thing that can be asked for
    database: Database,
    *,
    viewer: Principal,
    now: datetime,
    kind: str | None = None,
    site: str | None = None,
    mine: bool = False,
    spelling: bool | None = None,
    cursor: str | None = None,
) -> Page:
    """Return open questions, the most serious first, and whose they are.

    Raises:
        NotFoundError: No page gave this cursor.
        AuditError: The read could not be noted.
    """
    found = merging.page(
        database,
        viewer=viewer,
        now=now,
        kind=kind,
        site=site,
        mine=mine,
        spelling=spelling,
        cursor=cursor,
    )
    with database.reading() as session:
        return Page(listed(session, found.items, viewer), found.cursor)


def listed(
    session: Session, items: Sequence[QueueItem], viewer: Principal
) -> tuple[Listed, ...]:
    """Return questions with whose they are, as far as the viewer may know it."""
    shown = child.visible(session, map(subject, items), viewer)
    return tuple(Listed(item, shown.get(subject(item))) for item in items)


def waiting(database: Database, viewer: Principal, *, most: int) -> int:
    """Return how many questions wait for the viewer to decide, ``most`` at the most."""
    with database.reading() as session:
        return queue.waiting(
            session,
            site=records.only(policy.sites(viewer)),
            owners=policy.owners(viewer),
            most=most,
        )


def following(
    database: Database, viewer: Principal, *, behind: str | None = None
) -> str | None:
    """Return the question that the viewer should decide next; None when none waits.

    One that they answered just now and that takes another one too does not come again.
    """
    with database.reading() as session:
        found = queue.page(
            session,
            site=records.only(policy.sites(viewer)),
            owners=policy.owners(viewer),
            with_provisional=False,
        )
    answerable = (
        item.qid
        for item in merging.known_to(viewer, found.items)
        if item.kind in merging.VERBS and item.qid != behind
    )
    return next(answerable, None)


def file(database: Database, qid: str, *, viewer: Principal, now: datetime) -> File:
    """Return an open question with what it takes to judge it.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.reading() as session:
        item = merging.visible(session, qid, viewer)
    return around(database, item, viewer=viewer, now=now)


def around(
    database: Database, item: QueueItem, *, viewer: Principal, now: datetime
) -> File:
    """Return what it takes to judge a question that the viewer has been given.

    Raises:
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        read = (Act.READ_ITEM, item.qid)
        if item.kind == triage.KIND:
            note_each(session, [read], by=viewer.actor, now=now)
            held = quarantine.evidence(session, item, viewer=viewer, now=now)
            return File(item=item, changes={}, evidence=held)
        docs = item.doc.removeprefix(LINK).split("|")
        persons = child.visible(session, docs, viewer)
        children = tuple(persons[doc] for doc in docs if doc in persons)
        known = {
            past.change.id: past.change
            for doc in docs
            for past in _history(session, doc)
        }
        visits = _visits(item, known)
        views = documents.find_all(session, {docs[0], *visits}) if children else {}
        record = views.get(docs[0])
        events = {doc: view for doc, view in views.items() if doc in visits}
        counterpart = _counterpart(session, item, record) if record else None
        asked = queue.of_document(session, item.doc) if record else ()
        beside = _siblings(session, item, children, viewer)
        others = [one.person for one in beside]
        shown = (*children, record, counterpart, *events.values(), *others)
        seen = dict.fromkeys(view.doc for view in shown if view)
        acts = [read, *((Act.READ_RECORD, doc) for doc in seen)]
        note_each(session, acts, by=viewer.actor, now=now)
        behind = quarantine.evidence(session, item, viewer=viewer, now=now)
    return File(
        item=item,
        children=children,
        record=record,
        counterpart=counterpart,
        others=tuple(one for one in asked if one.qid != item.qid),
        changes=known,
        events=events,
        evidence=behind,
        talk=talk.about(record.view["values"], item.key) if record else (),
        siblings=beside,
    )


def form(
    database: Database, qid: str, change: str, *, viewer: Principal, now: datetime
) -> tuple[QueueItem, StoredView, Change]:
    """Return a question, whose it is, and all that was said with one of its answers.

    Raises:
        NotFoundError: There is no such question or answer, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    item = merging.item(database, qid, viewer=viewer, now=now)
    if change not in item.heads:
        raise NotFoundError("change", change)
    with database.transaction() as session:
        person = child.visible(session, [subject(item)], viewer).get(subject(item))
        said = changes.find(session, change)
        if person is None or said is None:
            raise NotFoundError("change", change)
        docs = [edit.doc for edit in said.edits]
        note_all(session, Act.READ_RECORD, docs, by=viewer.actor, now=now)
    return item, person, said


def settled(database: Database, qid: str, *, viewer: Principal) -> Settled:
    """Return what became of a question that was open once.

    Raises:
        NotFoundError: There never was one, or it is not for the viewer.
    """
    with database.reading() as session:
        former = queue.formerly(session, qid)
        if former is None:
            raise NotFoundError("item", qid)
        doc = former.doc.removeprefix(LINK).partition("|")[0]
        person = child.persons_of(session, [doc]).get(doc)
        if person is None or not _is_visible(session, person, viewer):
            raise NotFoundError("item", qid)
        record = documents.find(session, doc)
        is_signed = former.kind == siblings.KIND
        decision = _decision(session, doc, siblings.LOG if is_signed else former.key)
    return Settled(
        kind=former.kind,
        doc=former.doc,
        cell=former.key.partition("/")[0],
        child=person,
        record=record,
        decision=decision,
        may_undo=decision is not None and undoing.may(decision, viewer),
    )


def _decision(session: Session, doc: str, key: str) -> Change | None:
    """Return the newest decision on a cell, or entry of a log, that still stands."""
    told = tuple(_history(session, doc))
    gone = undoing.taken_back((past.change, past.code) for past in told)
    for past in told:
        said = {
            write.cell
            for edit in past.change.edits
            for write in edit.w or ()
            if (write.act == "resolve" or write.n == siblings.LOG)
            and past.code is None
            and key in (write.cell, write.n)
        }
        if {(doc, cell) for cell in said} - gone.get(past.change.id, frozenset()):
            return past.change
    return None


def subject(item: QueueItem) -> str:
    """Return the document that a question is about; of a link, the first person."""
    return item.doc.removeprefix(LINK).partition("|")[0]


def _siblings(
    session: Session,
    item: QueueItem,
    children: Sequence[StoredView],
    viewer: Principal,
) -> tuple[child.Sibling, ...]:
    """Return the other children of the family, where the question is about them too."""
    if item.kind != siblings.KIND or not children:
        return ()
    return child.siblings(session, children, viewer)


def _counterpart(
    session: Session, item: QueueItem, record: StoredView
) -> StoredView | None:
    """Return the document that holds the other answer of a rule; often it is the same."""
    if item.kind != "rule":
        return record
    checks = publishing.schema(session).checks
    of = {check.id: check.of for check in checks}.get(item.cell)
    if of is None:
        return record
    doc = record.subject if of == "subject" else record.parent
    return documents.find(session, doc) if doc else None


def _history(session: Session, doc: str) -> Iterable[documents.Past]:
    try:
        return documents.history(session, doc)
    except ValueError:
        return ()


def _visits(item: QueueItem, known: Mapping[str, Change]) -> set[str]:
    """Return the visits at which the answers of a question were written."""
    written = [known[c["change"]] for c in item.candidates if c["change"] in known]
    return {doc for change in written for doc in events_of(change)}


def _is_visible(session: Session, person: StoredView, viewer: Principal) -> bool:
    case = documents.find(session, ids.case(person.doc))
    return child.is_visible(viewer, person, case)
