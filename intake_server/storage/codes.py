"""One-time codes: kept as a digest, used once, before they expire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select, update

from intake_server.clock import milliseconds
from intake_server.storage import bulk
from intake_server.storage.tables import CodeRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a code is for: ``purpose`` is ``enrol``, ``join``, ``sign_in``, ``shown``."""

    purpose: str
    payload: Mapping[str, Any]
    expires: datetime
    used: datetime | None = None


def add(session: Session, sha256: bytes, code: Code) -> None:
    """Keep a code by its digest."""
    session.add(
        CodeRow(
            sha256=sha256,
            purpose=code.purpose,
            payload=dict(code.payload),
            expires=code.expires,
            used=code.used,
        )
    )
    session.flush()


def use(session: Session, sha256: bytes, purpose: str, *, now: datetime) -> Code | None:
    """Use a code up; None when it is unknown, used, expired or for something else."""
    used = session.exec(
        update(CodeRow)
        .where(
            col(CodeRow.sha256) == sha256,
            col(CodeRow.purpose) == purpose,
            col(CodeRow.used).is_(None),
            col(CodeRow.expires) > now,
        )
        .values(used=now)
    )
    return find(session, sha256) if used.rowcount else None


def claim(session: Session, sha256: bytes, *, now: datetime, until: datetime) -> bool:
    """Use up what a form carries to be sent once; False where that was done before."""
    at, end = map(milliseconds, (now, until))
    found = bulk.fetch(
        session.connection(),
        "INSERT INTO code (sha256, purpose, payload, expires, used)"
        " VALUES (?, 'shown', '{}', ?, ?) ON CONFLICT DO NOTHING RETURNING purpose",
        (sha256, end, at),
    )
    return bool(found)


def find(session: Session, sha256: bytes) -> Code | None:
    """Return a code, used or not, or None when it is unknown."""
    row = session.exec(select(CodeRow).where(col(CodeRow.sha256) == sha256)).first()
    if row is None:
        return None
    return Code(
        purpose=row.purpose, payload=row.payload, expires=row.expires, used=row.used
    )


def drop_expired(session: Session, before: datetime) -> int:
    """Forget codes that expired before a moment; return how many."""
    return int(
        session.exec(delete(CodeRow).where(col(CodeRow.expires) < before)).rowcount
    )
