"""One child that is several records: what people see of them together."""

from functools import reduce

import pytest
from histories import SCHEMA, a_change, deliveries, histories
from hypothesis import given
from hypothesis import strategies as st

from sync import clock
from sync.change import Write
from sync.merge.cluster import heads_of, living, picks_in, together
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply, versions
from sync.merge.schema import Schema
from sync.values import key

NO_PICKS = {}


def said(number, doc, *writes, hlc=1):
    return a_change(f"c{number}", *writes, doc=doc, hlc=clock.text(hlc))


def no_history(doc, cell):
    del doc, cell
    return {}


def members_of(picture, docs=("P1", "P2", "P3")):
    persons = {doc: picture.documents[doc] for doc in docs if doc in picture.documents}
    return living(persons)


def seen(*changes, picks=NO_PICKS):
    picture = fold(changes, SCHEMA)
    return together(members_of(picture), SCHEMA, no_history, picks)


def answers(view, name):
    return [(one.member, one.answer.value) for one in view.contested[name]]


def two_names():
    return (
        said(1, "P1", Write(f="surname", v="Коваль"), hlc=1),
        said(2, "P2", Write(f="surname", v="Ковальчук"), hlc=2),
    )


def a_pick(id_, member, *, saw=("c1", "c2"), cell="golden:surname", preds=()):
    write = Write(f=cell, v=member, p=preds, saw=saw, act="resolve", why="паспорт")
    return a_change(id_, write, doc="link:P1|P2", kind="link")


def picked(*picks, answers=None, part=""):
    picture = fold(picks, SCHEMA)
    chosen = picks_in(picture.documents.values(), part)
    return seen(*(answers or two_names()), picks=chosen)


def test_the_canonical_answer_is_shown_and_who_says_what_is_listed():
    view = seen(*two_names())

    assert view.values["surname"] == "Коваль"
    assert answers(view, "surname") == [("P1", "Коваль"), ("P2", "Ковальчук")]


def test_what_one_member_alone_says_is_shown():
    view = seen(
        said(1, "P1", Write(f="surname", v="Коваль")),
        said(2, "P2", Write(f="given_name", v="Данило")),
    )

    assert view.values == {"surname": "Коваль", "given_name": "Данило"}
    assert view.contested == {}


@pytest.mark.parametrize(
    ("one", "other", "name", "shown"),
    [
        pytest.param(
            Write(f="surname", v="Мар'яненко"),
            Write(f="surname", v="Марʼяненко"),
            "surname",
            "Марʼяненко",
            id="equal",
        ),
        pytest.param(
            Write(s="languages", e="uk", v=True),
            Write(s="languages", e="pl", v=True),
            "languages",
            ["pl", "uk"],
            id="set",
        ),
        pytest.param(
            Write(f="first_contact", v="2024-02-01"),
            Write(f="first_contact", v="2024-01-01"),
            "first_contact",
            "2024-01-01",
            id="min",
        ),
        pytest.param(
            Write(f="last_contact", v="2024-02-01"),
            Write(f="last_contact", v="2024-01-01"),
            "last_contact",
            "2024-02-01",
            id="max",
        ),
        pytest.param(
            Write(f="risk", v="low"), Write(f="risk", v="high"), "risk", "high", id="up"
        ),
        pytest.param(
            Write(f="phone", v="050"), Write(f="phone", v="067"), "phone", "067", id="l"
        ),
        pytest.param(
            Write(f="origin", v="Олешки", src="estimate"),
            Write(f="origin", v="Токмак", src="document"),
            "origin",
            "Токмак",
            id="grade",
        ),
    ],
)
def test_what_a_policy_joins_or_settles_is_asked_of_nobody(one, other, name, shown):
    view = seen(said(1, "P1", one, hlc=1), said(2, "P2", other, hlc=2))

    assert view.values[name] == shown
    assert view.contested == {}


def test_notes_of_both_stand_in_the_order_they_were_written():
    view = seen(
        said(1, "P2", Write(n="notes", e="a", v="спить"), hlc=1),
        said(2, "P1", Write(n="notes", e="b", v="їсть мало"), hlc=2),
    )

    assert [note["value"] for note in view.values["notes"]] == ["спить", "їсть мало"]


def test_the_best_evidence_that_contradicts_itself_is_listed_alone():
    view = seen(
        said(1, "P1", Write(f="origin", v="Олешки", src="document")),
        said(2, "P2", Write(f="origin", v="Токмак", src="document")),
        said(3, "P3", Write(f="origin", v="Крим", src="estimate")),
    )

    assert view.values["origin"] == "Олешки"
    assert answers(view, "origin") == [("P1", "Олешки"), ("P2", "Токмак")]


def test_a_cleared_answer_contradicts_a_given_one():
    view = seen(
        said(1, "P1", Write(f="surname", v="Коваль")),
        said(2, "P1", Write(f="surname", v=None, p=("c1",))),
        said(3, "P2", Write(f="surname", v="Ковальчук")),
    )

    assert view.values["surname"] is None
    assert answers(view, "surname") == [("P1", None), ("P2", "Ковальчук")]


