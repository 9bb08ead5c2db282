"""The rules of care on what is known of a child, each named after its rule."""

import pytest

from intake_server.services import cautions
from intake_server.services.cautions import Record

BORN = {"birth": {"birth_date": "2012-03-04", "dob_precision": "day"}}
"""Fourteen since 4 March 2026."""
DECIDED = {
    "authority_type": "ssd",
    "decision_no": "12",
    "decision_on": "2026-02-01",
}
LATER = {**DECIDED, "decision_on": "2026-03-04"}


def said(person=(), case=(), visits=(), rows=()):
    record = Record(dict(person), dict(case), tuple(visits), tuple(rows))
    return [(caution.rule, caution.what) for caution in cautions.about(record)]


def care(kind, **others):
    return {"placement": {"care_type": kind, **others}}


def test_a_record_that_says_nothing_breaks_no_rule():
    assert said() == []


@pytest.mark.parametrize(
    "case", [{"recommendation": "reunify"}, {"handover_on": "2026-11-20"}]
)
def test_r02_reunification_needs_two_different_people(case):
    same = {"verifier_1": "AB", "verifier_2": " ab "}
    two = {"verifier_1": "AB", "verifier_2": "CD"}

    assert said(case=case) == [("R02", "two_hands")]
    assert said(case=case, visits=[same]) == [("R02", "two_hands")]
    assert said(case=case, visits=[two]) == []


def test_r02_two_colleagues_of_one_centre_are_not_enough():
    case = {"recommendation": "reunify"}
    one = {"verifier_1": "AB", "_site": "truskavets"}
    colleague = {"verifier_1": "CD", "_site": "truskavets"}
    other = {"verifier_1": "CD", "_site": "chernivtsi"}

    assert said(case=case, visits=[one, colleague]) == [("R02", "two_hands")]
    assert said(case=case, visits=[one, other]) == []


def test_r05_guardianship_needs_authority_number_and_date():
    foster = care("foster_family")

    assert said(case=foster) == [("R05", "decision_missing")]
    partly = {**foster, "decision": {**DECIDED, "decision_no": None}}
    assert said(case=partly) == [("R05", "decision_missing")]
    assert said(case={**foster, "decision": DECIDED}) == []


@pytest.mark.parametrize(
    ("kind", "decision", "expected"),
    [
        ("opika", DECIDED, []),
        ("opika", LATER, [("R06", "trusteeship")]),
        ("pikluvannya", DECIDED, [("R06", "guardianship")]),
        ("pikluvannya", LATER, []),
    ],
)
def test_r06_the_term_follows_the_age_on_the_day_of_the_decision(
    kind, decision, expected
):
    assert said(BORN, {**care(kind), "decision": decision}) == expected


def test_r08_nothing_is_shared_with_whom_consent_was_refused():
    row = {"svc_state": "sent", "svc_consent": "withdrawn"}

    assert said(rows=[row]) == [("R08", "shared")]
    assert said(rows=[{**row, "svc_consent": "given"}]) == []
    assert said(rows=[{**row, "svc_state": "planned"}]) == []


@pytest.mark.parametrize(
    ("returned", "by", "expected"),
    [
        ("2026-03-03", ["child_14"], [("R09", "too_young")]),
        ("2026-03-03", ["child_assent"], []),
        ("2026-03-04", ["child_14"], []),
        ("2026-03-04", ["parent"], [("R09", "asked_personally")]),
        ("2026-03-04", ["best_interest"], []),
    ],
)
def test_r09_a_child_consents_alone_from_fourteen_on(returned, by, expected):
    assert said(BORN, {"returned_on": returned, "consent_by": by}) == expected


def test_r28_an_institution_has_a_reason_and_an_end():
    why = {"institution_reason": "немає патронату", "care_until": "2027-01-31"}

    assert said(case=care("institution")) == [("R28", "institution")]
    assert said(case=care("institution", **why)) == []


@pytest.mark.parametrize("kind", ["kin_temp", "reception_temp"])
def test_r29_a_temporary_placement_has_an_end(kind):
    assert said(case=care(kind)) == [("R29", "end_missing")]
    assert said(case=care(kind, care_until="2027-01-31")) == []


def test_r31_consent_in_sign_language_needs_an_interpreter():
    signs = {"comm_mode": ["usl"]}
    given = {"consent_intake": "given"}

    assert said(signs, given) == [("R31", "interpreter")]
    assert said(signs, given, [{"interpreter": "not_now"}]) == [("R31", "interpreter")]
    assert said(signs, given, [{"interpreter": "remote"}]) == []
    assert said(signs, {"consent_intake": "deferred"}) == []


def test_r32_who_something_is_withheld_from_is_warned_of():
    assert said(case={"withhold_from": ["дядько"]}) == [("R32", "withheld")]


@pytest.mark.parametrize("who", ["neighbour", "friend", "teacher"])
def test_c11_a_neighbour_is_never_a_legal_representative(who):
    row = {"rel_type": who, "rel_legal_rep": "yes"}

    assert said(rows=[row]) == [("C11", "neighbour")]
    assert said(rows=[{**row, "rel_type": "aunt"}]) == []
    assert said(rows=[{**row, "rel_legal_rep": "no"}]) == []


def test_answers_that_nobody_can_read_break_no_rule():
    assert said({"birth": "x"}, {"placement": ["y"], "decision": "z"}) == []
