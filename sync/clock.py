"""The hybrid logical clock: a number that orders notes and breaks ties, nothing else.

48 bits of milliseconds since 1970-01-01T00:00Z and 16 bits of counter. A clock that is
set back still moves forward; a clock that is far ahead is never adopted from a peer.
"""

import re
from typing import Final

AHEAD_MS: Final = 5 * 60 * 1000
"""How far past its own time a node lets another node's time pull it."""

_COUNTER_BITS: Final = 16
_TEXT: Final = re.compile(r"([0-9a-f]{12})-([0-9a-f]{4})\Z")
_MS_LIMIT: Final = (1 << 48) - 1


def at(ms: int, counter: int = 0) -> int:
    """Return the clock value of a moment, clamped to what 48 bits hold."""
    return (max(0, min(ms, _MS_LIMIT)) << _COUNTER_BITS) | counter


def tick(now_ms: int, last: int) -> int:
    """Return the next value of a local clock: later than ``last``, never before now."""
    return max(at(now_ms), last + 1)


def receive(now_ms: int, last: int, other: int) -> int:
    """Return the local clock after it saw ``other``.

    A value more than five minutes ahead of ``now_ms`` is a fault of its author and is
    not adopted.
    """
    if milliseconds(other) > now_ms + AHEAD_MS:
        return tick(now_ms, last)
    return max(tick(now_ms, last), other)


def milliseconds(hlc: int) -> int:
    """Return the milliseconds part of a clock value."""
    return hlc >> _COUNTER_BITS


def text(hlc: int) -> str:
    """Return the wire form, ``0192f3c4a1b2-0003``; it sorts as the number does."""
    digits = f"{hlc:016x}"
    return f"{digits[:12]}-{digits[12:]}"


def parse(text: str) -> int:
    """Read the wire form.

    Raises:
        ValueError: The text is not twelve hex digits, a hyphen and four hex digits,
            in lower case: one value has one spelling, so text sorts as numbers do.
    """
    found = _TEXT.match(text)
    if found is None:
        raise ValueError("a clock value has 12 hex digits, a hyphen and 4 hex digits")
    return int(found[1], 16) << _COUNTER_BITS | int(found[2], 16)
