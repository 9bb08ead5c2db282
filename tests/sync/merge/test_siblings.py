"""Brothers and sisters are never parted silently: when it is asked, and until when."""

import pytest
from kindred import CODES, Told, apart, case, going, person

from sync import documents as ids
from sync.change import Write
from sync.merge.cells import LINK
from sync.merge.fold import fold
from sync.merge.hands import Hand, are_two
from sync.merge.schema import Schema
from sync.merge.siblings import KIND, LOG, signed

SCHEMA = Schema.from_json({})


@pytest.fixture
def told():
    """Four children who all go to Truskavets."""
    made = Told()
    for number in range(4):
        made.child(number, **going("truskavets"))
    return made


def asked(told):
    items = fold(told.changes, SCHEMA).items
    return {item.doc: item for item in items if item.kind == KIND}


def heads(told, number):
    return asked(told)[case(number)].heads


def test_r01_children_who_stay_together_are_not_asked_about(told):
    assert asked(told) == {}


def test_r01_one_who_is_placed_apart_is_asked_about_whatever_came_first(told):
    placed = told.of_case(3, **apart())

    found = asked(told)

    assert list(found) == [case(3)]
    assert found[case(3)].heads == (placed.id,)
    assert (found[case(3)].severity, found[case(3)].owner) == (3, "signers")
    told.changes.reverse()
    assert asked(told) == found


def test_r01_one_who_is_sent_elsewhere_is_asked_about(told):
    sent = told.of_case(3, p=[told.changes[3].id], **going("chernivtsi"))

    assert asked(told)[case(3)].heads == (sent.id,)


def test_r01_an_answer_in_question_parts_already(told):
    told.of_case(3, **going("chernivtsi"))

    assert list(asked(told)) == [case(3)]


def test_r01_of_two_the_one_who_was_sent_away_later_is_asked_about():
    told = Told()
    told.child(1, **going("truskavets"))
    told.child(0, **going("chernivtsi"))

    assert list(asked(told)) == [case(0)]


def test_r01_a_stay_elsewhere_parts_until_it_ends(told):
    for number in range(3):
        told.stay(number, "truskavets")
    away = told.stay(3, "chernivtsi")

    assert asked(told)[case(3)].heads == (away.id,)

    told.stay(3, "chernivtsi", discharge_outcome="completed", filled_on="2026-11-25")
    assert asked(told) == {}


def test_r01_one_who_is_placed_while_the_others_wait_is_asked_about(told):
    told.of_case(3, placement={"care_type": "foster_family"})

    assert list(asked(told)) == [case(3)]


def test_r01_one_who_is_placed_first_of_all_together_is_not(told):
    together = {"placement": {"care_type": "foster_family"}}
    told.of_case(3, sibling_decision="together", **together)

    assert asked(told) == {}

    told.of_case(2, sibling_decision="together", placement={"care_type": "dbst"})
    assert list(asked(told)) == [case(2)]


def test_r01_two_people_of_two_organisations_put_it_into_force(told):
    told.of_case(3, **apart())
    seen = heads(told, 3)
    told.sign(3, seen, "u:st", "chernivtsi")
    assert heads(told, 3) == seen

    told.sign(3, seen, "u:ma", "truskavets")

    assert asked(told) == {}


@pytest.mark.parametrize(
    ("author", "site"),
    [("u:st", "truskavets"), ("u:so", "chernivtsi"), ("u:st", "chernivtsi")],
    ids=["the same person", "the same organisation", "the same in both"],
)
def test_r01_the_same_person_or_organisation_twice_is_one_hand(told, author, site):
    told.of_case(3, **apart())
    seen = heads(told, 3)
    told.sign(3, seen, "u:st", "chernivtsi")
    told.sign(3, seen, author, site)

    assert heads(told, 3) == seen


def test_r01_a_signature_that_is_taken_back_counts_no_more(told):
    told.of_case(3, **apart())
    seen = heads(told, 3)
    told.sign(3, seen, "u:st", "chernivtsi")
    second = told.sign(3, seen, "u:ma", "truskavets")

    back = told.undo(second, "u:ma")
    assert heads(told, 3) == seen

    told.undo(back, "u:ma")
    assert asked(told) == {}


