"""What a form says about two answers that must fit together."""

from dataclasses import replace

import pytest
from trial_form import SOURCE, TRIAL

from forms.authoring import convert
from forms.catalogue import builtin
from forms.checks import checks
from forms.definition import Field, Repeat
from forms.errors import DefinitionError
from forms.merging import rules
from forms.xform import read
from sync.merge.schema import Schema


def a_field(name, home="event", **said):
    facts = {"type": "date", "property": name} | said
    return Field(path=(name,), name=name, home=home, **facts)


BORN = a_field("birth_date", "person", group="birth")
ADMITTED = a_field("admitted_on")
GOALS = Repeat(
    path=("goals",),
    name="goals",
    kind="goal",
    home="child-event",
    parent="case",
    identity="row",
    row_id=None,
)


def found(asked, *others):
    return checks(replace(TRIAL, fields=(asked, *others), repeats=(GOALS,)))


def test_a_field_is_compared_with_another_of_its_document():
    asked = a_field("planned_until", check=">= admitted_on")

    assert found(asked, ADMITTED) == [
        {
            "id": "planned_until_not_before_admitted_on",
            "a": "planned_until",
            "op": ">=",
            "b": "admitted_on",
        }
    ]


def test_a_field_is_compared_with_one_of_the_child():
    (check,) = found(a_field("filled_on", check=">= birth_date of subject"), BORN)

    assert (check["b"], check["of"]) == ("birth_date", "subject")


def test_a_row_is_compared_with_what_it_hangs_on():
    row = a_field("goal_due", "child-event", repeat=GOALS.path)
    case = a_field("returned_on", "case")

    (check,) = found(replace(row, check="> returned_on of parent"), case)

    assert check["of"] == "parent"


def test_a_field_may_say_several_and_name_what_another_form_asks():
    asked = a_field("newborn_on", "case", check=" >= returned_on ; != other_on;")

    assert [c["id"] for c in found(asked)] == [
        "newborn_on_not_before_returned_on",
        "newborn_on_other_than_other_on",
    ]


def test_a_form_that_says_nothing_has_none():
    assert checks(TRIAL) == []


@pytest.mark.parametrize(
    ("asked", "others", "why"),
    [
        (a_field("x", check="birth_date"), (), "is no check"),
        (a_field("x", check=">= birth_date of form"), (), "is no check"),
        (a_field("x", check=">= a", property=None), (), "is no check"),
        (a_field("x", check=">= birth_date"), (BORN,), "does not stand here"),
        (a_field("x", check=">= a of subject"), (a_field("a"),), "at its subject"),
        (a_field("x", "person", check=">= birth_date of subject"), (), "its subject"),
        (a_field("x", check=">= birth_date of parent"), (BORN,), "at its parent"),
        (
            a_field("x", "child-event", repeat=("goals",), check=">= b of parent"),
            (BORN, a_field("b", "person")),
            "at its parent",
        ),
        (a_field("x", check=">= a", policy="set add"), (), "more than one answer"),
        (a_field("x", check=">= a"), (a_field("a", policy="log"),), "more than one"),
        (a_field("x", check=">= a"), (a_field("a", level="sealed"),), "is sealed"),
        (a_field("x", check=">= a"), (a_field("a", type="int"),), "another type"),
        (
            a_field("x", check=">= a", type="dateTime"),
            (a_field("a", type="dateTime", group="g"),),
            "within its group",
        ),
    ],
)
def test_a_check_that_cannot_be_made_is_refused(asked, others, why):
    with pytest.raises(DefinitionError, match=why):
        found(asked, *others)


def test_the_column_survives_into_the_form():
    header = "bind::dodomu:identity |"
    source = SOURCE.replace(header, f"{header} bind::dodomu:check |", 1).replace(
        "| | min | | | | | | |", "| | min | | | | | | | > born_at |", 1
    )

    form = read(convert(source, kind="md"))

    assert [check["a"] for check in checks(form)] == ["seen_at"]


@pytest.mark.parametrize("form", builtin(), ids=lambda form: form.form_id)
def test_the_shipped_forms_say_what_no_merge_may_break(form):
    said = checks(form.definition)
    schema = Schema.from_json({"fields": rules(form.definition), "rules": said})

    # Everything in a testimony is sealed, and what is sealed is not compared.
    assert said or form.form_id == "testimony"
    assert {check.a for check in schema.checks} <= {
        asked.property for asked in form.definition.fields
    }


def test_no_shipped_form_may_be_filled_before_the_child_was_born():
    said = {check["id"] for form in builtin() for check in checks(form.definition)}

    assert "filled_on_not_before_birth_date" in said
    assert "newborn_on_not_before_returned_on" in said
