"""What was decided for a site: decisions and rules that went against its own answers.

Its people are told what, by whom and why, and may disagree: the question is open again
where taking the decision back is theirs, and else a coordinator is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Final

from intake_server.clock import milliseconds
from intake_server.errors import NotFoundError
from intake_server.security.audit import Act, note, note_all
from intake_server.security.policy import Principal
from intake_server.services import child, publishing, undoing
from intake_server.services.authoring import Entropy, Pen, need_reason
from intake_server.storage import changes, documents
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from sync import clock
from sync.change import Change, Write
from sync.merge import overruling
from sync.merge.cells import Document, Version
from sync.merge.heads import versions
from sync.merge.overruling import Overruled
from sync.merge.schema import Schema
from sync.merge.talk import OBJECT, TALK, Entry

LATELY: Final = timedelta(days=14)
_MOST: Final = 200
_KINDS: Final = ("person", "case", "relation")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of the viewer's site that another one stands above, and whose it is."""

    view: StoredView
    child: StoredView
    overruled: Overruled


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What somebody disagrees with, and why; ``mark`` is the same if it is sent again."""

    doc: str
    cell: str
    change: str
    reason: str
    mark: str


def lately(database: Database, *, viewer: Principal, now: datetime) -> tuple[Told, ...]:
    """Return what was decided or joined against the viewer's site, newest first.

    Raises:
        AuditError: The read could not be noted.
    """
    since = clock.at(milliseconds(now - LATELY))
    with database.transaction() as session:
        found = documents.recent(session, _KINDS, viewer.site, since=since, limit=_MOST)
        schema = publishing.schema(session)
        told = _told(session, found, schema, viewer.site)
        people = child.visible(session, [view.doc for view, _ in told], viewer)
        shown = [view.doc for view, _ in told] or [""]
        note_all(session, Act.LIST_RECORDS, shown, by=viewer.actor, now=now)
    entries = [
        Told(view, people[view.doc], one) for view, one in told if view.doc in people
    ]
    entries.sort(key=lambda entry: entry.overruled.stands.rank, reverse=True)
    return tuple(entries)


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
) -> list[tuple[StoredView, Overruled]]:
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
    named = {id_ for _, _, decision in decisions for id_ in decision.preds}
    before = changes.find_all(session, named)
    for view, cell, decision in decisions:
        said = _versions(view.doc, cell, (before.get(i) for i in decision.preds))
        one = overruling.decided(cell, decision, said, schema, site)
        if one is not None:
            told.append((view, one))
    return told


def _versions(
    doc: str, cell: str, told: Iterable[Change | None]
) -> Mapping[str, Version]:
    return {
        change.id: version
        for change in told
        if change is not None
        for edit in change.edits
        if edit.doc == doc and (version := versions(change, edit).get(cell))
    }


def _is_decision(change: Change) -> bool:
    return any(write.act == "resolve" for e in change.edits for write in e.w or ())
