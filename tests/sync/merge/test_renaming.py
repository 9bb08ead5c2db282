"""Answers of a property that took another name."""

from functools import reduce

import pytest
from histories import a_change
from hypothesis import given
from hypothesis import strategies as st

from sync import clock
from sync.change import Write
from sync.errors import SchemaError
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply
from sync.merge.schema import Schema

ORDER = {"states": ["low", "mid", "high"], "edges": [["low", "mid"], ["mid", "high"]]}
FIELDS = {
    "old": {"policy": "review", "type": "text"},
    "new": {"policy": "review", "type": "text", "renamed_from": "old"},
    "newest": {"policy": "review", "type": "text", "renamed_from": "new"},
    "needs": {"policy": "set"},
    "wants": {"policy": "set", "renamed_from": "needs"},
    "diary": {"policy": "log"},
    "notes": {"policy": "log", "renamed_from": "diary"},
    "weight": {"policy": "review", "type": "text"},
    "weight_kg": {"policy": "review", "type": "decimal", "renamed_from": "weight"},
    "layer": {"policy": "lattice", "renamed_from": "level"} | ORDER,
    "level": {"policy": "review", "type": "text"},
    "birth": {"policy": "authority", "type": "date", "renamed_from": "born"},
    "born": {"policy": "authority", "type": "date"},
}


def a_schema(*names):
    fields = {name: FIELDS[name] for name in names or FIELDS}
    return Schema.from_json({"fields": fields})


SCHEMA = a_schema()
TWO = a_schema("old", "new")


def seen(*changes, schema=TWO):
    return fold(changes, schema).views["P1"]


def said(id_, hlc=1, doc="P1", kind="person", **values):
    preds = values.pop("preds", ())
    facts = {"src": values.pop("src", None)}
    writes = [Write(f=name, v=v, p=preds, **facts) for name, v in values.items()]
    return a_change(id_, *writes, hlc=clock.text(hlc), doc=doc, kind=kind)


def test_an_answer_is_shown_under_the_present_name():
    view = seen(said("c1", old="А"))

    assert view.values == {"new": "А"}
    assert view.heads == {"new": ("c1",)}


def test_an_answer_under_the_present_name_stands_alone():
    assert seen(said("c1", new="А")).values == {"new": "А"}


def test_two_answers_that_nobody_compared_are_one_question():
    view = seen(said("c1", old="А"), said("c2", 2, new="Б"))

    (question,) = view.questions
    assert (question.cell, view.values) == ("new", {"new": "Б"})
    assert [answer.value for answer in question.candidates] == ["А", "Б"]
    assert {head.version.id for head in question.heads} == {"c1", "c2"}


def test_the_same_answer_under_both_names_is_none():
    assert seen(said("c1", old="А"), said("c2", new=" А")).questions == ()


def test_an_edit_supersedes_what_it_saw_under_the_former_name():
    first, edit = said("c1", old="А"), said("c2", 2, new="Б", preds=("c1",))

    view = seen(first, edit)

    assert (view.values, view.questions) == ({"new": "Б"}, ())
    assert view.heads == {"new": ("c2",)}


def test_what_was_superseded_stays_so_after_a_further_edit():
    chain = [
        said("c1", old="А"),
        said("c2", 2, new="Б", preds=("c1",)),
        said("c3", 3, new="В", preds=("c2",)),
    ]

    assert seen(*chain).values == {"new": "В"}
    assert seen(*chain).questions == ()


def test_an_edit_on_an_old_form_supersedes_what_it_saw_under_the_present_name():
    view = seen(said("c1", new="А"), said("c2", 2, old="Б", preds=("c1",)))

    assert (view.values, view.questions) == ({"new": "Б"}, ())


def test_undoing_an_edit_brings_the_former_answer_back():
    undo = a_change("c3", Write(f="new", undoes=("c2",)))

    view = seen(said("c1", old="А"), said("c2", 2, new="Б", preds=("c1",)), undo)

    assert view.values == {"new": "А"}


