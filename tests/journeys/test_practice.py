"""Somebody practises in a real browser: every page is striped and says so."""

import pytest
from browsers import barriers
from signed_in import PHONE, somebody

from intake_server.security.policy import Role

pytestmark = pytest.mark.browser

WORDS = {"uk-UA": "Навчання: усе тут несправжнє", "en-GB": "Practice: nothing here is"}
PAGES = (
    *("practice", "account", "day", "day/medicines", "queue", "children"),
    *("children/waiting", "forms", "cards", "decided", "devices"),
)
FRAME = """
() => {
  const drawn = getComputedStyle(document.body, "::before");
  const seen = document.querySelector(".practice-notice")?.getBoundingClientRect();
  return [drawn.position, drawn.borderImageSource.split("(")[0], seen?.height > 0];
}
"""
STRIPED = ["fixed", "repeating-linear-gradient", True]


@pytest.mark.parametrize("locale", WORDS)
def test_every_page_is_striped_and_says_so_on_a_phone(browser, desk, address, locale):
    about = {"viewport": PHONE, "locale": locale}
    with somebody(browser, desk, address, **about) as page:
        assert page.evaluate(FRAME)[1:] == ["none", False]
        page.goto(f"{address}/account")
        page.locator("button[name=practice]").click()
        page.wait_for_selector(".practice-notice")

        for path in PAGES:
            page.goto(f"{address}/{path}")
            assert page.evaluate(FRAME) == STRIPED, path
            assert WORDS[locale] in page.locator(".practice-notice").inner_text()
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE["width"], path
            assert barriers(page) == [], path
            page.emulate_media(media="print")
            assert page.evaluate(FRAME) == STRIPED, path
            page.emulate_media(media="screen")
        page.goto(f"{address}/children/7f1a8d1e-0000-5000-8000-000000000000")
        assert page.evaluate(FRAME) == STRIPED

        page.goto(f"{address}/practice")
        page.locator("button[name=practice]").first.click()
        page.wait_for_selector(".practice-notice", state="detached")
        page.goto(f"{address}/queue")
        assert page.locator(".practice-notice").count() == 0


@pytest.mark.parametrize("locale", WORDS)
def test_sheets_that_are_printed_in_practice_are_striped(
    browser, desk, address, locale
):
    with somebody(browser, desk, address, locale=locale) as page:
        page.goto(f"{address}/practice")
        page.locator("button[name=practice]").click()
        page.wait_for_selector(".practice-notice")

        page.goto(f"{address}/forms/reception/print")
        assert page.evaluate(FRAME)[:2] == STRIPED[:2]
        assert WORDS[locale] in page.locator(".not-real").inner_text()
        page.goto(f"{address}/cards")
        with page.context.expect_page() as opened:
            page.locator("main form button").click()
        opened.value.wait_for_load_state()
        card = opened.value.locator(".card").first
        striped = card.evaluate("one => getComputedStyle(one).borderImageSource")
        assert striped.startswith("repeating-linear-gradient")
        said = card.inner_text()
        assert "XXX-" in said
        assert WORDS[locale].split(":")[0] in said


def test_all_that_was_practised_is_deleted_by_keyboard(browser, desk, address):
    with somebody(browser, desk, address, role=Role.ADMIN) as page:
        page.goto(f"{address}/practice")
        page.locator("button[name=practice]").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".practice-notice")
        page.locator("summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=status]")
        assert barriers(page) == []
