"""The guide for people with ODK Collect, as it is read and as it is printed."""

import re

import pytest
from browsers import barriers

pytestmark = pytest.mark.browser


@pytest.fixture(params=["uk", "en"])
def page(browser, address, request):
    context = browser.new_context(locale=request.param)
    page = context.new_page()
    page.goto(f"{address}/help/collect")
    yield page
    context.close()


def test_nothing_on_the_guide_shuts_anybody_out(page):
    assert page.locator("html").get_attribute("lang") in ("uk", "en")
    assert barriers(page) == []


def test_the_guide_fits_a_small_phone(page):
    page.set_viewport_size({"width": 320, "height": 640})

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_guide_is_printed_on_one_sheet(page):
    printed = page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
    sheet = re.search(rb"/MediaBox\s*\[0 0 ([0-9.]+) ([0-9.]+)\]", printed)
    assert [round(float(side)) for side in sheet.groups()] == [595, 842]
