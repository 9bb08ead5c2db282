"""A volunteer finds that an answer was wrong, when nothing of the form is left to read."""

import pytest
from arrivals import FIRST
from browsers import barriers
from playwright.sync_api import expect
from posts import a_post
from volunteers import PATIENCE_MS, Volunteer

pytestmark = pytest.mark.browser


@pytest.fixture
def post(tmp_path, browser):
    with a_post(tmp_path, browser.browser_type) as post:
        yield post


@pytest.fixture
def olena(post):
    """A volunteer who has sent one form."""
    olena = Volunteer(post.phone().switch_on())
    olena.come_in(post.line.url, post.code())
    olena.say("Прийом після повернення")
    olena.fill(FIRST)
    olena.finish()
    olena.say("Запечатати зараз")
    olena.say("На початок")
    olena.say("Надіслані форми")
    received(olena, 1)
    return olena


def received(olena, count):
    state = olena.page.locator('.sent[data-state="received"]')
    expect(state).to_have_count(count, timeout=PATIENCE_MS)


def correct(olena, *, old, new):
    """Say which answer was wrong, what it was, what it should be, and why."""
    page = olena.page
    page.locator("fieldset select").first.select_option(label="Прізвище")
    said = {"Що там стоїть": old, "Що має стояти": new, "Чому": "Побачили паспорт"}
    for label, text in said.items():
        page.get_by_label(label, exact=True).fill(text)
    assert barriers(page) == []
    page.locator("form button[type=submit]").click()


def test_one_answer_is_corrected_and_the_rest_stays(post, olena):
    shown = olena.page.inner_text("body")
    assert "Гончаренко" not in shown
    assert "Тарасик" not in shown

    olena.say("Виправити")
    correct(olena, old="Гончаренко-Ніл", new="Гончаренко")
    received(olena, 2)

    [first] = [one for one in post.kept() if one.corrects is None]
    told = post.said_by(first)
    assert told["family_name"] == "Гончаренко"
    assert told["name_called"] == ["Тарасик"]

    olena.page.locator(".sent").last.get_by_role("button", name="Виправити").click()
    correct(olena, old="Гончар", new="Гончаренко-Ніл")
    looked_at = olena.page.locator('.sent[data-state="looked_at"]')
    expect(looked_at).to_have_count(1, timeout=PATIENCE_MS)
    assert post.said_by(first)["family_name"] == "Гончаренко"
