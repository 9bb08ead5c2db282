import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader

import intake_server
from intake_server.config import Settings

PACKAGE = Path(intake_server.__file__).parent
CATALOGUE = PACKAGE / "translations" / "uk" / "LC_MESSAGES" / "messages.po"
TEMPLATES = PACKAGE / "templates"
FOUND_IN = [("web/pages/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "_n": (1, 2)}

PLACEHOLDER = re.compile(r"%\(\w+\)\w")
UKRAINIAN = re.compile("[а-яґєіїʼ]", re.IGNORECASE)


def texts():
    """Every text of templates and pages; one that cannot be read is an error."""
    found = extract_from_dir(
        PACKAGE, FOUND_IN, keywords=KEYWORDS, options_map={"**": {"silent": "false"}}
    )
    return {message for _file, _line, message, _comments, _context in found}


def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="uk")


def said(messages):
    plain = {str(m.id): m.string for m in messages if isinstance(m.id, str) and m.id}
    numbered = {
        tuple(m.id): tuple(m.string) for m in messages if not isinstance(m.id, str)
    }
    return plain, numbered


def spellings(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


def test_every_text_has_its_ukrainian():
    translated = {m.id for m in catalogue() if m.id and all(spellings(m))}

    assert texts() - translated == set()


def test_nothing_is_translated_that_no_page_says():
    assert {m.id for m in catalogue() if m.id} - texts() == set()


def test_no_translation_is_a_guess():
    assert [m.id for m in catalogue() if m.id and m.fuzzy] == []


def test_a_translation_keeps_what_is_filled_in():
    for message in catalogue():
        if message.id:
            first = message.id[0] if isinstance(message.id, tuple) else message.id
            for spelling in spellings(message):
                wanted = sorted(PLACEHOLDER.findall(first))
                assert sorted(PLACEHOLDER.findall(spelling)) == wanted


def test_the_compiled_catalogue_is_the_written_one():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)

    assert said(compiled) == said(catalogue())


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name
)
def test_a_template_holds_no_text_of_its_own(path):
    source = path.read_text("utf-8").replace('"Українська"', "")

    assert not UKRAINIAN.search(source)
    Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
    ).get_template(str(path.relative_to(TEMPLATES)))


def test_ukrainian_comes_first():
    assert Settings().lang == "uk"
