"""A blank form on paper."""

import re
from dataclasses import replace

import pytest
import segno
from lxml import html
from workbooks import a_book, as_markdown

from forms import catalogue
from forms.authoring import convert
from forms.catalogue import builtin
from intake_server.web.paper import REFERENCE, draw, is_on_paper

FORMS = {form.form_id: form.definition for form in builtin()}


def checkup():
    return catalogue.form(convert(as_markdown(a_book()), kind="md")).definition


@pytest.mark.parametrize("language", ["uk", "en"])
@pytest.mark.parametrize("form_id", FORMS)
def test_every_question_stands_once_with_all_its_answers(form_id, language):
    form = FORMS[form_id]
    asked = [one for one in form.fields if one.label and is_on_paper(one)]

    paper = html.fromstring(draw(form, language))

    said = [
        re.sub(r"^\d+\. ", "", " ".join(part.text_content().split()))
        for part in paper.xpath("//p[@class='asked' or @class='note']")
    ]
    assert len(said) == len(asked)
    for one, text in zip(asked, said, strict=True):
        assert text.startswith(" ".join(one.label[language].split()))
    listed = [form.choices[one.choices] for one in asked if one.choices]
    assert [
        " ".join(item.text_content().split()) for item in paper.xpath("//main//li")
    ] == [choice.label[language] for choices in listed for choice in choices]


def test_a_paper_needs_nothing_from_elsewhere():
    paper = draw(FORMS["reception"], "uk")

    assert not re.search(r"<(link|script|img)|src=|href=|url\(|@import", paper)
    assert "@page { size: A4" in paper


def test_the_child_has_eight_boxes_for_its_code():
    paper = html.fromstring(draw(checkup(), "uk"))

    assert len(paper.xpath("//p[@class='reference']//span[@class='box']")) == 8


@pytest.mark.parametrize("form_id", FORMS)
def test_who_fills_the_paper_in_is_asked_once_at_the_top(form_id):
    paper = html.fromstring(draw(FORMS[form_id], "uk"))

    (top,) = paper.xpath("//div[@class='top']/p[@class='by']")
    said = [part.text for part in top.xpath("./span[text()]")]
    assert said == ["Хто заповнює папір", "Дата"]
    said = paper.text_content()
    assert "Внесено з паперу?" not in said
    assert "Коли заповнено папір" not in said


def test_paper_leaves_out_what_a_device_works_out():
    paper = draw(FORMS["registration"], "uk")

    assert "РНОКПП" in paper
    assert "не сходиться" not in paper
    assert "Область народження" not in paper
    assert "Місце народження" in paper


def test_a_form_that_asks_for_no_code_has_no_box_for_it():
    form = checkup()
    fields = tuple(one for one in form.fields if one.property != REFERENCE)

    assert 'class="reference"' not in draw(replace(form, fields=fields), "uk")


def test_the_square_holds_the_form_and_its_version():
    paper = draw(checkup(), "uk")

    square = segno.make("checkup@1", error="m").svg_inline(scale=3, border=2)
    assert square in paper
    assert "checkup@1" in html.fromstring(paper).xpath("//header")[0].text_content()


def test_what_stands_in_a_form_is_text_and_nothing_else():
    form = checkup()
    label = {"uk": "<script>alert(1)</script>", "en": "&amp;"}
    fields = tuple(
        replace(one, label=label) if one.label else one for one in form.fields
    )

    paper = draw(replace(form, fields=fields, title=label), "uk")

    assert "<script" not in paper
    assert "&lt;script&gt;" in paper
