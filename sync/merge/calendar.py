"""Days and moments as text that sorts: ISO dates, and moments in UTC.

A day sorts before every moment of it, so both can stand in one column.
"""

import calendar
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sync import clock
from sync.values import is_date

_LAST: Final = datetime(9999, 12, 31, tzinfo=UTC)
_MONTHS: Final = 12


def day(value: Any) -> date | None:
    """Return the day that an answer names; None where it names none."""
    return date.fromisoformat(value) if is_date(value) else None


def moment(value: Any) -> datetime | None:
    """Return the moment that an answer names; None where it names none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def of_clock(hlc: int) -> datetime:
    """Return the moment of a clock value; the last that can be written for later ones."""
    limit = int(_LAST.timestamp()) * 1000
    return datetime.fromtimestamp(min(clock.milliseconds(hlc), limit) / 1000, tz=UTC)


def text(when: date | datetime) -> str:
    """Return a day or a moment as it is kept, ``2026-11-28`` or ``2026-11-28T09:00:00Z``."""
    if isinstance(when, datetime):
        return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    return when.isoformat()


def end_of(when: date) -> datetime:
    """Return the last second of a day."""
    return datetime(when.year, when.month, when.day, 23, 59, 59, tzinfo=UTC)


def later(when: datetime, hours: int) -> datetime:
    """Return a moment some hours later; the last there is where there is none."""
    return min(when, _LAST - timedelta(hours=hours)) + timedelta(hours=hours)


def days_after(start: date, days: int) -> date:
    """Return the day so many days later, or earlier; the nearest one there is."""
    number = max(1, min(start.toordinal() + days, date.max.toordinal()))
    return date.fromordinal(number)


def months_after(start: date, months: int) -> date:
    """Return the same day of a later month; its last day where it has no such day.

    Example:
        One month after 31 January is 28 or 29 February.
    """
    number = start.year * _MONTHS + start.month - 1 + months
    year, month = divmod(number, _MONTHS)
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))
