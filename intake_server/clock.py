"""The one clock: nothing else in these packages asks the machine for the time.

Whoever needs the time takes it as an argument or is given a ``Clock``; tests and the
demo give one of their own.
"""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time; ``now`` is one."""

    def __call__(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Return the present moment as milliseconds since 1970-01-01T00:00Z."""
    return milliseconds(now())


def milliseconds(moment: datetime) -> int:
    """Return an aware moment as milliseconds since 1970-01-01T00:00Z."""
    return round(moment.timestamp() * 1000)


def moment(ms: int) -> datetime:
    """Return the moment that lies ``ms`` milliseconds after 1970-01-01T00:00Z."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def text(moment: datetime) -> str:
    """Return the wire form of a moment: RFC 3339, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
