"""A real browser, for what only it shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from parts import need
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM: Final = Path("/usr/bin/chromium")
AXE: Final = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"

QUIET: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_VIOLATIONS: Final = """async () => (await axe.run({
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
})).violations"""
"""What was found to be in order is not told: that takes longer than to find it."""


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    need(CHROMIUM.exists(), "Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def sign_in(context: BrowserContext, address: str, token: str) -> None:
    """Let a browser have the token of a session, as if its person had signed in."""
    context.add_cookies([{"name": "dodomu", "value": token, "url": address}])


def barriers(page: Page) -> list[str]:
    """Return what axe finds on a page that shuts somebody out."""
    page.wait_for_load_state()
    # The policy of our pages lets no foreign script in; a test may go around it.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    violations = page.evaluate(_VIOLATIONS)
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in violations
        for node in rule["nodes"]
    ]
