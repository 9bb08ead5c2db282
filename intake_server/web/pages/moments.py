"""Times as people say them: in Kyiv, the day in words, and how long ago it was."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone

from intake_server.web.pages.texts import _

_KYIV: Final[Any] = get_timezone("Europe/Kyiv")
_DAY_AND_TIME: Final = "EEEE, d MMMM y, HH:mm"
_A_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = "d MMMM y"
_WEEKDAY: Final = "EEEE, d MMMM y"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment for the eye (``text``, ``ago``) and for the machine (``iso``)."""

    iso: str
    text: str
    ago: str


def spoken(moment: datetime | str, *, now: datetime, language: str) -> Moment | None:
    """Return a moment in words; None for a text that names none."""
    if isinstance(moment, str):
        found = _read(moment)
        if found is None:
            return None
        moment = found
    text = _in_words(moment, language)
    return Moment(moment.isoformat(), text, _ago(moment - now, language))


def lasting(milliseconds: int, language: str) -> str:
    """Return a length of time in words, whatever its sign."""
    length = timedelta(milliseconds=abs(milliseconds))
    return format_timedelta(length, locale=language)


def day(text: str, language: str) -> str:
    """Return an ISO date in words; the text itself where it is none."""
    try:
        return format_date(date.fromisoformat(text), _DAY, locale=language)
    except ValueError:
        return text


def today(now: datetime) -> date:
    """Return the day that it is in Kyiv."""
    return now.astimezone(_KYIV).date()


def in_kyiv(text: str) -> date | None:
    """Return the day that an ISO date or an RFC 3339 moment names in Kyiv."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        found = _read(text)
        return None if found is None else today(found)


def day_and_time(text: str, language: str) -> str:
    """Return an RFC 3339 moment in words, in Kyiv; the text itself where it is none."""
    found = _read(text)
    if found is None:
        return text
    return _in_words(found, language)


def day_of(moment: datetime) -> date:
    """Return which day it is in Kyiv at a moment."""
    return moment.astimezone(_KYIV).date()


def hour(moment: datetime, language: str) -> str:
    """Return the time of day in Kyiv."""
    return format_datetime(moment, "HH:mm", tzinfo=_KYIV, locale=language)


def weekday(when: date, language: str) -> str:
    """Return a day in words, with the day of the week."""
    return format_date(when, _WEEKDAY, locale=language)


def from_input(text: str) -> str:
    """Return RFC 3339 text of what a ``datetime-local`` input gives, taken in Kyiv.

    What is no moment stays as it is.
    """
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return text
    if local.tzinfo is None:
        local = _KYIV.localize(local)
    return local.isoformat(timespec="milliseconds")


def to_input(text: str) -> str:
    """Return what a ``datetime-local`` input shows of an RFC 3339 moment, in Kyiv.

    What is no moment stays as it is.
    """
    found = _read(text)
    return f"{found.astimezone(_KYIV):%Y-%m-%dT%H:%M}" if found else text


@lru_cache(maxsize=4096)
def _in_words(moment: datetime, language: str) -> str:
    return format_datetime(moment, _DAY_AND_TIME, tzinfo=_KYIV, locale=language)


def _ago(length: timedelta, language: str) -> str:
    if abs(length) < _A_MINUTE:
        return _("just now")
    return format_timedelta(length, add_direction=True, locale=language)


def _read(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def begin(day: date) -> datetime:
    """Return when a day begins in Kyiv, in UTC.

    Raises:
        OverflowError: It is too far away.
    """
    local: datetime = _KYIV.localize(datetime.combine(day, time()))
    return local.astimezone(UTC)
