"""A code is read by the browser where it can, and by the library wherever it cannot."""

import bars
import pytest
from bars import CODE, NUMBER
from browsers import barriers
from hands import a_photo
from playwright.sync_api import expect

# The camera shows a picture that the test holds before it.
A_CAMERA = """address => {
  navigator.mediaDevices.getUserMedia = async () => {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    const draw = () => canvas.getContext("2d").drawImage(picture, 0, 0);
    draw();
    setInterval(draw, 50);
    return canvas.captureStream();
  };
}"""
NO_CAMERA = """name => {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("", name);
  };
}"""
OWN = "8MRX2Q47"
DETECTOR = """how => {
  const all = ["code_128", "data_matrix", "ean_13", "qr_code"];
  globalThis.BarcodeDetector = class {
    constructor() {
      if (how === "cannot be made") throw new TypeError("no such format");
    }
    static async getSupportedFormats() {
      if (how === "does not say") throw new DOMException("", "UnknownError");
      return how === "lacks bars" ? ["qr_code"] : all;
    }
    async detect() {
      globalThis.detected = true;
      if (how === "refuses") throw new DOMException("no service", "NotSupportedError");
      return [{ rawValue: "8MRX2Q47" }];
    }
  };
}"""
FAILING = ("refuses", "lacks bars", "does not say", "cannot be made", "is missing")
LIBRARY = "**/assets/library-*.js"
SHOWN = {
    "qr": (bars.qr(), CODE),
    "code_128": (bars.code_128(), CODE),
    "code_128 standing": (bars.standing(bars.code_128()), CODE),
    "ean_13": (bars.ean_13(), NUMBER),
    "data_matrix": (bars.data_matrix(), CODE),
}


def kept(filler, value):
    expect(filler.page.locator("dialog")).to_have_count(0)
    expect(filler.question("child_ref").locator("input")).to_have_value(value)
    filler.hide()
    assert filler.answers()["child_ref"] == value


def a_file(data):
    return {"name": "IMG_1.png", "mimeType": "image/png", "buffer": data}


def looks(filler, picture, detector="is missing"):
    """Hold a picture before the camera, and have it look for a code."""
    page = filler.page
    if detector != "is missing":
        page.evaluate(DETECTOR, detector)
    page.route("**/code.png", lambda route: route.fulfill(body=picture))
    page.evaluate(A_CAMERA, "/field/code.png")
    filler.show("reception")
    filler.question("child_ref").get_by_role("button").tap()


def has_library(page):
    return page.evaluate(
        "performance.getEntriesByType('resource').some((e) => e.name.includes('library-'))"
    )


@pytest.mark.parametrize("kind", SHOWN)
def test_a_code_is_read_by_the_camera(filler, kind):
    picture, code = SHOWN[kind]

    looks(filler, picture)

    expect(filler.page.locator("dialog")).to_have_count(0)
    expect(filler.question("child_ref").locator("button")).to_be_focused()
    kept(filler, code)


@pytest.mark.parametrize("detector", FAILING)
def test_bars_are_read_where_the_browser_reads_none(filler, detector):
    looks(filler, bars.code_128(), detector)

    kept(filler, CODE)


def test_a_code_is_read_by_the_browser_where_it_can(filler):
    looks(filler, bars.code_128(), "works")

    kept(filler, OWN)
    assert not has_library(filler.page)


@pytest.mark.parametrize("detector", ["works", "refuses", "is missing"])
@pytest.mark.parametrize("kind", ["qr", "code_128"])
def test_a_code_is_read_from_a_photo(filler, detector, kind):
    filler.page.evaluate(NO_CAMERA, "NotFoundError")
    if detector != "is missing":
        filler.page.evaluate(DETECTOR, detector)
    filler.show("reception")
    filler.question("child_ref").get_by_role("button").tap()
    sheet = filler.page.locator("dialog")
    picture, code = SHOWN[kind]

    sheet.locator("input").set_input_files(a_file(picture))

    kept(filler, OWN if detector == "works" else code)


def test_a_photo_without_a_code_is_told_of(filler):
    filler.page.evaluate(NO_CAMERA, "NotFoundError")
    filler.show("reception")
    filler.question("child_ref").get_by_role("button").tap()
    sheet = filler.page.locator("dialog")

    sheet.locator("input").set_input_files(a_file(a_photo()))
    expect(sheet.get_by_role("alert")).to_contain_text("немає коду")
    sheet.locator("input").set_input_files(a_file(bars.qr()))

    kept(filler, CODE)


def test_a_phone_that_reads_no_codes_says_so_and_lets_the_camera_go(filler):
    filler.page.route(LIBRARY, lambda route: route.abort())

    looks(filler, bars.qr(), "refuses")

    sheet = filler.page.locator("dialog")
    expect(sheet.get_by_role("alert")).to_contain_text("не читає кодів")
    assert sheet.locator("video").count() == 0


def test_a_camera_that_is_refused_says_how_to_allow_it(filler):
    filler.page.evaluate(NO_CAMERA, "NotAllowedError")
    filler.show("reception", "en")
    filler.question("child_ref").get_by_role("button").tap()
    sheet = filler.page.locator("dialog")

    expect(sheet.get_by_role("alert")).to_contain_text("Permissions → Camera → Allow")
    assert barriers(filler.page) == []
    filler.page.keyboard.press("Escape")
    filler.question("child_ref").locator("input").fill(CODE)

    kept(filler, CODE)
