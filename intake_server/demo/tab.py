"""A browser's tab, left open on a question or on the day of a centre."""

import json
from dataclasses import dataclass
from typing import Any, Final

import requests
from lxml import html

from forms.reference import normalise

_TIMEOUT_S: Final = 30


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that a node answered with, as its reader sees it."""

    status: int
    text: str


def _codes(row: Any) -> list[str]:
    return [one.text_content() for one in row.xpath(".//*[@class='reference']")]


class Tab:
    """A tab in which one person is signed in to one node."""

    def __init__(self, url: str, code: str) -> None:
        self._url = url
        self._browser = requests.Session()
        self._browser.trust_env = False
        self._browser.post(f"{url}/sign-in/{code}", timeout=_TIMEOUT_S)
        self._form: Any = None

    def open(self, qid: str) -> None:
        """Open a question, and leave it so."""
        page = self._browser.get(f"{self._url}/queue/{qid}", timeout=_TIMEOUT_S)
        page_of: Any = html.fromstring(page.text)
        self._form = page_of.get_element_by_id("decision")

    def decide(self, value: str, reason: str) -> Shown:
        """Choose one of the answers that stand on the page, and send it."""
        written = json.dumps(value, ensure_ascii=False)
        choices = self._form.xpath(".//input[@name='choice']/@value")
        hidden = self._form.xpath(".//input[@type='hidden']")
        sent = {field.get("name"): field.get("value") for field in hidden}
        sent["choice"] = next(one for one in choices if one.endswith(written))
        sent["reason"] = reason
        answer = self._browser.post(
            self._url + self._form.get("action"), data=sent, timeout=_TIMEOUT_S
        )
        shown: Any = html.fromstring(answer.text)
        text = shown.text_content()
        return Shown(answer.status_code, " ".join(text.split()))

    def arrivals(self) -> list[str]:
        """Return whom the centre's day expects, by the codes that it shows."""
        rows = self._day().xpath("//section[@aria-labelledby='arrivals']//li")
        return [code for row in rows for code in _codes(row)]

    def accept(self, reference: str) -> None:
        """Take a child that is expected; harmless where nobody is."""
        for row in self._day().xpath("//section[@aria-labelledby='arrivals']//li"):
            if reference in map(normalise, _codes(row)):
                form = row.xpath(".//form")[0]
                sent = {**dict(form.form_values()), "answer": "accept"}
                self._browser.post(
                    self._url + form.get("action"), data=sent, timeout=_TIMEOUT_S
                )

    def apart(self) -> list[str]:
        """Return whose placement the centre's day says not to be in force, by codes."""
        return [
            code
            for row in self._day().xpath("//*[@id='apart']")
            for code in _codes(row)
        ]

    def _day(self) -> Any:
        page = self._browser.get(f"{self._url}/day", timeout=_TIMEOUT_S)
        return html.fromstring(page.text)

    def close(self) -> None:
        """Close the tab."""
        self._browser.close()
