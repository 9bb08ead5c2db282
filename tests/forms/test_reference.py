import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import reference

BLOCKS = st.integers(1, 17**3 - 1).map(reference.block_name)
REFERENCES = st.builds(reference.make, BLOCKS, st.integers(0, reference.BLOCK_SIZE - 1))
PLACES = st.integers(0, 7)


def test_the_example_on_the_card_checks():
    number = reference.make("4KH", 0)[:3] + "7T29" + "9"

    assert reference.normalise(number) == "4KH7T299"
    assert reference.printed("4KH7T299") == "4KH-7T29-9"


@pytest.mark.parametrize(
    "typed",
    [
        "4KH-7T29-9",
        " 4kh 7t29 9 ",
        "4КН-7Т29-9",
        "4кн7т299",
        "4KH\u20117T29\u20139",
        "4KH\u00a07T29\u00a09",
    ],
)
def test_spacing_case_and_keyboard_layout_do_not_matter(typed):
    assert reference.normalise(typed) == "4KH7T299"


@pytest.mark.parametrize(
    "typed",
    ["", "4KH7T29", "4KH7T2999", "4KH7T298", "4KH7T290", "ЬKH7T299", "٤KH7T299"],
)
def test_what_is_no_reference_is_nothing(typed):
    assert reference.normalise(typed) is None


@given(REFERENCES)
def test_every_given_reference_checks_and_reads_back_from_its_card(made):
    assert reference.normalise(made) == made
    assert reference.normalise(reference.printed(made).lower()) == made


@given(REFERENCES, PLACES, st.sampled_from(reference.ALPHABET))
def test_every_single_wrong_character_is_found(made, place, wrong):
    spoilt = made[:place] + wrong + made[place + 1 :]

    assert (reference.normalise(spoilt) is None) == (spoilt != made)


@given(REFERENCES, PLACES, PLACES)
def test_every_exchange_of_two_different_characters_is_found(made, one, other):
    characters = list(made)
    characters[one], characters[other] = characters[other], characters[one]
    exchanged = "".join(characters)

    assert (reference.normalise(exchanged) is None) == (exchanged != made)


@given(
    BLOCKS,
    st.sets(st.integers(0, reference.BLOCK_SIZE - 1), min_size=2, max_size=2),
)
def test_two_numbers_of_a_block_never_make_one_reference(block, numbers):
    assert len({reference.make(block, number) for number in numbers}) == 2


def test_block_222_is_never_given():
    names = [reference.block_name(number) for number in range(1, 17**3)]

    assert names[0] == "223"
    assert len(set(names)) == 4912
    assert "222" not in names
    with pytest.raises(ValueError, match="222"):
        reference.make("222", 0)


@pytest.mark.parametrize("number", [-1, 0, 17**3])
def test_there_are_no_other_blocks(number):
    with pytest.raises(ValueError, match=r"block|characters"):
        reference.block_name(number)


@pytest.mark.parametrize(
    ("block", "number"), [("22", 0), ("OOO", 0), ("4KH", -1), ("4KH", 17**4)]
)
def test_a_reference_outside_its_block_is_not_made(block, number):
    with pytest.raises(ValueError, match="characters"):
        reference.make(block, number)
