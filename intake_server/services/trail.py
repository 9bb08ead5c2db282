"""The auditor reads who did and read what; that too is noted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.storage import audit
from intake_server.storage.audit import Entry
from intake_server.storage.database import Database

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first, and the number before which older ones lie."""

    entries: tuple[Entry, ...]
    before: int | None


def page(
    database: Database,
    *,
    viewer: Principal,
    now: datetime,
    object: str | None = None,
    actor: str | None = None,
    before: int | None = None,
) -> Page:
    """Return what was noted, newest first.

    Args:
        database: The store.
        viewer: Who asks.
        now: When.
        object: Only acts on this id.
        actor: Only acts of this one.
        before: Only entries before this number.
    """
    with database.transaction() as session:
        entries = audit.page(
            session, object=object, actor=actor, before=before, limit=PAGE
        )
        note(session, Act.READ_AUDIT, object or "", by=viewer.actor, now=now)
    is_full = len(entries) == PAGE
    return Page(tuple(entries), entries[-1].seq if is_full else None)
