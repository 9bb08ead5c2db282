import csv
import re
from contextlib import suppress
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from intake_server.security.spreadsheets import harmless

TRIGGERS = "=+-@＝＋－＠"
BEFORE = " \u00a0\u200b\ufeff\t\r\n\"'"
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
texts = st.text(
    st.one_of(
        st.sampled_from(TRIGGERS + BEFORE + ",;a1"), st.characters(codec="utf-8")
    ),
    max_size=12,
)


def begins_a_formula(cell):
    if NUMBER.fullmatch(cell):
        return False
    return cell[:1] != "'" and cell.lstrip(BEFORE)[:1] in set(TRIGGERS)


def read(text, separator):
    """The cells, as a program reads them that was told a separator."""
    with suppress(csv.Error):  # one that reads nothing runs nothing
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator):
            yield from row


@given(st.lists(texts, min_size=1, max_size=4))
@example(["=1+1"])
@example(["\ufeff=1+1", " =1", "\u00a0@SUM(1)"])
@example(["a;=1+1"])
@example(['"";=1'])
@example(["a,+1", "a\n=1"])
def test_no_cell_begins_a_formula_whatever_the_separator(cells):
    file = StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow(map(harmless, cells))

    for separator in ",;\t":
        for cell in read(file.getvalue(), separator):
            assert not begins_a_formula(cell), (separator, cell)
            assert separator != "," or cell[:1] not in {"\t", "\r", "\n"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+380501234567", "'+380501234567"),
        ("＝1", "'＝1"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("-5+1", "'-5+1"),
        ("Ремез-Тиха", "Ремез-Тиха"),
        ("мама, тато", "мама, тато"),
        ("мама;-тато", "мама;'-тато"),
        ("", ""),
    ],
)
def test_an_apostrophe_stands_where_a_formula_could_begin(text, shown):
    assert harmless(text) == shown
