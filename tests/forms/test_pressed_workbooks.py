"""A workbook that would take the server's memory is refused before it is unpacked."""

import time
import tracemalloc

import pytest
from intruders import an_excel, zipped
from workbooks import as_excel, from_markdown

from forms.errors import AuthoringError
from forms.workbook import of_workbook

START = b'<worksheet xmlns="{main}"><sheetData><row><c t="inlineStr"><is><t>'
END = b"</t></is></c></row></sheetData></worksheet>"

REFUSED = {
    "pressed a thousand times": an_excel(START + b"0" * 900_000 + END),
    "larger than any form": an_excel(
        START
        + bytes(n % 251 % 94 + 33 for n in range(1_100_000)).replace(b"<", b"_")
        + END,
        xl__media__a=bytes(range(256)) * 100,
    ),
    "of 2 000 parts": zipped({f"xl/{number}.xml": b"" for number in range(2_000)}),
    "no zip": b"PK\x03\x04 but no more",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_a_bomb_is_refused_at_once_and_takes_no_memory(content):
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(AuthoringError):
        of_workbook(content, kind="xlsx")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert time.process_time() - began < 1
    assert most < 3_000_000


def test_a_form_of_a_thousand_questions_is_read():
    rows = "\n".join(f"| | text | q{n} | Питання номер {n} |" for n in range(1_000))
    book = from_markdown(f"| survey |\n| | type | name | label |\n{rows}")

    draft = of_workbook(as_excel(book), kind="xlsx")

    assert len(draft.survey) == 1_000
