"""Wrong codes and passwords, counted by account or place, whose names are not kept."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlmodel import Session, col, delete, select

from intake_server.clock import milliseconds
from intake_server.storage import bulk
from intake_server.storage.tables import AttemptRow

_INSTEAD: Final = (
    "UPDATE SET failures = excluded.failures, until = excluded.until,"
    " forgotten = excluded.forgotten"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How often it went wrong, until when to wait, and when that is forgotten."""

    failures: int
    until: datetime
    forgotten: datetime


def locked(session: Session, name: str, *, now: datetime) -> Attempts:
    """Return the attempts of an account or place, which nobody else counts meanwhile."""
    _insert(session, name, Attempts(failures=0, until=now, forgotten=now), "NOTHING")
    row = session.exec(
        select(AttemptRow).where(col(AttemptRow.key) == _key(name)).with_for_update()
    ).one()
    return Attempts(failures=row.failures, until=row.until, forgotten=row.forgotten)


def write(session: Session, name: str, attempts: Attempts) -> None:
    """Keep the attempts of an account or place, in the stead of what was known."""
    _insert(session, name, attempts, _INSTEAD)


def drop(session: Session, name: str) -> None:
    """Forget the attempts of an account or place."""
    session.exec(delete(AttemptRow).where(col(AttemptRow.key) == _key(name)))


def drop_forgotten(session: Session, *, now: datetime) -> None:
    """Forget the attempts whose time is over."""
    session.exec(delete(AttemptRow).where(col(AttemptRow.forgotten) <= now))


def _insert(session: Session, name: str, attempts: Attempts, otherwise: str) -> None:
    moments = (attempts.until, attempts.forgotten)
    bulk.insert(
        session.connection(),
        "attempt",
        "key, failures, until, forgotten",
        [(_key(name), attempts.failures, *map(milliseconds, moments))],
        f"ON CONFLICT (key) DO {otherwise}",
    )


def _key(name: str) -> bytes:
    return sha256(name.encode("utf-8", "surrogatepass")).digest()