def test_r01_signatures_lapse_when_the_child_is_placed_otherwise(told):
    placed = told.of_case(3, **apart())
    seen = heads(told, 3)
    told.sign(3, seen, "u:st", "chernivtsi")
    told.sign(3, seen, "u:ma", "truskavets")

    told.of_case(3, p=[placed.id], placement={"care_type": "institution"})

    assert list(asked(told)) == [case(3)]


@pytest.mark.parametrize("missing", ["sibling_reason", "sibling_review_on"])
def test_r01_without_a_reason_or_a_day_to_review_nothing_is_in_force(told, missing):
    told.of_case(3, **{n: v for n, v in apart().items() if n != missing})
    seen = heads(told, 3)
    told.sign(3, seen, "u:st", "chernivtsi")
    told.sign(3, seen, "u:ma", "truskavets")
    assert heads(told, 3) == seen

    told.of_case(3, **{missing: apart()[missing]})
    assert asked(told) == {}


def test_r01_two_records_of_one_child_part_nobody(told):
    told.of_case(3, p=[told.changes[3].id], **going("chernivtsi"))
    for number in (0, 1):
        told.say({(person(number), "person"): [Write(f="_deleted", v=True, saw=())]})
    link = {
        (ids.link(person(2), person(3)), LINK): [
            Write(f="a", v=person(2)),
            Write(f="b", v=person(3)),
            Write(f="verdict", v="same"),
        ]
    }
    told.changes = told.changes[2:]

    assert asked(told)
    told.say(link)
    assert asked(told) == {}


def test_r01_who_has_no_family_is_not_asked_about():
    told = Told()
    for number in range(3):
        told.child(number, family=False, **going("truskavets"))
    told.of_case(2, **apart())

    assert asked(told) == {}


@pytest.mark.parametrize(
    "odd", [None, "sign", {"say": "sign"}, {"say": "sign", "about": 1}]
)
def test_r01_what_is_no_signature_counts_for_none(told, odd):
    told.of_case(3, **apart())
    seen = heads(told, 3)
    told.say({(case(3), "case"): [Write(n="siblings_apart", e="x", v=odd)]})

    assert heads(told, 3) == seen


@pytest.mark.parametrize("odd", [["x"], {"care_type": 3}, 5, {"care_type": ["a"]}])
def test_r01_what_no_form_says_harms_nobody(told, odd):
    told.of_case(3, placement=odd, sibling_decision="apart_safety")

    assert asked(told).keys() <= {case(3)}


def test_r01_signatures_are_shown_as_they_were_given(told):
    placed = told.of_case(3, **apart())
    told.sign(3, [placed.id], "u:st", "chernivtsi")
    told.sign(3, ["another"], "u:ma", "truskavets")
    values = fold(told.changes, SCHEMA).views[case(3)].values

    (one,) = signed(values, [placed.id])

    assert one.author == "u:st"
    assert signed({}, [placed.id]) == ()
    assert signed({LOG: "odd"}, [placed.id]) == ()


def test_r01_a_sibling_without_a_case_parts_nobody(told):
    named = [Write(f="child_ref", v="4KH7T299"), Write(f="sibling_group", v=CODES[0])]
    told.say({("P1", "person"): named})
    told.say({(ids.person("4KH7T299"), "person"): named})
    told.of_case(3, **apart())

    assert list(asked(told)) == [case(3)]


def test_r01_a_child_who_died_parts_nobody(told):
    told.of_case(3, **apart())
    told.of_case(3, case_status="deceased")

    assert asked(told) == {}


@pytest.mark.parametrize(
    ("signed", "are"),
    [
        ([], False),
        ([("a", "x"), ("a", "x")], False),
        ([("a", "x"), ("b", "x")], False),
        ([("a", "x"), ("a", "y")], False),
        ([("a", "x"), ("a", "y"), ("b", "x")], True),
        ([("a", "x"), ("b", "y")], True),
    ],
)
def test_two_hands_are_two_people_of_two_organisations(signed, are):
    assert are_two(Hand(*one) for one in signed) == are
