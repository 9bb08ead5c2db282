"""A phone with the field client: a browser whose profile outlives it, and its killing."""

import os
import re
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from browsers import CHROMIUM, QUIET
from playwright.sync_api import BrowserContext, BrowserType, Error, Page

SCREEN: Final = {"width": 360, "height": 740}
_CAMERA: Final = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
_PATIENCE_S: Final = 10


@dataclass
class Phone:
    """A browser that keeps what it knows in a folder, as long as the folder is there.

    ``about`` is what Playwright is told of it: language, colours, what it is allowed.
    """

    kind: BrowserType
    folder: Path
    about: dict[str, Any] = field(default_factory=dict)
    context: BrowserContext | None = None

    def switch_on(self) -> Page:
        """Start the browser; return its one page."""
        said = {"viewport": SCREEN, "locale": "uk-UA", "has_touch": True, **self.about}
        self.context = self.kind.launch_persistent_context(
            self.folder, executable_path=CHROMIUM, args=[*QUIET, *_CAMERA], **said
        )
        return self.context.pages[0]

    def switch_off(self) -> None:
        """End the browser in an orderly way."""
        if self.context:
            self.context.close()
        self.context = None

    def strike(self) -> None:
        """Kill every process of the browser, and do not look what becomes of it."""
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """End every process of the browser at once, as a dead battery does."""
        self.strike()
        deadline = time.monotonic() + _PATIENCE_S
        while self._processes() and time.monotonic() < deadline:
            time.sleep(0.02)
        with suppress(Error):
            self.switch_off()
        self.context = None
        for lock in self.folder.glob("Singleton*"):
            lock.unlink(missing_ok=True)

    def holds(self, strings: Iterable[str]) -> list[tuple[str, str]]:
        """Return which strings stand in which files of the profile, in any coding."""
        sought = {
            text: {
                text.encode(),
                text.encode("utf-16-le"),
                text.encode("unicode_escape"),
            }
            for text in strings
        }
        return [
            (text, str(path.relative_to(self.folder)))
            for path in self.folder.rglob("*")
            if path.is_file() and not path.is_symlink()
            for content in [path.read_bytes()]
            for text, codings in sought.items()
            if any(_is_in(content, coding) for coding in codings)
        ]

    def _processes(self) -> list[int]:
        """Return the browser of this profile, and all that it has started."""
        said = f"--user-data-dir={self.folder}".encode()
        parents: dict[int, int] = {}
        found: set[int] = set()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                pid = int(process.name)
                stat = (process / "stat").read_text("utf-8").rpartition(")")[2].split()
                parents[pid] = int(stat[1])
                is_dead = stat[0] == "Z"
                if said in (process / "cmdline").read_bytes() and not is_dead:
                    found.add(pid)
        while more := {p for p, of in parents.items() if of in found} - found:
            found |= more
        return sorted(found)


def _is_in(content: bytes, coding: bytes) -> bool:
    """Tell whether a text is there; a few digits inside a longer number are none."""
    if not coding.replace(b"\0", b"").isdigit():
        return coding in content
    apart = rb"(?<![0-9a-f])(?<![0-9a-f]\0)%b(?!\0?[0-9a-f])"
    return re.search(apart % coding, content) is not None
