"""When two answers are the same answer.

Stored values are kept as typed. For comparison text is brought to NFC, apostrophes are
unified, spaces collapsed; numbers compare by value. Case and diacritics stay
significant: whether ``Є`` and ``Е`` are one letter is for a person to say.
"""

import re
import unicodedata
from collections.abc import Hashable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

SEALED: Final = "~sealed"
"""The member that marks an encrypted value; such values compare by their tag."""

_APOSTROPHES: Final = str.maketrans({"'": "ʼ", "\u2019": "ʼ", "`": "ʼ"})
_DATE_LENGTH: Final = len("YYYY-MM-DD")
_SPACES: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


def text_key(text: str) -> str:
    """Return the form of a text in which equal answers are equal.

    Example:
        ``" Мар'яна  Коваль"`` and ``"Марʼяна Коваль"`` have one key.
    """
    if text.isascii() and text.isalnum():
        return text
    unified = unicodedata.normalize("NFC", text).translate(_APOSTROPHES)
    return _SPACES.sub(" ", unified).strip()


def element_key(name: str, element: str) -> str:
    """Return the cell key of an element of the set ``name``."""
    return f"{name}/{text_key(element)}"


def key(value: Any, kind: str | None = None) -> Hashable:
    """Return what is compared instead of ``value``.

    Args:
        value: Any JSON value.
        kind: The declared type; ``number`` and ``datetime`` compare by what they
            mean, everything else by how it is written.
    """
    if isinstance(value, str):
        return _typed_key(value, kind)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return ("number", Decimal(str(value)).normalize())
    if isinstance(value, dict):
        sealed = value.get(SEALED)
        if isinstance(sealed, dict) and "tag" in sealed:
            return (SEALED, str(sealed["tag"]))
        return tuple((name, key(value[name])) for name in sorted(value))
    return ("list", *(key(item) for item in value))


def is_date(value: Any) -> bool:
    """Tell whether a value is a calendar date written YYYY-MM-DD."""
    if not isinstance(value, str) or len(value) != _DATE_LENGTH:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_datetime(value: Any) -> bool:
    """Tell whether a value is a moment written with date, time and offset."""
    return isinstance(value, str) and _moment(value) is not None


def is_number(value: Any) -> bool:
    """Tell whether a value is a JSON number."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float)


def is_decimal(value: Any) -> bool:
    """Tell whether a value is a number, as JSON or as decimal text."""
    if isinstance(value, str):
        return _NUMBER.match(value) is not None
    return is_number(value)


def order(value: Any, kind: str | None = None) -> Any:
    """Return a sort key for ``min`` and ``max``; values of one type are comparable."""
    if isinstance(value, str):
        moment = _moment(value) if kind == "datetime" else None
        return (1, moment.timestamp()) if moment else (2, value)
    return (0, value)


def _typed_key(value: str, kind: str | None) -> Hashable:
    if kind == "datetime" and (moment := _moment(value)):
        return ("moment", moment.timestamp())
    if kind == "decimal":
        try:
            return ("number", Decimal(value).normalize())
        except InvalidOperation:
            return text_key(value)
    return text_key(value)


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
