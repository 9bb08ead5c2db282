"""Files that came with submissions, by their digest; encrypted with the rest of the store.

A file is here for a site once that site has handed it in: naming one that another site
has sent shows nothing of it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from intake_server.storage import bulk
from intake_server.storage.tables import BlobRow

_NOT_MEANT: Final = (
    "NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = {table}.sha256)"
    " AND NOT EXISTS (SELECT 1 FROM draft_file f WHERE f.sha256 = {table}.sha256)"
)
_NOT_SEALED: Final = (
    "NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sealed = {table}.sha256)"
)
_UNNAMED: Final = f"{_NOT_MEANT} AND {_NOT_SEALED}"
_OF_A_FILE: Final = ("blob", "delivery", "copy", "upload", "upload_part")
"""Every table that holds something of a file."""


def add_all(session: Session, files: Mapping[bytes, bytes]) -> None:
    """Keep files by their SHA-256; those that are known stay as they are."""
    bulk.insert(
        session.connection(),
        "blob",
        "sha256, size, data",
        [(sha256, len(data), data) for sha256, data in files.items()],
        "ON CONFLICT DO NOTHING",
    )


def deliver(
    session: Session, digests: Iterable[bytes], *, site: str, at: datetime
) -> None:
    """Note that a site has handed in files."""
    moment = round(at.timestamp() * 1000)
    bulk.insert(
        session.connection(),
        "delivery",
        "sha256, site, at",
        [(digest, site, moment) for digest in sorted(set(digests))],
        "ON CONFLICT (sha256, site) DO UPDATE SET at = excluded.at",
    )


def delivered(
    session: Session, digests: Iterable[bytes], *, site: str
) -> frozenset[bytes]:
    """Return which of the files a site has handed in."""
    rows = bulk.fetch_in(
        session.connection(),
        "SELECT sha256 FROM delivery WHERE sha256 IN ({keys}) AND site = ?",
        sorted(set(digests)),
        (site,),
    )
    return frozenset(bytes(sha256) for (sha256,) in rows)


def find(session: Session, sha256: bytes) -> bytes | None:
    """Return a file's bytes."""
    return session.exec(
        select(BlobRow.data).where(col(BlobRow.sha256) == sha256)
    ).first()


def beginning(session: Session, sha256: bytes, length: int) -> tuple[int, bytes] | None:
    """Return a file's size and its first bytes; None where it has not come."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT size, substr(data, 1, ?) FROM blob WHERE sha256 = ?",
        (length, sha256),
    )
    return (rows[0][0], bytes(rows[0][1])) if rows else None


def drop_unnamed(connection: Connection, digests: Iterable[str]) -> None:
    """Remove files that no form names any more, finished or not, copies and parts.

    Args:
        connection: An open transaction.
        digests: Their SHA-256 in hexadecimal digits.
    """
    _drop(connection, [bytes.fromhex(digest) for digest in digests], _UNNAMED)


def drop_opened(connection: Connection, digests: Iterable[bytes]) -> None:
    """Remove the sealed bytes of files that were opened, unless one means just these."""
    _drop(connection, digests, _NOT_MEANT)


def _drop(connection: Connection, digests: Iterable[bytes], where: str) -> None:
    keys = [(digest,) for digest in sorted(set(digests))]
    for table in _OF_A_FILE:
        unnamed = where.format(table=table)
        statement = f"DELETE FROM {table} WHERE sha256 = ? AND {unnamed}"  # noqa: S608 - our own names
        bulk.many(connection, statement, keys)


def drop_abandoned(session: Session, *, before: datetime) -> None:
    """Remove files whose form never came, and that were last handed in before then."""
    unnamed = _UNNAMED.format(table="blob")
    rows = bulk.fetch(
        session.connection(),
        f"SELECT sha256 FROM blob WHERE {unnamed} AND NOT EXISTS"  # noqa: S608 - our own names
        " (SELECT 1 FROM delivery d WHERE d.sha256 = blob.sha256 AND d.at >= ?)",
        (round(before.timestamp() * 1000),),
    )
    drop_unnamed(session.connection(), [bytes(sha256).hex() for (sha256,) in rows])
