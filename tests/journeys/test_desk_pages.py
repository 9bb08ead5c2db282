"""The pages of whoever decides: nobody is shut out of them, nothing is cut off."""

import pytest
from browsers import barriers
from desks import CHILD, with_spellings
from signed_in import DESK, PHONE, somebody

from intake_server.security.policy import Role

pytestmark = pytest.mark.browser


def make_work(desk):
    """Leave something on every page; return their paths."""
    with_spellings(desk)
    item = desk.questions()["medication"]
    return (
        "/queue",
        "/queue?spelling=1",
        "/queue/spelling",
        f"/queue/child/{CHILD}",
        f"/queue/{item.qid}",
        f"/queue/{item.qid}/form/{item.heads[0]}",
        f"/children/{CHILD}/answers/birth",
        f"/children/{CHILD}/answers/comm_mode",
        "/decided",
    )


@pytest.mark.parametrize(
    ("locale", "viewport"), [("uk-UA", PHONE), ("en-GB", DESK)], ids=["phone", "desk"]
)
def test_nobody_is_shut_out_and_nothing_is_cut_off(
    browser, desk, address, locale, viewport
):
    paths = make_work(desk)
    about = {"locale": locale, "viewport": viewport, "site": "chernivtsi"}

    with somebody(browser, desk, address, role=Role.COORDINATOR, **about) as page:
        for path in paths:
            page.goto(address + path)
            assert barriers(page) == [], path
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], path
        assert page.locator("article.overruled").count()


def test_a_site_that_is_asked_answers_and_the_asker_hears_it(browser, desk, address):
    question = f"/queue/{desk.questions()['medication'].qid}"

    with (
        somebody(browser, desk, address) as iryna,
        somebody(
            browser, desk, address, "Марта", role=Role.WORKER, site="truskavets"
        ) as marta,
    ):
        iryna.goto(address + question)
        iryna.get_by_text("Запитати або прокоментувати").click()
        iryna.get_by_label("Кому").select_option("truskavets")
        iryna.get_by_label("Текст").fill("Скільки приймав?")
        iryna.get_by_role("button", name="Надіслати").click()
        iryna.get_by_text("чекає на відповідь: Трускавець").wait_for()

        marta.goto(f"{address}/queue")
        marta.locator("#list section").first.get_by_text("ваш центр питають").wait_for()
        marta.locator(".row-title").first.click()
        marta.get_by_label("Текст").fill("300, двічі")
        marta.get_by_role("button", name="Надіслати").click()
        marta.get_by_text("300, двічі").wait_for()

        iryna.goto(f"{address}/queue")
        first = iryna.locator("#list section").first
        first.get_by_text("на ваше питання відповіли").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_answer_is_corrected_by_keyboard_alone(browser, desk, address, scripts):
    who = {"name": "Марта", "role": Role.WORKER, "site": "truskavets"}
    with somebody(browser, desk, address, java_script_enabled=scripts, **who) as page:
        page.goto(f"{address}/children/{CHILD}")
        page.locator("a.pencil[href$='/sex']").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-correction]:focus")
        assert page.url.endswith(CHILD) is scripts
        page.locator("[data-correction] select").focus()
        page.keyboard.press("ArrowDown")
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.type("запитали дитину")
        with page.expect_navigation():
            page.keyboard.press("Enter")

        said = page.get_by_role("status").inner_text()
        assert "Виправлено: Стать." in said
