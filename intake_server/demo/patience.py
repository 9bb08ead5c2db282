"""Whoever waits longer than two seconds is shown, on standard error, that it goes on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Final

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_SILENT_S: Final = 2.0


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Show what is being done if it takes long, and only to a terminal."""
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    progress.add_task(what)
    timer = Timer(_SILENT_S, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        progress.stop()
