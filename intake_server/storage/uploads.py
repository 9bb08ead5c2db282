"""Files that come in parts: what has come of each, and from whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from intake_server.storage import bulk


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has not come to its end: ``received`` of ``size`` bytes are here."""

    sha256: bytes
    sender: str
    size: int
    received: int


def find(session: Session, sha256: bytes, sender: str) -> Upload | None:
    """Return what has come of a file from somebody."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT size, received FROM upload WHERE sha256 = ? AND sender = ?",
        (sha256, sender),
    )
    return Upload(sha256, sender, *rows[0]) if rows else None


def append(session: Session, before: Upload, data: bytes, *, now: datetime) -> Upload:
    """Keep the next part of a file; return what has come by now."""
    connection = session.connection()
    after = Upload(
        before.sha256, before.sender, before.size, before.received + len(data)
    )
    bulk.insert(
        connection,
        "upload_part",
        "sha256, sender, start, data",
        [(before.sha256, before.sender, before.received, data)] if data else [],
    )
    moment = round(now.timestamp() * 1000)
    bulk.insert(
        connection,
        "upload",
        "sha256, sender, size, received, touched",
        [(after.sha256, after.sender, after.size, after.received, moment)],
        "ON CONFLICT (sha256, sender) DO UPDATE SET"
        " received = excluded.received, touched = excluded.touched",
    )
    return after


def whole(session: Session, upload: Upload) -> bytes:
    """Return the parts that have come, one behind the other."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT data FROM upload_part WHERE sha256 = ? AND sender = ? ORDER BY start",
        (upload.sha256, upload.sender),
    )
    return b"".join(bytes(data) for (data,) in rows)


def drop(session: Session, sha256: bytes, sender: str) -> None:
    """Forget what has come of a file from somebody."""
    for table in ("upload_part", "upload"):
        statement = f"DELETE FROM {table} WHERE sha256 = ? AND sender = ?"  # noqa: S608 - our own names
        bulk.many(session.connection(), statement, [(sha256, sender)])


def drop_untouched(session: Session, *, since: datetime) -> None:
    """Forget what nobody has gone on with since then."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT sha256, sender FROM upload WHERE touched < ?",
        (round(since.timestamp() * 1000),),
    )
    for sha256, sender in rows:
        drop(session, bytes(sha256), sender)
