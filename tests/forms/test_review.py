"""What an owner's form is refused for, and whether the place is named."""

from dataclasses import replace
from importlib.resources import files

import pytest
from workbooks import a_book, as_excel, as_markdown, put

from forms import catalogue, review
from forms.authoring import convert
from forms.catalogue import builtin
from forms.draft import of_xform
from forms.errors import AuthoringError
from forms.faults import Wrong
from forms.workbook import of_workbook


def wrong(book, published=(), *, kind="md"):
    """Return kind and place of all that is wrong with a workbook."""
    content = as_markdown(book) if kind == "md" else as_excel(book)
    draft = of_workbook(content, kind=kind)
    found = review.of_draft(draft)
    form = catalogue.form(convert(content, kind=kind))
    found += review.of_form(form, published, draft, found)
    return [(fault.wrong, fault.sheet, fault.row, fault.column) for fault in found]


def a_form(**settings):
    return catalogue.form(convert(as_markdown(a_book(**settings)), kind="md"))


@pytest.mark.parametrize("kind", ["md", "xlsx"])
def test_nothing_is_wrong_with_a_sound_workbook(kind):
    assert wrong(a_book(), kind=kind) == []


def test_nothing_is_wrong_with_the_shipped_forms():
    for form in builtin():
        source = files("forms") / "definitions" / f"{form.form_id}.md"
        for draft in (
            of_workbook(source.read_bytes(), kind="md"),
            of_xform(form.xml),
        ):
            found = review.of_draft(draft)

            assert found + review.of_form(form, builtin(), draft, found) == []


@pytest.mark.parametrize("kind", ["md", "xlsx"])
@pytest.mark.parametrize(
    ("row", "column", "text", "fault"),
    [
        (4, "bind::dodomu:home", "house", Wrong.HOME),
        (4, "bind::dodomu:policy", "vote", Wrong.POLICY),
        (4, "bind::dodomu:policy", "authority", Wrong.POLICY),
        (5, "bind::dodomu:policy", "lattice ladder", Wrong.LATTICE),
        (4, "bind::dodomu:level", "secret", Wrong.LEVEL),
        (5, "bind::dodomu:policy", "lattice triage", Wrong.STATE),
        (4, "bind::dodomu:harm", "feelings", Wrong.HARM),
        (4, "label::English (en)", "", Wrong.TEXT),
        (3, "label::Українська (uk)", "", Wrong.TEXT),
        (4, "hint::Українська (uk)", "", Wrong.TEXT),
        (4, "constraint_message::English (en)", "", Wrong.TEXT),
        (4, "constraint", "upper-case(.) = 'A'", Wrong.FUNCTION),
        (5, "relevant", "is_null(${weight})", Wrong.FUNCTION),
        (7, "calculation", "floor(${weight})", Wrong.FUNCTION),
    ],
)
def test_a_wrong_cell_is_named(kind, row, column, text, fault):
    book = a_book()
    put(book, "survey", row, column, text)

    assert set(wrong(book, kind=kind)) == {(fault, "survey", row, column)}


def test_a_choice_that_one_language_lacks_is_named():
    book = a_book()
    put(book, "choices", 3, "label::English (en)", "")

    column = "label::English (en)"
    assert wrong(book) == [(Wrong.TEXT, "choices", 3, column)]


def test_a_title_that_one_language_lacks_is_named():
    book = a_book(**{"attribute::dodomu:title_en": ""})

    column = "attribute::dodomu:title_en"
    assert wrong(book) == [(Wrong.TEXT, "settings", 2, column)]


def test_a_language_without_any_column_is_missing_in_each_row():
    book = a_book()
    for row in book["survey"]:
        del row[3]

    assert [place[2:] for place in wrong(book)] == [
        (row, "label::English (en)") for row in (2, 3, 4, 5)
    ]


@pytest.mark.parametrize(
    ("row", "column", "text", "fault"),
    [
        (7, "calculation", "pulldata('herbs', 'x', 'y', 'z')", Wrong.FILE),
        (5, "type", "select_one_from_file herbs.csv", Wrong.FILE),
    ],
)
def test_a_form_that_needs_a_file_is_refused(row, column, text, fault):
    book = a_book()
    put(book, "survey", row, column, text)

    assert wrong(book) == [(fault, "survey", row, column)]


