"""Files and photos: refused with words where they must be, and the focus never lost."""

import pytest
from browsers import barriers
from hands import a_photo
from playwright.sync_api import expect

CONSENT = {"comm_mode": "speech", "consent_intake": "given", "consent_by": "parent"}
PLACEMENT = {"parts": "placement"}
CONSENTS, CHILD, RETURN, PLACE = 2, 3, 4, 6
DOCUMENTS = 3
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"PlantedMaker" * 50
LARGEST = 10_000_000 - 16 * 153


def a_file(data, name, kind):
    return {"name": name, "mimeType": kind, "buffer": data}


def a_question(filler, language="uk"):
    filler.show("reunification", language, answers=PLACEMENT, at=f"{PLACE}:")
    return filler.question("decision_scan")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("IMG_1.heic", "image/heic"),
        ("IMG_1.heic", "application/octet-stream"),
        ("scan", "application/octet-stream"),
        ("IMG_1.jpg", "image/jpeg"),
    ],
)
def test_a_picture_that_cannot_be_drawn_anew_is_not_kept(filler, name, kind):
    place = a_question(filler)
    place.locator("input").focus()

    place.locator("input").set_input_files(a_file(HEIC, name, kind))

    alert = place.get_by_role("alert")
    expect(alert).to_contain_text("не вдалося прочитати як фото")
    expect(place.locator("input")).to_be_focused()
    assert barriers(filler.page) == []
    filler.page.get_by_role("button", name="EN: English").tap()
    expect(alert).to_contain_text("could not be read as a photo")
    filler.question("decision_no").locator("input").fill("1")
    filler.hide()
    assert filler.last.files == {}


def test_a_picture_as_a_file_says_nothing_of_the_phone(filler):
    place = a_question(filler)
    photo = a_photo((3000, 1000)) + b"PlantedMaker"

    place.locator("input").set_input_files(
        a_file(photo, "scan.jpg", "application/octet-stream")
    )
    place.locator("img").wait_for()
    filler.hide()

    ((name, data),) = filler.last.files.items()
    assert name.endswith(".jpg")
    assert b"PlantedMaker" not in data


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_a_file_that_no_node_takes_is_refused_while_it_is_chosen(
    filler, size, tmp_path
):
    place = a_question(filler)
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF-1.7".ljust(size, b" "))
    place.locator("input").focus()

    place.locator("input").set_input_files(path)

    if size == LARGEST:
        expect(place).to_contain_text("Файл додано: 9998 КБ")
        return
    expect(place.get_by_role("alert")).to_contain_text("Центр бере файли до 10 МБ")
    expect(place.locator("input")).to_be_focused()


def test_a_file_is_told_of_and_the_focus_goes_where_its_control_was(filler):
    place = a_question(filler)
    chooser = place.locator("input")
    chooser.focus()

    chooser.set_input_files(a_file(b"%PDF-1.7", "scan.pdf", "application/pdf"))

    expect(place.get_by_role("status")).to_have_text("Файл додано")
    remover = place.get_by_role("button", name="Вилучити файл")
    expect(remover).to_be_focused()
    filler.page.keyboard.press("Enter")
    expect(place.locator("input")).to_be_focused()


def test_a_photo_is_told_of_and_the_focus_goes_where_its_control_was(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    place = filler.question("photo_id")
    camera = place.locator("input").first
    camera.focus()

    camera.set_input_files(a_file(a_photo(), "IMG_1.jpg", "image/jpeg"))

    expect(place.get_by_role("status")).to_have_text("Фото додано")
    expect(place.get_by_role("button", name="Вилучити фото")).to_be_focused()
    assert barriers(filler.page) == []
    filler.page.keyboard.press("Enter")
    expect(camera).to_be_focused()


def test_nobody_is_taken_back_to_a_photo_that_is_ready(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    place = filler.question("photo_id")

    place.locator("input").first.set_input_files(
        a_file(a_photo((3000, 2000)), "IMG_1.jpg", "image/jpeg")
    )
    filler.question("name_called").locator("input").focus()
    place.locator("img").wait_for()

    expect(filler.question("name_called").locator("input")).to_be_focused()


def test_a_name_in_place_of_a_signature_leaves_the_focus_there(filler):
    filler.show("reception", answers=CONSENT, at=f"{CONSENTS}:")
    place = filler.question("consent_signature")
    place.locator("input").fill("Ремез Олена")

    place.locator("input").press("Enter")

    expect(place.get_by_role("button", name="Стерти підпис")).to_be_focused()
    expect(place.get_by_role("status")).to_have_text("Підпис додано")


def test_a_name_in_place_of_a_signature_is_kept_by_one_who_goes_on(filler):
    filler.show("reception", answers=CONSENT, at=f"{CONSENTS}:")
    filler.question("consent_signature").locator("input").fill("Ремез Олена")

    filler.page.evaluate("document.querySelector('.foot button:last-child').click()")
    expect(filler.question("name_called")).to_be_visible()
    filler.page.locator(".foot button").first.tap()

    expect(filler.question("consent_signature").locator("img")).to_be_visible()


def test_an_answer_that_is_cleared_leaves_the_focus_there(filler):
    filler.show("reception", answers=CONSENT, at=f"{RETURN}:")
    place = filler.question("official_source")
    place.locator("input").first.check(force=True)

    place.get_by_role("button", name="Очистити").press("Enter")

    expect(place.locator("input").first).to_be_focused()
    assert place.locator("input:checked").count() == 0


def test_a_row_that_is_asked_about_and_stays_keeps_the_focus(filler):
    filler.show("registration", answers={"any_documents": "yes"}, at=f"{DOCUMENTS}:")
    row = filler.page.locator(".row-of").first

    row.get_by_role("button", name="Вилучити").press("Enter")
    expect(row.get_by_role("button", name="Ні, залишити")).to_be_focused()
    filler.page.keyboard.press("Enter")

    expect(row.get_by_role("button", name="Вилучити")).to_be_focused()
