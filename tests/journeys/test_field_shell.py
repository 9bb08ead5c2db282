"""The field client is opened once; from then on the phone needs no line."""

import json
import re
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from browsers import barriers
from lines import Line
from playwright.sync_api import expect
from web_servers import serving

pytestmark = pytest.mark.browser

BUILT = files("intake_server") / "static" / "field"
NOT_KEPT = {"sw.js", "licences.txt"}
HEADING = "header h1"
AN_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/16.0 Mobile/15E148 Safari/604.1"
)
KEPT = """
async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("shell-"));
  const kept = await Promise.all(
    names.map(async (name) => (await (await caches.open(name)).keys()).length),
  );
  return kept.reduce((a, b) => a + b, 0);
}
"""


DONE = "document.querySelector('#boot-done')?.value ?? 100"


@pytest.fixture
def line(address):
    where = urlsplit(address)
    with Line((where.hostname, where.port)) as line:
        yield line


@pytest.fixture
def phone(browser):
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        yield context.new_page()


def built():
    return json.loads((BUILT / "BUILD.json").read_text("utf-8"))["files"]


def without_webassembly(app):
    """Answer as Safari before 16 hears it: a newer word of the policy says nothing."""

    def answer(environ, start):
        def begin(status, said, *more):
            old = [
                (name, value.replace(" 'wasm-unsafe-eval'", "")) for name, value in said
            ]
            assert said != old or not environ["PATH_INFO"].startswith("/field/assets/")
            return start(status, old, *more)

        return app(environ, begin)

    return answer


def opened(page, line):
    page.goto(f"{line.url}/field/")
    page.wait_for_selector(HEADING, timeout=60_000)


def test_a_phone_that_opened_it_once_opens_it_without_a_line(phone, line):
    opened(phone, line)
    assert phone.evaluate(KEPT) == len({*built()} - NOT_KEPT)

    line.tear()
    again = phone.reload()

    phone.wait_for_selector(HEADING)
    policy = again.headers["content-security-policy"]
    assert "require-trusted-types-for" in policy


def test_no_request_leaves_the_origin(phone, line):
    asked = []
    phone.context.on("request", lambda request: asked.append(request.url))

    opened(phone, line)

    assert asked
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(line.url).netloc}


def test_a_line_that_breaks_is_waited_for_and_nothing_comes_twice(phone, line):
    opened(phone, line)
    whole = line.received
    phone.close()
    line.received = 0
    line.pace = whole // 6
    context = phone.context.browser.new_context()
    again = context.new_page()
    again.goto(f"{line.url}/field/")
    while again.evaluate(DONE) < 50:
        again.wait_for_timeout(20)

    line.tear()
    expect(again.locator("#boot-said")).to_contain_text("Лінія обірвалася")
    line.is_down, line.pace = False, None

    again.wait_for_selector(HEADING, timeout=60_000)
    assert line.received < 1.3 * whole
    context.close()


def test_a_browser_that_cannot_open_forms_says_so_before_anybody_is_let_in(phone, desk):
    with serving(without_webassembly(desk.app)) as address:
        phone.goto(f"{address}/field/")

        told = re.compile("застарий|too old")
        expect(phone.locator("main .warning")).to_contain_text(told, timeout=60_000)
        expect(phone.locator("main input")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "first", "stay"),
    [
        ("uk-UA", "і лише там впишіть код", "Працювати тут, без значка"),
        ("en-GB", "enter the code only there", "Work here, without an icon"),
    ],
)
def test_an_iphone_is_told_of_the_icon_before_its_code_is_used_up(
    browser, line, locale, first, stay
):
    about = {"user_agent": AN_IPHONE, "locale": locale}
    with browser.new_context(viewport={"width": 360, "height": 740}, **about) as made:
        page = made.new_page()
        page.goto(f"{line.url}/field/#code=ABCDE-23456")

        expect(page.get_by_text(first)).to_be_visible(timeout=60_000)
        expect(page.locator("main code")).to_have_text("ABCDE23456")
        assert barriers(page) == []
        page.get_by_role("button", name=stay).click()

        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator("main input")).to_have_value("ABCDE23456")
