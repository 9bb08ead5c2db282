"""Pictures of pages, small enough to be kept: 1280 by 800, few colours, no more."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

SIZE = (1280, 800)
MOST_BYTES = 100_000
_COLOURS = 64


def photograph(page: Page, path: Path) -> None:
    """Keep what a page shows, without a cursor that blinks."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    whole = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    few = whole.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    path.parent.mkdir(parents=True, exist_ok=True)
    few.save(path, "PNG", optimize=True)
