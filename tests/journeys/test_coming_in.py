"""People and phones come in, in a real browser: by keyboard, and shut out of nothing."""

from contextlib import contextmanager

import pytest
from browsers import barriers, sign_in
from signers import PASSWORD, Phone, a_signer

from intake_server.security.policy import Role
from intake_server.services import enrolment

pytestmark = pytest.mark.browser

_GRAVE = {"error", "warning"}
SIZES = [{"width": 360, "height": 740}, {"width": 1280, "height": 800}]


@contextmanager
def window(browser, **about):
    context = browser.new_context(**about)
    page = context.new_page()
    complaints = []
    page.on(
        "console",
        lambda said: said.type in _GRAVE and complaints.append(said.text),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def is_open_to_everybody(page):
    assert barriers(page) == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], page.url


def step(page, times=1):
    for _ in range(times):
        page.keyboard.press("Tab")


def focus(page, selector):
    for _ in range(60):
        if page.locator(selector).first.evaluate(
            "one => one === document.activeElement"
        ):
            return
        step(page)
    pytest.fail(f"Tab does not lead to {selector}")


def fill(page, selector, text):
    focus(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


@pytest.mark.parametrize("locale", ["uk-UA", "en-GB"])
def test_somebody_chooses_how_to_sign_in_by_keyboard_alone(
    browser, desk, address, locale
):
    code = desk.invite("Марта", Role.WORKER, "truskavets")

    with window(browser, locale=locale, viewport=SIZES[0]) as page:
        page.goto(f"{address}/sign-in/{code}")
        is_open_to_everybody(page)
        secret = page.locator("input[name=secret]").get_attribute("value")
        phone = Phone(secret, desk.watch)
        fill(page, "#login", "marta")
        fill(page, "#password", PASSWORD)
        fill(page, "#digits", "000000")
        page.keyboard.press("Enter")
        page.wait_for_selector("[aria-invalid]")
        is_open_to_everybody(page)
        fill(page, "#password", PASSWORD)
        fill(page, "#digits", phone.digits())
        page.keyboard.press("Enter")
        page.wait_for_selector(".codes")
        is_open_to_everybody(page)
        page.goto(f"{address}/account")
        is_open_to_everybody(page)

        desk.watch.forward(seconds=30)
        page.context.clear_cookies()
        page.goto(f"{address}/sign-in")
        is_open_to_everybody(page)
        fill(page, "#login", "marta")
        fill(page, "#password", PASSWORD)
        fill(page, "#digits", phone.digits())
        page.keyboard.press("Enter")
        page.wait_for_url("**/day")


@pytest.mark.parametrize(
    ("locale", "size"),
    list(zip(("uk-UA", "en-GB"), SIZES, strict=True)),
    ids=["phone", "desk"],
)
def test_pages_of_people_and_devices_shut_nobody_out(
    browser, desk, address, locale, size
):
    with window(browser, locale=locale, viewport=size) as page:
        token = desk.session("Іван", Role.ADMIN, "kyiv")
        sign_in(page.context, address, token)
        for path in ("devices", "people", "enrol", "help/", "help/admin"):
            page.goto(f"{address}/{path}")
            page.evaluate(
                "document.querySelectorAll('details').forEach(d => { d.open = true })"
            )
            is_open_to_everybody(page)

        page.goto(f"{address}/people")
        page.locator("a.row-title").first.click()
        page.wait_for_selector("#post-heading")
        is_open_to_everybody(page)
        page.goto(f"{address}/people")
        fill(page, "#name", "Марта")
        page.keyboard.press("Enter")
        page.wait_for_selector(".qr")
        is_open_to_everybody(page)


def test_a_phone_is_let_in_from_another_phone_by_keyboard(browser, desk, address):
    with window(browser, locale="uk-UA", viewport=SIZES[0]) as page:
        sign_in(page.context, address, desk.session("Ірина", Role.COORDINATOR, "kyiv"))
        page.goto(f"{address}/devices")
        fill(page, "#label", "Телефон Лесі")
        focus(page, "details.same summary")
        page.keyboard.press("Enter")
        focus(page, "#enrol-reception_point")
        page.keyboard.press("ArrowDown")
        focus(page, "input[value=icrc]")
        page.keyboard.press("Space")
        is_open_to_everybody(page)
        focus(page, "button[value=code]")
        page.keyboard.press("Enter")
        page.wait_for_selector("p.spoken")
        assert page.locator("section .qr").is_visible()
        is_open_to_everybody(page)
        code = page.locator("p.spoken").inner_text()

    with window(browser, locale="uk-UA", viewport=SIZES[0]) as page:
        page.goto(f"{address}/enrol")
        fill(page, "#code", code.replace("-", " "))
        page.keyboard.press("Enter")
        page.wait_for_selector(".qr")
        is_open_to_everybody(page)
        assert (
            page.locator("a[download]").get_attribute("href").startswith("data:image")
        )
    (let_in,) = [
        one for one in enrolment.enrolled(desk.database) if one.label == "Телефон Лесі"
    ]
    answers = {"reception_point": "crpc_kyiv", "return_channel": "icrc"}
    assert let_in.defaults == answers


@pytest.mark.parametrize("locale", ["uk-UA", "en-GB"])
def test_a_list_is_saved_after_one_has_shown_by_keyboard_that_it_is_still_one(
    browser, desk, address, locale
):
    code = desk.invite("Ірина", Role.COORDINATOR, "kyiv")
    iryna = a_signer(desk.app, desk.watch, code, login="iryna")
    with window(browser, locale=locale, viewport=SIZES[0]) as page:
        token = iryna.browser.get_cookie("dodomu").value
        sign_in(page.context, address, token)
        page.goto(f"{address}/children")
        desk.watch.forward(minutes=6)
        focus(page, "a[href='/lists/children.csv']")
        page.keyboard.press("Enter")
        page.wait_for_selector("#proof-password:focus")
        is_open_to_everybody(page)
        page.keyboard.type(PASSWORD)
        fill(page, "#proof-digits", "000000")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        is_open_to_everybody(page)
        fill(page, "#proof-password", PASSWORD)
        fill(page, "#proof-digits", iryna.phone.digits())
        with page.expect_download() as saved:
            page.keyboard.press("Enter")
        assert saved.value.suggested_filename.endswith(".csv")
        page.wait_for_selector("p[role=status]")
        is_open_to_everybody(page)


def test_what_was_typed_for_a_phone_goes_along_with_the_proof(browser, desk, address):
    code = desk.invite("Ірина", Role.COORDINATOR, "kyiv")
    iryna = a_signer(desk.app, desk.watch, code, login="iryna")
    with window(browser, locale="uk-UA", viewport=SIZES[1]) as page:
        sign_in(page.context, address, iryna.browser.get_cookie("dodomu").value)
        page.goto(f"{address}/devices")
        fill(page, "#label", "Телефон Лесі")
        desk.watch.forward(minutes=6)
        focus(page, "button[value=code]")
        page.keyboard.press("Enter")
        page.wait_for_selector("#proof-password:focus")
        page.keyboard.type(PASSWORD)
        fill(page, "#proof-digits", iryna.phone.digits())
        page.keyboard.press("Enter")
        page.wait_for_selector("p.spoken")
        is_open_to_everybody(page)
