"""What a clinician alone takes away, with a reason (R27), whatever came first."""

import pytest
from histories import a_change, folded_in_any_order
from msgspec import structs

from sync.change import Write
from sync.errors import SchemaError
from sync.merge.authorship import undoing
from sync.merge.schema import Schema

SCHEMA = Schema.from_json(
    {
        "fields": {
            "allergies": {
                "policy": "set",
                "review_mixed": True,
                "removal": "clinician",
                "harm": "medical",
            },
            "danger": {
                "policy": "lattice",
                "states": ["no", "unsure", "yes"],
                "edges": [["no", "unsure"], ["unsure", "yes"]],
                "conflict_display": "join",
                "removal": "clinician",
            },
        }
    }
)
ADDED = a_change("a1", Write(s="allergies", e="nuts", v=True), author="u:marta")
AFRAID = a_change("a1", Write(f="danger", v="yes"), author="u:marta")
WHY = {"act": "amend", "why": "проба негативна"}


def removed(role="", **facts):
    write = Write(s="allergies", e="nuts", v=False, p=("a1",), **facts)
    return with_role(a_change("b1", write, author="u:petro"), role)


def lowered(value="no", role="", **facts):
    write = Write(f="danger", v=value, p=("a1",), **facts)
    return with_role(a_change("b1", write, author="u:petro"), role)


def with_role(change, role):
    return structs.replace(change, role=role)


def seen(*changes):
    """Return what people see, which is the same in whatever order it comes."""
    whole = folded_in_any_order(changes, SCHEMA)
    (view,) = whole.views.values()
    return view.values, whole.items


@pytest.mark.parametrize(
    ("role", "facts"),
    [
        ("", {}),
        ("worker", WHY),
        ("coordinator", WHY),
        ("clinician", {}),
        ("clinician", {"act": "amend"}),
    ],
    ids=["a form", "a worker", "a coordinator", "no reason", "an empty reason"],
)
@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ((ADDED, removed), {"allergies": ["nuts"]}),
        ((AFRAID, lowered), {"danger": "yes"}),
    ],
    ids=["allergy", "danger"],
)
def test_what_is_not_theirs_to_remove_stays_and_is_asked(said, wanted, role, facts):
    there, remove = said
    values, (item,) = seen(there, remove(role=role, **facts))

    assert values == wanted
    assert item.owner == "clinician_alone"
    assert item.heads == ("a1", "b1")


@pytest.mark.parametrize("act", ["amend", "resolve"])
def test_a_clinician_with_a_reason_removes(act):
    why = {**WHY, "act": act}

    assert seen(ADDED, removed("clinician", **why)) == ({"allergies": []}, ())
    assert seen(AFRAID, lowered(role="clinician", **why)) == ({"danger": "no"}, ())


def test_what_is_removed_is_added_by_anybody():
    again = a_change("c1", Write(s="allergies", e="nuts", v=True, p=("b1",)))

    values, items = seen(ADDED, removed("clinician", **WHY), again)

    assert (values, items) == ({"allergies": ["nuts"]}, ())


def test_what_does_not_stand_highest_is_changed_by_anybody():
    unsure = a_change("a1", Write(f="danger", v="unsure"), author="u:marta")

    assert seen(unsure, lowered()) == ({"danger": "no"}, ())


@pytest.mark.parametrize("role", ["worker", "coordinator"])
def test_a_decision_by_anybody_else_takes_nothing_away(role):
    write = Write(
        s="allergies", e="nuts", v=False, p=("a1", "b1"), act="resolve", why="ні"
    )
    decision = with_role(a_change("c1", write, author="u:iryna"), role)

    values, items = seen(ADDED, removed(), decision)

    assert values == {"allergies": ["nuts"]}
    assert {item.kind for item in items} >= {"set_conflict"}


@pytest.mark.parametrize(("role", "stands"), [("worker", ["nuts"]), ("clinician", [])])
def test_an_undo_takes_away_what_a_removal_would(role, stands):
    ((_, (write,)),) = undoing([ADDED]).items()
    undo = with_role(a_change("b1", write, author="u:marta"), role)

    values, items = seen(ADDED, undo)

    assert values.get("allergies", []) == stands
    assert [item.kind for item in items] == (["quarantine"] if stands else [])


def test_a_removal_is_undone_by_anybody_who_may():
    removal = removed("clinician", **WHY)
    ((_, (write,)),) = undoing([removal]).items()
    undo = a_change("c1", write, author="u:iryna")

    values, items = seen(ADDED, removal, with_role(undo, "coordinator"))

    assert (values, items) == ({"allergies": ["nuts"]}, ())


@pytest.mark.parametrize(
    "spec",
    [
        {"policy": "review", "removal": "clinician"},
        {"policy": "set", "removal": "clinician"},
        {
            "policy": "set",
            "bias": "remove",
            "review_mixed": True,
            "removal": "clinician",
        },
        {"policy": "set", "review_mixed": True, "removal": "volunteer"},
    ],
)
def test_a_removal_that_nobody_would_be_asked_about_is_no_rule(spec):
    with pytest.raises(SchemaError):
        Schema.from_json({"fields": {"x": spec}})
