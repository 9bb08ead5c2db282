"""How fast the field client is, by the limits that it promises; each figure is printed.

Where a busy machine can spoil a figure, the best of some counts. ``make phone`` measures
also what takes minutes: the first opening over a line as slow as a border has.
"""

import gzip
import math
import operator
import re
import time
from dataclasses import dataclass
from importlib.resources import files

import pytest
from phones import Phone
from playwright.sync_api import expect
from posts import Post, a_post
from volunteers import PATIENCE_MS, PIN, Volunteer

pytestmark = pytest.mark.browser

BUILT = files("intake_server") / "static" / "field"
RECEPTION = "Прийом після повернення"
TRIES = 3

FIRST_SCREEN_KB = 350
COLD_START_MS = 1_000
TAP_MS = 200
THROTTLED, WALKS = 6, 5
SLOWER, SLOWER_MS = 1.5, 200
DRAFTS = 2_000

WHEN_SHOWN = """
(() => {
  const wanted = %s;
  const look = () => {
    if (window.shownAt === undefined && document.querySelector(wanted))
      requestAnimationFrame(() => setTimeout(() => { window.shownAt ??= performance.now(); }));
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
"""
"""Notes when something was on the screen, in milliseconds after the address was opened."""

TAPS = """
window.taps = [];
const places = {};
for (const type of ["pointerdown", "pointerup", "click", "keydown", "beforeinput", "input"])
  addEventListener(type, ({ target, timeStamp }) => {
    const where = target.closest("[data-name], button, a, .what");
    places[type + timeStamp] = [document.querySelector("main h1")?.textContent,
      where?.dataset.name ?? (where?.matches(".what") ? "what" : where?.textContent)].join("/");
  }, true);
new PerformanceObserver((list) => {
  for (const { name, duration, startTime } of list.getEntries())
    if (name + startTime in places)
      window.taps.push([Math.round(duration), name, places[name + startTime]]);
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
"""Notes how long each touch and key waits for the next picture on the screen."""

COPIED = """
(copies) => new Promise((done, failed) => {
  const opening = indexedDB.open("forms");
  opening.onsuccess = () => {
    const all = opening.result.transaction(["drafts", "draft_bodies"], "readwrite");
    const drafts = all.objectStore("drafts");
    const bodies = all.objectStore("draft_bodies");
    drafts.getAll().onsuccess = ({ target: { result: [one] } }) => {
      bodies.get(one.id).onsuccess = ({ target: { result: body } }) => {
        for (let i = 1; i <= copies; i += 1) {
          const id = "uuid:" + crypto.randomUUID();
          drafts.put({ ...one, id, changed: one.changed - i });
          bodies.put(body, id);
        }
      };
    };
    all.onabort = failed;
    all.oncomplete = () => { opening.result.close(); done(); };
  };
})
"""
"""Puts copies of the one draft beside it, each as large as it is."""

SAVED = """
() => new Promise((done) => {
  const opening = indexedDB.open("forms");
  opening.onsuccess = () => {
    const store = opening.result;
    const keys = store.transaction("drafts").objectStore("drafts").index("changed");
    keys.openKeyCursor(null, "prev").onsuccess = ({ target: { result } }) => {
      store.close();
      done(result?.key ?? 0);
    };
  };
})
"""


@dataclass
class Known:
    """A phone that was let in, switched off; forms lie on it."""

    post: Post
    phone: Phone
    volunteer: Volunteer

    def switched_on(self, *scripts: str):
        page = self.volunteer.page = self.phone.switch_on()
        for script in scripts:
            page.add_init_script(script)
        return page

    def at_lock(self, *scripts: str):
        page = self.switched_on(*scripts)
        page.goto(f"{self.post.line.url}/field/")
        expect(page.get_by_label("Шість цифр", exact=True)).to_be_visible(
            timeout=PATIENCE_MS
        )
        return page

    def at_home(self, *scripts: str):
        page = self.at_lock(*scripts)
        self.volunteer.unlock()
        self.volunteer.at_home()
        return page


@pytest.fixture(scope="module")
def made_known(tmp_path_factory, browser):
    with a_post(tmp_path_factory.mktemp("post"), browser.browser_type) as post:
        phone = post.phone()
        olena = Volunteer(phone.switch_on())
        olena.page.set_default_timeout(2 * PATIENCE_MS)
        olena.come_in(post.line.url, post.code())
        phone.switch_off()
        yield Known(post, phone, olena)


@pytest.fixture
def known(made_known):
    """A phone with a line, that is switched off again."""
    made_known.post.line.is_down = False
    yield made_known
    made_known.phone.switch_off()


def squeezed_kb(names):
    """Kilobytes of built files, as they go over a line."""
    return sum(len(gzip.compress((BUILT / n).read_bytes(), 9)) for n in names) / 1_000


def best(measured, limit, tries=TRIES):
    """The least of what is measured: up to ``tries`` times, while it is above the limit."""
    figures = []
    while len(figures) < tries and (not figures or min(figures) > limit):
        figures.append(measured())
    return min(figures)


@pytest.fixture
def said(record_property):
    """Notes a figure, to be shown at the end; hands it back."""

    def say(what, figure, unit):
        record_property("figure", f"{what}: {figure:.0f} {unit}")
        return figure

    return say


def shown_at(page):
    """Wait for what is waited for; return after how many milliseconds it came."""
    while (at := page.evaluate("window.shownAt")) is None:
        page.wait_for_timeout(20)
    return at


def loaded_by(page):
    """Return the built scripts that were loaded until what was waited for was shown."""
    shown_at(page)
    names = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(({ startTime }) => startTime < window.shownAt).map(({ name }) => name)"
    )
    return {
        name.partition("/field/")[2]
        for name in names
        if name.endswith(".js") and "/assets/" in name
    }


def test_the_first_screen_needs_little_javascript(known, said):
    home = loaded_by(known.at_home(WHEN_SHOWN % "'#new-title'"))
    outside = known.post.phone()
    page = outside.switch_on()
    page.add_init_script(WHEN_SHOWN % "'input.code'")
    page.goto(f"{known.post.line.url}/field/", timeout=2 * PATIENCE_MS)
    getting_in = loaded_by(page)
    outside.switch_off()

    assert home & getting_in
    every = {f"assets/{one.name}" for one in (BUILT / "assets").iterdir()}
    every = {name for name in every if name.endswith(".js")}
    said("all JavaScript, gz", squeezed_kb(every), "kB")
    said("JavaScript until somebody is let in, gz", squeezed_kb(getting_in), "kB")
    first = said("JavaScript of the first screen, gz", squeezed_kb(home), "kB")
    assert first <= FIRST_SCREEN_KB


def test_it_starts_at_once_with_no_line(known, said):
    known.post.line.tear()

    def started():
        page = known.switched_on(WHEN_SHOWN % "'input.digits'")
        page.goto(f"{known.post.line.url}/field/")
        took = shown_at(page)
        known.phone.switch_off()
        return took

    assert said("cold start, no line", best(started, COLD_START_MS, WALKS), "ms") <= (
        COLD_START_MS
    )


def throttled(page):
    page.context.new_cdp_session(page).send(
        "Emulation.setCPUThrottlingRate", {"rate": THROTTLED}
    )


def taken_in(volunteer):
    """Touch all that a reception form has before the places, and look for a place.

    Tell how often it was touched before it was open.
    """
    page = volunteer.page
    page.wait_for_timeout(1_000)
    volunteer.say(RECEPTION)
    touched = restless(page)
    volunteer.fill(
        {
            "reception_point": ("border_point", "other"),
            "safety_words": ("done",),
            "comm_mode": ("speech",),
            "consent_intake": ("given",),
            "consent_by": ("parent",),
        }
    )
    volunteer.go_to("name_called")
    typed(volunteer, "name_called", "Тарасик")
    volunteer.fill({"sex": ("male",)})
    typed(volunteer, "age_years", "11")
    volunteer.fill({"return_channel": ("volunteers",), "origin_type": ("tot",)})
    looked_for(volunteer, "home_oblast", "льв")
    looked_for(volunteer, "home_settlement", "бузька")
    volunteer.fill({"accompaniment": ("relative",)})
    volunteer.tap(page.get_by_role("button", name="Зміст", exact=False).first)
    page.keyboard.press("Escape")
    return touched


def restless(page):
    """Touch the screen while a form opens, as one does who waits; tell how often."""
    touched = 0
    while not page.locator(".foot").is_visible():
        page.locator(".bar .what").click(timeout=PATIENCE_MS)
        touched += 1
    return touched


def typed(volunteer, name, text):
    box = volunteer.question(name).locator("input").first
    volunteer.tap(box)
    box.press_sequentially(text, delay=60)


def looked_for(volunteer, name, text):
    """Look for a place, and take the first that is found."""
    volunteer.go_to(name)
    question = volunteer.question(name)
    volunteer.tap(question.locator("input, button").first)
    volunteer.page.keyboard.type(text, delay=60)
    option = question.get_by_role("option").first
    expect(option).to_be_visible()
    volunteer.tap(option)


def draft_begun(volunteer):
    page = volunteer.page
    volunteer.say(RECEPTION)
    expect(page.locator(".foot")).to_be_visible(timeout=PATIENCE_MS)
    volunteer.choose("reception_point", "border_point")
    expect(page).to_have_url(re.compile("#/fill/"))


def home_ms(known):
    """How long the home screen takes to come back, its drafts listed."""
    page = known.volunteer.page
    known.volunteer.say("Замкнути")
    box = page.get_by_label("Шість цифр", exact=True)
    box.fill(PIN)
    begun = time.perf_counter()
    known.volunteer.say("Відімкнути")
    expect(page.locator("#drafts-title")).to_be_visible()
    return 1_000 * (time.perf_counter() - begun)


def save_ms(known, value):
    """How long an answer takes until it lies on the disk."""
    page = known.volunteer.page
    before = page.evaluate(SAVED)
    begun = time.perf_counter()
    known.volunteer.choose("reception_point", value)
    while page.evaluate(SAVED) == before:
        assert time.perf_counter() < begun + 10, "the answer was not saved"
    return 1_000 * (time.perf_counter() - begun)


def test_two_thousand_drafts_slow_nothing(known, said):
    page = known.at_home()
    draft_begun(known.volunteer)
    back_home(page)

    def measured():
        homes = [home_ms(known) for _ in range(TRIES)]
        expect(page.locator("#drafts-title")).to_be_visible()
        known.volunteer.tap(
            page.locator("section[aria-labelledby=drafts-title] .starts").first
        )
        expect(page.locator(".foot")).to_be_visible(timeout=PATIENCE_MS)
        values = ("other", "border_point", "other", "border_point")
        saves = [save_ms(known, value) for value in values]
        back_home(page)
        return min(homes), min(saves)

    before = measured()
    limits = [max(SLOWER * one, one + SLOWER_MS) for one in before]
    page.evaluate(COPIED, DRAFTS - 1)
    back_home(page)
    after = [math.inf] * len(limits)
    for _ in range(TRIES):
        after = list(map(min, after, measured()))
        if all(map(operator.le, after, limits)):
            break

    counted = page.locator("#drafts-title").inner_text()
    assert int(re.search(r"\((\d+)\)", counted)[1]) >= DRAFTS
    for what, one, many in zip(("home", "an answer"), before, after, strict=True):
        said(f"{what}, 1 draft", one, "ms")
        said(f"{what}, {DRAFTS} drafts", many, "ms")
    assert all(map(operator.le, after, limits))


def back_home(page):
    if "#/fill/" in page.url:
        page.get_by_role("button", name="Закрити форму").click()
    expect(page.locator("#drafts-title")).to_be_visible()


def test_no_tap_waits_on_a_slow_phone(known, said):
    walks = []

    def slowest():
        page = known.at_home(TAPS)
        throttled(page)
        touched = taken_in(known.volunteer)
        page.wait_for_timeout(500)
        taps = page.evaluate("window.taps")
        known.phone.switch_off()
        if not (touched and taps):
            return math.inf
        walks.append({(name, where): ms for ms, name, where in sorted(taps)})
        return max(least(walks).values())

    waited = said("slowest tap, CPU x6", best(slowest, TAP_MS, WALKS), "ms")
    assert waited <= TAP_MS, [one for one in least(walks).items() if one[1] > TAP_MS]


def least(walks):
    """How long each tap took where it took least: what is slow is slow in each walk.

    What a browser does not tell of took less than 16 ms.
    """
    taps = {tap for walk in walks for tap in walk}
    return {tap: min(walk.get(tap, 0) for walk in walks) for tap in taps}
