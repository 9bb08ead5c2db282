from dataclasses import replace

import pytest
from trial_form import TRIAL

from forms.catalogue import builtin
from forms.definition import Field
from forms.errors import DefinitionError, UnknownLatticeError
from forms.merging import elements, rules

TEXT = {"home": "event", "level": "confidential"}


def a_field(policy, kind="string", **said):
    return Field(path=("f",), name="f", property="f", type=kind, policy=policy, **said)


def the_rule(*fields):
    [rule] = rules(replace(TRIAL, fields=fields)).values()
    return rule


@pytest.mark.parametrize(
    ("policy", "kind", "rule"),
    [
        (None, "string", {"policy": "review", "type": "text"}),
        ("review", "int", {"policy": "review", "type": "number"}),
        (
            "review base",
            "date",
            {"policy": "review", "display": "base", "type": "date"},
        ),
        ("lww", "boolean", {"policy": "lww", "type": "boolean"}),
        ("min", "dateTime", {"policy": "min", "type": "datetime"}),
        ("max", "int", {"policy": "max", "type": "number"}),
        ("review", "decimal", {"policy": "review", "type": "decimal"}),
        ("once", "binary", {"policy": "once", "type": "text"}),
        ("derived", "string", {"policy": "lww", "type": "text"}),
        ("log", "string", {"policy": "log"}),
        ("meet", "select", {"policy": "meet"}),
        ("set add", "select", {"policy": "set", "bias": "add"}),
        ("set remove", "string", {"policy": "set", "bias": "remove"}),
        (
            "set add mixed",
            "string",
            {"policy": "set", "bias": "add", "review_mixed": True},
        ),
        (
            "lattice plan_state",
            "select1",
            {
                "policy": "lattice",
                "states": ["draft", "approved"],
                "edges": [["draft", "approved"]],
                "guarded": ["approved"],
            },
        ),
        (
            "lattice triage",
            "select1",
            {
                "policy": "lattice",
                "states": ["green", "yellow", "red"],
                "edges": [["green", "yellow"], ["yellow", "red"]],
                "conflict_display": "join",
            },
        ),
    ],
)
def test_a_policy_becomes_a_rule(policy, kind, rule):
    assert the_rule(a_field(policy, kind)) == rule | TEXT


@pytest.mark.parametrize("policy", ["review", "set add", "log"])
def test_a_phone_compares_as_one(policy):
    assert the_rule(a_field(policy, match="phone"))["type"] == "phone"


def test_the_phones_of_the_shipped_forms_compare_as_phones():
    asked = {
        field.property: rules(form.definition)[field.property]
        for form in builtin()
        for field in form.definition.fields
        if field.name.endswith("_phone")
    }

    assert asked.keys() == {
        "escort_phone",
        "adult_phone",
        "rel_phone",
        "inquirer_phone",
    }
    assert {rule["type"] for rule in asked.values()} == {"phone"}


def test_authority_names_its_source_and_ranks_an_occupation_paper_below_a_word():
    rule = the_rule(a_field("authority name_source"))

    assert rule["source"] == "name_source"
    ranks = rule["ranks"]
    assert ranks["document"] > ranks["guardian"] > ranks["self_report"]
    assert ranks["self_report"] > ranks["occupation_document"] > ranks["estimate"]


def test_a_group_is_one_cell_with_the_highest_level_and_any_harm():
    assert rules(TRIAL)["birth"] == {
        "policy": "authority",
        "type": "group",
        "source": "source",
        "ranks": rules(TRIAL)["birth"]["ranks"],
        "members": ["birth_date", "precision"],
        "home": "person",
        "level": "sealed",
        "harm": "identity",
    }
    assert "birth_date" not in rules(TRIAL)


def test_an_answer_that_stands_alone_is_known_to_the_set():
    assert rules(TRIAL)["needs"]["exclusive"] == ["none"]
    assert "exclusive" not in rules(TRIAL)["name_called"]


def test_a_working_value_has_no_rule():
    assert "working" not in rules(TRIAL)


@pytest.mark.parametrize(
    "policy", ["guess", "set", "authority", "review later", "set add x"]
)
def test_an_unknown_policy_is_refused(policy):
    with pytest.raises(DefinitionError) as caught:
        the_rule(a_field(policy))

    assert caught.value.field == "f"


def test_an_unknown_lattice_is_refused():
    with pytest.raises(UnknownLatticeError):
        the_rule(a_field("lattice nowhere"))


def test_an_unknown_level_is_refused():
    with pytest.raises(DefinitionError):
        the_rule(a_field("review", level="secret"))


def test_several_choices_need_a_policy_for_several_choices():
    with pytest.raises(DefinitionError):
        the_rule(a_field("review", "select"))


@pytest.mark.parametrize(
    "other",
    [
        a_field("lww"),
        a_field("review", home="case"),
        a_field("review", level="sealed"),
    ],
)
def test_one_property_means_one_thing(other):
    with pytest.raises(DefinitionError, match="several"):
        the_rule(a_field("review"), other)


@pytest.mark.parametrize("form", builtin(), ids=lambda form: form.form_id)
def test_every_shipped_form_has_a_rule_for_each_thing_it_writes(form):
    merged = rules(form.definition)

    written = {
        field.group or field.property
        for field in form.definition.fields
        if field.property
    }
    assert merged.keys() == written
    sources = {rule["source"] for rule in merged.values() if "source" in rule}
    assert sources <= {field.name for field in form.definition.fields}


@pytest.mark.parametrize(
    ("kind", "value", "parts"),
    [
        ("string", "пеніцилін; арахіс;\n; пеніцилін", ("пеніцилін", "арахіс")),
        ("select", ["food", "sleep"], ("food", "sleep")),
        ("select1", "parent", ("parent",)),
        ("binary", "a;b.jpg", ("a;b.jpg",)),
    ],
)
def test_a_set_is_made_of_the_parts_of_an_answer(kind, value, parts):
    assert elements(a_field("set add", kind), value) == parts
