"""Every screen of the field client, in both languages: nobody is shut out of it."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

import arrivals
import pytest
from browsers import barriers
from network import a_member
from phone_stores import changed
from phones import SCREEN
from playwright.sync_api import Error, expect
from programs import dodomu
from volunteers import PATIENCE_MS, PIN, Volunteer
from walks import stumbles

from intake_server import clock
from intake_server.config import Settings
from intake_server.storage import practising
from intake_server.storage.practising import Subject

pytestmark = pytest.mark.browser

INSIDE_AN_APP = "Mozilla/5.0 (Linux; Android 14) Chrome/131.0 [FBAN/FB4A;FBAV/480.0]"
GONE = re.compile("все стерто|everything is wiped", re.IGNORECASE)
ASKED_FIRST = ("safety_words", "comm_mode", "consent_intake", "consent_by")
TRIES = 20
STATES = ("ready", "sending", "files", "looked_at", "not_received")
SHUT = """() => [...document.querySelectorAll("h1, h2, button, label, .name, p, dd")]
  .filter((one) => one.checkVisibility() && !one.closest(".unseen"))
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
  .filter((one) => getComputedStyle(one).display !== "inline")
  .map((one) => `cut: ${one.outerHTML.slice(0, 100)}`)
  .concat(document.documentElement.scrollWidth > innerWidth ? ["too wide"] : [])"""
MORE_STATES = """(items, [one], keys, states) => states.forEach((state, number) => {
  items.put({
    ...one, state, id: `${one.id}-${number}`, finalized: one.finalized - 60000 * number,
    nextAt: Number.MAX_SAFE_INTEGER,
    reference: ["files", "looked_at"].includes(state) ? one.reference : undefined,
    ...(state === "not_received" ? { reason: "forged" } : {}),
  });
})"""
NAME_OF_THE_PHONE = """(device, all, keys) => all[keys.indexOf("device")].id"""


@dataclass
class Tour:
    """Looks at one screen after the other, and keeps what is wrong with each."""

    page: object
    folder: object
    has_keys: bool = True
    seen: list[str] = field(default_factory=list)
    found: list[tuple[str, str]] = field(default_factory=list)

    def look(self, name):
        """Look at what is open: by eye, by keyboard, in large letters, by ear.

        The keyboard goes the same way in every language, and ends where it began: what
        comes next finds the focus where a person would have it.
        """
        page = self.page
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"field-{len(self.seen):02}-{name}.png"
            page.screenshot(path=path)
        self.seen.append(name)
        lost = page.evaluate("document.activeElement === document.body")
        here = ["nothing has the focus"] if lost else []
        here += [*barriers(page), *page.evaluate(SHUT)]
        if self.has_keys:
            began = page.evaluate_handle("document.activeElement")
            here += stumbles(page)
            began.evaluate("one => one.focus({ preventScroll: true })")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        here += [f"at 200 %: {one}" for one in page.evaluate(SHUT)]
        page.evaluate("document.documentElement.style.fontSize = ''")
        self.found += [(name, fault) for fault in here]

    def type(self, text, which="main input:not([type=checkbox])"):
        self.page.locator(which).first.fill(text)

    def submit(self):
        self.page.locator("main button[type=submit]").click()

    def press(self, which):
        self.page.locator(which).first.click()

    def until(self, which):
        expect(self.page.locator(which).first).to_be_visible(timeout=PATIENCE_MS)


@pytest.fixture(params=["uk-UA", "en-GB"])
def tour(request, post, pytestconfig):
    folder = pytestconfig.getoption("screenshots")
    where = folder and folder / request.param[:2] / str(SCREEN["width"])
    page = post.phone(locale=request.param).switch_on()
    return Tour(page, where, has_keys=request.param == "uk-UA")


def gets_in(tour, post):
    page = tour.page
    page.goto(f"{post.line.url}/field/")
    tour.until("input.code")
    tour.look("code")
    tour.type("22222-22222")
    tour.submit()
    tour.until("[role=alert]")
    tour.look("code-refused")
    page.route("**/api/v1/forms*", lambda route: route.abort())
    tour.type(post.code())
    tour.submit()
    tour.until("input[maxlength='60']")


def becomes_known(tour):
    page = tour.page
    tour.look("name")
    tour.submit()
    tour.until("[role=alert]")
    tour.look("name-missing")
    tour.type("Олена")
    tour.submit()
    tour.until("[data-phrase]:not(:empty)")
    tour.look("words")
    tour.press("main .pair button:last-child")
    tour.until("input[type=password]")
    tour.look("own-words")
    tour.type("коротке")
    tour.submit()
    tour.until("[role=alert]")
    tour.look("own-words-short")
    tour.press("main button.quiet")
    words = page.locator("[data-phrase]").inner_text()
    tour.submit()
    tour.look("repeat")
    tour.type("не ті слова")
    tour.submit()
    tour.until("[role=alert]")
    tour.look("repeat-wrong")
    tour.type(words)
    tour.submit()
    tour.until("input.digits")
    tour.look("digits")
    tour.type("123456")
    tour.submit()
    tour.until("[role=alert]")
    tour.look("digits-easy")
    tour.type(PIN)
    tour.submit()
    tour.until("#new-title")
    return words


def waits_for_forms(tour):
    tour.until("main .note")
    tour.look("home-no-forms")
    tour.page.unroute("**/api/v1/forms*")
    fetch = tour.page.locator("section:has(#new-title) .note + button.second")
    begun = tour.page.locator("main progress, button.starts").first
    for _ in range(TRIES):
        with suppress(Error):
            fetch.click(timeout=1_000)
        with suppress(Error):
            begun.wait_for(timeout=1_000)
            break
    tour.until("button.starts")
    expect(tour.page.locator("main progress")).to_have_count(0, timeout=PATIENCE_MS)
    tour.look("home")
    titles = tour.page.locator("button.starts").all_inner_texts()
    assert titles[0] in ("Прийом після повернення", "Return reception intake")


def asks_all(tour, volunteer):
    """Look at each page, empty as it is, and at the end with all that is missing."""
    page = tour.page
    tour.press("button.starts")
    tour.until(".foot")
    volunteer.choose("reception_point", "border_point")
    tour.until("text=/збережено|saved/")
    tour.look("page")
    tour.press("[aria-haspopup=dialog]")
    tour.until("dialog")
    tour.look("contents")
    page.locator("dialog > button.quiet").click()
    while not page.locator(".gaps, main .good").count():
        for name in ASKED_FIRST:
            if volunteer.question(name).count():
                volunteer.choose(name, *arrivals.FIRST[name])
        tour.look("page")
        volunteer.go_on()
    tour.look("review-gaps")


def answers(tour, volunteer):
    page = tour.page
    while page.locator(".foot button.second").is_enabled():
        volunteer.go_back()
    volunteer.fill(
        {
            name: arrivals.FIRST[name]
            for name in arrivals.FIRST
            if name not in ASKED_FIRST
        }
    )
    while not page.locator(".gaps, main .good").count():
        volunteer.go_on()
    tour.until("main .good")
    tour.look("review")


def finishes(tour):
    tour.press(".foot button:last-of-type")
    tour.until("main .pair")
    tour.look("done")
    tour.press("main .pair button:first-child")
    tour.until("main .good")
    tour.press(".foot button:last-of-type")
    tour.until("main .pair")
    tour.press("main .pair button:last-child")
    tour.until("main .good[role=status]")
    tour.look("done-sealed")


def goes_on(tour, post, volunteer):
    post.line.tear()
    tour.press("main button.wide")
    tour.until(".band.family")
    tour.until(".foot")
    tour.look("next-child")
    volunteer.go_to("safety_words")
    volunteer.choose("safety_words", "done")
    tour.until("text=/збережено|saved/")
    tour.press(".bar button.sign")
    tour.until("#drafts-title")
    tour.look("home-drafts")
    tour.press("main .row button.quiet")
    tour.look("home-discard")
    tour.press("[role=alertdialog] button.second")


def sends(tour, post):
    page = tour.page
    post.line.is_down = False
    page.evaluate("dispatchEvent(new Event('online'))")
    tour.press("section:has(#outbox-title) .pair button:last-child")
    tour.until('.sent[data-state="received"]')
    post.line.tear()
    changed(page, "items", MORE_STATES, STATES)
    tour.press(".top button.quiet")
    tour.until("#outbox-title")
    tour.look("home-waiting")
    tour.press("section:has(#outbox-title) .pair button:last-child")
    tour.until('.sent[data-state="not_received"]')
    tour.look("sent")
    tour.press('.sent[data-state="received"] button.quiet')
    tour.until("fieldset select")
    tour.look("correct")
    tour.submit()
    tour.until("[role=alert]")
    tour.look("correct-missing")
    tour.press(".top button.quiet")
    tour.until(".sent")
    tour.press(".top button.quiet")


def is_full(tour):
    tour.page.evaluate(
        "navigator.storage.estimate = async () => ({ quota: 1e9, usage: 9.9e8 })"
    )
    tour.until("#new-title")
    tour.press("main > button.quiet.wide")
    tour.until("dl.facts")
    tour.look("settings")
    tour.press(".top button.quiet")
    tour.until("main > .warning")
    tour.look("home-scarce")


def locks(tour, words):
    page = tour.page
    tour.press(".top button.quiet")
    tour.until("input.digits")
    tour.look("lock-digits")
    tour.type("402937")
    tour.submit()
    tour.until("[role=alert]")
    tour.look("lock-wrong")
    tour.press("main .pair button:last-child")
    tour.until("main ul.plain")
    tour.look("lock-who")
    tour.press("main ul.plain button.second")
    tour.until("input.digits")
    tour.press("main .pair button:first-child")
    tour.until("input[type=password]:not(.digits)")
    tour.look("lock-words")
    tour.press("main .pair button:first-child")
    tour.until("main button.danger")
    tour.look("lock-forgotten")
    tour.press("main button.second")
    panic = page.locator("button.panic")
    panic.dispatch_event("pointerdown")
    tour.until("#panic-title")
    tour.look("panic")
    tour.press(".panic button.second")
    tour.type(words)
    tour.submit()
    tour.until("input.digits")
    tour.type(PIN)
    tour.submit()
    tour.until("#new-title")


def practises(tour, post, phone):
    settings = Settings.load({}, post.folder / "dodomu.toml")
    with a_member(settings).database as database, database.transaction() as session:
        practising.begin(session, Subject("device", phone), now=clock.now())
    post.line.is_down = False
    fetches(tour)
    tour.until(".band")
    again = tour.page.locator("section:has(dl.facts) > button")
    expect(again).to_be_enabled(timeout=PATIENCE_MS)
    expect(again).to_be_focused()
    tour.press(".top button.quiet")
    tour.until("#new-title")
    tour.look("practice-home")
    tour.press("section:has(#new-title) button.starts")
    tour.until(".fill.practice .foot")
    tour.look("practice-page")
    tour.press(".bar button.sign")
    tour.until("#new-title")


def fetches(tour):
    tour.press("main > button.quiet.wide")
    tour.until("dl.facts")
    tour.press("section:has(dl.facts) > button")


def is_wiped(tour, post, phone):
    dodomu(post.folder, "device", "revoke", phone)
    fetches(tour)
    expect(tour.page.locator("main p.note[role=status]")).to_have_text(
        GONE, timeout=PATIENCE_MS
    )
    tour.look("wiped")


def test_nobody_is_shut_out_of_any_screen(tour, post):
    volunteer = Volunteer(tour.page)
    gets_in(tour, post)
    words = becomes_known(tour)
    waits_for_forms(tour)
    phone = changed(tour.page, "device", NAME_OF_THE_PHONE)
    asks_all(tour, volunteer)
    answers(tour, volunteer)
    finishes(tour)
    goes_on(tour, post, volunteer)
    sends(tour, post)
    is_full(tour)
    locks(tour, words)
    practises(tour, post, phone)
    is_wiped(tour, post, phone)

    assert tour.found == []


@pytest.mark.parametrize("locale", ["uk-UA", "en-GB"])
def test_nobody_is_shut_out_where_forms_would_be_lost(
    browser, post, locale, pytestconfig
):
    folder = pytestconfig.getoption("screenshots")
    about = {"locale": locale, "viewport": SCREEN, "user_agent": INSIDE_AN_APP}
    with browser.new_context(**about) as context:
        tour = Tour(context.new_page(), folder and folder / locale[:2] / "360")
        tour.page.goto(f"{post.line.url}/field/")
        tour.until("main .warning")
        tour.look("unfit")
        tour.press("main button")
        tour.until("[role=status]")
        tour.look("unfit-copied")

    assert tour.found == []
