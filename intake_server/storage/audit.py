"""Who did or read what, and when: added to, never altered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, insert, literal_column, select

from intake_server.errors import AuditError
from intake_server.storage.tables import AuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act: ids and field names, never an answer."""

    at: datetime
    actor: str
    action: str
    object: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    seq: int | None = None


def add(session: Session, entry: Entry) -> None:
    """Note one act, as ``add_all`` does."""
    add_all(session, (entry,))


def add_all(session: Session, entries: Iterable[Entry]) -> None:
    """Note acts, in this order.

    Raises:
        AuditError: They could not be written.
    """
    rows = [
        {
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "object": entry.object,
            "meta": dict(entry.meta),
        }
        for entry in entries
    ]
    if not rows:
        return
    try:
        session.exec(insert(AuditRow), params=rows)
    except DBAPIError:
        raise AuditError from None


def decided(since: datetime) -> Any:
    """Return the query of how many decisions were written here since a moment."""
    return select(func.count().label("decided")).where(
        col(AuditRow.action) == literal_column("'decide'"), col(AuditRow.at) >= since
    )


def last(
    session: Session, action: str, object: str, *, before: datetime
) -> datetime | None:
    """Return when an act on something was last done before a moment."""
    query = (
        select(AuditRow.at)
        .where(
            col(AuditRow.object) == object,
            col(AuditRow.action) == action,
            col(AuditRow.at) < before,
        )
        .order_by(col(AuditRow.seq).desc())
    )
    return session.exec(query.limit(1)).first()


def page(
    session: Session,
    *,
    object: str | None = None,
    actor: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> Sequence[Entry]:
    """Return entries, newest first.

    Args:
        session: An open session.
        object: Only acts on this.
        actor: Only acts of this one.
        before: Only entries before this sequence number.
        limit: At most so many.
    """
    query = select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(limit)
    if object is not None:
        query = query.where(col(AuditRow.object) == object)
    if actor is not None:
        query = query.where(col(AuditRow.actor) == actor)
    if before is not None:
        query = query.where(col(AuditRow.seq) < before)
    return tuple(Entry(**row.model_dump()) for row in session.exec(query))
