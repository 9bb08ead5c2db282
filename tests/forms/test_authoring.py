import subprocess
import sys
from importlib.resources import files

import pytest
from openpyxl import Workbook

from forms.authoring import convert
from forms.errors import AuthoringError
from forms.xform import read

HEAD = "| survey |\n| | type | name | label::Українська (uk) | label::English (en) |\n"
SETTINGS = (
    "| settings |\n"
    "| | form_title | form_id | version | default_language | namespaces |"
    " attribute::dodomu:event | attribute::dodomu:title_en |\n"
    '| | Проба | trial | 1 | Українська (uk) | dodomu="https://dodomu.org/xforms" |'
    " visit | Trial |\n"
)


def test_one_workbook_gives_the_same_bytes_in_every_process():
    program = (
        "from hashlib import sha256; from forms.catalogue import builtin;"
        "print(sha256(b''.join(form.xml for form in builtin())).hexdigest())"
    )

    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "77")
    }

    assert len(digests) == 1


def test_what_the_settings_say_about_the_event_is_in_no_submission():
    xml = convert(HEAD + "| | text | a | А | A |\n" + SETTINGS, kind="md")

    definition = read(xml)
    assert definition.event_kind == "visit"
    assert definition.title == {"uk": "Проба", "en": "Trial"}
    assert b'<data id="trial" version="1">' in xml


@pytest.mark.parametrize(("said", "is_enabled"), [("no", False), ("yes", True)])
def test_a_form_may_say_that_it_waits_for_an_operator(said, is_enabled):
    settings = SETTINGS.replace("title_en |", "title_en | attribute::dodomu:enabled |")
    settings = settings.replace(" visit | Trial |", f" visit | Trial | {said} |")
    xml = convert(HEAD + "| | text | a | А | A |\n" + settings, kind="md")

    assert read(xml).is_enabled == is_enabled
    assert b'<data id="trial" version="1">' in xml


def test_an_excel_workbook_gives_the_same_form_as_its_markdown(tmp_path):
    source = (files("forms") / "definitions" / "reunification.md").read_text("utf-8")
    path = tmp_path / "reunification.xlsx"
    _workbook(source).save(path)

    assert convert(path.read_bytes(), kind="xlsx") == convert(source, kind="md")


def _workbook(source):
    book = Workbook()
    book.remove(book.active)
    for line in source.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells and cells[0]:
            sheet = book.create_sheet(cells[0])
        elif cells:
            sheet.append([cell or None for cell in cells[1:]])
    return book


def test_a_wrong_row_is_named():
    with pytest.raises(AuthoringError) as caught:
        convert(HEAD + "| | text | | А | A |\n" + SETTINGS, kind="md")

    assert caught.value.row == 2


def test_a_wrong_cell_is_named():
    with pytest.raises(AuthoringError) as caught:
        convert(HEAD + "| | text | 1 a | А | A |\n" + SETTINGS, kind="md")

    assert (caught.value.sheet, caught.value.row, caught.value.column) == (
        "survey",
        2,
        "name",
    )


@pytest.mark.parametrize("kind", ["md", "xlsx"])
@pytest.mark.parametrize(
    "source", [b"", b"PK\x03\x04 torn", b"\xff\xfe", b"| a |"], ids=repr
)
def test_what_is_no_workbook_is_said_so(kind, source):
    with pytest.raises(AuthoringError):
        convert(source, kind=kind)


def test_a_path_is_never_opened():
    with pytest.raises(AuthoringError):
        convert("/etc/passwd", kind="md")
