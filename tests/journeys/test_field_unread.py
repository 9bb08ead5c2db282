"""What is typed and is no answer stays, is told of, and stops the end of the form."""

import pytest
from browsers import barriers
from hands import turn
from playwright.sync_api import expect

CONSENT = {"comm_mode": "speech", "consent_intake": "given", "consent_by": "parent"}
CHILD, RETURN = 3, 4
AT_HOME = CONSENT | {"home_oblast": "UA-46"}
LVIV = "UA46060250010015970"
COMPLETE = CONSENT | {
    "reception_point": "border_point",
    "safety_words": "done",
    "name_called": "Данило",
    "family_name": "Ремез",
    "sex": "male",
    "age_years": "9",
    "return_channel": "volunteers",
    "origin_type": "rf",
    "accompaniment": "parent",
    "siblings_here": "0",
    "siblings_elsewhere": "no",
    "urgent_needs": "food_water",
    "triage": "green",
    "function_help": "none",
    "wants_call": "no",
    "docs_held": "none",
    "destination": "family_home",
}
WITHOUT_BLUR = "() => document.querySelector('.foot button:last-child').click()"
"""As Safari on a phone does it: a tapped button does not take the focus from a field."""


def typed_day(filler, text="31022012"):
    filler.question("birth_date").locator("input").first.tap()
    filler.page.keyboard.type(text)


def typed_age(filler, text="12-13"):
    filler.question("age_years").locator("input").fill(text)


def typed_place(filler, text="Львув"):
    filler.question("home_settlement").locator("input").tap()
    filler.page.keyboard.insert_text(text)


def day(filler):
    inputs = filler.question("birth_date").locator("input")
    return [inputs.nth(index).input_value() for index in range(3)]


def value(name):
    return lambda filler: filler.question(name).locator("input").first.input_value()


NO_ANSWERS = [
    pytest.param(
        ("birth_date", CHILD, typed_day, day, ["31", "02", "2012"], "Такої дати немає"),
        id="day",
    ),
    pytest.param(
        ("age_years", CHILD, typed_age, value("age_years"), "12-13", "цифрами"),
        id="number",
    ),
    pytest.param(
        (
            *("home_settlement", RETURN, typed_place, value("home_settlement")),
            *("Львув", "Виберіть зі списку"),
        ),
        id="place",
    ),
]


def to_review(filler):
    page = filler.page
    while not page.locator(".gaps, .good").count():
        turn(page)


@pytest.mark.parametrize("case", NO_ANSWERS)
@pytest.mark.parametrize("how", ["tap", "without blur"])
def test_what_is_no_answer_is_still_there_as_typed_after_the_page_was_left(
    filler, case, how
):
    name, at, types, text, typed, told = case
    filler.show("reception", answers=AT_HOME, at=f"{at}:")
    types(filler)
    if how == "tap":
        filler.page.locator(".foot button").last.tap()
    else:
        filler.page.evaluate(WITHOUT_BLUR)
    expect(filler.question(name)).to_have_count(0)

    filler.page.locator(".foot button").first.tap()

    expect(filler.question(name).get_by_role("alert")).to_contain_text(told)
    assert text(filler) == typed
    assert barriers(filler.page) == []


@pytest.mark.parametrize("case", NO_ANSWERS)
def test_what_is_no_answer_is_listed_at_the_end_and_stops_it(filler, case):
    name, at, types, text, typed, told = case
    filler.show("reception", answers=COMPLETE | {"home_oblast": "UA-46"}, at="review")
    expect(filler.page.locator(".good")).to_be_visible()
    filler.hide()
    answers = COMPLETE | {"home_oblast": "UA-46"}
    filler.show("reception", answers=answers, at=f"{at}:")

    types(filler)
    to_review(filler)
    filler.page.get_by_role("button", name="Завершити").tap()

    shown = typed if isinstance(typed, str) else " ".join(typed)
    assert filler.told["finished"] == 0
    expect(filler.page.locator(".gaps")).to_be_focused()
    gap = filler.page.locator(".gaps button")
    expect(gap).to_have_count(1)
    expect(gap).to_contain_text(shown)
    assert barriers(filler.page) == []
    gap.tap()
    expect(filler.question(name).get_by_role("alert")).to_contain_text(told)
    assert text(filler) == typed


@pytest.mark.parametrize("case", NO_ANSWERS)
def test_what_is_no_answer_comes_back_with_the_draft(filler, case):
    name, at, types, text, typed, told = case
    filler.show("reception", answers=AT_HOME, at=f"{at}:")
    types(filler)
    filler.hide()

    filler.show("reception", restored=True, at=f"{at}:")

    expect(filler.question(name).get_by_role("alert")).to_contain_text(told)
    assert text(filler) == typed
    assert filler.answers().get(name, "") == ""


