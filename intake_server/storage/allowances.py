"""How much each device has handed in on a day."""

from sqlmodel import Session

from intake_server.storage import bulk


def used(session: Session, sender: str, day: str) -> int:
    """Return how many bytes somebody has handed in on a day."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT used FROM allowance WHERE sender = ? AND day = ?",
        (sender, day),
    )
    return int(rows[0][0]) if rows else 0


def use(session: Session, sender: str, day: str, size: int) -> None:
    """Note that somebody handed in so many bytes more on a day."""
    bulk.insert(
        session.connection(),
        "allowance",
        "sender, day, used",
        [(sender, day, size)],
        "ON CONFLICT (sender, day) DO UPDATE SET used = allowance.used + excluded.used",
    )


def drop_before(session: Session, day: str) -> None:
    """Forget the days before one."""
    bulk.many(session.connection(), "DELETE FROM allowance WHERE day < ?", [(day,)])
