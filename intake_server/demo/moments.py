"""The story's clock: it stands still until the story moves it, and may run on after."""

from datetime import UTC, datetime, timedelta
from typing import Final

from intake_server import clock
from intake_server.clock import Clock

BEGINNING: Final = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
"""When the story begins that is the same each time: a Monday morning."""

UP_TO_QUESTIONS: Final = timedelta(hours=6)
"""How long the story takes, for those in it, until people are asked."""


class StoryClock:
    """A clock that is moved by hand."""

    def __init__(self, beginning: datetime) -> None:
        self._now = beginning
        self._running: Clock | None = None

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self._running() if self._running else self._now

    def advance(self, **by: float) -> datetime:
        """Let time pass, in the words of ``timedelta``; return the present moment."""
        self._now += timedelta(**by)
        return self._now

    def run_on(self) -> None:
        """Tell the real time from now on."""
        self._running = clock.now
