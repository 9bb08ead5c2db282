"""What a volunteer does with the field client, counted in taps.

A tap is a touch of the screen; typing into a field that has the focus is none, and Enter
leads from one field to the next.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hands import settled
from playwright.sync_api import Locator, Page, expect

PIN: Final = "271806"
PATIENCE_MS: Final = 30_000
_PAUSE_MS: Final = 200
"""How long hands take from the keys to the next touch."""
_NEXT: Final = ".foot button:last-of-type"
_BEFORE: Final = ".foot button.second"
_REVIEW: Final = "Перевірте відповіді"
_TITLE: Final = ".fill main h1"
_IN_A_HURRY: Final = """
async ([answers, review]) => {
  const once = async (found) => {
    for (const end = Date.now() + 30_000; Date.now() < end; ) {
      const is = found();
      if (is) return is;
      await new Promise((done) => setTimeout(done));
    }
    throw new Error(`never: ${found}`);
  };
  const title = () => document.querySelector(".fill main h1")?.textContent;
  const isSettled = () =>
    !document.querySelector("main [data-busy], main [aria-busy=true]");
  const give = (question, answer) => {
    if (Array.isArray(answer)) {
      for (const value of answer) {
        const choice = question.querySelector(`input[value="${value}"]`);
        if (!choice.checked) choice.click();
      }
      return;
    }
    const box = question.querySelector("input, textarea");
    box.focus();
    box.value = answer;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
    box.blur();
  };
  await once(title);
  const given = new Set();
  while (title() !== review) {
    for (let isMore = true; isMore; ) {
      isMore = false;
      for (const question of document.querySelectorAll("main .question")) {
        const { name } = question.dataset;
        if (!(name in answers) || given.has(name)) continue;
        given.add(name);
        give(question, answers[name]);
        isMore = true;
      }
      await new Promise((done) => setTimeout(done));
      await once(isSettled);
    }
    const before = title();
    document.querySelector(".foot button:last-of-type").click();
    await once(() => title() !== before);
  }
}
"""
"""Fingers faster than any: it touches what hands touch, from inside the page."""


def until(page: Page, holds: Callable[[], object]) -> None:
    """Wait until something is so that no element on a page tells of."""
    for _ in range(PATIENCE_MS // 50):
        if holds():
            return
        page.wait_for_timeout(50)
    assert holds()


@dataclass
class Volunteer:
    """Somebody with a phone whose page is open; ``passphrase`` is what they wrote down."""

    page: Page
    name: str = "Олена"
    passphrase: str = ""
    taps: int = 0
    seen: list[str] = field(default_factory=list)

    def tap(self, target: Locator) -> None:
        """Touch something, and count it."""
        target.click()
        self.taps += 1

    def say(self, words: str, *, exact: bool = True) -> None:
        """Touch the button that says something."""
        self.tap(self.page.get_by_role("button", name=words, exact=exact).first)

    def get_in(self, address: str, code: str) -> None:
        """Open the client by the code that a coordinator shows."""
        self.page.goto(f"{address}/field/#code={code}")

    def become_known(self) -> None:
        """Say who one is, write the four words down and choose six digits."""
        page = self.page
        page.get_by_label("Імʼя або прізвисько").fill(self.name)
        self.say("Далі")
        words = page.locator("[data-phrase]")
        expect(words).to_have_text(re.compile(r"\S+ \S+ \S+ \S+"))
        self.passphrase = words.inner_text()
        self.say("Записано")
        page.get_by_label("Гасло").fill(self.passphrase)
        self.say("Далі")
        page.get_by_label("Шість цифр", exact=True).fill(PIN)
        self.say("Готово")
        self.at_home()

    def come_in(self, address: str, code: str) -> None:
        """Open the client by a code, become known, and wait for the forms."""
        self.get_in(address, code)
        self.become_known()
        self.forms_are_here()

    def unlock(self, secret: str = PIN) -> None:
        """Open what is locked; a phone that died may have forgotten who was last."""
        label = "Шість цифр" if secret.isdigit() else "Гасло"
        field = self.page.get_by_label(label, exact=True)
        own = self.page.get_by_role("button", name=self.name, exact=True)
        expect(field.or_(own).first).to_be_visible(timeout=PATIENCE_MS)
        if own.is_visible():
            self.tap(own)
        field.fill(secret)
        self.say("Відімкнути")

    def at_home(self) -> None:
        """Wait for the first screen."""
        expect(self.page.locator("#new-title")).to_be_visible(timeout=PATIENCE_MS)

    def forms_are_here(self) -> None:
        """Wait until no form is on its way any more."""
        expect(self.page.locator("main .starts").first).to_be_visible(
            timeout=PATIENCE_MS
        )
        expect(self.page.locator("main progress")).to_have_count(0, timeout=PATIENCE_MS)

    def question(self, name: str) -> Locator:
        """Return the question of this name, on the page that is open."""
        return self.page.locator(f'.question[data-name="{name}"]')

    def choose(self, name: str, *values: str) -> None:
        """Touch answers of a question."""
        for value in values:
            self.tap(self.question(name).locator(f'label:has(input[value="{value}"])'))
        settled(self.page)

    def write(self, name: str, text: str) -> None:
        """Touch a field and type."""
        box = self.question(name).locator("input, textarea").first
        self.tap(box)
        box.fill(text)
        self.page.wait_for_timeout(_PAUSE_MS)

    def go_on(self) -> None:
        """Touch what leads to the next page."""
        self._turn(_NEXT)

    def go_back(self) -> None:
        """Touch what leads to the page before."""
        self._turn(_BEFORE)

    def _turn(self, button: str) -> None:
        title = self.page.locator(_TITLE)
        before = re.escape((title.text_content() or "").strip())
        self.tap(self.page.locator(button))
        title.filter(has_not_text=re.compile(rf"^\s*{before}\s*$")).wait_for()
        settled(self.page)

    def go_to(self, name: str) -> None:
        """Go on until a question is on the page."""
        expect(self.page.locator(_TITLE)).to_be_visible(timeout=PATIENCE_MS)
        settled(self.page)
        while not self.question(name).count():
            here = self.page.locator(_TITLE).inner_text()
            assert here != _REVIEW, f"{name} is not asked, or stands before"
            self.go_on()

    def fill(self, answers: Mapping[str, str | tuple[str, ...] | Path]) -> None:
        """Answer questions in the order of the form.

        A tuple is tapped, text typed, and a file is a photo that is on the phone.
        """
        for name, answer in answers.items():
            self.go_to(name)
            match answer:
                case tuple():
                    self.choose(name, *answer)
                case str():
                    self.write(name, answer)
                case _:
                    self.take_photo(name, answer)

    def fill_in_a_hurry(self, answers: Mapping[str, str | tuple[str, ...]]) -> None:
        """Answer what is asked from here on as fast as the client can, and finish."""
        self.page.evaluate(_IN_A_HURRY, [dict(answers), _REVIEW])
        self.finish()

    def take_photo(self, name: str, picture: Path) -> None:
        """Choose a photo; wait until it is shown."""
        question = self.question(name)
        question.locator("input[type=file]").last.set_input_files(picture)
        self.taps += 1
        expect(question.locator("img")).to_be_visible(timeout=PATIENCE_MS)

    def sign(self, name: str) -> None:
        """Draw a line where a signature goes, and rest."""
        self.go_to(name)
        sheet = self.question(name).locator("canvas")
        sheet.scroll_into_view_if_needed()
        box = sheet.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 20, box["y"] + 30)
        mouse.down()
        mouse.move(box["x"] + 150, box["y"] + 60, steps=5)
        mouse.up()
        self.taps += 1
        expect(self.question(name).locator("img")).to_be_visible(timeout=PATIENCE_MS)

    def to_review(self) -> None:
        """Go to the end, where all answers stand."""
        expect(self.page.locator(_TITLE)).to_be_visible(timeout=PATIENCE_MS)
        while self.page.locator(_TITLE).inner_text() != _REVIEW:
            self.go_on()

    def finish(self) -> None:
        """Go to the end and finish; the minute to go back begins."""
        self.to_review()
        self.tap(self.page.locator(_NEXT))
        expect(self.page.get_by_text("Форму завершено")).to_be_visible()

    @contextmanager
    def counted(self) -> Iterator[list[int]]:
        """Count the taps of a stretch of work."""
        before, spent = self.taps, [0]
        yield spent
        spent[0] = self.taps - before

    def picture(self, folder: Path | None, name: str) -> None:
        """Keep a picture of the screen, where somebody asked for pictures."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png", full_page=True)
