"""Which submissions name which files, and which of these have not come.

A file may be sealed on its way: it comes under the digest of its sealed bytes, is opened
by its own key, and stands under its own digest like any other.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection
from sqlmodel import Session

from intake_server.storage import bulk

Place = tuple[str, bytes]
"""The id of a submission and its SHA-256."""

_COLUMNS: Final = "instance_id, form, number, sha256, size, site, sealed, key"
_CAME: Final = (
    "SELECT 1 FROM delivery d"
    " WHERE d.sha256 = attachment.{} AND d.site = attachment.site"
)
_DIGEST: Final = 64
_MOST: Final = 1_000
"""No form has so many files; what one names beyond them is kept with it, and not sought."""


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a submission names; ``number`` is its place among them.

    ``sealed`` is the digest of its sealed bytes, and ``key`` what opens them, where it
    comes sealed. ``is_damaged`` says that it came and could not be opened.
    """

    instance_id: str
    form: bytes
    number: int
    sha256: bytes
    size: int
    site: str
    sealed: bytes | None = None
    key: bytes | None = None
    is_damaged: bool = False

    @property
    def sent_as(self) -> bytes:
        """The digest of the bytes that come."""
        return self.sealed or self.sha256


def add(
    connection: Connection,
    place: Place,
    site: str,
    files: Sequence[Mapping[str, Any]],
    *,
    first: int = 0,
) -> None:
    """Note which files a submission names, from the place ``first`` on."""
    bulk.insert(
        connection,
        "attachment",
        _COLUMNS,
        [
            (
                *(*place, number, bytes.fromhex(file["sha256"]), file["size"], site),
                bytes.fromhex(file["sealed"]) if "sealed" in file else None,
                b64decode(file["key"]) if "sealed" in file else None,
            )
            for number, file in enumerate(files, first)
            if number < _MOST and len(file["sha256"]) == _DIGEST
        ],
        "ON CONFLICT DO NOTHING",
    )


def missing(
    session: Session, places: Iterable[Place]
) -> Mapping[Place, Sequence[Named]]:
    """Return the files that submissions name and their sites have not handed in."""
    found: dict[Place, list[Named]] = {}
    rows = bulk.fetch_in(
        session.connection(),
        f"SELECT {_COLUMNS}, EXISTS ({_CAME.format('sealed')})"  # noqa: S608 - our own names
        " FROM attachment WHERE (instance_id, form) IN ({keys})"
        f" AND NOT EXISTS ({_CAME.format('sha256')})",
        sorted(set(places)),
    )
    for row in rows:
        one = _named(row)
        found.setdefault((one.instance_id, one.form), []).append(one)
    return {
        place: sorted(files, key=lambda one: one.number)
        for place, files in found.items()
    }


def naming(session: Session, sha256: bytes) -> Sequence[Named]:
    """Return where a file is named, by its own digest or by that of its sealed bytes."""
    rows = bulk.fetch(
        session.connection(),
        f"SELECT {_COLUMNS} FROM attachment"  # noqa: S608 - our own names
        " WHERE sha256 = ? OR sealed = ? ORDER BY instance_id, form, number",
        (sha256, sha256),
    )
    return tuple(map(_named, rows))


def drop(connection: Connection, places: Iterable[Place]) -> None:
    """Forget which files submissions named."""
    bulk.many(
        connection,
        "DELETE FROM attachment WHERE instance_id = ? AND form = ?",
        list(places),
    )


def _named(row: Sequence[Any]) -> Named:
    instance_id, form, number, sha256, size, site, sealed, key, *damaged = row
    return Named(
        instance_id=instance_id,
        form=bytes(form),
        number=number,
        sha256=bytes(sha256),
        size=size,
        site=site,
        sealed=None if sealed is None else bytes(sealed),
        key=None if key is None else bytes(key),
        is_damaged=any(damaged),
    )
