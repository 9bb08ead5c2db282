"""What a write must name, given what was on the screen."""

import pytest
from histories import a_head, nobody

from sync.merge.authorship import shown
from sync.merge.cells import Version
from sync.merge.schema import rule


def screen(spec, *heads, history=nobody):
    return shown(heads, rule("x", spec), history)


def test_an_edit_of_a_settled_cell_names_all_its_heads():
    assert screen({}, a_head("a", "А"), a_head("b", " А")).preds == ("a", "b")


def test_an_edit_of_a_contested_cell_names_only_what_was_shown():
    heads = (a_head("a", "А"), a_head("b", "Б", hlc=2), a_head("c", "Б ", hlc=3))

    assert screen({}, *heads).preds == ("b", "c")


def test_an_edit_names_the_agreed_value_that_is_acted_on():
    base = Version(id="o", value="О")
    heads = (a_head("a", "А", preds=("o",)), a_head("b", "Б", preds=("o",)))

    seen = screen({"display": "base"}, *heads, history=lambda: {"o": base})

    assert (seen.value, seen.preds) == ("О", ("o",))


def test_an_edit_of_a_cell_without_an_agreed_value_names_nothing():
    heads = (a_head("a", "А"), a_head("b", "Б"))

    assert screen({"display": "base"}, *heads).preds == ()


def test_an_edit_beside_suppressed_evidence_names_it_too():
    heads = (a_head("a", "А", src="document"), a_head("b", "Б", src="estimate"))

    assert screen({"policy": "authority"}, *heads).preds == ("a", "b")


def test_an_element_that_is_contested_is_named_whole():
    mixed = {"policy": "set", "review_mixed": True}

    assert screen(mixed, a_head("a", value=True), a_head("b", value=False)).preds == (
        "a",
        "b",
    )


def test_an_edit_of_a_meeting_names_a_list_only_if_it_was_shown():
    meet = {"policy": "meet"}

    assert screen(meet, a_head("a", ["x"]), a_head("b", ["y"])).preds == ()
    assert screen(meet, a_head("a", ["x"]), a_head("b", ["y", "x"])).preds == ("a",)


@pytest.mark.parametrize(
    ("spec", "shown_value", "value", "is_said"),
    [
        ({}, "А", " А", True),
        ({}, "А", None, False),
        ({}, None, None, True),
        ({"policy": "meet"}, ["a", "b"], ["b", "a", "a"], True),
        ({"policy": "meet"}, ["a"], [{}], False),
        ({"policy": "meet"}, None, ["a"], False),
        ({"type": "decimal"}, "1.0", 1, True),
    ],
)
def test_writing_what_was_shown_says_nothing(spec, shown_value, value, is_said):
    seen = screen(spec, a_head("a", shown_value))

    assert seen.says(value, rule("x", spec)) == is_said


def test_leaving_an_empty_field_empty_says_nothing():
    empty = screen({})

    assert empty.says(None, rule("x", {}))
    assert not empty.says("", rule("x", {}))