def test_the_contents_count_what_is_no_answer(filler):
    filler.show("reception", answers=COMPLETE, at=f"{CHILD}:")
    typed_age(filler)
    turn(filler.page)

    filler.page.get_by_role("button", name="Зміст").tap()

    row = filler.page.locator(".contents button").filter(has_text="Дитина")
    expect(row).to_contain_text("бракує 1 відповіді")


def test_what_was_no_answer_and_is_mended_is_told_of_no_more(filler):
    filler.show("reception", answers=COMPLETE, at=f"{CHILD}:")
    place = filler.question("age_years")
    typed_age(filler)
    place.locator("input").blur()
    expect(place.get_by_role("alert")).to_contain_text("цифрами")

    typed_age(filler, "12")
    expect(place.get_by_role("alert")).to_have_count(0)
    to_review(filler)

    expect(filler.page.locator(".good")).to_be_visible()


def test_nothing_is_told_of_a_day_while_it_is_typed(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    place = filler.question("birth_date")
    place.locator("input").first.focus()
    place.locator("input").last.focus()
    place.locator("input").last.blur()

    typed_day(filler, "31")
    filler.page.keyboard.type("0")
    filler.hide()
    filler.show("reception", restored=True, at=f"{CHILD}:")

    assert day(filler) == ["31", "0", ""]


def test_a_complaint_speaks_the_language_of_the_moment(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    typed_day(filler)
    filler.question("birth_date").locator("input").last.blur()

    filler.page.get_by_role("button", name="EN: English").tap()

    alert = filler.question("birth_date").get_by_role("alert")
    expect(alert).to_contain_text("no such date")


def test_a_long_number_is_told_that_it_is_too_long(filler):
    filler.show("reception", answers=CONSENT, at=f"{CHILD}:")
    typed_age(filler, "1234567890")
    filler.question("age_years").locator("input").blur()

    alert = filler.question("age_years").get_by_role("alert")
    expect(alert).to_contain_text("Забагато цифр")


def a_place(filler):
    filler.show(
        "reception", answers=AT_HOME | {"home_settlement": LVIV}, at=f"{RETURN}:"
    )
    place = filler.question("home_settlement")
    expect(place.locator(".chosen b")).to_have_text("Львів")
    return place


def test_a_place_that_is_to_be_changed_stands_until_another_is_picked(filler):
    place = a_place(filler)

    place.get_by_role("button", name="Змінити").tap()
    expect(place.locator("input")).to_be_focused()
    filler.page.keyboard.insert_text("мʼянка бузька")
    filler.hide()
    assert filler.answers()["home_settlement"] == LVIV
    filler.show("reception", restored=True, at=f"{RETURN}:")
    expect(place.locator("input")).to_have_value("мʼянка бузька")
    place.locator("input").tap()
    place.get_by_role("option").first.tap()

    expect(place.locator(".chosen b")).to_contain_text("Бузька")
    filler.hide()
    assert filler.answers()["home_settlement"] not in ("", LVIV)


@pytest.mark.parametrize("how", ["Escape", "button", "away"])
def test_a_place_that_is_looked_at_again_stays_as_it_was(filler, how):
    place = a_place(filler)
    place.get_by_role("button", name="Змінити").tap()
    expect(place.get_by_role("option").first).to_be_visible()
    assert barriers(filler.page) == []

    if how == "button":
        filler.page.keyboard.insert_text("Херс")
        place.get_by_role("button", name="Залишити").tap()
    elif how == "Escape":
        filler.page.keyboard.insert_text("Херс")
        filler.page.keyboard.press("Escape")
        filler.page.keyboard.press("Escape")
    else:
        place.locator("input").blur()

    expect(place.locator("input")).to_have_count(0)
    expect(place.locator(".chosen b")).to_have_text("Львів")
    if how != "away":
        expect(place.get_by_role("button", name="Змінити")).to_be_focused()
    to_review(filler)
    assert filler.page.locator(".gaps").filter(has_text="Населений").count() == 0
    answer = filler.page.locator(".answer").filter(has_text="Населений пункт")
    expect(answer).to_contain_text("Львів")


def test_a_place_that_need_not_be_known_can_be_cleared(filler):
    place = a_place(filler)
    place.get_by_role("button", name="Змінити").tap()

    place.get_by_role("button", name="Очистити").tap()

    expect(place.locator("input")).to_be_focused()
    filler.hide()
    assert filler.answers()["home_settlement"] == ""
