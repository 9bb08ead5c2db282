"""What is thrown away because its time is over."""

from datetime import datetime, timedelta
from typing import Final

from intake_server.security import totp
from intake_server.services import drafts, staffing, uploads
from intake_server.storage import (
    allowances,
    attempts,
    codes,
    credentials,
    erasing,
    people,
)
from intake_server.storage.database import Database

_A_DAY: Final = timedelta(days=1)


def tidy(database: Database, *, now: datetime) -> None:
    """End the work whose day has passed; forget what is of no use any more.

    Repeating is harmless.
    """
    staffing.end_overdue(database, now=now)
    with database.transaction() as session:
        codes.drop_expired(session, now)
        people.drop_expired(session, now=now)
        attempts.drop_forgotten(session, now=now)
        credentials.drop_steps(session, before=totp.step(now - _A_DAY))
        drafts.expire(session, now=now)
    tidy_uploads(database, now=now)


def tidy_uploads(database: Database, *, now: datetime) -> None:
    """Forget files that never came to their end, and what was counted on other days.

    Repeating is harmless.
    """
    with database.transaction() as session:
        uploads.expire(session, now=now)
        allowances.drop_before(session, now.date().isoformat())


def scrub(database: Database) -> None:
    """Leave no trace in the files of what is erased; where nothing is, do nothing.

    An erasure may have come from elsewhere since the last time, or while somebody read.

    Raises:
        BusyError: Somebody uses the store all the time.
    """
    with database.reading() as session:
        is_needed = erasing.is_anything_erased(session)
    if is_needed:
        database.scrub()
