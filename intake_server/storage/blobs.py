"""Files that came with submissions, by their digest; encrypted with the rest of the store."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from intake_server.storage import bulk
from intake_server.storage.tables import BlobRow


def add_all(session: Session, files: Mapping[bytes, bytes]) -> None:
    """Keep files by their SHA-256; those that are known stay as they are."""
    known = set(
        session.exec(select(BlobRow.sha256).where(col(BlobRow.sha256).in_(files)))
    )
    session.add_all(
        BlobRow(sha256=sha256, size=len(data), data=data)
        for sha256, data in files.items()
        if sha256 not in known
    )
    session.flush()


def find(session: Session, sha256: bytes) -> bytes | None:
    """Return a file's bytes."""
    return session.exec(
        select(BlobRow.data).where(col(BlobRow.sha256) == sha256)
    ).first()


def drop_unnamed(connection: Connection, digests: Iterable[str]) -> None:
    """Remove files that no submission names any more.

    Args:
        connection: An open transaction.
        digests: Their SHA-256 in hexadecimal digits.
    """
    bulk.many(
        connection,
        "DELETE FROM blob WHERE sha256 = ? AND NOT EXISTS"
        " (SELECT 1 FROM submission WHERE attachments LIKE ?)",
        [(bytes.fromhex(digest), f"%{digest}%") for digest in digests],
    )
