"""Four siblings at a border with no line: one volunteer, one phone, nothing lost.

A real server in a process of its own, a real browser with a profile of its own, and
between them a line that is up twice: when the phone is let in, and at the end.
"""

from hashlib import sha256

import pytest
from arrivals import FIRST, MADE, OTHERS, a_photo, of_a_child, of_a_sibling
from hands import settled
from playwright.sync_api import expect
from volunteers import PATIENCE_MS, Volunteer

pytestmark = pytest.mark.browser

A_BREATH = "() => new Promise((done) => setTimeout(done, 300))"
"""The phone's own clock goes past the moment at which it hands on what was answered."""


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    return a_photo(tmp_path_factory.mktemp("camera") / "IMG_20261126_Taras.jpg")


def begin(volunteer):
    volunteer.say("Прийом після повернення")
    expect(volunteer.question("reception_point")).to_be_visible()


def take_in_the_first(olena, picture):
    """Fill the form of the first child, up to the end."""
    begin(olena)
    asked = list(of_a_child(FIRST, picture).items())
    olena.fill(dict(asked[:5]))
    olena.sign("consent_signature")
    olena.fill(dict(asked[5:]))


def go_on_after_the_battery_died(olena, phone, address):
    """Kill the phone in the middle, and find the form as it was left."""
    settled(olena.page)
    olena.page.evaluate(A_BREATH)
    expect(olena.page.locator(".bar", has_text="збережено")).to_be_visible()
    phone.kill()
    olena.page = phone.switch_on()
    olena.page.add_init_script(MADE)
    olena.page.goto(f"{address}/field/")
    olena.unlock()
    olena.at_home()
    drafts = olena.page.locator("section[aria-labelledby=drafts-title]")
    olena.tap(drafts.locator(".starts", has_text="Прийом після повернення"))


def finish_and_seal(olena):
    """Finish, and do not wait for the minute to go by."""
    olena.finish()
    olena.say("Запечатати зараз")


def take_in_the_others(olena, picture):
    """Fill a form for each brother and sister from the one before."""
    for answers in OTHERS:
        olena.say("Наступна дитина цієї родини")
        expect(olena.page.locator(".foot")).to_be_visible()
        olena.fill(of_a_sibling(answers, picture))
        finish_and_seal(olena)


def test_four_siblings_are_taken_in_with_no_line_and_nothing_is_lost(post, picture):
    phone = post.phone()
    olena = Volunteer(phone.switch_on())
    olena.page.add_init_script(MADE)
    olena.come_in(post.line.url, post.code())

    post.line.tear()
    take_in_the_first(olena, picture)
    made = olena.page.evaluate("window.made")
    go_on_after_the_battery_died(olena, phone, post.line.url)
    finish_and_seal(olena)
    take_in_the_others(olena, picture)
    made += olena.page.evaluate("window.made")
    olena.say("На початок")
    assert post.kept() == []

    post.line.is_down = False
    olena.page.evaluate("dispatchEvent(new Event('online'))")
    olena.say("Надіслані форми")
    received = olena.page.locator('.sent[data-state="received"]')
    expect(received).to_have_count(4, timeout=PATIENCE_MS)

    kept = sorted(post.kept(), key=lambda one: one.finalized_at)
    assert [one.status for one in kept] == ["stored"] * 4
    assert {one.worker for one in kept} == {"Олена"}
    shown = olena.page.locator(".sent").all_inner_texts()
    for one, line in zip(reversed(kept), shown, strict=True):
        assert one.reference in line.replace("-", "")
    says_what_was_typed(post, kept)
    holds_what_was_made(post, kept, made)


def says_what_was_typed(post, kept):
    """The records are equal to what was typed."""
    told = [post.said_by(one) for one in kept]
    names = [name for one in told for name in one["name_called"]]
    assert names == ["Тарасик", "Злата", "Зоряна", "Іванко"]
    assert [one["age_at_return"] for one in told] == [11, 9, 7, 4]
    assert all(one["return_channel"] == ["volunteers"] for one in told)
    assert told[0]["family_name"] == "Гончаренко-Ніл"


def holds_what_was_made(post, kept, made):
    """The files are those that the client made, byte for byte, and say no place."""
    files = [file for one in kept for file in one.attachments]
    assert len(files) == 5
    for file in files:
        content = post.file(file["sha256"])
        assert sha256(content).hexdigest() == file["sha256"]
        assert file["sha256"] in made
        assert b"Exif" not in content
        assert "IMG_" not in file["name"]
