"""Where an ODK export lies: a folder, or a zip of one. Nothing in it is trusted.

Links are not followed, names that climb out are not read, and what is read is counted
byte by byte, whatever an archive says of itself.
"""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final, Protocol
from zipfile import BadZipFile, ZipFile, ZipInfo

MOST_ENTRIES: Final = 200_000
MOST_BYTES: Final = 4 << 30
"""What all files of an archive may amount to; a larger export is imported unpacked."""

_DENSEST: Final = 100
_HARMLESS: Final = 1 << 20
_ENCRYPTED: Final = 0x1


class UnreadableError(Exception):
    """A file that is left out, or an archive that is not opened; says why."""


class Shelf(Protocol):
    """Files of an export by their paths, parts of which a slash separates."""

    def names(self) -> tuple[str, ...]:
        """Return the path of every file, in order; links are among them."""
        ...

    def read(self, name: str, most: int) -> bytes:
        """Return a file's bytes.

        Raises:
            UnreadableError: It is larger than ``most``, a link, or cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """An export in a folder."""

    root: Path

    def names(self) -> tuple[str, ...]:
        """Return the path of every file below, in order."""
        return tuple(sorted(self._below(self.root)))

    def read(self, name: str, most: int) -> bytes:
        """Return a file's bytes."""
        path = self.root / name
        if path.is_symlink():
            raise UnreadableError("is a link")
        try:
            with path.open("rb") as file:
                return _at_most(file, most)
        except OSError as error:
            raise UnreadableError("cannot be read") from error

    def _below(self, folder: Path) -> Iterator[str]:
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                yield from self._below(path)
            elif path.is_file() or path.is_symlink():
                yield path.relative_to(self.root).as_posix()


class Archive:
    """An export in a zip, which is read where it lies and never unpacked."""

    def __init__(self, file: ZipFile, most_bytes: int = MOST_BYTES) -> None:
        self._file = file
        self._entries = _entries(file)
        self._left = most_bytes

    def names(self) -> tuple[str, ...]:
        """Return the path of every file, in order."""
        return tuple(sorted(self._entries))

    def read(self, name: str, most: int) -> bytes:
        """Return a file's bytes."""
        entry = self._entries[name]
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnreadableError("is a link")
        if entry.flag_bits & _ENCRYPTED:
            raise UnreadableError("needs a password")
        if self._left < most:
            raise UnreadableError("is beyond what an archive may hold; unpack it")
        try:
            with self._file.open(entry) as file:
                data = _at_most(file, most)
        except (BadZipFile, OSError, NotImplementedError, EOFError) as error:
            raise UnreadableError("cannot be unpacked") from error
        self._left -= len(data)
        if len(data) > max(_HARMLESS, _DENSEST * entry.compress_size):
            raise UnreadableError("is packed tighter than any form or picture")
        return data


def _entries(file: ZipFile) -> Mapping[str, ZipInfo]:
    """Return the files of an archive by path.

    Raises:
        UnreadableError: It holds too many, one twice, or one that climbs out.
    """
    listed = [entry for entry in file.infolist() if not entry.is_dir()]
    found = {entry.filename: entry for entry in listed}
    if len(listed) > MOST_ENTRIES:
        raise UnreadableError(f"holds more than {MOST_ENTRIES} files")
    if len(found) < len(listed):
        raise UnreadableError("holds a file twice")
    if not all(map(_stays_inside, found)):
        raise UnreadableError("holds a file that climbs out of it")
    return found


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    is_rooted = path.is_absolute() or ":" in path.parts[0]
    return not is_rooted and ".." not in path.parts


def _at_most(file: IO[bytes], most: int) -> bytes:
    data = file.read(most + 1)
    if len(data) > most:
        raise UnreadableError(f"is larger than {most} bytes")
    return data
