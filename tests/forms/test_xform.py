import pytest
from trial_form import TRIAL, XML

from forms.definition import Repeat
from forms.errors import DefinitionError
from forms.xform import read


def test_an_answer_without_a_home_belongs_to_the_event_under_its_own_name():
    note = TRIAL.field(("note",))

    assert (note.home, note.property, note.policy) == ("event", "note", "log")


def test_a_calculation_without_a_property_is_never_written():
    working = TRIAL.field(("working",))

    assert working.calculated
    assert working.property is None


def test_a_field_knows_its_innermost_repeat():
    assert TRIAL.field(("kin", "phones", "phone")).repeat == ("kin", "phones")
    assert TRIAL.field(("kin", "rel")).repeat == ("kin",)
    assert TRIAL.field(("g_child", "age")).repeat is None


def test_a_repeat_says_what_its_rows_are():
    assert TRIAL.repeat(("kin",)) == Repeat(
        path=("kin",),
        name="kin",
        kind="kin",
        home="relation",
        parent="person",
        identity="singular rel",
        row_id="row",
    )


def test_parts_are_found_by_their_path_alone():
    assert TRIAL.is_group(("g_child",))
    assert not TRIAL.is_group(("kin",))
    assert TRIAL.field(("kin",)) is None
    assert TRIAL.field(("age",)) is None


def test_what_a_choice_is_beside_its_name_survives_the_conversion():
    needs, rel = TRIAL.field(("g_child", "needs")), TRIAL.field(("kin", "rel"))

    assert TRIAL.choice(needs, "none").exclusive
    assert TRIAL.choice(rel, "mother").singular
    assert not TRIAL.choice(rel, "aunt").singular
    assert TRIAL.choice(rel, "nobody") is None


def test_a_value_shown_inside_a_label_becomes_an_ellipsis():
    xml = XML.replace(
        b"<label>A</label>", b'<label>A <output value="/data/note"/> b</label>'
    )

    assert read(xml).field(("g_child", "age")).label == {"uk": "A … b"}


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not XML",
        b"<html/>",
        b"<!DOCTYPE html>" + XML,
        XML.replace(b' version="7"', b""),
        XML.replace(b'id="trial"', b""),
        XML.replace(b"singular rel", b"singular nobody"),
        XML.replace(b"singular rel", b"somehow"),
    ],
)
def test_what_is_no_form_is_refused(xml):
    with pytest.raises(DefinitionError):
        read(xml)
