"""A coordinator publishes a form: looks at it first, then confirms what was shown."""

from base64 import b64encode
from dataclasses import replace
from io import BytesIO
from zlib import compress

import pytest
from illustrated import FILES, SOURCE, a_picture, illustrated
from pages import fields, tree, words
from urllib3 import encode_multipart_formdata
from workbooks import a_book, as_excel, as_markdown, put

from forms.authoring import convert
from intake_server.security.policy import Role
from intake_server.storage import forms, node


@pytest.fixture
def iryna(desk):
    return desk.browser()


def token(browser):
    [found] = tree(browser.get("/forms")).xpath("//form/input[@name='csrf']/@value")[:1]
    return found


def hand_in(browser, content, name="form.md"):
    file = (BytesIO(content), name)
    return browser.post("/forms", data={"csrf": token(browser), "file": file})


def confirm(browser, shown):
    return browser.post("/forms/publish", data=fields(shown))


def faults(shown):
    return [
        [" ".join(cell.itertext()) for cell in row]
        for row in tree(shown).xpath("//table[@id='faults']/tbody/tr")
    ]


def published(desk):
    with desk.database.reading() as session:
        return {form.form_id: form for form in forms.all_of(session)}


def test_a_form_is_shown_and_then_published_as_it_was_shown(desk, iryna):
    shown = hand_in(iryna, as_excel(a_book()), "Огляд.XLSX")

    assert shown.status_code == 200
    assert "checkup" not in published(desk)
    said = words(shown)
    for part in (
        "Огляд",
        "Вага, кг",
        "Weight, kg",
        "Тіло",
        "Так; Ні",
        "case: weight_kg",
    ):
        assert part in said

    answer = confirm(iryna, shown)

    assert answer.status_code == 303
    assert published(desk)["checkup"].xml.encode() == convert(
        as_markdown(a_book()), kind="md"
    )
    assert "checkup 1" in words(iryna.get(answer.location))


def test_all_that_is_wrong_is_shown_with_its_place(desk, iryna):
    book = a_book()
    put(book, "survey", 4, "bind::dodomu:home", "house")
    put(book, "survey", 5, "relevant", "nothing(${weight})")
    put(book, "choices", 3, "label::English (en)", "")

    shown = hand_in(iryna, as_excel(book), "form.xlsx")

    assert shown.status_code == 422
    assert [row[:4] for row in faults(shown)] == [
        ["survey", "4", "bind::dodomu:home", "weight"],
        ["survey", "5", "relevant", "dizzy"],
        ["choices", "3", "label::English (en)", "no"],
    ]
    assert "Немає тексту цією мовою: англійська." in words(shown)
    assert not tree(shown).xpath("//form[@id='decision']")
    assert "checkup" not in published(desk)


def test_what_is_wrong_is_said_in_english_too(iryna):
    iryna.set_cookie("lang", "en")

    shown = hand_in(iryna, as_markdown(a_book(version="v2")))

    assert "A version is a positive integer" in words(shown)


def test_a_form_that_is_published_asks_for_no_confirmation(iryna):
    confirm(iryna, hand_in(iryna, as_markdown(a_book())))

    again = hand_in(iryna, as_markdown(a_book()))

    assert again.status_code == 200
    assert "вже опубліковано" in words(again)
    assert not tree(again).xpath("//form[@id='decision']")


def test_what_somebody_published_meanwhile_is_seen_at_the_confirmation(desk, iryna):
    other = desk.browser(name="Bohdan")
    shown = hand_in(iryna, as_markdown(a_book()))
    confirm(other, hand_in(other, as_markdown(a_book(form_title="Інша назва"))))

    answer = confirm(iryna, shown)

    assert answer.status_code == 422
    assert "з іншим змістом" in words(answer)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "", "Виберіть файл"),
        (b"a letter", "letter.doc", ".xlsx, .md"),
        (b"PK\x03\x04 torn", "form.xlsx", "не читається"),
        (b"<html/>", "form.xml", "не читається"),
    ],
)
def test_what_is_no_form_is_said_so(iryna, content, name, said):
    answer = hand_in(iryna, content, name)

    assert answer.status_code == 422
    assert said in words(answer)


