"""People who are signed in, each in a window of a real browser."""

from contextlib import contextmanager

import pytest
from browsers import sign_in

from intake_server.security.policy import Role

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@contextmanager
def somebody(
    browser,
    desk,
    address,
    name="Iryna",
    *,
    role=Role.COORDINATOR,
    site="kyiv",
    **about,
):
    """Sign a person in; the pages run no script that they did not bring."""
    context = browser.new_context(**{"locale": "uk-UA", "viewport": DESK, **about})
    page = context.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(context, address, desk.session(name, role, site))
    page.goto(f"{address}/queue")
    yield page
    context.close()
    assert [text for text in complaints if "status of 4" not in text] == []


def press(page, key, until):
    """Press a key until an element has the focus, as somebody without a mouse does."""
    for _ in range(60):
        if page.locator(until).first.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} does not lead to {until}")