def test_an_edit_that_waits_for_the_former_answer_is_provisional():
    edit = said("c2", 2, new="Б", preds=("c1",))
    other = said("c3", 3, old="В")

    (item,) = fold([edit, other], TWO).items
    assert item.is_provisional
    assert fold([edit, other, said("c1", old="А")], TWO).items[0].heads == ("c2", "c3")


def test_what_the_present_rule_cannot_hold_stays_under_its_former_name():
    view = seen(said("c1", weight="30 кг"), said("c2", 2, weight="31"), schema=SCHEMA)

    assert view.values == {"weight": "30 кг", "weight_kg": "31"}
    assert view.questions == ()
    lattice = seen(said("c1", level="low"), said("c2", level="hi"), schema=SCHEMA)
    assert lattice.values == {"layer": "low", "level": "hi"}


def test_a_sealed_answer_stays_under_its_former_name():
    sealed = {"~sealed": {"kid": "k", "nonce": "n", "ct": "c", "tag": "t"}}

    assert seen(said("c1", old=sealed)).values == {"old": sealed}


def test_a_set_holds_the_elements_of_both_names():
    food = a_change("c1", Write(s="needs", e="food", v=True))
    sleep = a_change("c2", Write(s="wants", e="sleep", v=True))
    taken_out = a_change("c3", Write(s="wants", e="food", v=False, p=("c1",)))

    assert seen(food, sleep, schema=SCHEMA).values == {"wants": ["food", "sleep"]}
    assert seen(food, sleep, taken_out, schema=SCHEMA).values == {"wants": ["sleep"]}


def test_a_log_holds_the_entries_of_both_names():
    one = a_change("c1", Write(n="diary", e="1", v="їсть"))
    two = a_change("c2", Write(n="notes", e="2", v="спить"), hlc=clock.text(2))

    shown = seen(one, two, schema=SCHEMA).values["notes"]

    assert [entry["value"] for entry in shown] == ["їсть", "спить"]


def test_weaker_evidence_does_not_hide_what_stood_under_the_former_name():
    paper = said("c1", born="2012-03-04", src="document")
    word = said("c2", 2, birth="2012-04-03", src="guardian", preds=("c1",))

    assert seen(paper, word, schema=SCHEMA).values == {"birth": "2012-03-04"}


def test_a_step_down_from_the_former_answer_is_asked_beside_a_step_up():
    first = said("c1", level="mid")
    down = said("c2", 2, layer="low", preds=("c1",))
    up = said("c3", 3, layer="high", preds=("c1",))

    (question,) = seen(first, down, up, schema=SCHEMA).questions

    assert question.cell == "layer"


def test_the_value_last_agreed_on_may_stand_under_the_former_name():
    fields = {"new": {"policy": "review", "display": "base", "renamed_from": "old"}}
    base = said("c1", old="А")
    here, there = (said(f"c{n}", n, new=f"{n}", preds=("c1",)) for n in (2, 3))

    view = seen(base, here, there, schema=Schema.from_json({"fields": fields}))

    assert view.values == {"new": "А"}


def test_a_name_that_changed_twice_leads_to_the_last():
    schema = a_schema("old", "new", "newest")
    changes = [
        said("c1", old="А"),
        said("c2", 2, new="Б", preds=("c1",)),
        said("c3", 3, newest="В", preds=("c2",)),
    ]

    for count, value in enumerate("АБВ", start=1):
        assert seen(*changes[:count], schema=schema).values == {"newest": value}


def test_a_void_that_saw_what_was_shown_holds():
    first, edit = said("c1", old="А"), said("c2", 2, new="Б", preds=("c1",))
    void = a_change("c3", Write(f="_deleted", v=True, saw=("c2",)))

    picture = fold([first, edit, void], TWO)

    assert picture.views["P1"].values["_deleted"] is True
    assert picture.items == ()


