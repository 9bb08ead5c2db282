"""Passwords: long, not the common ones, kept as argon2id; nothing else is asked of them.

A hash costs 64 MiB and a sixth of a second, so a process makes two at a time at most:
a flood of sign-ins waits and does not take the machine. Whoever calls has counted the
attempt before.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import cache
from importlib.resources import files
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from intake_server.errors import BusyError

SHORTEST: Final = 12
LONGEST: Final = 128

_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)
_NOBODYS: Final = (
    "$argon2id$v=19$m=65536,t=3,p=1$B95r7aEJI0cC6cNtC2+lzg"
    "$6ctudRcRrTVXg8V2vgdObu0sOVTjIxVrwQ3uLJMfjKU"
)
"""What is compared with where there is no such person, so that it takes as long."""

_AT_ONCE: Final = BoundedSemaphore(2)
_PATIENCE_S: Final = 10
_FEWEST_OWN: Final = 6
_SHORTEST_CONTEXT: Final = 4
_ROWS: Final = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "йцукенгшщзхїфівапролджєячсмитьбю",
)
_RUN: Final = 4


class Fault(Enum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"


def fault(password: str, context: Iterable[str] = ()) -> Fault | None:
    """Return why a password is not taken; None where it is.

    A common one stays common with digits or signs around it: what is left without
    common words, the words of the ``context``, and runs along a keyboard must have six
    different characters of its own.

    Args:
        password: As it was typed.
        context: Names that an outsider knows: of the person, the site, the program.
    """
    plain = _normal(password)
    if len(plain) < SHORTEST:
        return Fault.SHORT
    if len(plain) > LONGEST:
        return Fault.LONG
    return Fault.COMMON if _own(plain.casefold(), context) < _FEWEST_OWN else None


def hashed(password: str) -> str:
    """Return what is kept of a password.

    Raises:
        BusyError: Too many are made at the moment.
    """
    with _turn():
        return _HASHER.hash(_normal(password))


def matches(encoded: str | None, password: str) -> bool:
    """Tell whether a password is the one that is kept; None is nobody's.

    Raises:
        BusyError: Too many are compared at the moment.
    """
    with _turn():
        try:
            _HASHER.verify(encoded or _NOBODYS, _normal(password)[: LONGEST + 1])
        except VerificationError:
            return False
    return encoded is not None


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise BusyError
    try:
        yield
    finally:
        _AT_ONCE.release()


def _normal(password: str) -> str:
    """Return the password as every keyboard writes it; what is no text is replaced."""
    plain = unicodedata.normalize("NFKC", password)
    return plain.encode("utf-8", "replace").decode("utf-8")


def _own(folded: str, context: Iterable[str]) -> int:
    """Return how many different characters are no part of what everybody tries."""
    known = {part for word in context for part in re.findall(r"\w+", word.casefold())}
    left = _without(folded, {one for one in known if len(one) >= _SHORTEST_CONTEXT})
    left = _without(left, _common())
    left = _without(left, _runs())
    return len(set(re.sub(r"\s", "", left)))


def _without(text: str, words: Iterable[str]) -> str:
    """Return the text without these words, the longest first."""
    size = len(text)
    parts = {
        text[start:end] for start in range(size) for end in range(start + 4, size + 1)
    }
    found = words if isinstance(words, (set, frozenset)) else frozenset(words)
    for part in sorted(parts & found, key=len, reverse=True):
        text = text.replace(part, " ")
    return text


@cache
def _common() -> frozenset[str]:
    path = files("intake_server.security") / "common_passwords.txt"
    return frozenset(path.read_text("utf-8").split())


@cache
def _runs() -> frozenset[str]:
    """Return every run of four to twenty keys along a row, there and back."""
    return frozenset(
        row[start : start + size]
        for line in _ROWS
        for row in (line, line[::-1])
        for size in range(_RUN, 21)
        for start in range(len(row) - size + 1)
    )
