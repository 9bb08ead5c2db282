"""A form on a phone's screen: every kind of question, by finger, keyboard and ear."""

from io import BytesIO

import pytest
from browsers import barriers
from fillers import a_filler
from hands import a_photo, settled, turn
from PIL import Image
from playwright.sync_api import expect
from volunteers import until

CONSENT = {"comm_mode": "speech", "consent_intake": "given", "consent_by": "parent"}
TYPED_AT_ONCE = """
(texts) => texts.forEach((text, index) => {
  if (index > 0)
    document.activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  document.execCommand("insertText", false, text);
})
"""
"""Types texts with Enter between them, faster than any hand."""
ARRIVAL, WORDS, CONSENTS, CHILD, RETURN = range(5)
FORMS = (
    *("followup", "functioning_2_4", "functioning_5_17", "reception", "registration"),
    *("rehabilitation", "reunification", "testimony", "tracing_request"),
)

# Browsers that are a few years old know nothing of the option.
CANNOT_TURN = """() => {
  const made = globalThis.createImageBitmap;
  globalThis.createImageBitmap = async (source, how) => {
    if (how?.imageOrientation === "from-image") throw new TypeError("no such value");
    return made(source, how);
  };
}"""


def kept(filler, name, value):
    """Wait until an answer is handed on."""
    handed_on(filler, lambda: filler.answers().get(name) == value)


def handed_on(filler, is_it):
    """Wait until something is among what is handed on."""
    until(filler.page, lambda: filler.told["changes"] and is_it())


def a_file(data, name="IMG_2026_Danylo.jpg", kind="image/jpeg"):
    return {"name": name, "mimeType": kind, "buffer": data}


@pytest.mark.parametrize(
    ("form_id", "language"), [*((name, "uk") for name in FORMS), ("reception", "en")]
)
def test_no_page_shuts_anybody_out(filler, form_id, language):
    filler.show(form_id, language)
    page = filler.page

    while not page.locator(".gaps, .good").count():
        assert barriers(page) == []
        turn(page)
    assert barriers(page) == []
    page.locator(".bar button").last.tap()
    assert barriers(page) == []


@pytest.mark.parametrize("how", ["dark", "narrow", "large", "practice"])
def test_no_page_shuts_anybody_out_however_it_is_read(browser, built, how):
    scheme = "dark" if how == "dark" else "light"
    with a_filler(browser, built, color_scheme=scheme) as filler:
        page = filler.page
        if how == "narrow":
            page.set_viewport_size({"width": 320, "height": 480})
        filler.show("reception", answers=CONSENT, practice=how == "practice")
        if how == "large":
            page.evaluate("document.documentElement.style.fontSize = '200%'")

        while not page.locator(".gaps, .good").count():
            if how in ("dark", "large"):
                assert barriers(page) == []
            wide = "document.documentElement.scrollWidth - innerWidth"
            assert page.evaluate(wide) <= 0, page.locator("h1").inner_text()
            turn(page)
        assert barriers(page) == []


