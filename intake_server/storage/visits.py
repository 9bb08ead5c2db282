"""When somebody was on a page last: what they have not seen since is new to them.

Opening a page again while one is at it is one visit, so what was new stays new.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from intake_server.clock import milliseconds, moment
from intake_server.storage import bulk

_PAUSE: Final = timedelta(minutes=30)
"""Whoever was away for so long comes anew."""

_NOTE: Final = (
    "INSERT INTO visit (actor, page, last) VALUES (?, ?, ?)"
    " ON CONFLICT (actor, page) DO UPDATE SET before = CASE"
    " WHEN excluded.last - visit.last > ? THEN visit.last ELSE visit.before END,"
    " last = excluded.last RETURNING before"
)


def note(session: Session, actor: str, page: str, now: datetime) -> datetime | None:
    """Note that somebody is on a page; return when they were there the time before.

    Args:
        session: An open transaction.
        actor: Who.
        page: Where.
        now: When.

    Returns:
        The end of the visit before this one; None on the first one.
    """
    pause_ms = int(_PAUSE.total_seconds() * 1000)
    values = (actor, page, milliseconds(now), pause_ms)
    ((before,),) = bulk.fetch(session.connection(), _NOTE, values)
    return None if before is None else moment(before)


def last(session: Session, actor: str, page: str) -> datetime | None:
    """Return when somebody was on a page last; None where they never were."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT last FROM visit WHERE actor = ? AND page = ?",
        (actor, page),
    )
    return moment(rows[0][0]) if rows else None
