"""Rules between an answer here and one of the document that this one belongs to."""

import pytest
from histories import a_change, deliveries
from hypothesis import given
from hypothesis import strategies as st

from sync.change import Write
from sync.errors import SchemaError
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply
from sync.merge.schema import Check, Schema

CHECK = {"id": "r", "a": "filled_on", "op": ">=", "b": "birth_date", "of": "subject"}
FIELDS = {
    "filled_on": {"type": "date"},
    "birth": {"policy": "review", "type": "group", "members": ["birth_date"]},
    "seen_on": {"type": "date"},
}
SCHEMA = Schema.from_json({"fields": FIELDS, "rules": [CHECK]})


def born(id_, on, *preds, doc="P1"):
    value = {"birth_date": on} if on else None
    return a_change(id_, Write(g="birth", v=value, p=preds), doc=doc)


def visit(id_, on, *preds, subject="P1", doc="E1", kind="event"):
    writes = [Write(f="filled_on", v=on, p=preds), Write(f="subject", v=subject)]
    return a_change(id_, *writes, doc=doc, kind=kind)


def dismissed(id_, *saw, doc="E1"):
    return a_change(id_, Write(f="_dismiss:r", v=list(saw)), doc=doc, kind="event")


def asked(*changes, schema=SCHEMA):
    """The rule items as (document, heads)."""
    items = fold(changes, schema).items
    return [(item.doc, item.heads) for item in items if item.kind == "rule"]


def test_a_visit_before_the_birth_is_asked_about_where_the_visit_is():
    changes = [born("c1", "2013-04-05"), visit("c2", "2012-01-01")]

    (item,) = fold(changes, SCHEMA).items

    assert (item.kind, item.doc, item.cell) == ("rule", "E1", "r")
    assert item.heads == ("c1", "c2")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([visit("c2", "2012-01-01")], id="nobody-registered-the-child"),
        pytest.param(
            [born("c1", None), visit("c2", "2012-01-01")], id="no-birth-date-is-known"
        ),
        pytest.param(
            [born("c1", "2013-04-05", doc="P2"), visit("c2", "2012-01-01")],
            id="another-child-was-born",
        ),
        pytest.param(
            [born("c1", "2013-04-05"), visit("c2", "2013-04-05")], id="the-rule-holds"
        ),
        pytest.param(
            [born("c1", "2013-04-05"), visit("c2", "2012-01-01", subject=["P1"])],
            id="a-list-names-nobody",
        ),
        pytest.param(
            [born("c1", "2013-04-05"), visit("c2", "2012-01-01", kind="person")],
            id="a-person-belongs-to-nobody",
        ),
        pytest.param(
            [
                a_change("c1", Write(g="birth", v={"~sealed": {"tag": "x"}})),
                visit("c2", "2012-01-01"),
            ],
            id="what-is-sealed-says-nothing",
        ),
    ],
)
def test_nothing_is_asked_when(changes):
    assert asked(*changes) == []


def test_a_parent_is_found_as_a_subject_is():
    schema = Schema.from_json({"fields": FIELDS, "rules": [CHECK | {"of": "parent"}]})
    row = a_change(
        "c2",
        Write(f="filled_on", v="2012-01-01"),
        Write(f="parent", v="P1"),
        doc="R1",
        kind="goal",
    )

    assert asked(born("c1", "2013-04-05"), row, schema=schema) == [("R1", ("c1", "c2"))]


def test_a_voided_child_feeds_no_rule_and_a_voided_visit_raises_none():
    changes = [born("c1", "2013-04-05"), visit("c2", "2012-01-01")]
    no_child = a_change("c3", Write(f="_deleted", v=True, saw=("c1",)))
    no_visit = a_change(
        "c3", Write(f="_deleted", v=True, saw=("c2",)), doc="E1", kind="event"
    )

    assert asked(*changes)
    assert asked(*changes, no_child) == []
    assert asked(*changes, no_visit) == []


