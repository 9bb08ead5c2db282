"""Hands that fill in a form on a phone's screen, question by question, as they appear."""

import csv
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from forms.catalogue import Form
from forms.definition import Field
from forms.places import lists

_KYIV: Final = ZoneInfo("Europe/Kyiv")
_NEXT: Final = ".foot button:last-child"
_A_FRAME: Final = """
() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
"""
_FILES: Final = frozenset({"binary"})


def a_photo(size: tuple[int, int] = (640, 480), **how: Any) -> bytes:
    """Return a JPEG as a camera writes it; ``exif`` is what it says of itself."""
    found = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(found, "JPEG", **how)
    return found.getvalue()


def settled(page: Page) -> None:
    """Wait until what follows from the last answer is on the screen.

    A tap is over before it is a click: that comes with the next frame at the latest.
    """
    page.evaluate(_A_FRAME)
    page.wait_for_selector("main:not(:has([aria-busy=true], [data-busy]))")


def handed_on(page: Page) -> None:
    """Wait until what was answered last is on its way to where it is kept.

    The browser's timers run in their order: those of the answers came before this one.
    """
    page.evaluate("() => new Promise((done) => setTimeout(done, 500))")


def turn(page: Page) -> None:
    """Go on, and wait until the next page stands in place of this one."""
    title = page.locator("h1")
    before = title.inner_text()
    page.locator(_NEXT).tap()
    expect(title).not_to_have_text(before)
    settled(page)


class Hands:
    """Fills in one form with nested answers, in Ukrainian, and stops at the review."""

    def __init__(self, page: Page, form: Form) -> None:
        self._page = page
        self._form = form
        self._fields = {part.name: part for part in form.definition.fields}

    def fill(self, answers: Mapping[str, Any]) -> None:
        while not self._page.locator(".gaps, .good").count():
            self._answer(self._page.locator("main"), _loose(answers, self._form))
            turn(self._page)

    def _answer(self, within: Locator, answers: Mapping[str, Any]) -> None:
        """Answer what is asked until nothing more appears."""
        done: set[str] = set()
        settled(self._page)
        while todo := [one for one in self._asked(within, answers) if one not in done]:
            done.add(todo[0])
            self._one(within, todo[0], answers[todo[0]])
            settled(self._page)

    def _asked(self, within: Locator, answers: Mapping[str, Any]) -> list[str]:
        names = within.evaluate(
            "here => [...here.querySelectorAll('[data-name]')]"
            ".filter(e => e.parentElement.closest('.row-of, main') === here)"
            ".map(e => e.dataset.name)"
        )
        return [name for name in names if answers.get(name) not in (None, "", [])]

    def _one(self, within: Locator, name: str, answer: Any) -> None:
        place = within.locator(f'[data-name="{name}"]').first
        if isinstance(answer, list) and isinstance(answer[0], Mapping):
            self._rows(place, answer)
        else:
            self._question(place, self._fields[name], answer)

    def _rows(self, rows: Locator, answers: list[Mapping[str, Any]]) -> None:
        for number, answer in enumerate(answers):
            row = rows.locator("> .row-of").nth(number)
            if row.count() == 0:
                rows.locator("> .add").tap()
            self._answer(row, answer)

    def _question(self, place: Locator, field: Field, answer: Any) -> None:
        if place.locator("input[role=combobox]").count():
            self._pick(place, field, str(answer))
        elif place.locator(".tiles").count():
            for value in answer if isinstance(answer, list) else [answer]:
                place.locator(f'input[value="{value}"]').check(force=True)
        elif field.type in _FILES:
            photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
            place.locator("input[type=file]").first.set_input_files(photo)
            place.locator("img").wait_for()
        elif place.locator(".date").count():
            self._date(place, str(answer))
        else:
            place.locator("input, textarea").first.fill(str(answer))
            place.locator("input, textarea").first.blur()

    def _date(self, place: Locator, answer: str) -> None:
        parts = answer.split("-")[::-1]
        if "T" in answer:
            moment = datetime.fromisoformat(answer).astimezone(_KYIV)
            parts = moment.strftime("%d %m %Y %H %M").split()
        inputs = place.locator(".date input")
        for index in range(inputs.count()):
            inputs.nth(index).fill(parts[len(parts) - inputs.count() + index])
        inputs.last.blur()

    def _pick(self, place: Locator, field: Field, answer: str) -> None:
        name, where = self._label(field, answer)
        place.locator("input[role=combobox]").tap()
        self._page.keyboard.insert_text(name)
        options = place.locator("[role=option]")
        found = options.filter(has=self._page.get_by_text(name, exact=True))
        found.filter(has_text=where).first.tap()

    def _label(self, field: Field, answer: str) -> tuple[str, str]:
        if field.file is None:
            choices = self._form.definition.choices[field.choices]
            (label,) = (one.label for one in choices if one.name == answer)
            return next(text for lang, text in label.items() if "uk" in lang), ""
        text = lists.content(field.file).decode("utf-8")
        (row,) = (
            one for one in csv.DictReader(StringIO(text)) if one["name"] == answer
        )
        name, _, where = row["label"].partition(", ")
        return name, where


def _loose(answers: Mapping[str, Any], form: Form) -> dict[str, Any]:
    """Return answers without the groups around them; rows stay rows."""
    found: dict[str, Any] = {}
    for name, value in answers.items():
        found |= _loose(value, form) if isinstance(value, Mapping) else {name: value}
    return found
