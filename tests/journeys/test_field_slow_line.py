"""The first opening of the field client over a line as slow as a border has.

It says within seconds that something comes, and how much; a line that breaks costs what
was on its way, and no more.
"""

import time

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SLOW = {"pace": 12_500, "wait_s": 0.6}
"""100 kbit/s, and 600 ms there and back."""
SCALED = {"pace": 200_000, "wait_s": 0.075}
PROGRESS_S = 5
AGAIN = 1.3
PATIENCE_MS = 300_000
DONE = "document.querySelector('#boot-done')?.value ?? -1"


def opened(context, line, *, breaks_at=None):
    """Open the client the first time; return what it came to, and what was shown when."""
    page = context.new_page()
    line.received, shown = 0, []
    page.goto(f"{line.url}/field/", wait_until="commit", timeout=PATIENCE_MS)
    begun = time.monotonic()
    while page.locator("input.code").count() == 0:
        assert time.monotonic() < begun + PATIENCE_MS / 1_000
        done = page.evaluate(DONE)
        if not shown or shown[-1][1] != done:
            shown.append((time.monotonic() - begun, done))
        if breaks_at is not None and breaks_at <= done < 100:
            breaks_at = None
            line.tear()
            expect(page.locator("#boot-said")).to_contain_text("Лінія обірвалася")
            line.is_down = False
        page.wait_for_timeout(50)
    return line.received, shown, time.monotonic() - begun


@pytest.mark.parametrize(
    "speed",
    [SCALED, pytest.param(SLOW, marks=pytest.mark.soak)],
    ids=["scaled", "slow"],
)
def test_a_first_opening_over_a_slow_line_goes_on_where_it_stopped(
    post, browser, speed, record_property
):
    line = post.line
    with browser.new_context() as context:
        whole, _, _ = opened(context, line)
    line.pace, line.wait_s = speed["pace"], speed["wait_s"]
    with browser.new_context() as context:
        received, shown, took = opened(context, line, breaks_at=40)

    shown = [(at, done) for at, done in shown if done >= 0]
    figures = [done for _, done in shown]
    first = next(at for at, done in shown if done > 0)
    speed_said = f"first opening at {8 * line.pace // 1_000} kbit/s: {took:.0f} s"
    record_property("figure", f"{speed_said}, progress after {first:.1f} s")
    record_property("figure", f"{received} bytes with a break, {whole} without")
    assert shown[0][0] <= PROGRESS_S
    assert figures == sorted(figures)
    assert len(figures) > 10
    assert received <= AGAIN * whole
