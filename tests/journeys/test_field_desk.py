"""A worker at a centre fills a form about a child that is known, in a real browser."""

import re
from urllib.parse import urlsplit

import pytest
from browsers import barriers, sign_in
from desks import CHILD
from lines import Line
from playwright.sync_api import expect
from signed_in import DESK, PHONE, somebody
from volunteers import Volunteer

from forms.catalogue import shipped
from intake_server.security.policy import Role
from intake_server.storage import documents

pytestmark = pytest.mark.browser

MARTA = {"name": "Marta", "role": Role.WORKER, "site": "truskavets"}
SAVED = re.compile("Збережено о")


@pytest.fixture
def line(desk, address):
    desk.publish(shipped("followup"), shipped("registration"))
    where = urlsplit(address)
    with Line((where.hostname, where.port)) as line:
        yield line


def views(desk):
    with desk.database.reading() as session:
        return dict(documents.find(session, CHILD).view["values"])


def open_form(page, line, form):
    page.goto(f"{line.url}/children/{CHILD}")
    page.locator(f'a[href="/field/desk/#child={CHILD}&form={form}"]').first.click()
    page.wait_for_selector(".foot", timeout=60_000)


def is_a_save(answer):
    return "/desk/drafts/" in answer.url and "Олегович" in (
        answer.request.post_data or ""
    )


def asks_for_consent(page):
    """Consent is asked anew; without it the form asks no names."""
    marta = Volunteer(page)
    marta.fill({"consent_intake": ("given",), "consent_by": ("parent",)})
    return marta


def test_what_the_record_says_stands_in_the_form_and_is_not_written_again(
    browser, desk, line
):
    before = views(desk)
    with somebody(browser, desk, line.url, **MARTA) as page:
        open_form(page, line, "reception")
        marta = asks_for_consent(page)
        marta.go_to("given_name")

        assert marta.question("given_name").locator("input").input_value() == "Данило"
        assert barriers(page) == []
        box = marta.question("patronymic").locator("input")
        with page.expect_response(is_a_save):
            box.fill("Олегович")
        expect(page.get_by_text(SAVED)).to_be_visible()

        page.reload()
        page.get_by_role("button", name="Продовжити її").click()
        page.wait_for_selector(".foot")
        marta.go_to("patronymic")
        kept = marta.question("patronymic").locator("input").input_value()

    assert kept == "Олегович"
    assert views(desk) == before


def test_a_line_that_is_gone_takes_nothing_that_is_typed(browser, desk, line):
    with browser.new_context(locale="uk-UA") as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        open_form(page, line, "reception")
        marta = asks_for_consent(page)
        marta.go_to("patronymic")
        line.tear()

        marta.question("patronymic").locator("input").fill("Олегович")
        expect(page.get_by_text("Немає звʼязку з вузлом")).to_be_visible()
        line.is_down = False

        expect(page.get_by_text(SAVED)).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("locale", ["uk-UA", "en-GB"])
def test_a_desk_shuts_nobody_out(browser, desk, line, size, locale, pytestconfig):
    folder = pytestconfig.getoption("--screenshots")
    about = {**MARTA, "viewport": size, "locale": locale}
    with somebody(browser, desk, line.url, **about) as page:
        open_form(page, line, "reception")

        assert barriers(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]
        if folder:
            name = f"field-desk-{locale[:2]}-{size['width']}.png"
            page.screenshot(path=folder / name, full_page=True)


def test_a_form_that_is_finished_is_recorded_and_says_what_is_in_question(
    browser, desk, line
):
    with browser.new_context(locale="uk-UA") as context:
        sign_in(context, line.url, desk.session(*MARTA.values()))
        page = context.new_page()
        open_form(page, line, "reception")
        marta = Volunteer(page)
        marta.fill(
            {
                "reception_point": ("border_point",),
                "safety_words": ("done",),
                "consent_intake": ("given",),
                "consent_by": ("parent",),
                "patronymic": "Олегович",
                "accompaniment": ("unaccompanied",),
                "siblings_here": "0",
                "siblings_elsewhere": ("no",),
                "triage": ("green",),
                "function_help": ("none",),
                "wants_call": ("no",),
                "destination": ("rehab",),
                "destination_site": ("truskavets",),
            }
        )
        due = marta.question("next_contact_due").locator("input")
        for box, part in zip(due.all(), ("30", "11", "2026"), strict=True):
            box.fill(part)
        marta.to_review()
        line.tear()
        page.get_by_role("button", name="Завершити").click()
        expect(page.get_by_text("Немає звʼязку з вузлом").first).to_be_visible()
        line.is_down = False
        page.get_by_role("button", name="Завершити").click()
        expect(page.get_by_role("heading", name="Записано")).to_be_visible()
        assert barriers(page) == []
        page.get_by_role("link", name="До сторінки дитини").click()
        expect(page).to_have_url(re.compile(f"/children/{CHILD}"))

    assert views(desk)["patronymic"] == "Олегович"
