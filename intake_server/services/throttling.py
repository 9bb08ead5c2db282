"""Wrong attempts are counted in the store, so that each process knows of all.

Nothing of what was tried is kept, nor by whom: only the digest of the account or place.
"""

from datetime import datetime
from math import ceil

from intake_server.clock import milliseconds
from intake_server.errors import TooManyAttemptsError
from intake_server.security.throttle import FORGOTTEN, Throttle
from intake_server.storage import attempts
from intake_server.storage.attempts import Attempts
from intake_server.storage.database import Session


def refuse_early(session: Session, name: str, *, now: datetime) -> int:
    """Return how often it went wrong lately, unless the next attempt comes too early.

    Raises:
        TooManyAttemptsError: It does.
    """
    known = attempts.locked(session, name, now=now)
    # They are kept to the millisecond, and a rounded moment may lie ahead of now.
    if milliseconds(known.forgotten) <= milliseconds(now):
        return 0
    left_ms = milliseconds(known.until) - milliseconds(now)
    if left_ms > 0:
        raise TooManyAttemptsError(retry_after_s=ceil(left_ms / 1000))
    return known.failures


def failed(
    session: Session, name: str, throttle: Throttle, *, now: datetime, before: int
) -> None:
    """Note one more failure.

    Args:
        session: The transaction of the attempt; it must be committed.
        name: Whose: an account, a place.
        throttle: How long the next one waits.
        now: When.
        before: As ``refuse_early`` returned it.
    """
    failures = before + 1
    until = now + throttle.wait(failures)
    known = Attempts(failures=failures, until=until, forgotten=until + FORGOTTEN)
    attempts.write(session, name, known)


def restore(session: Session, name: str, *, now: datetime, to: int) -> None:
    """Take a counted attempt back that was none: set the failures to what they were."""
    known = Attempts(failures=to, until=now, forgotten=now + FORGOTTEN)
    attempts.write(session, name, known)