def test_an_erased_child_feeds_no_rule_and_an_erased_visit_raises_none():
    changes = [born("c1", "2013-04-05"), visit("c2", "2012-01-01")]
    no_child = a_change("c3", Write(f="_erased", v=True, saw=("c1",)))
    no_visit = a_change(
        "c3", Write(f="_erased", v=True, saw=("c2",)), doc="E1", kind="event"
    )

    assert asked(*changes, no_child) == []
    assert asked(*changes, no_visit) == []


def test_a_dismissal_lapses_when_the_visit_changes():
    changes = [
        born("c1", "2013-04-05"),
        visit("c2", "2012-01-01"),
        dismissed("c3", "c1", "c2"),
    ]

    assert asked(*changes) == []
    assert asked(*changes, visit("c4", "2012-01-02", "c2")) == [("E1", ("c1", "c4"))]


def test_a_dismissal_lapses_when_the_child_changes():
    changes = [
        born("c1", "2013-04-05"),
        visit("c2", "2012-01-01"),
        dismissed("c3", "c1", "c2"),
    ]

    assert asked(*changes, born("c4", "2013-05-04", "c1")) == [("E1", ("c2", "c4"))]


def test_a_rule_within_one_group_reads_its_members():
    fields = {"stay": {"type": "group", "members": ["from", "until"]}}
    rule = {"id": "r", "a": "until", "op": ">", "b": "from"}
    schema = Schema.from_json({"fields": fields, "rules": [rule]})
    said = Write(g="stay", v={"from": "2026-02-01", "until": "2026-01-01"})

    assert asked(a_change("c1", said), schema=schema) == [("P1", ("c1",))]
    assert asked(a_change("c1", Write(g="stay", v="x")), schema=schema) == []


def test_a_schema_knows_which_pointers_its_rules_follow():
    assert Schema({}, (Check("r", "a", "<", "b"),)).pointers == ()
    assert SCHEMA.pointers == ("subject",)
    with pytest.raises(SchemaError, match="unknown operator or pointer"):
        Schema.from_json({"rules": [CHECK | {"of": "form"}]})


DAYS = st.sampled_from(("2012-01-01", "2013-04-05", "2014-01-01", None))
PERSONS = st.sampled_from(("P1", "P2", "P3"))


@st.composite
def stories(draw):
    """Births, visits, dismissals and voids, each naming earlier changes."""
    changes = []
    for number in range(draw(st.integers(1, 8))):
        ids = [change.id for change in changes]
        named = draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
        subject = draw(PERSONS)
        doc = draw(st.sampled_from(("E1", "E2")))
        made = draw(
            st.sampled_from(
                (
                    lambda i, n, s, d, day: born(i, day, *n, doc=s),
                    lambda i, n, s, d, day: visit(i, day, *n, subject=s, doc=d),
                    lambda i, n, s, d, _: dismissed(i, *n, doc=d),
                    lambda i, n, s, _, __: a_change(
                        i, Write(f="_deleted", v=True, saw=tuple(n)), doc=s
                    ),
                )
            )
        )
        changes.append(made(f"c{number}", named, subject, doc, draw(DAYS)))
    return changes


@given(data=st.data(), changes=stories())
def test_what_is_asked_does_not_depend_on_the_order_of_arrival(data, changes):
    state = State(SCHEMA)
    for change in data.draw(deliveries(changes)):
        state = apply(state, change)

    assert picture_of(state).items == fold(changes, SCHEMA).items


def test_a_rule_reads_what_was_answered_under_a_former_name():
    fields = {
        "seen": {"type": "date", "renamed_from": "filled_on"},
        "born": {"type": "date", "renamed_from": "birth"},
    }
    for names in ({"a": "seen", "b": "born"}, {"a": "filled_on", "b": "birth"}):
        schema = Schema.from_json({"fields": fields, "rules": [CHECK | names]})
        born = a_change("c1", Write(f="birth", v="2013-04-05"))

        found = asked(born, visit("c2", "2012-01-01"), schema=schema)

        assert found == [("E1", ("c1", "c2"))]
