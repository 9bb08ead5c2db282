"""One answer as a value: the same from XML text and from JSON."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from forms.errors import UnreadableValueError

Value = bool | int | str | list[str] | None
"""What an answer can be; nothing means that it was cleared."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,16}")
_DECIMAL: Final = re.compile(
    r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    r"([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)"
    r"([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)"
)
_LARGEST: Final = 2**53 - 1
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


def read(value: Any, *, kind: str, field: str) -> Value:
    """Return a value of the type that a field asks for.

    A whole number for ``int``, plain notation for ``decimal``, ISO text for ``date``,
    RFC 3339 text with its offset for ``dateTime``, choices in the order given for
    ``select``, text for all else. Nothing for an empty answer.

    Raises:
        UnreadableValueError: The value is not of that type; names the field.
    """
    if value in (None, "", []):
        return None
    try:
        return _READERS.get(kind, _text)(value)
    except (OverflowError, TypeError, ValueError) as error:
        raise UnreadableValueError(field=field) from error


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not text")
    return str(value) if isinstance(value, int) else _decimal(value)


def _integer(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError("not a whole number")
    number = int(_matching(_INTEGER, value)) if isinstance(value, str) else value
    if abs(number) > _LARGEST:
        raise ValueError("not a whole number that JSON can hold")
    return number


def _decimal(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError("not a decimal number")
    number = Decimal(_matching(_DECIMAL, str(value)))
    written = format(number, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if number == 0 else written


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value not in _BOOLEANS:
        raise ValueError("not a boolean")
    return _BOOLEANS[value]


def _date(value: Any) -> str:
    return date.fromisoformat(_matching(_DATE, value)).isoformat()


def _date_time(value: Any) -> str:
    if not isinstance(value, str) or not (parts := _DATE_TIME.fullmatch(value)):
        raise ValueError("not a time with an offset")
    day, time, offset = parts.groups()
    if offset not in "Zz":
        hours, minutes = offset[:3], offset[3:].lstrip(":") or "00"
        offset = f"{hours}:{minutes}"
    written = f"{day}T{time}{offset.upper()}"
    datetime.fromisoformat(written)
    return written


def _choices(value: Any) -> list[str]:
    names = value.split() if isinstance(value, str) else value
    if not isinstance(names, list) or not all(map(_is_choice, names)):
        raise ValueError("not a list of choices")
    return list(dict.fromkeys(names))


def _is_choice(name: Any) -> bool:
    return isinstance(name, str) and len(name.split()) == 1 and name == name.strip()


def _matching(pattern: re.Pattern[str], text: Any) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError("not of this form")
    return text


_READERS: Final[Mapping[str, Callable[[Any], Value]]] = {
    "int": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "dateTime": _date_time,
    "select": _choices,
}
