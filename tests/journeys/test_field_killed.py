"""A phone whose battery dies again and again while it sends: each form arrives once.

The browser is ended with SIGKILL, all of its processes at once, at moments counted in what
it asks and is answered: before the first word, while a batch is on its way, when it was
taken and not yet noted, in the middle of a photo. What lies on the disk goes on from there.
"""

from contextlib import suppress
from hashlib import sha256
from itertools import count

import pytest
from arrivals import FIRST, MADE, OTHERS, a_photo, of_a_child, of_a_sibling
from phone_stores import changed
from playwright.sync_api import Error, expect
from volunteers import PATIENCE_MS, Volunteer

pytestmark = pytest.mark.browser

KILLS = 10
"""How often a phone is killed for each family that it sends."""
MOMENTS = (0, 1, 2, 1, 4, 3, 6, 2, 5, 3)
"""After how many requests and answers it is killed, in turn."""
SLOW_S = 0.3
LEFT = """(items, all) => all.map(({ state, reason, tries, nextAt, files }) =>
  ({ state, reason, tries, waits: nextAt - Date.now(), sent: files.map((f) => f.sent) }))"""
"""Says of each form where it stands."""

SENDING = ("/api/v1/submissions", "/api/v1/blobs/")


@pytest.fixture
def pictures(tmp_path):
    """Photos, each another: a node does not ask twice for what it has."""
    return (a_photo(tmp_path / f"IMG_{number}.jpg") for number in count(1))


def switched_on(phone, volunteer, moment=None):
    """Start the browser, noting what it says to the node of forms, and is told.

    It is killed at a moment, as soon as that is heard of; what comes later counts no more.
    """
    said = []
    page = volunteer.page = phone.switch_on()
    page.add_init_script(MADE)

    def note(what):
        def noted(one):
            if len(said) == moment or not any(path in one.url for path in SENDING):
                return
            said.append(f"{what} {one.method}")
            if len(said) == moment:
                phone.strike()

        return noted

    page.context.on("request", note("asks"))
    page.context.on("requestfinished", note("is answered"))
    return said


def take_in(volunteer, pictures):
    """Finish the forms of a family, each with a photo; return its pictures."""
    page = volunteer.page
    volunteer.say("Прийом після повернення")
    expect(page.locator(".foot")).to_be_visible(timeout=PATIENCE_MS)
    fill(volunteer, of_a_child(FIRST, next(pictures)))
    seal(volunteer)
    for answers in OTHERS[:2]:
        volunteer.say("Наступна дитина цієї родини")
        expect(page.locator(".foot")).to_be_visible(timeout=PATIENCE_MS)
        fill(volunteer, of_a_sibling(answers, next(pictures)))
        seal(volunteer)
    made = page.evaluate("window.made")
    volunteer.say("На початок")
    return made


def fill(volunteer, answers):
    """Fill a form in by hand up to its photo, the rest in a hurry, and finish."""
    asked = list(answers.items())
    at = list(answers).index("photo_id") + 1
    volunteer.fill(dict(asked[:at]))
    volunteer.fill_in_a_hurry(dict(asked[at:]))


def seal(volunteer):
    volunteer.say("Запечатати зараз")
    expect(volunteer.page.get_by_text("Запечатано.")).to_be_visible()


def lives(phone, volunteer, address, moment):
    """Let the phone send until a moment, then kill it; return what it did."""
    said = switched_on(phone, volunteer, moment)
    page = volunteer.page
    with suppress(Error):
        page.goto(f"{address}/field/", wait_until="load" if moment else "commit")
        for _ in range(PATIENCE_MS // 5):
            if len(said) >= moment:
                break
            page.wait_for_timeout(5)
    left = changed(page, "items", LEFT) if len(said) < moment else None
    phone.kill()
    assert len(said) >= moment, f"stopped at {said} of {moment}: {left}"
    return tuple(said)


def opened(phone, volunteer, address):
    switched_on(phone, volunteer)
    volunteer.page.goto(f"{address}/field/")
    volunteer.unlock()
    volunteer.at_home()


def all_received(volunteer, count):
    volunteer.say("Надіслані форми")
    received = volunteer.page.locator('.sent[data-state="received"]')
    expect(received).to_have_count(count, timeout=2 * PATIENCE_MS)


def test_a_phone_killed_again_and_again_sends_each_form_once(
    post, pictures, scale, record_property
):
    phone = post.phone()
    olena = Volunteer(phone.switch_on())
    olena.page.set_default_timeout(2 * PATIENCE_MS)
    olena.come_in(post.line.url, post.code())
    phone.switch_off()

    made, killed_at = [], []
    for family in range(1, scale(2) + 1):
        opened(phone, olena, post.line.url)
        post.line.tear()
        made += take_in(olena, pictures)
        phone.kill()
        post.line.is_down, post.line.wait_s = False, SLOW_S

        for moment in MOMENTS:
            killed_at.append(lives(phone, olena, post.line.url, moment))

        post.line.wait_s = 0
        opened(phone, olena, post.line.url)
        all_received(olena, 3 * family)
        phone.switch_off()

    kinds = {done[-1] for done in killed_at if done}
    record_property("figure", f"killed {len(killed_at)} times while sending")
    assert len(killed_at) == scale(2) * KILLS
    assert kinds >= {"asks POST", "is answered POST", "asks PATCH"}
    assert () in killed_at

    kept = post.kept()
    assert [one.status for one in kept] == ["stored"] * (3 * scale(2))
    called = sorted(post.said_by(one)["name_called"][0] for one in kept)
    names = [FIRST["name_called"], *(one["name_called"] for one in OTHERS[:2])]
    assert called == sorted(names * scale(2))
    files = [file for one in kept for file in one.attachments]
    digests = [sha256(post.file(file["sha256"])).hexdigest() for file in files]
    assert sorted(digests) == sorted(made)
