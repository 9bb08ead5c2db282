"""Whose decision it is, when it is written and when it is taken in."""

from functools import reduce
from itertools import permutations

import pytest
from histories import SCHEMA, a_change
from msgspec import structs

from sync.change import Write
from sync.merge import rights
from sync.merge.fold import fold, picture_of
from sync.merge.heads import State, apply
from sync.merge.schema import Rule, Schema

MEDICINE = Schema.from_json(
    {"fields": {"medication": {"harm": "medical"}, "school": {}, "notes": {}}}
)


@pytest.mark.parametrize(
    ("facts", "sites", "owner"),
    [
        ({"harm": "medical"}, ("TRU", "TRU"), "site:TRU"),
        ({"harm": "medical"}, ("TRU", "CHE"), "clinician"),
        ({"level": "sealed"}, ("TRU", "CHE"), "readers"),
        ({}, ("TRU", "CHE"), "coordinator"),
    ],
)
def test_a_question_goes_to_who_can_answer_it(facts, sites, owner):
    assert rights.owner_of(Rule(name="x", **facts), sites) == owner


@pytest.mark.parametrize(
    ("role", "site", "owner", "may"),
    [
        ("coordinator", "KYV", "coordinator", True),
        ("coordinator", "KYV", "site:TRU", True),
        ("worker", "TRU", "site:TRU", True),
        ("worker", "CHE", "site:TRU", False),
        ("worker", "TRU", "coordinator", False),
        ("worker", "TRU", "clinician", False),
        ("clinician", "TRU", "clinician", True),
        ("clinician", "KYV", "clinician", False),
        ("clinician", "TRU", "coordinator", False),
        ("volunteer", "TRU", "site:TRU", False),
        ("worker", "TRU", "signers", True),
        ("clinician", "CHE", "signers", True),
        ("coordinator", "KYV", "signers", True),
        ("worker", "KYV", "signers", False),
        ("volunteer", "TRU", "signers", False),
    ],
)
def test_the_role_says_what_is_somebodys_to_decide(role, site, owner, may):
    assert rights.may_decide(role, site, owner=owner, sites=("TRU", "CHE")) is may


def a_clash(name):
    one = a_change("a1", Write(f=name, v="А"), site="TRU", author="u:marta")
    other = a_change("b1", Write(f=name, v="Б"), site="CHE", author="u:stepan")
    return one, other


def a_decision(name, role, *, site="TRU"):
    write = Write(f=name, v="Б", p=("a1", "b1"), act="resolve", why="за випискою")
    return a_change("r1", write, site=site, author="u:stepan", role=role)


def every_end(changes, schema):
    """What the engine ends with, in every order of arrival."""
    return [
        picture_of(reduce(apply, order, State(schema)))
        for order in permutations(changes)
    ]


@pytest.mark.parametrize(
    ("name", "role", "fault"),
    [
        ("school", "worker", "owner:school"),
        ("school", "clinician", "owner:school"),
        ("school", "coordinator", None),
        ("medication", "worker", "owner:medication"),
        ("medication", "clinician", None),
    ],
)
def test_a_decision_by_somebody_else_is_set_aside_in_every_order(name, role, fault):
    changes = [*a_clash(name), a_decision(name, role)]

    whole = fold(changes, MEDICINE)

    assert whole.faults == ({"r1": fault} if fault else {})
    assert {item.kind for item in whole.items} == (
        {"quarantine", "field_conflict"} if fault else set()
    )
    assert all(end == whole for end in every_end(changes, MEDICINE))


def test_a_centre_decides_between_its_own_people():
    one, other = a_clash("school")
    changes = [one, structs.replace(other, site="TRU"), a_decision("school", "worker")]

    whole = fold(changes, MEDICINE)

    assert (whole.faults, whole.items) == ({}, ())
    assert all(end == whole for end in every_end(changes, MEDICINE))


def test_a_dismissal_is_judged_by_what_it_dismisses():
    answers = a_clash("school")
    said = Write(f="_dismiss:x", v=["a1", "b1"], act="resolve")
    changes = [*answers, a_change("r1", said, role="worker", author="u:marta")]

    whole = fold(changes, MEDICINE)

    assert whole.faults == {"r1": "owner:_dismiss:x"}
    assert all(end == whole for end in every_end(changes, MEDICINE))


