"""What a form may ask after those that were published before it."""

from dataclasses import replace

import pytest
from illustrated import illustrated
from trial_form import TRIAL

from forms.authoring import convert
from forms.catalogue import builtin
from forms.definition import Field
from forms.errors import DefinitionError
from forms.merging import rules
from forms.succession import check
from forms.xform import read


def a_field(name, **said):
    facts = {"path": (name,), "name": name, "property": name, "type": "string"}
    return Field(**facts | said)


def a_form(*fields):
    return replace(TRIAL, fields=fields)


def test_the_shipped_forms_may_follow_each_other():
    published = [form.definition for form in builtin()]

    for form in published:
        check(form, published)


def test_what_nobody_asked_before_may_be_asked():
    check(a_form(a_field("weight", type="decimal")), [a_form(a_field("height"))])


def test_what_was_typed_may_be_chosen_from_a_file_and_typed_again():
    typed = a_form(a_field("place"))
    chosen = illustrated().definition.fields[0]
    assert (chosen.name, chosen.file) == ("herb", "herbs.csv")
    chosen = replace(chosen, name="place", property="place", level=None)

    check(a_form(chosen), [typed])
    check(typed, [a_form(chosen)])


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"type": "decimal"}, "type"),
        ({"type": "select1", "choices": "yes_no"}, "type"),
        ({"home": "person"}, "home"),
        ({"group": "body"}, "group"),
        ({"policy": "set add"}, "policy"),
        ({"policy": "log"}, "policy"),
    ],
)
def test_what_is_asked_keeps_its_meaning(changed, column):
    published = [a_form(a_field("height")), a_form(a_field("weight"))]

    with pytest.raises(DefinitionError, match="renamed_from") as refused:
        check(a_form(a_field("weight", **changed)), published)

    assert (refused.value.field, refused.value.column) == ("weight", column)


def test_answers_keep_the_highest_level_that_they_were_given_under():
    published = [
        a_form(a_field("weight", level="restricted")),
        a_form(a_field("weight", level="sealed")),
        a_form(a_field("weight")),
    ]

    with pytest.raises(DefinitionError, match="higher level") as refused:
        check(a_form(a_field("weight", level="confidential")), published)

    assert refused.value.column == "level"
    check(a_form(a_field("weight", level="sealed")), published)


@pytest.mark.parametrize(
    "changed", [{}, {"policy": "lww"}, {"level": "sealed"}, {"label": {"en": "Weight"}}]
)
def test_what_does_not_change_the_meaning_may_change(changed):
    check(a_form(a_field("weight", **changed)), [a_form(a_field("weight"))])


def test_what_one_form_asks_another_may_work_out():
    listed = {"type": "select1", "choices": "yes_no"}
    asked = a_form(a_field("able", **listed))
    worked_out = a_form(a_field("able", calculated=True))

    check(asked, [worked_out])
    check(worked_out, [asked])


@pytest.mark.parametrize(
    ("said", "calculated"),
    [
        ({"type": "select1", "choices": "colours"}, False),
        ({"type": "select", "choices": "yes_no"}, False),
        ({"type": "int"}, True),
    ],
)
def test_a_calculation_does_not_hide_what_another_form_asks(said, calculated):
    asked = a_form(a_field("able", type="select1", choices="yes_no"))
    worked_out = a_form(a_field("able", calculated=True))

    with pytest.raises(DefinitionError, match="another type"):
        check(
            a_form(a_field("able", calculated=calculated, **said)), [worked_out, asked]
        )


def renamed(**said):
    return a_form(a_field("weight_kg", **{"renamed_from": "weight"} | said))


@pytest.mark.parametrize("said", [{}, {"type": "decimal"}, {"level": "sealed"}])
def test_a_name_may_take_the_place_of_another(said):
    check(renamed(**said), [a_form(a_field("weight"))])


@pytest.mark.parametrize(
    ("before", "said", "why"),
    [
        ((a_field("height"),), {}, "no published form has asked"),
        ((a_field("weight", home="person"),), {}, "another home"),
        ((a_field("weight", policy="set add"),), {}, "kind of policy"),
        ((a_field("weight", level="sealed"),), {}, "higher level"),
        ((a_field("weight", group="body"),), {}, "together"),
        (
            (a_field("weight"), a_field("mass", renamed_from="weight")),
            {},
            "mass took the place",
        ),
        (
            (a_field("weight", renamed_from="weight_kg"), a_field("weight_kg")),
            {},
            "itself took the place",
        ),
    ],
)
def test_a_name_takes_the_place_of_one_that_was_asked_so(before, said, why):
    with pytest.raises(DefinitionError, match=why) as refused:
        check(renamed(**said), [a_form(*before)])

    assert (refused.value.field, refused.value.column) == ("weight_kg", "renamed_from")


def test_two_fields_of_one_form_do_not_take_one_place():
    both = (
        a_field("weight_kg", renamed_from="weight"),
        a_field("mass", renamed_from="weight"),
    )

    with pytest.raises(DefinitionError, match="already"):
        check(a_form(*both), [a_form(a_field("weight"))])


def test_names_that_come_from_elsewhere_in_a_circle_end():
    circle = (a_field("a", renamed_from="b"), a_field("b", renamed_from="a"))

    check(renamed(), [a_form(a_field("weight"), *circle)])


def test_the_workbook_says_whose_place_a_property_took():
    source = (
        "| survey |\n"
        "| | type | name | label | bind::dodomu:renamed_from |\n"
        "| | decimal | weight_kg | W | weight |\n"
        "| settings |\n"
        "| | form_title | form_id | version | namespaces |\n"
        '| | Trial | trial | 8 | dodomu="https://dodomu.org/xforms" |\n'
    )
    definition = read(convert(source, kind="md"))

    assert definition.fields[0].renamed_from == "weight"
    assert rules(definition)["weight_kg"]["renamed_from"] == "weight"


@pytest.mark.parametrize(
    "fields",
    [
        (a_field("weight"), a_field("weight_kg", renamed_from="weight")),
        (a_field("weight_kg", renamed_from="weight", group="body"),),
        (a_field("weight_kg", renamed_from="_deleted"),),
    ],
)
def test_a_renaming_that_a_form_itself_gainsays_is_refused(fields):
    with pytest.raises(DefinitionError) as refused:
        rules(a_form(*fields))

    assert (refused.value.field, refused.value.column) == ("weight_kg", "renamed_from")
