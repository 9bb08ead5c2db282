"""The day of a centre in a real browser: by keyboard alone, and on paper."""

from copy import deepcopy

import pytest
from browsers import barriers
from centres import RECEPTION, REHABILITATION
from signed_in import press, somebody

from intake_server.security.policy import Role

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def marta(browser, desk, address):
    """A worker's browser at a centre to which a child is sent."""
    reception = deepcopy(RECEPTION)
    reception["g_child"].update(family_name="Вербова", given_name="Злата")
    reception["g_needs"].update(triage="red", urgent_needs=["medication"])
    desk.send(desk.phone("chernivtsi", "Т"), "reception", reception)
    stay = deepcopy(REHABILITATION)
    stay["g_stay"].update(admitted_on="2026-11-01", planned_until="2026-11-20")
    desk.send(desk.phone("truskavets", "О"), "rehabilitation", stay)
    who = {"name": "Марта", "role": Role.WORKER, "site": "truskavets"}
    with somebody(browser, desk, address, **who) as page:
        page.goto(f"{address}/")
        assert page.url.endswith("/day")
        yield page


def test_a_child_is_accepted_by_keyboard_alone(marta):
    accept = "section[aria-labelledby=arrivals] button[aria-label*=Вербова]"
    press(marta, "Tab", accept)
    with marta.expect_navigation():
        marta.keyboard.press("Enter")

    assert "Записано." in marta.get_by_role("status").inner_text()
    assert "Вербова" not in marta.locator("[aria-labelledby=arrivals]").inner_text()
    assert "Вербова" not in marta.locator("[aria-labelledby=here]").inner_text()


def test_a_child_is_found_from_the_top_of_a_page_by_keyboard_alone(marta):
    press(marta, "Tab", "header input[type=search]")
    marta.keyboard.type("4KH-7T29-9")
    with marta.expect_navigation():
        marta.keyboard.press("Enter")

    assert marta.locator("h1").inner_text() == "Ремез Данило"


def test_the_day_counts_what_was_decided_without_the_centre(marta):
    beside = marta.locator("main a[href='/decided'] + .chip")

    beside.get_by_text("нічого нового").wait_for()


@pytest.mark.parametrize("path", ["/day", "/day/medicines"])
@pytest.mark.parametrize("language", ["uk", "en"])
def test_the_day_shuts_nobody_out(marta, address, path, language):
    marta.locator(f"button[name=language][value={language}]").click()
    marta.goto(address + path)

    assert barriers(marta) == []
    marta.set_viewport_size(PHONE)
    assert marta.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_paper_shows_the_lists_and_no_buttons(marta, address):
    for path in ("/day", "/day/medicines"):
        marta.goto(address + path)
        marta.emulate_media(media="print")

        assert marta.locator("main button:visible").count() == 0
        assert "Ремез Данило" in marta.locator("main").inner_text()
        assert sheets(marta.pdf(format="A4")) == 1


def sheets(pdf):
    return pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ")