@pytest.mark.parametrize(
    "packed",
    [
        *("", "ї", "!!!", b64encode(b"no zip").decode()),
        b64encode(compress(b"<a/>" + bytes(10_000_000))).decode(),
        b64encode(compress(b"<!DOCTYPE a><a/>")).decode(),
    ],
    ids=["none", "no-ascii", "no-base64", "no-zip", "giant", "doctype"],
)
def test_what_no_page_showed_is_not_published(desk, iryna, packed):
    before = published(desk)

    answer = iryna.post("/forms/publish", data={"csrf": token(iryna), "form": packed})

    assert answer.status_code == 422
    assert published(desk) == before


def test_a_damaged_form_that_no_page_showed_is_not_published(desk, iryna):
    book = a_book()
    put(book, "survey", 4, "bind::dodomu:home", "house")
    xml = convert(as_markdown(book), kind="md")

    answer = iryna.post(
        "/forms/publish",
        data={"csrf": token(iryna), "form": b64encode(compress(xml)).decode()},
    )

    assert answer.status_code == 422
    assert "checkup" not in published(desk)


def test_a_centre_looks_at_forms_and_publishes_none(desk, iryna):
    shown = hand_in(iryna, as_markdown(a_book()))
    csrf = token(iryna)
    with desk.database.transaction() as session:
        node.write(session, replace(node.read(session), role="center"))

    assert "на центральному вузлі" in words(iryna.get("/forms"))
    assert iryna.post("/forms/publish", data=fields(shown)).status_code == 409
    file = (BytesIO(as_markdown(a_book())), "form.md")
    looked = iryna.post("/forms", data={"csrf": csrf, "file": file})
    assert not tree(looked).xpath("//form[@id='decision']")
    assert "checkup" not in published(desk)


def test_a_form_is_printed_in_the_language_of_the_reader(desk):
    worker = desk.browser(Role.WORKER, "truskavets")

    first = worker.get("/forms/reception/print").text
    worker.set_cookie("lang", "en")
    second = worker.get("/forms/reception/print").text

    assert "Прийом після повернення" in first
    assert "Return reception intake" in second
    assert "<style" not in first
    assert "paper.css" in first
    assert worker.get("/forms/nothing/print").status_code == 404


def test_a_worker_sees_the_forms_and_hands_none_in(desk):
    worker = desk.browser(Role.WORKER, "truskavets")

    shown = worker.get("/forms")

    assert "Прийом після повернення" in words(shown)
    assert not tree(shown).xpath("//input[@type='file']")
    assert (
        worker.post("/forms", data={"file": (BytesIO(b"a"), "a.md")}).status_code == 404
    )


def hand_in_with(browser, files):
    body, content_type = encode_multipart_formdata(
        [
            ("csrf", token(browser)),
            ("file", ("herbs.md", SOURCE.encode())),
            *(("media", (name, content)) for name, content in files.items()),
        ]
    )
    return browser.post("/forms", data=body, content_type=content_type)


def test_a_form_is_published_with_the_files_that_were_shown(desk, iryna):
    shown = hand_in_with(iryna, FILES)

    listed = tree(shown).xpath("//ul[@id='media']/li")
    said = [" ".join(item.text_content().split()) for item in listed]
    assert said == [
        "herbs.csv · 1 кБ",
        "katottg-hromadas-2026-07.csv · 257 кБ · є на кожному вузлі",
        "meadow.png · 1 кБ",
    ]
    assert "одна відповідь зі списку herbs.csv" in words(shown)
    assert confirm(iryna, shown).status_code == 303
    assert published(desk)["herbs"].media == illustrated().media


def test_files_that_are_missing_or_not_asked_for_are_said(desk, iryna):
    shown = hand_in_with(iryna, {"meadow.png": a_picture(), "oak.png": a_picture()})

    assert shown.status_code == 422
    said = words(shown)
    assert "Форма потребує файлу «herbs.csv», а його не додано." in said
    assert "Файл «oak.png» зайвий" in said
    assert "herbs" not in published(desk)


def test_a_large_list_is_taken_with_a_form(desk, iryna):
    rows = "".join(f"herb{n},Трава номер {n}\n" for n in range(100_000))
    long = FILES["herbs.csv"] + rows.encode()
    assert len(long) > 3_000_000

    shown = hand_in_with(iryna, FILES | {"herbs.csv": long})

    assert confirm(iryna, shown).status_code == 303
    sizes = {one.name: one.size for one in published(desk)["herbs"].media}
    assert sizes["herbs.csv"] == len(long)


def test_files_that_no_page_of_ours_carried_are_refused(iryna):
    shown = hand_in_with(iryna, FILES)

    answer = iryna.post(
        "/forms/publish", data=fields(shown) | {"media.herbs.csv": "nothing"}
    )

    assert answer.status_code == 422
