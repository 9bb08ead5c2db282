"""What somebody at a desk begins with: what could harm a child now, then child by child.

However much waits, the store is asked the same few things.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from intake_server.clock import milliseconds
from intake_server.errors import NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, note_all
from intake_server.security.policy import Principal
from intake_server.services import child, desk, merging, records
from intake_server.services.desk import Listed
from intake_server.storage import documents, queue, visits
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from intake_server.storage.queue import QueueItem, Tally

MOST: Final = 20
"""So many questions stand under "today": what one person can settle in a day."""

OLD: Final = timedelta(days=3)
"""A question that was asked before that is old."""

LATELY: Final = timedelta(days=7)

_HARMFUL: Final = 3
_PAGE: Final = "queue"


@dataclass(frozen=True, slots=True)
class Family:
    """All that waits about one child; ``above`` says how much of it stands under today."""

    child: StoredView
    questions: tuple[Listed, ...]
    above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What waits, in the order in which it is best looked at.

    ``turn`` is what people ask the viewer about, or have answered; ``urgent`` could harm
    a child now, ``children`` have further questions, ``rest`` is about nobody that is
    known here, ``provisional`` waits for an earlier edit. ``cursor`` leads to what is
    not shown.
    """

    turn: tuple[Listed, ...]
    urgent: tuple[Listed, ...]
    children: tuple[Family, ...]
    rest: tuple[Listed, ...]
    provisional: tuple[Listed, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Load:
    """How much waits, by severity and kind, and how much was decided here lately.

    ``since`` is when the viewer was here before; None on their first visit.
    """

    tallies: Mapping[tuple[int, str], Tally]
    closed: int
    since: datetime | None

    def total(self) -> Tally:
        """Return all of it together."""
        every = self.tallies.values()
        return Tally(
            sum(one.open for one in every),
            sum(one.new for one in every),
            sum(one.old for one in every),
        )


def load(database: Database, *, viewer: Principal, now: datetime) -> Load:
    """Return how much waits; the viewer has been here by that."""
    with database.transaction() as session:
        before = visits.note(session, viewer.actor, _PAGE, now)
        tallies, closed = queue.tally(
            session,
            new_ms=milliseconds(before or now),
            old_ms=milliseconds(now - OLD),
            lately=now - LATELY,
            site=records.only(policy.sites(viewer)),
        )
    return Load(tallies, closed, before)


def open_on(database: Database, *, viewer: Principal, now: datetime) -> Today:
    """Return what waits, each question noted as shown.

    Raises:
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        turns = turns_of(viewer)
        found = queue.opening(session, turns, site=records.only(policy.sites(viewer)))
        items = merging.known_to(viewer, found.items)
        people = child.visible(session, map(desk.subject, items), viewer)
        whose = {doc: one.doc for doc, one in people.items()}
        views = {one.doc: one for one in people.values()}
        further, below = _about(session, views, viewer)
        whose = {**below, **whose}
        every = tuple({item.qid: item for item in (*items, *further)}.values())
        shown = [item.qid for item in every] or [""]
        note_all(session, Act.LIST_QUEUE, shown, by=viewer.actor, now=now)
    listed = [
        Listed(item, views.get(whose.get(desk.subject(item), ""))) for item in every
    ]
    return _sorted(listed, turns, found.cursor)


def of_child(
    database: Database, doc: str, *, viewer: Principal, now: datetime
) -> Family:
    """Return all that is asked about a child, each question noted as shown.

    Raises:
        NotFoundError: There is no such child, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        person = (
            child.visible(session, [doc], viewer).get(doc)
            if child.is_document(doc)
            else None
        )
        if person is None:
            raise NotFoundError("child", doc)
        members = documents.find_all(session, documents.aliases(session, person.doc))
        items, _ = _about(session, members, viewer)
        seen = [item.qid for item in items] or [person.doc]
        note_all(session, Act.LIST_QUEUE, seen, by=viewer.actor, now=now)
    canonical = members[min(members)]
    return Family(canonical, tuple(Listed(item, canonical) for item in items), 0)


def turns_of(viewer: Principal) -> tuple[str, ...]:
    """Return under which names somebody is asked: their own, and that of their site."""
    return (viewer.actor, f"site:{viewer.site}")


def _about(
    session: Session, people: Iterable[str], viewer: Principal
) -> tuple[Sequence[QueueItem], Mapping[str, str]]:
    """Return what is asked about people and is for the viewer, and whom it is about."""
    below = documents.below(session, people)
    allowed = policy.sites(viewer)
    found = queue.of_documents(session, below)
    items = tuple(
        item for item in merging.known_to(viewer, found) if allowed.meet(item.sites)
    )
    return items, {
        name.removeprefix(desk.LINK).partition("|")[0]: one
        for name, one in below.items()
    }


def _sorted(
    listed: Sequence[Listed], turns: Sequence[str], cursor: str | None
) -> Today:
    certain = [one for one in listed if not one.item.is_provisional]
    turn = [one for one in certain if one.item.turn in turns]
    others = [one for one in certain if one.item.turn not in turns]
    urgent = [one for one in others if one.item.severity == _HARMFUL][:MOST]
    above = {one.item.qid for one in urgent}
    left = [one for one in others if one.item.qid not in above]
    return Today(
        turn=tuple(turn),
        urgent=tuple(urgent),
        children=_families(left, [*turn, *urgent]),
        rest=tuple(one for one in left if one.child is None),
        provisional=tuple(one for one in listed if one.item.is_provisional),
        cursor=cursor,
    )


def _families(left: Sequence[Listed], above: Sequence[Listed]) -> tuple[Family, ...]:
    by_child: dict[str, list[Listed]] = {}
    for one in left:
        if one.child is not None:
            by_child.setdefault(one.child.doc, []).append(one)
    shown = [one.child.doc for one in above if one.child is not None]
    return tuple(
        Family(questions[0].child, tuple(questions), shown.count(doc))
        for doc, questions in by_child.items()
        if questions[0].child is not None
    )
