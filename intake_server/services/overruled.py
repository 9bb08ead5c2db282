"""What was decided for a site: decisions and rules that went against its own answers.

Its people are told what, by whom and why, and may disagree: the question is open again
where taking the decision back is theirs, and else a coordinator is asked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Final

from intake_server.clock import milliseconds
from intake_server.errors import NotFoundError
from intake_server.security.audit import Act, note, note_all
from intake_server.security.policy import Principal
from intake_server.services import child, publishing, undoing
from intake_server.services.authoring import Entropy, Pen, need_reason
from intake_server.storage import changes, documents, standing, visits
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from sync import clock
from sync.change import Change, Write
from sync.merge import overruling, talk
from sync.merge.cells import Document, Version
from sync.merge.overruling import Overruled
from sync.merge.schema import Schema
from sync.merge.talk import OBJECT, TALK, Entry

LATELY: Final = timedelta(days=14)
_MOST: Final = 200
_PAGE: Final = "decided"
_KINDS: Final = ("person", "case", "relation")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of the viewer's site that another one stands above, and whose it is."""

    view: StoredView
    child: StoredView
    overruled: Overruled


@dataclass(frozen=True, slots=True)
class Answered:
    """What the viewer's site objected to, and the answer that has come; ``by`` gave it."""

    view: StoredView
    child: StoredView
    objection: Entry
    answer: Entry
    by: Version


@dataclass(frozen=True, slots=True)
class Lately:
    """What was decided or joined against a site, and what was answered to it.

    ``came`` says when changes came here, in milliseconds since 1970-01-01T00:00Z.
    """

    told: tuple[Told, ...]
    answered: tuple[Answered, ...]
    came: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What somebody disagrees with, and why; ``mark`` is the same if it is sent again."""

    doc: str
    cell: str
    change: str
    reason: str
    mark: str


def lately(database: Database, *, viewer: Principal, now: datetime) -> Lately:
    """Return what was decided or joined against the viewer's site, newest first.

    The viewer has been here by that: an answer to an objection is new until the next
    visit.

    Raises:
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        before = visits.note(session, viewer.actor, _PAGE, now)
        found = _read(session, viewer, now)
        shown = [one.view.doc for one in found.told]
        shown = [*shown, *(one.view.doc for one in found.answered)] or [""]
        note_all(session, Act.LIST_RECORDS, shown, by=viewer.actor, now=now)
    new = (one for one in found.answered if _is_new(found.came, [one.by], before))
    return replace(found, answered=tuple(new))


def count(database: Database, *, viewer: Principal, now: datetime) -> int:
    """Return how much of that has come since the viewer looked, and not by their hand."""
    with database.reading() as session:
        before = visits.last(session, viewer.actor, _PAGE)
        found = _read(session, viewer, now)
        versions = [
            [
                one.overruled.stands,
                *([one.overruled.own] if one.overruled.policy else []),
            ]
            for one in found.told
            if one.overruled.stands.author != viewer.actor
        ]
        versions += [
            [one.by] for one in found.answered if one.by.author != viewer.actor
        ]
    return sum(1 for said in versions if _is_new(found.came, said, before))


def _read(session: Session, viewer: Principal, now: datetime) -> Lately:
    """Return what was decided against a site lately, and all answers to it."""
    since = clock.at(milliseconds(now - LATELY))
    found = documents.recent(session, _KINDS, viewer.site, since=since, limit=_MOST)
    schema = publishing.schema(session)
    answers = [
        (view, *said)
        for view, known in found
        for said in talk.answers(known, viewer.site)
    ]
    further = {(view.doc, head.version.id) for view, _, _, head in answers}
    told, came = _told(session, found, schema, viewer.site, further)
    docs = {view.doc for view, _ in told} | {view.doc for view, *_ in answers}
    people = child.visible(session, docs, viewer)
    entries = [
        Told(view, people[view.doc], one) for view, one in told if view.doc in people
    ]
    entries.sort(key=lambda entry: entry.overruled.stands.rank, reverse=True)
    answered = [
        Answered(view, people[view.doc], objection, answer, head.version)
        for view, objection, answer, head in answers
        if view.doc in people
    ]
    answered.sort(key=lambda entry: entry.by.rank, reverse=True)
    return Lately(tuple(entries), tuple(answered), came)


def _is_new(
    came: Mapping[str, int], said: Iterable[Version], before: datetime | None
) -> bool:
    """Tell whether one of these came here after a moment; all did after none."""
    at = max((came.get(version.id, 0) for version in said), default=0)
    return before is None or at > milliseconds(before)


def disagree(
    database: Database,
    said: Objection,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str | None:
    """Disagree with what stands; return the question that is open again, if one is.

    Raises:
        NotFoundError: Nothing of the kind stands there, or it is not for this person.
        InvalidRequestError: No reason is given.
    """
    need_reason(said.reason)
    with database.transaction() as session:
        decision = changes.find(session, said.change)
        views = child.visible(session, [said.doc], by)
        known = documents.document(session, said.doc)
        if decision is None or known is None or said.doc not in views:
            raise NotFoundError("decision", said.change)
        if said.cell not in known.cells:
            raise NotFoundError("cell", said.doc)
        is_decision = _is_decision(decision)
        if not (is_decision and undoing.may(decision, by)):
            _object(session, said, known, by=by, now=now, entropy=entropy)
            return None
    undone = undoing.undo(
        database, said.change, said.reason, by=by, now=now, entropy=entropy
    )
    return undone.opened[0].qid if undone.opened else None


def _object(
    session: Session,
    said: Objection,
    known: Document,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy,
) -> None:
    entry = Entry(verb=OBJECT, about=said.cell, text=said.reason, site=by.site)
    write = Write(n=TALK, e=said.mark, v=entry.value)
    if write.cell in known.cells:
        return
    pen = Pen(session, now=now, entropy=entropy)
    change = pen.decide({(said.doc, known.kind): [write]}, by=by)
    pen.take_in([change])
    note(session, Act.TALK, said.doc, by=by.actor, now=now, change=change.id)


def _told(
    session: Session,
    found: Sequence[tuple[StoredView, Document]],
    schema: Schema,
    site: str,
    further: Collection[tuple[str, str]],
) -> tuple[list[tuple[StoredView, Overruled]], Mapping[str, int]]:
    """Return what went against a site, and when that and further changes came."""
    told = [
        (view, one)
        for view, known in found
        for one in overruling.joined(known, schema, site)
    ]
    decisions = [
        (view, cell, decision)
        for view, known in found
        for cell, decision in overruling.decisions(known, site)
    ]
    named = {(v.doc, id_) for v, _, one in decisions for id_ in (*one.preds, one.id)}
    named |= {(v.doc, one.id) for v, both in told for one in (both.own, both.stands)}
    written, came = standing.come(session.connection(), {*named, *further})
    for view, cell, decision in decisions:
        before = (written.get((view.doc, id_), {}) for id_ in decision.preds)
        said = {v.id: v for known in before if (v := known.get(cell))}
        one = overruling.decided(cell, decision, said, schema, site)
        if one is not None:
            told.append((view, one))
    return told, came


def _is_decision(change: Change) -> bool:
    return any(write.act == "resolve" for e in change.edits for write in e.w or ())
