"""What is thrown away because its time is over."""

from datetime import datetime

from intake_server.storage import codes, people
from intake_server.storage.database import Database


def tidy(database: Database, *, now: datetime) -> None:
    """Forget one-time codes and sessions whose time is over; repeating is harmless."""
    with database.transaction() as session:
        codes.drop_expired(session, now)
        people.drop_expired(session, now=now)
