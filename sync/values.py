"""When two answers are the same answer.

Stored values are kept as typed. For comparison text is brought to NFC, apostrophes are
unified, spaces collapsed; numbers compare by value. Case and diacritics stay
significant: whether ``Є`` and ``Е`` are one letter is for a person to say.
"""

import re
import unicodedata
from collections.abc import Hashable
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final

DEEPEST: Final = 64
"""How many lists and objects may lie within each other."""
SEALED: Final = "~sealed"
"""The member that marks an encrypted value; such values compare by their tag."""

_APOSTROPHES: Final = ("'", "\u2019", "`")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_PLAIN: Final = re.compile(r"[0-9A-Za-z_.:-]+\Z")
"""Text that is its own key."""
_PHONE: Final = re.compile(r"\+?[0-9\s().\u2010-\u2015-]+\Z")
_NOT_DIGITS: Final = re.compile(r"[^0-9]+")
_E164: Final = re.compile(r"[1-9][0-9]{7,14}\Z")
_LOCAL_DIGITS: Final = 10
_SEPARATORS: Final = re.compile(r"[\s\u2010-\u2015ʼ-]+(?![\s\u2010-\u2015ʼ\d-])")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")


def text_key(text: str) -> str:
    """Return the form of a text in which equal answers are equal.

    Example:
        ``" Мар'яна  Коваль"`` and ``"Марʼяна Коваль"`` have one key.
    """
    if _PLAIN.match(text):
        return text
    unified = unicodedata.normalize("NFC", text)
    for apostrophe in _APOSTROPHES:
        unified = unified.replace(apostrophe, "ʼ")
    return " ".join(unified.split())


def loose_key(text: str) -> str:
    """Return a text without case, hyphens, apostrophes and spaces.

    Texts of one loose key are probably one answer, spelled twice; that is still for a
    person to say. What stands before a digit stays: ``1-2`` is not ``12``.

    Example:
        ``Нечуй-Левицька`` and ``НЕЧУЙ ЛЕВИЦЬКА`` have one loose key.
    """
    return _SEPARATORS.sub("", text_key(text).casefold())


def phone_number(text: str) -> str | None:
    """Return the digits of a phone number with its country, as in E.164.

    A number that begins with one 0 and has ten digits is taken for a Ukrainian one, and
    00 for the plus sign. None for what cannot be read as a phone number.

    Example:
        ``+38 (050) 123-45-67``, ``380501234567`` and ``0501234567`` are one number.
    """
    if not _PHONE.match(text.strip()):
        return None
    digits = _NOT_DIGITS.sub("", text)
    if "+" not in text:
        if digits.startswith("00"):
            digits = digits[2:]
        elif digits.startswith("0") and len(digits) == _LOCAL_DIGITS:
            digits = f"38{digits}"
        elif not digits.startswith("380"):
            return None
    return digits if _E164.match(digits) else None


def element_key(name: str, element: str) -> str:
    """Return the cell key of an element of the set ``name``."""
    return f"{name}/{text_key(element)}"


def key(value: Any, kind: str | None = None) -> Hashable:
    """Return what is compared instead of ``value``.

    Args:
        value: Any JSON value.
        kind: The declared type; ``number``, ``decimal``, ``datetime`` and ``phone``
            compare by what they mean, everything else by how it is written.
    """
    if isinstance(value, str):
        return _typed_key(value, kind)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return ("number", _exact(value))
    if isinstance(value, dict):
        if is_sealed(value):
            return (SEALED, value[SEALED]["tag"])
        return tuple((name, key(value[name])) for name in sorted(value))
    return ("list", *(key(item) for item in value))


def is_plain(value: Any, depth: int = DEEPEST) -> bool:
    """Tell whether a value is JSON that every node can keep, hash and compare.

    Text is UTF-8 without NUL, numbers are finite and whole ones have 64 bits, names are
    text, and nothing lies deeper than ``depth``.
    """
    match value:
        case None | bool():
            return True
        case str():
            return _is_text(value)
        case int() | float():
            return _fits_64_bits(value) if isinstance(value, int) else isfinite(value)
        case dict() if depth:
            names_hold = all(isinstance(n, str) and _is_text(n) for n in value)
            return names_hold and is_plain([*value.values()], depth)
        case list() if depth:
            return all(is_plain(part, depth - 1) for part in value)
        case _:
            return False


def is_sealed(value: Any) -> bool:
    """Tell whether a value is encrypted; what it says is known by its tag alone."""
    if not isinstance(value, dict) or value.keys() != {SEALED}:
        return False
    sealed = value[SEALED]
    return isinstance(sealed, dict) and isinstance(sealed.get("tag"), str)


def is_date(value: Any) -> bool:
    """Tell whether a value is a calendar date written YYYY-MM-DD."""
    if not isinstance(value, str) or not _DATE.match(value):
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
    """Tell whether a value is a JSON number; what is not finite is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or isfinite(value)


def is_decimal(value: Any) -> bool:
    """Tell whether a value is a number, as JSON or as decimal text."""
    if isinstance(value, str):
        return _NUMBER.match(value) is not None
    return is_number(value)


def order(value: Any, kind: str | None = None) -> tuple[Any, ...]:
    """Return a sort key for ``min`` and ``max``; any two values have an order.

    Numbers come before text, and both before what has no order of its own.
    """
    if isinstance(value, str):
        if kind == "datetime" and (moment := _moment(value)):
            return (1, moment.timestamp())
        if kind == "decimal" and is_decimal(value):
            return (0, Decimal(value))
        return (2, text_key(value))
    if is_number(value):
        return (0, _exact(value))
    return (3, repr(key(value)))


def _fits_64_bits(number: int) -> bool:
    return -(1 << 63) <= number < 1 << 63


def _is_text(text: str) -> bool:
    """Tell whether a text is one in every database and in XML."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _exact(value: float) -> int | Decimal:
    """Return a number as it is written: 0.1 is a tenth, and no digit is lost."""
    return value if isinstance(value, int) else Decimal(str(value))


def _typed_key(value: str, kind: str | None) -> Hashable:
    if kind == "datetime" and (moment := _moment(value)):
        return ("moment", moment.timestamp())
    if kind == "decimal" and is_decimal(value):
        return ("number", Decimal(value))
    if kind == "phone" and (number := phone_number(value)):
        return ("phone", number)
    return text_key(value)


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
