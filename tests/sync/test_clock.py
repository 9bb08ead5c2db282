"""Clocks order notes and break ties; they never go back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import clock

MOMENTS = st.integers(0, 2**45)
VALUES = st.integers(0, 2**61)


@given(MOMENTS, VALUES)
def test_a_clock_set_back_still_moves_forward(now_ms, last):
    later = clock.tick(now_ms, last)

    assert later > last
    assert clock.milliseconds(later) >= now_ms


@given(MOMENTS, VALUES, VALUES)
def test_seeing_another_clock_moves_forward(now_ms, last, other):
    seen = clock.receive(now_ms, last, other)

    assert seen > last
    assert seen >= other or clock.milliseconds(other) > now_ms + clock.AHEAD_MS


def test_a_clock_far_ahead_is_not_adopted():
    now_ms = 1_000_000

    near = clock.at(now_ms + clock.AHEAD_MS)
    far = clock.at(now_ms + clock.AHEAD_MS + 1)

    assert clock.receive(now_ms, 0, near) == near
    assert clock.receive(now_ms, 0, far) == clock.at(now_ms)


@given(VALUES, VALUES)
def test_text_sorts_as_the_number_does(one, other):
    assert (clock.text(one) < clock.text(other)) == (one < other)
    assert clock.parse(clock.text(one)) == one


@pytest.mark.parametrize("ms", [-5, 2**48, 10**20])
def test_a_moment_out_of_range_is_clamped(ms):
    assert 0 <= clock.at(ms) < 2**64


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0192f3c4a1b2",
        "0192F3C4A1B2-0003",
        "0192f3c4a1b2_0003",
        "+192f3c4a1b2-0003",
        "0x92f3c4a1b2-0003",
        "0_92f3c4a1b2-0003",
        " 192f3c4a1b2-0003",
        "0192f3c4a1b2-0003\n",
        "٠192f3c4a1b2-0003",
    ],
)
def test_one_value_has_one_spelling(text):
    with pytest.raises(ValueError, match="hex"):
        clock.parse(text)
