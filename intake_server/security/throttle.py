"""How long somebody waits who guesses: nothing at first, then twice as long each time.

Nobody is locked out for good: a lock would be a way to keep a coordinator out.
"""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_STEPS: Final = 30
_HOUSE_PREFIX: Final = 64


@dataclass(frozen=True, slots=True)
class Throttle:
    """After ``free`` failures the next attempt waits 1 s, 2 s, … up to ``longest``."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return how long the next attempt waits after so many failures in a row."""
        over = failures - self.free
        if over < 0:
            return timedelta(0)
        return min(timedelta(seconds=1 << min(over, _STEPS)), self.longest)


CODES: Final = Throttle(free=10, longest=timedelta(seconds=30))
"""For codes typed at one address: a whole centre stands behind it."""

FORGOTTEN: Final = timedelta(hours=1)
"""After so long without an attempt the count begins anew."""


def place(address: str) -> str:
    """Return whom an address stands for: itself, or the house of an IPv6 one."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if read.version == 4:  # noqa: PLR2004 - the version of IP
        return address
    return str(ipaddress.ip_network((read, _HOUSE_PREFIX), strict=False))