@pytest.mark.parametrize("column", ["submission_url", "public_key"])
def test_a_form_whose_answers_would_go_elsewhere_is_refused(column):
    book = a_book()
    book["settings"][0].append(column)
    book["settings"][1].append("https://elsewhere.example/")

    assert wrong(book) == [(Wrong.ELSEWHERE, "settings", 2, column)]


def test_a_value_of_the_last_form_is_on_the_phone_already():
    book = a_book()
    put(book, "survey", 7, "calculation", "${last-saved#weight}")

    assert wrong(book) == []


def test_all_faults_are_named_at_once_in_a_workbook_that_pyxform_refuses():
    book = a_book()
    put(book, "survey", 4, "bind::dodomu:home", "house")
    put(book, "survey", 4, "bind::dodomu:level", "secret")
    put(book, "survey", 5, "type", "select_one nothing")
    put(book, "choices", 2, "label::English (en)", "")

    with pytest.raises(AuthoringError):
        convert(as_markdown(book), kind="md")
    found = review.of_draft(of_workbook(as_markdown(book), kind="md"))

    assert [(one.wrong, one.sheet, one.row, one.column) for one in found] == [
        (Wrong.HOME, "survey", 4, "bind::dodomu:home"),
        (Wrong.LEVEL, "survey", 4, "bind::dodomu:level"),
        (Wrong.CHOICE_LIST, "survey", 5, "type"),
        (Wrong.TEXT, "choices", 2, "label::English (en)"),
    ]


def test_an_xform_is_looked_at_like_the_workbook_it_was():
    book = a_book()
    put(book, "survey", 4, "bind::dodomu:home", "house")
    put(book, "survey", 4, "constraint", "upper-case(.) = 'A'")
    put(book, "survey", 4, "hint::English (en)", "")
    put(book, "survey", 5, "label::English (en)", "")
    put(book, "choices", 3, "label::English (en)", "")
    xml = convert(as_markdown(book), kind="md")

    found = review.of_draft(of_xform(xml))

    assert {(one.wrong, one.name, one.row) for one in found} == {
        (Wrong.HOME, "weight", None),
        (Wrong.FUNCTION, "weight", None),
        (Wrong.TEXT, "weight", None),
        (Wrong.TEXT, "dizzy", None),
        (Wrong.TEXT, "no", None),
    }


@pytest.mark.parametrize(
    ("row", "column", "text", "named"),
    [
        (4, "type", "integer", "type"),
        (4, "bind::dodomu:home", "event", "bind::dodomu:home"),
        (4, "bind::dodomu:policy", "log", "bind::dodomu:policy"),
    ],
)
def test_a_published_field_keeps_its_meaning(row, column, text, named):
    book = a_book(version="2")
    put(book, "survey", row, column, text)

    assert wrong(book, [a_form()]) == [(Wrong.MEANING, "survey", row, named)]


def test_every_field_that_changes_its_meaning_is_named():
    book = a_book(version="2")
    put(book, "survey", 4, "type", "integer")
    put(book, "survey", 5, "bind::dodomu:home", "case")

    found = wrong(book, [a_form()])

    assert [place[2] for place in found] == [4, 5]


def test_two_fields_of_one_cell_that_differ_are_named():
    book = a_book()
    put(book, "survey", 5, "bind::dodomu:property", "weight_kg")

    assert (Wrong.RULE, "survey", 4, "bind::dodomu:policy") in wrong(book)


@pytest.mark.parametrize(
    ("version", "fault"),
    [("9", Wrong.NOT_HIGHER), ("10", Wrong.TAKEN), ("11", None)],
)
def test_a_version_rises(version, fault):
    published = [a_form(version="10", form_title="Інша назва"), a_form(version="8")]

    found = wrong(a_book(version=version), published)

    assert found == ([(fault, "settings", 2, "version")] if fault else [])


def test_the_same_form_once_more_is_harmless():
    assert wrong(a_book(), [a_form()]) == []


def test_a_version_that_is_published_may_be_sent_again_after_a_higher_one():
    assert wrong(a_book(), [a_form(version="5"), a_form()]) == []


def test_another_form_counts_its_own_versions():
    other = replace(a_form(version="99"), form_id="other")

    assert wrong(a_book(), [other]) == []