def test_an_answer_is_handed_on_at_once_when_the_screen_goes_away(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    before = filler.told["changes"]

    filler.question("name_called").locator("input").fill("Данило")
    filler.hide()

    assert filler.told["changes"] == before + 1
    assert filler.answers()["name_called"] == "Данило"


def test_a_draft_comes_back_where_it_was_with_its_photo(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    photo = filler.question("photo_id")
    photo.locator("input").first.set_input_files(a_file(a_photo()))
    photo.locator("img").wait_for()
    filler.question("name_called").locator("input").fill("Данило")
    filler.question("name_called").locator("input").blur()
    kept(filler, "name_called", "Данило")
    at, first = filler.told["at"], filler.last

    filler.hide()
    filler.show("reception", restored=True, at=at)

    assert at == f"{CHILD}:name_called"
    expect(filler.question("name_called").locator("input")).to_be_focused()
    expect(filler.question("name_called").locator("input")).to_have_value("Данило")
    filler.question("photo_id").locator("img").wait_for()
    filler.question("family_name").locator("input").fill("Ремез")
    kept(filler, "family_name", "Ремез")
    assert filler.last.files == first.files
    assert filler.last.instance_id == first.instance_id


@pytest.mark.parametrize("browser_is", ["new", "old"])
def test_a_photo_leaves_smaller_and_says_nothing_of_the_phone(filler, browser_is):
    if browser_is == "old":
        filler.page.evaluate(CANNOT_TURN)
    exif = Image.Exif()
    exif[0x010F] = "PlantedMaker"
    exif[0x0112] = 6  # to be turned by a quarter
    photo = a_photo((4000, 1000), exif=exif)
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")

    place = filler.question("photo_id")
    place.locator("input").last.set_input_files(a_file(photo))
    place.locator("img").wait_for()
    filler.hide()

    ((name, data),) = filler.last.files.items()
    picture = Image.open(BytesIO(data))
    assert name == filler.answers()["photo_id"]
    assert name.startswith("photo_id-")
    assert name.endswith(".jpg")
    assert picture.size == (512, 2048)
    assert not picture.getexif()
    assert b"PlantedMaker" in photo
    assert b"PlantedMaker" not in data


def test_what_is_no_photo_is_not_taken(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    place = filler.question("photo_id")

    place.locator("input").first.set_input_files(a_file(b"no picture"))

    expect(place.get_by_role("alert")).to_contain_text("не вдалося прочитати як фото")
    assert place.locator("img").count() == 0


def test_a_signature_is_kept_by_one_who_leaves_before_the_finger_rests(filler):
    filler.show("reception", answers=CONSENT, at=f"{CONSENTS}:")
    sheet = filler.question("consent_signature").locator("canvas")
    sheet.evaluate("e => e.scrollIntoView({block: 'center'})")
    box = sheet.bounding_box()
    mouse = filler.page.mouse
    mouse.move(box["x"] + 20, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + 200, box["y"] + 60, steps=5)
    mouse.up()

    filler.hide()

    assert len(filler.last.files) == 1


def test_a_photo_is_kept_by_one_who_leaves_while_it_is_made_smaller(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    photo = a_file(a_photo((3000, 2000)))

    filler.question("photo_id").locator("input").first.set_input_files(photo)
    filler.hide()

    assert len(filler.last.files) == 1


@pytest.mark.parametrize("how", ["finger", "keyboard"])
def test_a_signature_is_drawn_or_typed_and_erased(filler, how):
    filler.show("reception", answers=CONSENT, at=f"{CONSENTS}:")
    place = filler.question("consent_signature")
    if how == "finger":
        place.locator("canvas").evaluate("e => e.scrollIntoView({block: 'center'})")
        box = place.locator("canvas").bounding_box()
        filler.page.mouse.move(box["x"] + 20, box["y"] + 20)
        filler.page.mouse.down()
        filler.page.mouse.move(box["x"] + 200, box["y"] + 60, steps=5)
        filler.page.mouse.up()
    else:
        place.locator("input").fill("Ремез Олена")
        place.locator("input").press("Enter")

    place.locator("img").wait_for()
    handed_on(filler, lambda: filler.last.files)
    ((name, data),) = filler.last.files.items()
    darkest, _ = Image.open(BytesIO(data)).convert("L").getextrema()
    assert name.startswith("consent_signature-")
    assert darkest < 60
    place.get_by_role("button").tap()
    kept(filler, "consent_signature", "")
    assert filler.last.files == {}


def test_a_place_is_found_by_any_part_and_forgotten_with_its_oblast(filler):
    filler.show(
        "reception", answers=CONSENT | {"home_oblast": "UA-46"}, at=f"{RETURN}:"
    )
    place = filler.question("home_settlement")
    keys = filler.page.keyboard

    place.locator("input").tap()
    keys.insert_text("мʼянка бузька")
    expect(place.get_by_role("option").first).to_contain_text("Кам’янка-Бузька")
    expect(place.get_by_role("option").first).to_contain_text("район")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(place.locator(".chosen b")).to_contain_text("Бузька")
    handed_on(filler, lambda: filler.answers()["home_settlement"].startswith("UA46"))

    filler.question("home_oblast").get_by_role("button").tap()
    keys.insert_text("херсон")
    filler.question("home_oblast").get_by_role("option").tap()
    kept(filler, "home_settlement", "")
    expect(place.locator("input")).to_have_value("")


def test_an_answer_that_stands_alone_takes_the_others_away(filler):
    filler.show("reception", at=f"{WORDS}:")
    place = filler.question("comm_mode")

    for name in ("speech", "writing", "unknown"):
        place.locator(f'input[value="{name}"]').check(force=True)
    kept(filler, "comm_mode", "unknown")
    place.locator('input[value="speech"]').check(force=True)

    kept(filler, "comm_mode", "speech")


@pytest.mark.parametrize(
    ("typed", "day", "exact"),
    [
        pytest.param("04032012", "2012-03-04", "day", id="day"),
        pytest.param("432012", "2012-03-04", "day", id="short"),
    ],
)
def test_a_day_is_typed_in_one_go(filler, typed, day, exact):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    filler.question("birth_date").locator("input").first.tap()

    filler.page.keyboard.type(typed)

    kept(filler, "birth_date", day)
    kept(filler, "dob_precision", exact)


@pytest.mark.parametrize("form_id", ["reception", "registration"])
@pytest.mark.parametrize(
    ("month", "day", "exact"),
    [("", "2012-01-01", "year"), ("03", "2012-03-01", "month")],
)
def test_a_date_that_is_known_in_part_answers_how_exact_it_is(
    filler, form_id, month, day, exact
):
    page = {"reception": CHILD, "registration": 2}[form_id]
    given = CONSENT | {"dob_precision": "day"}
    filler.show(form_id, answers=given, at=f"{page}:")
    fields = filler.question("birth_date").locator("input")

    fields.nth(1).fill(month)
    fields.nth(2).fill("2012")
    kept(filler, "birth_date", day)

    kept(filler, "dob_precision", exact)
    expect(fields.first).to_have_value("")


def test_what_is_wrong_is_said_when_the_field_is_left(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    place = filler.question("age_years")

    place.locator("input").fill("40")
    filler.page.wait_for_timeout(400)
    assert place.get_by_role("alert").count() == 0
    place.locator("input").blur()

    expect(place.get_by_role("alert")).to_contain_text("Вік від 0 до 23")
    described = place.locator("input").get_attribute("aria-describedby")
    assert place.get_by_role("alert").get_attribute("id") in described
    place.locator("input").fill("сорок")
    place.locator("input").blur()
    expect(place.get_by_role("alert")).to_contain_text("цифрами")


def test_a_day_that_the_calendar_lacks_is_said(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    place = filler.question("birth_date")
    place.locator("input").first.tap()

    filler.page.keyboard.type("31022012")
    place.locator("input").last.blur()

    expect(place.get_by_role("alert")).to_contain_text("Такої дати немає")


def test_what_is_typed_on_after_enter_belongs_to_the_next_field(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    keys, page = filler.page.keyboard, filler.page
    called = filler.question("name_called").locator("input")

    called.tap()
    page.evaluate(TYPED_AT_ONCE, ["Данило", "Ремез"])

    expect(called).to_have_value("Данило")
    expect(page.locator("input:focus")).to_have_value("Ремез")
    keys.press("Enter")
    expect(page.locator("input:focus")).not_to_have_value("Ремез")


def test_enter_goes_through_the_fields_and_on_to_the_next_page(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    keys = filler.page.keyboard
    expect(filler.page.locator("h1")).to_be_focused()

    for _ in range(2):
        keys.press("Enter")
    expect(filler.question("name_called").locator("input")).to_be_focused()
    keys.type("Danylo")
    for _ in range(30):
        if filler.page.locator("h1").inner_text() != "Дитина":
            break
        keys.press("Enter")
        filler.page.wait_for_timeout(60)

    expect(filler.page.locator("h1")).to_have_text("Повернення")
    expect(filler.page.locator("h1")).to_be_focused()
    assert filler.answers()["name_called"] == "Danylo"


def test_the_language_changes_at_any_moment_and_nothing_is_lost(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    filler.question("name_called").locator("input").fill("Данило")

    filler.page.get_by_role("button", name="EN: English").tap()

    expect(filler.page.locator("h1")).to_have_text("Child")
    expect(filler.question("name_called")).to_contain_text("asks to be called")
    expect(filler.question("name_called").locator("input")).to_have_value("Данило")
    assert filler.page.evaluate("document.documentElement.lang") == "en"


def test_a_row_is_removed_after_a_question(filler):
    filler.show("registration", answers={"any_documents": "yes"}, at="3:")
    rows = filler.page.locator(".row-of")
    rows.first.locator('[data-name="doc_number"] input').fill("1")
    filler.page.locator(".add").tap()
    rows.nth(1).locator('[data-name="doc_number"] input').fill("2")

    rows.first.get_by_role("button", name="Вилучити").tap()
    filler.page.get_by_role("button", name="Ні, залишити").tap()
    assert rows.count() == 2
    rows.first.get_by_role("button", name="Вилучити").tap()
    filler.page.get_by_role("button", name="Так, вилучити").tap()

    expect(rows).to_have_count(1)
    kept(filler, "doc_number", "2")


def test_nothing_that_is_missing_stops_anybody_before_the_end(filler):
    filler.show("reception")
    page = filler.page
    while not page.locator(".gaps, .good").count():
        turn(page)

    page.get_by_role("button", name="Завершити").tap()
    assert filler.told["finished"] == 0
    expect(page.locator(".gaps")).to_be_focused()
    page.locator(".gaps button").filter(has_text="Стать").tap()

    expect(page.locator("h1")).to_have_text("Дитина")
    expect(filler.question("sex").locator("input").first).to_be_focused()
    expect(filler.question("sex").get_by_role("alert")).to_contain_text(
        "Не встановлено"
    )


def test_the_contents_lead_to_any_page(filler):
    filler.show("reception")
    page = filler.page

    page.get_by_role("button", name="Зміст").tap()
    page.locator(".contents button").filter(has_text="Потреби зараз").tap()

    expect(page.locator("h1")).to_have_text("Потреби зараз")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator(".bar")).to_contain_text("7 з 8")


def test_a_question_that_appears_moves_nothing_that_was_tapped(filler):
    filler.show("reception", at=f"{CONSENTS}:")
    tile = filler.question("consent_intake").locator("label").first
    before = tile.bounding_box()

    tile.tap()
    filler.question("consent_by").wait_for()

    assert tile.bounding_box() == before


def test_a_family_shares_what_is_the_familys(filler):
    first = CONSENT | {"name_called": "Данило", "return_channel": "volunteers other"}
    filler.show("reception", answers=first, at="7:")
    filler.question("destination").locator("input").first.check(force=True)
    kept(filler, "destination", "family_home")

    assert filler.shared["return_channel"] == "volunteers other"
    assert "name_called" not in filler.shared


FAMILY = {
    "reception_point": "border_point",
    "return_channel": "volunteers",
}
"""What the phone knows from the day it was enrolled."""
FIRST = (
    *(
        "safety_words",
        "comm_mode",
        "consent_intake",
        "consent_by",
        "sex",
        "origin_type",
    ),
    *("accompaniment", "siblings_elsewhere", "urgent_needs", "triage", "function_help"),
    *("wants_call", "docs_held", "destination"),
)
NEXT = (
    *("safety_words", "consent_intake", "consent_by", "sex", "urgent_needs", "triage"),
    *("function_help", "wants_call", "docs_held"),
)
CHOSEN = {
    "consent_by": "parent",
    "triage": "green",
    "accompaniment": "parent",
    "destination": "family_home",
    "siblings_elsewhere": "no",
}
TYPED = {"name_called": "Danylo", "age_years": "9", "siblings_here": "3"}


def walked(filler, tapped, typed):
    """Fill in a form with as few taps as can be; return how many there were."""
    page, taps = filler.page, 0
    for _ in range(8):
        settled(page)
        title = page.locator("h1").inner_text()
        for name in tapped:
            if page.locator(f'[data-name="{name}"]').count():
                value = CHOSEN.get(name)
                chosen = f'[value="{value}"]' if value else ""
                filler.question(name).locator(f".tile input{chosen}").first.tap()
                settled(page)
                taps += 1
        page.locator("h1").focus()
        for _ in range(60):
            if page.locator("h1").inner_text() != title:
                break
            page.keyboard.press("Enter")
            page.wait_for_timeout(30)
            settled(page)
            name = page.evaluate(
                "document.activeElement.closest('[data-name]')?.dataset.name"
            )
            if name in typed:
                page.keyboard.type(typed[name])
    page.wait_for_selector(".good")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    return taps


def test_four_siblings_take_few_taps(filler):
    filler.show("reception", answers=FAMILY)
    taps = [walked(filler, FIRST, TYPED)]
    for number in range(3):
        answers = filler.shared
        filler.hide()
        filler.show("reception", answers=answers)
        taps.append(walked(filler, NEXT, TYPED | {"age_years": str(number)}))

    assert filler.told["finished"] == 4
    assert taps[0] <= 18
    assert sum(taps) <= 18 + 3 * 9
