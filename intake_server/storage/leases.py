"""Who may do a job now, so that no two do it at once."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, or_, select, update

from intake_server.storage import bulk
from intake_server.storage.tables import LeaseRow


def take(
    session: Session, name: str, holder: str, *, now: datetime, seconds: float
) -> bool:
    """Take or renew a lease; tell whether ``holder`` has it."""
    bulk.many(
        session.connection(),
        "INSERT INTO lease (name, holder, until) VALUES (?, '', 0)"
        " ON CONFLICT DO NOTHING",
        [(name,)],
    )
    taken = session.exec(
        update(LeaseRow)
        .where(
            col(LeaseRow.name) == name,
            or_(col(LeaseRow.holder) == holder, col(LeaseRow.until) <= now),
        )
        .values(holder=holder, until=now + timedelta(seconds=seconds))
    )
    return bool(taken.rowcount)


def holder(session: Session, name: str, *, now: datetime) -> str | None:
    """Return who has a lease; None when nobody does."""
    return session.exec(
        select(LeaseRow.holder).where(
            col(LeaseRow.name) == name, col(LeaseRow.until) > now
        )
    ).first()


def release(session: Session, name: str, holder: str) -> None:
    """Give a lease back; harmless when somebody else has it."""
    session.exec(
        delete(LeaseRow).where(
            col(LeaseRow.name) == name, col(LeaseRow.holder) == holder
        )
    )
