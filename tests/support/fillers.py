"""The screens of a form in a real browser, by themselves: no vault, no outbox, no node.

A page for tests is built from the client's source, under the same policy as the real one.
Its files are handed to the browser without a server.
"""

import mimetypes
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lxml import etree
from parts import need
from playwright.sync_api import Browser, Locator, Page, Route
from repository import ROOT

from forms.catalogue import SHIPPED, shipped
from forms.places import lists
from intake_server.web import headers

SOURCE: Final = ROOT / "intake_server" / "field_client"
ADDRESS: Final = "http://localhost/field/"
POLICY: Final = "Content-Security-Policy"
_VITE: Final = SOURCE / "node_modules" / ".bin" / "vite"
_TYPES: Final = {".js": "text/javascript", ".csv": "text/csv", ".xml": "text/xml"}
_PATIENCE_S: Final = 120


def build(folder: Path) -> None:
    """Build the page for tests into a folder; skip where the client's tools are missing."""
    need(_VITE.exists(), "the field client's own tools: say make field")
    config = SOURCE / "harness" / "vite.config.ts"
    command = [_VITE, "build", "--config", config, "--outDir", folder]
    subprocess.run(
        [*map(str, command), "--logLevel", "error"],
        cwd=SOURCE,
        check=True,
        capture_output=True,
        timeout=_PATIENCE_S,
    )


@dataclass(frozen=True)
class Said:
    """A filled form as it would be sealed."""

    instance_id: str
    xml: bytes
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Filler:
    """A page on which forms are filled."""

    page: Page

    def show(self, form: str, language: str = "uk", **more: Any) -> None:
        """Open a form on the screen and wait until it is there."""
        shown = {"form": form, "language": language, **more}
        self.page.evaluate("shown => harness.show(shown)", shown)
        self.page.wait_for_selector(".fill .foot")

    def hide(self) -> None:
        self.page.evaluate("() => { harness.hide(); return harness.told(); }")

    def question(self, name: str) -> Locator:
        """Return where a question stands on the page."""
        return self.page.locator(f'[data-name="{name}"]').first

    def answers(self) -> dict[str, str]:
        """Return what was handed on last, by the name of the question."""
        parts = etree.fromstring(self.last.xml).iter("{*}*")
        return {etree.QName(one).localname: one.text or "" for one in parts}

    @property
    def told(self) -> dict[str, Any]:
        """How often the screen said what."""
        return self.page.evaluate("harness.told()")

    @property
    def last(self) -> Said:
        """What was handed on last."""
        return _said(self.page.evaluate("harness.last()"))

    @property
    def shared(self) -> dict[str, str]:
        return self.page.evaluate("harness.shared()")

    def fill(self, form: str, answers: Mapping[str, Any]) -> tuple[Said, list[str]]:
        """Fill a form by its questions; return it and what is missing or wrong."""
        told = self.page.evaluate("([f, a]) => harness.fill(f, a)", [form, answers])
        return _said(told), told["faults"]


@contextmanager
def a_filler(browser: Browser, built: Path, **context: Any) -> Any:
    """Open the page, as large as a phone."""
    size = {"width": 360, "height": 740}
    made = browser.new_context(viewport=size, has_touch=True, **context)
    made.route(f"{ADDRESS}**", lambda route: _answer(route, built))
    page = made.new_page()
    page.goto(ADDRESS)
    page.wait_for_selector("html[data-ready]")
    yield Filler(page)
    made.close()


def _answer(route: Route, built: Path) -> None:
    name = route.request.url.partition("/field/")[2].partition("?")[0]
    content, kind = _file(name, built)
    is_page = kind == "text/html"
    policy = {POLICY: headers._FIELD if is_page else headers._FIELD_WORKER}
    route.fulfill(body=content, content_type=kind, headers=policy)


def _file(name: str, built: Path) -> tuple[bytes, str]:
    inner = name.removeprefix("forms/")
    ending = Path(name).suffix
    kind = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "text/html"
    if inner.removesuffix(".xml") in SHIPPED:
        return shipped(inner.removesuffix(".xml")).xml, kind
    if ending == ".csv":
        return lists.content(inner), kind
    path = built / (name or "index.html")
    return (path.read_bytes() if path.is_file() else b""), kind


def _said(told: dict[str, Any]) -> Said:
    files = {name: b64decode(data) for name, data in told["files"].items()}
    return Said(told["instanceId"], told["xml"].encode(), files)