@pytest.mark.parametrize(
    ("site", "fault"), [("TRU", {}), ("CHE", {"r1": "owner:_dismiss:x"})]
)
def test_a_dismissal_across_documents_is_judged_by_what_stands_here(site, fault):
    here, _ = a_clash("school")
    there = a_change("p1", Write(f="school", v="х"), doc="P2", site="CHE")
    said = Write(f="_dismiss:x", v=["a1", "p1"], act="resolve")
    decided = a_change("r1", said, role="worker", author="u:marta", site=site)
    changes = [here, there, decided]

    whole = fold(changes, MEDICINE)

    assert whole.faults == fault
    assert all(end == whole for end in every_end(changes, MEDICINE))


def an_undo(id_="u1", *, of="a1", name="school", **facts):
    return a_change(id_, Write(f=name, undoes=(of,)), **facts)


@pytest.mark.parametrize(
    ("author", "fault"), [("u:marta", None), ("u:stepan", "undo:school")]
)
def test_an_answer_is_taken_back_by_who_gave_it_alone(author, fault):
    answer, _ = a_clash("school")
    changes = [answer, an_undo(author=author, site="CHE", role="coordinator")]

    whole = fold(changes, MEDICINE)

    assert whole.faults == ({"u1": fault} if fault else {})
    assert whole.views["P1"].values == ({"school": "А"} if fault else {})
    assert all(end == whole for end in every_end(changes, MEDICINE))


@pytest.mark.parametrize(
    ("role", "site", "fault"),
    [
        ("coordinator", "KYV", None),
        ("worker", "TRU", None),
        ("worker", "CHE", "undo:school"),
    ],
)
def test_a_decision_is_taken_back_by_who_may_decide(role, site, fault):
    changes = [
        *a_clash("school"),
        a_decision("school", "coordinator"),
        an_undo(of="r1", author="u:iryna", role=role, site=site),
    ]

    whole = fold(changes, MEDICINE)

    assert whole.faults == ({"u1": fault} if fault else {})
    assert [item.kind for item in whole.items] == [
        "quarantine" if fault else "field_conflict"
    ]
    assert all(end == whole for end in every_end(changes, MEDICINE))


@pytest.mark.parametrize(
    "write",
    [
        Write(f="surname", v="А", undoes=("c1",)),
        Write(f="surname", p=("c1",), undoes=("c1",)),
        Write(f="surname", undoes=tuple(f"c{n}" for n in range(100_000))),
        Write(f="_erased", undoes=("c1",)),
    ],
)
def test_an_undo_says_nothing_else_and_takes_no_erasure_back(write):
    assert fold([a_change("u1", write)], SCHEMA).faults == {"u1": f"shape:{write.name}"}


def test_what_is_wrong_with_an_undo_does_not_depend_on_what_came_first():
    said = [
        a_change("a1", Write(f="school", v="А"), author="u:marta"),
        a_change("b1", Write(f="notes", v="Б"), author="u:stepan"),
    ]
    writes = [Write(f="school", undoes=("a1",)), Write(f="notes", undoes=("b1",))]
    changes = [*said, a_change("u1", *writes, author="u:iryna")]

    whole = fold(changes, MEDICINE)

    assert whole.faults == {"u1": "undo:notes"}
    assert all(end == whole for end in every_end(changes, MEDICINE))


@pytest.mark.parametrize(
    ("role", "fault"),
    [
        ("worker", "owner:_erased"),
        ("clinician", "owner:_erased"),
        ("coordinator", None),
        ("admin", None),
    ],
)
def test_an_erasure_is_judged_by_its_author_alone(role, fault):
    said = a_change("a1", Write(f="school", v="А"), site="TRU", author="u:marta")
    write = Write(f="_erased", v=True, saw=("a1",), act="resolve", why="вимога")
    erasure = a_change("e1", write, site="TRU", author="u:marta", role=role)

    assert fold([erasure], MEDICINE).faults == ({"e1": fault} if fault else {})
    whole = fold([said, erasure], MEDICINE)
    assert whole.faults == ({"e1": fault} if fault else {})
    assert all(end == whole for end in every_end([said, erasure], MEDICINE))
