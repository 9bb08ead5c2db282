"""One phone, several people: what an application that is shared, locked or renewed keeps."""

import re
from contextlib import suppress

import pytest
from arrivals import FIRST
from hands import handed_on
from lines import Line
from phone_stores import in_store
from playwright.sync_api import expect
from volunteers import PATIENCE_MS, Volunteer

pytestmark = pytest.mark.browser

RECEPTION = "Прийом після повернення"
ANSWERED = dict(list(FIRST.items())[:6])
SAVED = "збережено"
LOCK = "Шість цифр"
NEWER = b"0123456789abcdef"
VERSIONS = """async () => (await caches.keys())
  .filter((name) => name.startsWith("shell-")).map((name) => name.slice(6))"""


class Release(Line):
    """A line at whose end, once ``is_out``, a newer version of the client is served."""

    is_out = False
    version = b""

    def _there(self, caller, callee):
        with suppress(OSError):
            while data := caller.recv(65_536):
                asked = data.replace(b"gzip, deflate", b"identity")
                asked = re.sub(rb"If-(None|Modified)", b"X-If", asked, flags=re.I)
                callee.sendall(asked)

    def _back(self, callee, caller, cut):
        while data := callee.recv(65_536):
            caller.sendall(data.replace(self.version, NEWER) if self.is_out else data)


@pytest.fixture
def olena(post):
    """A volunteer who has begun a form and answered a few questions."""
    olena = Volunteer(post.phone().switch_on())
    olena.come_in(post.line.url, post.code())
    begin(olena)
    return olena


def begin(volunteer):
    volunteer.say(RECEPTION)
    expect(volunteer.question("reception_point")).to_be_visible(timeout=PATIENCE_MS)
    volunteer.fill(ANSWERED)
    handed_on(volunteer.page)
    expect(volunteer.page.get_by_text(SAVED).first).to_be_visible()


def to(page, screen):
    page.evaluate(f"location.hash = '/{screen}'")


def locked(page):
    expect(page.get_by_label(LOCK, exact=True)).to_be_visible()


def name_of(volunteer):
    volunteer.go_to("name_called")
    return volunteer.question("name_called").locator("input").first.input_value()


def hand_on(volunteer, name):
    """Give the phone to somebody who has never used it."""
    to(volunteer.page, "settings")
    volunteer.say("Передати телефон")
    volunteer.say("Мене тут немає")
    other = Volunteer(volunteer.page, name)
    other.become_known()
    return other


def test_nobody_reads_or_deletes_what_a_colleague_has_begun(olena):
    page = olena.page
    address = page.evaluate("location.hash").removeprefix("#/")

    marko = hand_on(olena, "Марко")
    expect(page.locator("#drafts-title")).to_have_count(0)
    to(page, address)
    expect(page.get_by_text("Цієї чернетки тут уже немає")).to_be_visible()
    assert "Тарасик" not in page.content()
    to(page, "settings")
    marko.say("Замкнути")
    marko.say("Увести гасло")
    marko.say("Не памʼятаю гасла")
    marko.say("Передати")
    expect(page.get_by_text("Ваше гасло")).to_be_visible()
    assert len(in_store(page, "drafts")) == 1

    page.reload()
    olena.say("Інша людина")
    olena.unlock()
    olena.tap(page.locator("section[aria-labelledby=drafts-title] .starts"))
    assert name_of(olena) == "Тарасик"


def test_a_lock_waits_for_an_answer_and_leads_back_to_its_question(post):
    phone = post.phone()
    page = phone.switch_on()
    page.clock.install()
    olena = Volunteer(page)
    olena.come_in(post.line.url, post.code())
    begin(olena)
    question = olena.question("name_called").locator("input").first

    question.focus()
    page.clock.fast_forward("06:00")
    page.clock.run_for(2_000)
    expect(question).to_be_focused()
    page.clock.fast_forward("10:00")
    page.clock.run_for(2_000)
    locked(page)
    assert "Тарасик" not in page.content()

    olena.unlock()
    expect(question).to_have_value("Тарасик")


def test_in_need_all_that_can_be_read_goes_and_what_is_known_arrives(post, olena):
    page = olena.page
    phone = post.phones[0]
    post.line.tear()
    to(page, "settings")
    olena.say("Замкнути")
    locked(page)

    hold = page.locator("button.panic")
    hold.scroll_into_view_if_needed()
    box = hold.bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    erase = page.get_by_role("button", name="Стерти", exact=True)
    expect(erase).to_be_visible()
    page.mouse.up()
    erase.click()
    expect(page.get_by_label("Імʼя або прізвисько")).to_be_visible()
    for name in ("drafts", "workers", "shifts"):
        assert in_store(page, name) == []
    assert "Олена" not in page.content()
    phone.kill()
    assert phone.holds(["Тарасик", olena.passphrase]) == []

    post.line.is_down = False
    page = phone.switch_on()
    page.goto(f"{post.line.url}/field/")
    expect(page.get_by_label("Імʼя або прізвисько")).to_be_visible()
    for _ in range(300):
        if in_store(page, "bodies") == []:
            break
        page.wait_for_timeout(100)
    [kept] = post.aside()
    assert kept.slug == "unfinished"
    assert "Тарасик".encode() in kept.raw


def test_a_newer_version_is_offered_and_loses_no_draft(post):
    page = post.phone().switch_on()
    with Release(("127.0.0.1", post.server.port)) as line:
        olena = Volunteer(page)
        olena.come_in(line.url, post.code())
        begin(olena)
        [version] = page.evaluate(VERSIONS)
        line.version, line.is_out = version.encode(), True

        page.evaluate(
            "navigator.serviceWorker.getRegistration().then(one => one.update())"
        )
        to(page, "")
        offer = page.get_by_role("button", name="Оновити")
        expect(offer).to_be_visible(timeout=PATIENCE_MS)
        assert len(in_store(page, "drafts")) == 1
        olena.tap(offer)
        locked(page)

        assert page.evaluate(VERSIONS) == [NEWER.decode()]
        olena.unlock()
        olena.tap(page.locator("section[aria-labelledby=drafts-title] .starts"))
        assert name_of(olena) == "Тарасик"


def test_only_one_window_is_at_work_and_another_may_take_its_place(post, olena):
    first = olena.page
    second = first.context.new_page()

    second.goto(f"{post.line.url}/field/")
    expect(second.get_by_text("Форми вже відкрито в іншому вікні")).to_be_visible()
    second.get_by_role("button", name="Працювати тут").click()
    locked(second)

    expect(first.get_by_text("Форми вже відкрито в іншому вікні")).to_be_visible()
    assert "Тарасик" not in first.content()
    olena.page = second
    olena.unlock()
    olena.at_home()
    olena.tap(second.locator("section[aria-labelledby=drafts-title] .starts"))
    assert name_of(olena) == "Тарасик"


def test_a_phone_that_others_look_at_says_nothing_of_forms(olena):
    page = olena.page
    to(page, "settings")
    page.get_by_label("Непримітна назва").check()

    assert page.title() == "Нотатки"
    links = page.evaluate(
        "[...document.querySelectorAll('link[rel=icon], link[rel=manifest]')]"
        ".map((link) => link.getAttribute('href'))"
    )
    assert sorted(links) == ["/field/icons/notes.svg", "/field/notes.webmanifest"]
    olena.say("Замкнути")
    locked(page)
    page.reload()
    locked(page)
    assert page.title() == "Нотатки"
