import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.cursors import BEGINNING, Cursor, decode, encode, position

EPOCH = "Zk3v9w2cQ0eXyA7h"

cursors = st.builds(
    Cursor,
    st.text(max_size=40),
    st.lists(st.integers(0, 2**63 - 1), max_size=16).map(tuple),
)


@given(cursor=cursors)
def test_a_cursor_comes_back_as_it_was_given(cursor):
    assert decode(encode(cursor)) == cursor


@given(text=st.one_of(st.text(), st.binary().map(lambda data: data.decode("latin-1"))))
def test_no_text_that_a_peer_sends_breaks_the_reading(text):
    assert decode(text) == BEGINNING or encode(decode(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "1764043881000",
        "2026-11-25T09:11:04Z",
        "*" * 40,
        "A" * 10_000,
        "іʼ",
        encode(Cursor(EPOCH, (-1,))),
    ],
)
def test_what_is_no_cursor_means_the_beginning(text):
    assert decode(text) == BEGINNING


def test_a_cursor_of_this_life_goes_on_where_it_was():
    assert position(encode(Cursor(EPOCH, (7,))), epoch=EPOCH, end=9) == 7


def test_a_cursor_of_another_life_starts_over():
    assert position(encode(Cursor("other", (7,))), epoch=EPOCH, end=9) == 0


def test_a_cursor_past_the_end_starts_over():
    assert position(encode(Cursor(EPOCH, (10,))), epoch=EPOCH, end=9) == 0


def test_a_cursor_of_a_feed_with_more_shards_starts_over():
    assert position(encode(Cursor(EPOCH, (7, 7))), epoch=EPOCH, end=9) == 0


def test_a_cursor_fits_into_one_line():
    assert len(encode(Cursor(EPOCH, (10**9,)))) < 40
