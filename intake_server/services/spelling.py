"""Many questions about one word in several spellings, decided with one reason.

Each decision is a change of its own, so one that somebody was faster with spares the
rest, and each can be taken back by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    RuleOfCareError,
    StaleItemError,
    WrongVerbError,
)
from intake_server.security.policy import Principal
from intake_server.services import merging
from intake_server.services.authoring import need_reason
from intake_server.services.merging import Decision
from intake_server.storage import queue
from intake_server.storage.database import Database
from intake_server.storage.queue import QueueItem


@dataclass(frozen=True, slots=True)
class Written:
    """A question that was decided, and the change that says so."""

    item: QueueItem
    change: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A question that somebody was faster with; ``current`` is what is asked now."""

    qid: str
    current: QueueItem | None


@dataclass(frozen=True, slots=True)
class Refused:
    """What is no question of spelling, or not for this person."""

    qid: str


Outcome = Written | Moved | Refused


def settle(
    database: Database,
    picks: Mapping[str, int],
    reason: str,
    *,
    by: Principal,
    now: datetime,
) -> tuple[Outcome, ...]:
    """Decide questions, one after the other; return what became of each, in order.

    Args:
        database: The store.
        picks: The number of the answer that stands, by question.
        reason: Why, of all of them.
        by: Who decides.
        now: When.

    Raises:
        InvalidRequestError: No reason is given.
    """
    need_reason(reason)
    known = _known(database, picks)
    return tuple(
        _settle(
            database,
            qid,
            Decision(verb="pick", argument=number, reason=reason),
            known.get(qid),
            by,
            now,
        )
        for qid, number in picks.items()
    )


def _known(database: Database, qids: Iterable[str]) -> Mapping[str, QueueItem]:
    with database.reading() as session:
        found = (queue.find(session, qid) for qid in qids)
        return {item.qid: item for item in found if item is not None}


def _settle(
    database: Database,
    qid: str,
    decision: Decision,
    item: QueueItem | None,
    by: Principal,
    now: datetime,
) -> Outcome:
    if item is not None and not item.is_spelling:
        return Refused(qid)
    try:
        written = merging.resolve(database, qid, decision, by=by, now=now)
    except StaleItemError as error:
        return Moved(qid, error.current)
    except (NotFoundError, WrongVerbError, InvalidRequestError, RuleOfCareError):
        return Refused(qid)
    if item is None or written.change_id is None:
        return Moved(qid, None)
    return Written(item, written.change_id)