@pytest.mark.parametrize(
    ("name", "canonical", "other", "shown"),
    [
        ("consent", "given", "refused", "refused"),
        ("consent", "partial", "deferred", "refused"),
        ("status", "deceased", "returned", "returned"),
        ("share_with", ["police", "school"], ["school"], ["school"]),
    ],
)
def test_what_is_shown_meanwhile_is_as_careful_as_the_policy(
    name, canonical, other, shown
):
    view = seen(
        said(1, "P1", Write(f=name, v=canonical), hlc=2),
        said(2, "P2", Write(f=name, v=other), hlc=1),
    )

    assert view.values[name] == shown


def test_an_element_that_one_added_and_another_removed_is_listed_by_record():
    view = seen(
        said(1, "P1", Write(s="authorised_pickup", e="aunt", v=True)),
        said(2, "P1", Write(s="authorised_pickup", e="mother", v=True)),
        said(3, "P2", Write(s="authorised_pickup", e="aunt", v=True)),
        said(4, "P2", Write(s="authorised_pickup", e="aunt", v=False, p=("c3",))),
    )

    assert view.values["authorised_pickup"] == ["mother"]
    assert answers(view, "authorised_pickup") == [
        ("P1", ["aunt", "mother"]),
        ("P2", []),
    ]


def test_an_answer_contested_within_a_record_stands_with_that_record():
    view = seen(
        said(1, "P1", Write(f="surname", v="Коваль"), hlc=1),
        said(2, "P1", Write(f="surname", v="Коваленко"), hlc=2),
        said(3, "P2", Write(f="surname", v="Коваль"), hlc=3),
    )

    assert view.values["surname"] == "Коваленко"
    assert answers(view, "surname") == [
        ("P1", "Коваль"),
        ("P1", "Коваленко"),
        ("P2", "Коваль"),
    ]


def test_custody_shows_what_the_canonical_record_holds():
    start = said(1, "P1", Write(f="custody_order", v="суд-1"))
    split = [
        said(number, "P1", Write(f="custody_order", v=v, p=("c1",)))
        for number, v in ((2, "суд-2"), (3, "суд-3"))
    ]
    picture = fold([start, *split, said(4, "P2", Write(f="risk", v="low"))], SCHEMA)
    past = {
        change.id: next(iter(fold([change], SCHEMA).documents["P1"].cells.values()))
        .heads[change.id]
        .version
        for change in (start, *split)
    }

    view = together(members_of(picture), SCHEMA, lambda doc, cell: past, NO_PICKS)

    assert view.values["custody_order"] == "суд-1"


def test_each_record_keeps_the_reference_of_its_own():
    view = seen(
        said(1, "P1", Write(f="child_ref", v="2242227K")),
        said(2, "P2", Write(f="child_ref", v="4KH7T299")),
    )

    assert view.values["child_ref"] == "2242227K"
    assert view.contested == {}


def test_one_change_may_write_on_both():
    both = a_change("c1", Write(f="surname", v="Коваль"))
    (edit,) = both.edits
    other = a_change("c1", Write(f="surname", v="Ковальчук"), doc="P2").edits[0]
    view = seen(a_change("c1", edits=(edit, other)))

    assert answers(view, "surname") == [("P1", "Коваль"), ("P2", "Ковальчук")]


def test_a_record_made_by_mistake_has_no_say():
    view = seen(
        *two_names(), said(3, "P1", Write(f="_deleted", v=True, saw=("c1", "c3")))
    )

    assert view.values == {"surname": "Ковальчук"}
    assert view.contested == {}


def test_a_record_that_was_taken_back_from_the_void_is_not_void():
    view = seen(*two_names(), said(3, "P1", Write(f="_deleted", v=False, saw=("c1",))))

    assert view.values["_deleted"] is False


def test_an_erased_record_has_no_say():
    view = seen(*two_names(), said(3, "P1", Write(f="_erased", v=True, saw=("c1",))))

    assert view.values == {"surname": "Ковальчук"}


def test_a_picked_answer_stands_and_is_contested_no_longer():
    view = picked(a_pick("p1", "P2"))

    assert view.values["surname"] == "Ковальчук"
    assert view.contested == {}
    assert view.picks["surname"].why == "паспорт"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(said(3, "P1", Write(f="surname", v="Х", p=("c1",))), id="changed"),
        pytest.param(said(3, "P2", Write(f="surname", v="Х")), id="contradicted"),
        pytest.param(said(3, "P3", Write(f="surname", v="Х")), id="a third record"),
    ],
)
def test_a_pick_lapses_when_an_answer_that_it_saw_changes(more):
    view = picked(a_pick("p1", "P2"), answers=(*two_names(), more))

    assert "surname" in view.contested
    assert view.picks == {}


def test_a_pick_holds_when_something_else_changes():
    more = said(3, "P1", Write(f="given_name", v="Данило"))
    view = picked(a_pick("p1", "P2"), answers=(*two_names(), more))

    assert view.values["surname"] == "Ковальчук"


def test_two_who_pick_differently_at_once_settle_nothing():
    view = picked(a_pick("p1", "P1"), a_pick("p2", "P2"))

    assert view.values["surname"] == "Коваль"
    assert len(view.contested["surname"]) == 2


