"""Files that came with submissions, by their digest; encrypted with the rest of the store."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

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
