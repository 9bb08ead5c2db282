"""A centre's day: who is here and who comes, what is due, and what is new.

All of it is read in sets, so a page asks the store as often for one child as for many.
A child that is sent here is shown before the case is this centre's, by name and code
alone: who waits at the door must know whom to expect.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from intake_server.clock import milliseconds
from intake_server.errors import NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, last_noted, note_all
from intake_server.security.policy import Principal
from intake_server.services import child, publishing
from intake_server.services.child import Child
from intake_server.storage import boards, clusters, documents, queue
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from intake_server.storage.queue import QueueItem
from sync import clock
from sync import documents as ids
from sync.merge import siblings
from sync.merge.calendar import days_after
from sync.merge.cells import name_of
from sync.merge.duties import ARRIVAL, CONSENTED, STAY, TASK, rule_of
from sync.merge.duties import Rule as TaskRule
from sync.merge.siblings import KIND

_Shown = TypeVar("_Shown", boards.Posted, StoredView)

NOTE: Final = "shift_note"
"""A log on a site's document: what one shift leaves to the next."""
AHEAD_DAYS: Final = 7
MOST: Final = 100
"""So many rows of a board are shown."""
_FIRST: Final = ("", "", "")
_MOST_NEW: Final = 20
_SHIFT: Final = timedelta(hours=4)
"""Who comes back sooner has not been away."""
_FOURTEEN: Final = "fourteen"
_INTERPRETED: Final = "interpreted"
_OPIKA: Final = "opika"
"""Guardianship, which a child outgrows."""
_ENDED: Final = frozenset({"closed", "deceased"})
_KNOWN_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "not_now/name": ("family_name", "given_name", "name_called"),
    "not_now/age": ("birth", "age_at_return"),
    "not_now/siblings": ("sibling_group",),
}
"""What is asked no more once the child's record says one of these."""


_FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "arrival": (siblings.TRANSFER,),
    "bounced": (siblings.TRANSFER,),
    "review": (siblings.PLACEMENT,),
    "end_missing": (siblings.PLACEMENT,),
    "siblings": (siblings.CELL, siblings.PLACEMENT, siblings.TRANSFER),
}
"""From what on the case a line follows that counts a child as somewhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a board: what, about whom, since when and until when.

    ``due`` is a day, a moment, or the last day there is for what has no end; ``doc`` is
    the document that it stands on; ``whose`` stands for the child, whose other records
    with their cases are ``linked``.
    """

    doc: str
    key: str
    board: str
    at: str
    due: str
    role: str
    person: StoredView | None
    case: StoredView | None
    whose: str
    linked: tuple[StoredView, ...] = ()

    @property
    def rule(self) -> TaskRule:
        """What kind of task it is, and what closes it."""
        return rule_of(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the first page of a centre shows.

    ``notes`` are the entries of its log, the newest first; ``changed`` are children of
    whom something new is known since ``since``; ``questions`` counts those of the
    viewer by severity. ``parting`` are children who would be apart from brothers and
    sisters: until that is in force they are not expected there, and no task follows.
    """

    site: str
    arrivals: tuple[Entry, ...]
    stays: tuple[Entry, ...]
    tasks: tuple[Entry, ...]
    is_cut: bool
    notes: tuple[Mapping[str, Any], ...]
    since: datetime | None
    changed: tuple[StoredView, ...]
    questions: Mapping[int, int]
    parting: tuple["Parting", ...] = ()


@dataclass(frozen=True, slots=True)
class Parting:
    """A question whether a child shall be apart; whose it is, and the case."""

    item: QueueItem
    person: StoredView | None
    case: StoredView | None


def of(
    database: Database,
    site: str,
    *,
    viewer: Principal,
    now: datetime,
    today: date,
) -> Day:
    """Return the day of a centre; the read is noted.

    Raises:
        NotFoundError: It is not the viewer's centre.
        AuditError: The read could not be noted.
    """
    see_site(viewer, site)
    until = days_after(today, AHEAD_DAYS).isoformat() + "T24"
    limits = {TASK: (until, MOST), ARRIVAL: ("9999", MOST), STAY: ("9999-99", MOST)}
    with database.transaction() as session:
        rows = _known_to(viewer, boards.standing(session, site, limits))
        since = last_noted(
            session, Act.READ_DAY, _visits(viewer, site), before=now - _SHIFT
        )
        changed = _known_to(viewer, _changed(session, site, since))
        joined = boards.joined(session, {row.owner for row in rows})
        found = queue.page(session, kind=KIND, site=site)
        items = [one for one in found.items if policy.may_know(viewer, one.qid)]
        known = _around(session, rows, joined, site, changed, items)
        entries = [_entry(row, known, joined) for row in rows]
        parting = tuple(_parting(item, known) for item in items)
        children = [*(e.person for e in entries), *(one.person for one in parting)]
        shown = [person.doc for person in children if person]
        note_all(session, Act.LIST_RECORDS, sorted({*shown}), by=viewer.actor, now=now)
        note_all(
            session, Act.READ_DAY, [_visits(viewer, site)], by=viewer.actor, now=now
        )
        questions = queue.by_severity(session, site)
    pending = {one.item.doc: one.item for one in parting}
    standing = [
        entry
        for entry in entries
        if not _is_done(entry, joined) and not _waits(entry, pending)
    ]
    by_board = {
        board: _once(entry for entry in standing if entry.board == board)
        for board in limits
    }
    return Day(
        site=site,
        arrivals=by_board[ARRIVAL],
        stays=by_board[STAY],
        tasks=by_board[TASK],
        is_cut=any(
            len([1 for r in rows if r.board == board]) == MOST for board in limits
        ),
        notes=_notes(known.get(ids.site(site))),
        since=since,
        changed=_persons(changed, known),
        questions=questions,
        parting=parting,
    )


def here(
    database: Database, site: str, *, viewer: Principal, now: datetime
) -> tuple[Entry, ...]:
    """Return who is in a centre, with what linked records say of each together.

    Raises:
        NotFoundError: It is not the viewer's centre.
        AuditError: The read could not be noted.
    """
    see_site(viewer, site)
    with database.transaction() as session:
        every_row = boards.standing(session, site, {STAY: ("9999-99", MOST)})
        rows = _known_to(viewer, every_row)
        joined = boards.joined(session, {row.owner for row in rows})
        known = dict(_around(session, rows, joined, site))
        of_children = [v for v in known.values() if v.kind in ("person", "case")]
        schema = publishing.schema(session)
        known.update(clusters.seen(session, of_children, schema))
        every = (_entry(row, known, joined) for row in rows)
        entries = _once(entry for entry in every if not _is_done(entry, joined))
        shown = [e.case.doc for e in entries if e.case]
        note_all(session, Act.READ_RECORD, shown, by=viewer.actor, now=now)
    return entries


def of_child(
    database: Database, found: Child, *, viewer: Principal
) -> tuple[Entry, ...]:
    """Return what has to be done about a child that was just read, at the viewer's sites.

    Linked records are one child: a task stands once, and a word on one record closes it
    on the other.
    """
    mine = policy.sites(viewer)
    persons = {one.doc for one in found.persons}
    with database.reading() as session:
        docs = [view.doc for view in found.views]
        rows = boards.of_children(session, persons, docs)
        joined = boards.joined(session, persons)
    known = {view.doc: view for view in found.views}
    first = found.persons[0].doc
    entries = [
        _entry(
            replace(row, owner=row.owner if row.owner in persons else first),
            known,
            joined,
        )
        for row in rows
        if row.board == TASK and row.site in mine
    ]
    return _once(entry for entry in entries if not _is_done(entry, joined))


def tasks(
    database: Database,
    site: str,
    *,
    viewer: Principal,
    now: datetime,
    after: tuple[str, str, str] = _FIRST,
) -> tuple[tuple[Entry, ...], tuple[str, str, str] | None]:
    """Return tasks of a centre, whenever they are due, and behind which to go on.

    Nothing is behind where the second is None. A child's task may come on two pages.

    Raises:
        NotFoundError: It is not the viewer's centre.
        AuditError: The read could not be noted.
    """
    see_site(viewer, site)
    with database.transaction() as session:
        rows = boards.further(session, site, after=after, limit=MOST)
        mine = _known_to(viewer, rows)
        joined = boards.joined(session, {row.owner for row in mine})
        known = _around(session, mine, joined, site)
        entries = [_entry(row, known, joined) for row in mine]
        open_still = _once(e for e in entries if not _is_done(e, joined))
        shown = sorted({e.person.doc for e in open_still if e.person})
        note_all(session, Act.LIST_RECORDS, shown, by=viewer.actor, now=now)
    last = rows[-1] if len(rows) == MOST else None
    return open_still, (last.due, last.doc, last.key) if last else None


def see_site(viewer: Principal, site: str) -> None:
    """See that somebody may look at the day of a site.

    Raises:
        NotFoundError: They may not.
    """
    if site not in policy.sites(viewer):
        raise NotFoundError("site", site)


def _known_to(viewer: Principal, shown: Iterable[_Shown]) -> Sequence[_Shown]:
    """Return what is about no child who is withheld from somebody."""
    return [one for one in shown if policy.may_know(viewer, one.doc)]


def is_answered(entry: Entry) -> bool:
    """Tell whether nothing has to be done any more, from what else is known."""
    own = (view for view in (entry.person, entry.case) if view is not None)
    said = [view.view["values"] for view in (*own, *entry.linked)]
    if any(values.get("case_status") in _ENDED for values in said):
        return True
    if entry.key == _FOURTEEN:
        return not any(map(_is_under_guardianship, (entry.case, *entry.linked)))
    if entry.key == _INTERPRETED:
        return not any(values.get("consent_intake") in CONSENTED for values in said)
    names = _KNOWN_BY.get(entry.key, ())
    return any(values.get(name) for values in said for name in names)


def _is_done(entry: Entry, joined: boards.Joined) -> bool:
    """Tell whether a word on another record of the child ends it, or all that is known.

    Who is expected or here is so whatever is known otherwise.
    """
    if joined.is_done(entry.whose, entry.key, entry.at):
        return True
    return entry.board == TASK and is_answered(entry)


def _is_under_guardianship(case: StoredView | None) -> bool:
    placement = case.view["values"].get(siblings.PLACEMENT) if case else None
    return isinstance(placement, Mapping) and placement.get("care_type") == _OPIKA


def _parting(item: QueueItem, known: Mapping[str, StoredView]) -> Parting:
    case = known.get(item.doc)
    person = known.get(case.subject) if case and case.subject else None
    return Parting(item, person, case)


def _waits(entry: Entry, pending: Mapping[str, QueueItem]) -> bool:
    """Tell whether a line follows from what is not in force until it is signed.

    Who is in a centre stands on its list all the same: somebody must look after them.
    """
    item = pending.get(entry.case.doc) if entry.case else None
    if item is None or entry.case is None:
        return False
    follows = _FOLLOWS.get(name_of(entry.key), ())
    behind = {h for cell in follows for h in entry.case.view["heads"].get(cell, ())}
    return not behind.isdisjoint(item.heads)


def _visits(viewer: Principal, site: str) -> str:
    return f"day:{site}:{viewer.actor}"


def _changed(
    session: Session, site: str, since: datetime | None
) -> Sequence[StoredView]:
    if since is None:
        return ()
    hlc = clock.at(milliseconds(since))
    return documents.changed(session, "case", site=site, since=hlc, limit=_MOST_NEW)


def _around(
    session: Session,
    rows: Iterable[boards.Posted],
    joined: boards.Joined,
    site: str,
    changed: Iterable[StoredView] = (),
    parting: Iterable[QueueItem] = (),
) -> Mapping[str, StoredView]:
    """Return the persons and cases of rows, and the site's own document, by id.

    A row that names no child hangs on a case, which names one. What is linked with a
    child is there too, and what questions whether a child shall be apart are about.
    """
    loose = {row.owner for row in rows if row.owner == row.doc}
    owners = {row.owner for row in rows}
    owners |= {one for owner in owners for one in joined.members.get(owner, ())}
    owners |= {view.subject for view in changed if view.subject}
    wanted = {*owners, *(ids.case(owner) for owner in owners), ids.site(site)}
    wanted |= {item.doc for item in parting}
    views, persons = documents.with_persons(
        session, wanted, {*loose, *(item.doc for item in parting)}
    )
    return {**views, **{doc: persons[doc] for doc in loose & persons.keys()}}


def _entry(
    row: boards.Posted, known: Mapping[str, StoredView], joined: boards.Joined
) -> Entry:
    person = known.get(row.owner)
    if person is None or person.kind != child.PERSON:
        person = None
    whose = person.doc if person else row.doc
    others = [one for one in joined.members.get(whose, ()) if one != whose]
    linked = (known.get(doc) for one in others for doc in (one, ids.case(one)))
    return Entry(
        doc=row.doc,
        key=row.key,
        board=row.board,
        at=row.at,
        due=row.due,
        role=row.role,
        person=person,
        case=known.get(ids.case(person.doc)) if person else None,
        whose=joined.child(whose),
        linked=tuple(view for view in linked if view is not None),
    )


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return each task of a child once, with its earliest deadline."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        what = entry.doc if entry.key == "referral" else entry.key
        found.setdefault((entry.whose, what), entry)
    return tuple(found.values())


def _persons(
    changed: Iterable[StoredView], known: Mapping[str, StoredView]
) -> tuple[StoredView, ...]:
    subjects = (view.subject for view in changed if view.subject)
    return tuple(known[doc] for doc in dict.fromkeys(subjects) if doc in known)


def _notes(site: StoredView | None) -> tuple[Mapping[str, Any], ...]:
    said = site.view["values"].get(NOTE) if site else None
    entries = said if isinstance(said, list) else []
    whole = [e for e in entries if isinstance(e, Mapping) and e.get("value")]
    return tuple(reversed(whole))