def test_two_who_pick_the_same_agree():
    assert picked(a_pick("p1", "P2"), a_pick("p2", "P2")).picks["surname"].id == "p2"


def test_who_picks_after_another_is_heard():
    view = picked(a_pick("p1", "P1"), a_pick("p2", "P2", preds=("p1",)))

    assert view.values["surname"] == "Ковальчук"


@pytest.mark.parametrize("member", ["P3", {"a": 1}, None, 7])
def test_a_pick_of_no_member_settles_nothing(member):
    assert "surname" in picked(a_pick("p1", member)).contested


def test_a_pick_for_a_mother_does_not_settle_a_father():
    pick = a_pick("p1", "P2", cell="golden:kin.mother.surname")

    assert picked(pick, part="kin.mother.").contested == {}
    assert "surname" in picked(pick, part="kin.father.").contested
    assert "surname" in picked(pick).contested


@given(st.data())
def test_what_is_seen_together_does_not_depend_on_the_order_of_arrival(data):
    changes = data.draw(histories())
    arrivals = data.draw(deliveries(changes))
    late = picture_of(reduce(apply, arrivals, State(SCHEMA)))

    one = together(members_of(fold(changes, SCHEMA)), SCHEMA, no_history, NO_PICKS)

    assert together(members_of(late), SCHEMA, no_history, NO_PICKS) == one


@given(histories(acts=("set",), fields=("surname", "weight_kg", "reg_no")))
def test_no_answer_of_any_member_is_hidden(changes):
    members = members_of(fold(changes, SCHEMA))
    view = together(members, SCHEMA, no_history, NO_PICKS)

    for name in ("surname", "weight_kg", "reg_no"):
        rule = SCHEMA.rule(name)
        every = {
            key(head.version.value, rule.type)
            for known in members.values()
            if name in known.cells
            for head in known.cells[name].ordered()
        }
        listed = {
            key(one.answer.value, rule.type) for one in view.contested.get(name, ())
        }
        assert listed == (every if len(every) > 1 else set())


@given(histories(acts=("set",), fields=("consent", "risk")))
def test_what_is_shown_is_never_less_careful_than_any_record(changes):
    members = members_of(fold(changes, SCHEMA))
    view = together(members, SCHEMA, no_history, NO_PICKS)

    for name in ("consent", "risk"):
        order = SCHEMA.rule(name).order
        for known in members.values():
            state = known.cells.get(name)
            for head in state.ordered() if state else ():
                assert not order.is_below(view.values[name], head.version.value)


@given(histories(acts=("set", "add")))
def test_a_record_alone_is_seen_as_it_is(changes):
    picture = fold(changes, SCHEMA)
    alone = members_of(picture, ("P1",))
    if not alone:
        return

    view = together(alone, SCHEMA, lambda doc, cell: {}, NO_PICKS)

    held = {"custody_order"}
    values = picture.views["P1"].values
    assert {n: v for n, v in view.values.items() if n not in held} == {
        n: v for n, v in values.items() if n not in held
    }
    asked = {question.rule.name for question in picture.views["P1"].questions}
    assert view.contested.keys() == asked


@given(histories(acts=("set", "add")), st.sampled_from(("P1", "P2")))
def test_a_pick_of_what_is_on_the_screen_settles_it(changes, member):
    members = members_of(fold(changes, SCHEMA))
    view = together(members, SCHEMA, no_history, NO_PICKS)
    if member not in members or not view.contested:
        return
    name = min(view.contested)
    saw = tuple(sorted(heads_of(members.values(), name, SCHEMA)))
    pick = a_pick("p", member, saw=saw, cell=f"golden:{name}")
    picks = picks_in(fold([pick], SCHEMA).documents.values())

    after = together(members, SCHEMA, no_history, picks)

    assert after.contested == {n: c for n, c in view.contested.items() if n != name}


def test_members_are_compared_under_the_present_name_of_a_property():
    schema = Schema.from_json(
        {"fields": {"new": {"policy": "review", "renamed_from": "old"}}}
    )
    first = said(1, "P1", Write(f="old", v="А"))
    edit = said(2, "P1", Write(f="new", v="Б", p=("c1",)), hlc=2)
    other = said(3, "P2", Write(f="old", v="В"))
    pick = a_pick("c9", "P2", saw=("c1", "c2", "c3"), cell="golden:new")
    known = {first.id: first, edit.id: edit}
    picture = fold([*known.values(), other, pick], schema)

    def history(doc, cell):
        return {
            id_: version
            for id_, change in known.items()
            for edit in change.edits
            if edit.doc == doc
            for at, version in versions(change, edit).items()
            if at == cell
        }

    members = members_of(picture)
    view = together(members, schema, history, NO_PICKS)
    assert answers(view, "new") == [("P1", "Б"), ("P2", "В")]
    chosen = picks_in(picture.documents.values())
    assert together(members, schema, history, chosen).values == {"new": "В"}
    assert heads_of(members.values(), "new", schema) == {"c1", "c2", "c3"}
