"""The field client is opened once; from then on the phone needs no line."""

import json
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from lines import Line
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

BUILT = files("intake_server") / "static" / "field"
NOT_KEPT = {"sw.js", "licences.txt"}
HEADING = "header h1"
KEPT = """
async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("shell-"));
  const kept = await Promise.all(
    names.map(async (name) => (await (await caches.open(name)).keys()).length),
  );
  return kept.reduce((a, b) => a + b, 0);
}
"""


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
    line.pace = whole // 4
    context = phone.context.browser.new_context()
    again = context.new_page()
    again.goto(f"{line.url}/field/")
    bar = again.locator("#boot-done")
    while float(bar.get_attribute("value")) < 50:
        again.wait_for_timeout(20)

    line.tear()
    expect(again.locator("#boot-said")).to_contain_text("Лінія обірвалася")
    line.is_down = False

    again.wait_for_selector(HEADING, timeout=60_000)
    assert line.received < 1.3 * whole
    context.close()
