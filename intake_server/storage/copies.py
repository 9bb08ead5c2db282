"""What everybody who may see a file gets of it, made once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from intake_server.storage import bulk


@dataclass(frozen=True, slots=True)
class Copy:
    """What was made of a file: ``data`` and ``small`` of a picture, else nothing."""

    sha256: bytes
    media: str
    state: str
    data: bytes | None = None
    small: bytes | None = None


@dataclass(frozen=True, slots=True)
class Beginning:
    """How large a file is, media type and state of what was made of it, else its start."""

    size: int
    head: bytes
    made: tuple[str, str] | None


def find(session: Session, sha256: bytes) -> Copy | None:
    """Return what was made of a file, with the bytes."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT media, state, data, small FROM copy WHERE sha256 = ?",
        (sha256,),
    )
    return Copy(sha256, *rows[0]) if rows else None


def beginnings(
    session: Session, digests: Iterable[bytes], length: int
) -> Mapping[bytes, Beginning]:
    """Return what is known of those files that have come, by SHA-256.

    Args:
        session: An open session.
        digests: The files.
        length: So many bytes are read of a file that nothing was made of yet.
    """
    rows = bulk.fetch_in(
        session.connection(),
        "SELECT b.sha256, b.size, c.media, c.state,"  # noqa: S608 - our own number
        f" CASE WHEN c.sha256 IS NULL THEN substr(b.data, 1, {int(length)}) END"
        " FROM blob b LEFT JOIN copy c ON c.sha256 = b.sha256"
        " WHERE b.sha256 IN ({keys})",
        sorted(set(digests)),
    )
    return {
        bytes(key): Beginning(
            size, bytes(head or b""), None if media is None else (media, state)
        )
        for key, size, media, state, head in rows
    }


def keep(session: Session, made: Copy) -> None:
    """Keep what was made of a file, where the file is still here."""
    bulk.many(
        session.connection(),
        "INSERT INTO copy (sha256, media, state, data, small)"
        " SELECT sha256, ?, ?, ?, ? FROM blob WHERE sha256 = ?"
        " ON CONFLICT (sha256) DO NOTHING",
        [(made.media, made.state, made.data, made.small, made.sha256)],
    )


def wanting(session: Session, *, limit: int) -> Sequence[bytes]:
    """Return files of which nothing was made yet."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT b.sha256 FROM blob b LEFT JOIN copy c ON c.sha256 = b.sha256"
        " WHERE c.sha256 IS NULL LIMIT ?",
        (limit,),
    )
    return tuple(bytes(sha256) for (sha256,) in rows)