def test_a_check_between_fields_names_the_heads_of_the_former_name():
    check = {"id": "in_order", "a": "new", "op": "<", "b": "left"}
    schema = Schema.from_json(
        {"fields": {"new": {"type": "date", "renamed_from": "old"}}, "rules": [check]}
    )

    (item,) = fold([said("c1", old="2024-01-01", left="2023-01-01")], schema).items

    assert (item.kind, item.heads) == ("rule", ("c1",))


@pytest.mark.parametrize("kind", ["schema", "site"])
def test_what_is_no_answer_keeps_its_name(kind):
    change = said("c1", kind=kind, old="А")

    assert seen(change).values == {"old": "А"}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(
            {"a": {"renamed_from": "b"}, "b": {"renamed_from": "a"}}, id="circle"
        ),
        pytest.param(
            {"a": {"policy": "set"}, "b": {"renamed_from": "a"}}, id="set-to-field"
        ),
        pytest.param(
            {"a": {"policy": "set"}, "b": {"policy": "log", "renamed_from": "a"}},
            id="set-to-log",
        ),
    ],
)
def test_names_that_lead_nowhere_stay(fields):
    assert Schema.from_json({"fields": fields}).renamed == {}


def test_a_name_that_two_claim_goes_to_the_first_in_order():
    fields = {"b": {"renamed_from": "x"}, "a": {"renamed_from": "x"}}

    assert Schema.from_json({"fields": fields}).renamed == {"x": "a"}


@pytest.mark.parametrize("former", ["", "new", "_deleted", "a/b", 5])
def test_a_former_name_is_one_of_an_answer(former):
    with pytest.raises(SchemaError):
        Schema.from_json({"fields": {"new": {"renamed_from": former}}})


def test_a_special_cell_has_no_former_name():
    with pytest.raises(SchemaError):
        Schema.from_json({"fields": {"_scope": {"renamed_from": "old"}}})


CELLS = {
    "f": (
        "old",
        "new",
        "newest",
        "weight",
        "weight_kg",
        "level",
        "layer",
        "born",
        "birth",
    ),
    "s": ("needs", "wants"),
}
VALUES = ("А", "30", "low", "mid", "high", "2012-03-04", None)


@st.composite
def histories(draw):
    """Changes on names old and new, that name any earlier ones."""
    changes = []
    for number in range(draw(st.integers(1, 8))):
        how = draw(st.sampled_from("ffs"))
        name = draw(st.sampled_from(CELLS[how]))
        earlier = [change.id for change in changes]
        named = tuple(
            draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else ()
        )
        facts = {how: name, "e": "food" if how == "s" else None}
        if named and draw(st.booleans()):
            write = Write(**facts, undoes=named[:1])
        else:
            value = draw(st.booleans() if how == "s" else st.sampled_from(VALUES))
            grade = draw(st.sampled_from((None, "document", "estimate")))
            write = Write(**facts, v=value, p=named, src=grade)
        hlc = clock.text(draw(st.integers(1, 3)))
        changes.append(a_change(f"c{number}", write, hlc=hlc))
    return changes


@given(histories(), st.data())
def test_the_order_of_arrival_does_not_matter(changes, data):
    order = data.draw(st.permutations(changes))

    told = reduce(apply, order, State(SCHEMA))

    assert picture_of(told) == fold(changes, SCHEMA)


@given(histories())
def test_nothing_that_was_said_is_lost(changes):
    picture = fold(changes, SCHEMA)

    good = [c for c in changes if c.id not in picture.faults]
    undone = {id_ for c in good for e in c.edits for w in e.w for id_ in w.undoes}
    named = {id_ for c in good for e in c.edits for w in e.w for id_ in w.p}
    shown = {
        id_
        for view in picture.views.values()
        for ids in view.heads.values()
        for id_ in ids
    }
    for change in good:
        is_undo = any(write.undoes for edit in change.edits for write in edit.w)
        assert is_undo or change.id in shown | named | undone
