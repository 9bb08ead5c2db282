"""The files beside a form: lists to choose from and pictures, never recordings.

They are published with the form and travel in the same change, so a form is whole
wherever it comes; together they must fit into it. The lists of places are on every node
already and are only named.
"""

import csv
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import md5, sha256
from pathlib import PurePath
from typing import Final

from forms.delivery import Needed, needed_files
from forms.places import lists
from forms.xform import parsed

MOST_BYTES: Final = 1_000_000
"""What all files of a form may take together, each compressed."""
LARGEST: Final = 20_000_000
"""What one file may take on a phone."""

TYPES: Final[Mapping[str, str]] = {
    ".csv": "text/csv; charset=utf-8",
    ".xml": "text/xml; charset=utf-8",
    ".geojson": "application/geo+json",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
"""What a file is served as, by the end of its name."""

_PICTURES: Final[Mapping[str, bytes]] = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
}
_FOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "file-csv": (".csv",),
    "file": (".xml", ".geojson"),
    "images": tuple(_PICTURES),
}
"""Which kinds of files may be named how; what is said aloud is not on this list."""

_NAME: Final = re.compile(r"[^\W.][\w .-]{0,99}")
_LEVEL: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A file beside a form, by its digests in hexadecimal.

    ``content`` is None for one that every installation has, and for one whose bytes
    were not asked for.
    """

    name: str
    md5: str
    sha256: str
    size: int
    content: bytes | None = field(default=None, repr=False, compare=False)


def medium(name: str, content: bytes) -> Medium:
    """Return a file with its digests."""
    return Medium(
        name=name,
        md5=md5(content, usedforsecurity=False).hexdigest(),
        sha256=sha256(content).hexdigest(),
        size=len(content),
        content=content,
    )


def shipped(name: str) -> Medium | None:
    """Return the file that every installation has under this name."""
    known = lists.SHIPPED.get(name)
    if known is None:
        return None
    return Medium(
        name=name, md5=known.md5, sha256=known.sha256, size=known.size, content=None
    )


def beside(xml: bytes, given: Mapping[str, bytes]) -> tuple[Medium, ...]:
    """Return the files that an XForm needs, of those given and those that are shipped.

    What is missing is left out: ``missing`` says it.

    Raises:
        DefinitionError: This is not XML.
    """
    names = dict.fromkeys(one.name for one in needed_files(parsed(xml)))
    found = (
        shipped(name) if _is_reserved(name) else _given(name, given) for name in names
    )
    return tuple(one for one in found if one is not None)


def superfluous(needed: Iterator[Needed], given: Mapping[str, bytes]) -> list[str]:
    """Return the names of given files that the form does not need, or has without."""
    names = {one.name for one in needed}
    return [name for name in given if name not in names or _is_reserved(name)]


def fits(needed: Needed, content: bytes) -> bool:
    """Tell whether a file is of a kind that the form can use as it means to.

    A table is UTF-8 text with commas, whose first line names all columns, once each,
    that the form takes from it.
    """
    ending = PurePath(needed.name).suffix.lower()
    if not _NAME.fullmatch(needed.name) or len(content) > LARGEST:
        return False
    if ending not in _FOLDERS.get(needed.folder, ()):
        return False
    if ending in _PICTURES:
        return content.startswith(_PICTURES[ending])
    return _is_text(content) and (ending != ".csv" or _is_table(content, needed))


def weight(content: bytes) -> int:
    """Return how many bytes a file takes in a change."""
    return len(zlib.compress(content, _LEVEL))


def packed(content: bytes) -> str:
    """Return a file as text, for a change or a page."""
    return b64encode(zlib.compress(content, _LEVEL)).decode()


def unpacked(text: str) -> bytes:
    """Return the file that was packed.

    Raises:
        ValueError: Nothing was packed so, or it is larger than any file may be.
    """
    inflator = zlib.decompressobj()
    try:
        content = inflator.decompress(b64decode(text, validate=True), LARGEST)
    except zlib.error as error:
        raise ValueError("is not packed") from error
    if not inflator.eof or inflator.unused_data:
        raise ValueError("is cut off, too large, or followed by more")
    return content


def _is_reserved(name: str) -> bool:
    return name.startswith(lists.RESERVED)


def _given(name: str, given: Mapping[str, bytes]) -> Medium | None:
    return medium(name, given[name]) if name in given else None


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _is_table(content: bytes, needed: Needed) -> bool:
    lines = content.decode("utf-8").splitlines()
    header = next(csv.reader(lines[:1]), [])
    named = [column.strip() for column in header]
    return all(named) and len(named) == len(set(named)) and needed.columns <= set(named)
