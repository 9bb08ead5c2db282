"""A state that stands once two different people have said so (R23), whatever came first."""

import pytest
from histories import a_change, folded_in_any_order

from sync.change import Write
from sync.merge.authorship import undoing
from sync.merge.schema import Schema

SCHEMA = Schema.from_json(
    {
        "fields": {
            "match": {
                "policy": "lattice",
                "states": ["not_checked", "possible", "confirmed", "rejected"],
                "edges": [
                    ["not_checked", "possible"],
                    ["possible", "confirmed"],
                    ["possible", "rejected"],
                ],
                "guarded": ["confirmed", "rejected"],
                "takes_two": True,
            }
        }
    }
)
POSSIBLE = a_change("a1", Write(f="match", v="possible"), author="u:marta")


def said(id_, author, value="confirmed", preds=("a1",)):
    return a_change(id_, Write(f="match", v=value, p=preds), author=author)


def seen(*changes):
    """Return what is shown and how many are asked, the same in any order."""
    whole = folded_in_any_order(changes, SCHEMA)
    (view,) = whole.views.values()
    return view.values["match"], len(whole.items)


@pytest.mark.parametrize("value", ["confirmed", "rejected"])
def test_one_persons_word_is_asked_about_and_what_stood_is_shown(value):
    assert seen(POSSIBLE, said("b1", "u:petro", value)) == ("possible", 1)


def test_two_people_who_say_it_side_by_side_are_enough():
    both = (said("b1", "u:petro"), said("c1", "u:olha"))

    assert seen(POSSIBLE, *both) == ("confirmed", 0)


def test_one_person_who_says_it_twice_is_one():
    again = said("c1", "u:petro", preds=("b1",))

    assert seen(POSSIBLE, said("b1", "u:petro"), again) == ("possible", 1)


def test_whoever_agrees_stands_on_the_first_ones_word():
    agreed = said("c1", "u:olha", preds=("b1",))

    assert seen(POSSIBLE, said("b1", "u:petro"), agreed) == ("confirmed", 0)


def test_a_word_that_was_taken_back_counts_no_more():
    first, agreed = said("b1", "u:petro"), said("c1", "u:olha", preds=("b1",))
    ((_, (write,)),) = undoing([first]).items()
    undo = a_change("d1", write, author="u:petro")

    assert seen(POSSIBLE, first, agreed, undo)[1] == 1


def test_a_state_below_takes_one_person():
    lower = said("c1", "u:olha", "possible", preds=("b1",))

    assert seen(POSSIBLE, said("b1", "u:petro"), lower) == ("possible", 0)


def test_what_nobody_said_before_is_shown_as_nothing():
    assert seen(said("b1", "u:petro", preds=())) == (None, 1)
