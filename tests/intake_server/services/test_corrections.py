"""A form that was sent is corrected on the phone that sent it, and sent again."""

from itertools import permutations

import pytest
from centres import (
    DANYLO,
    OLENA,
    RECEPTION,
    REHABILITATION,
    TARAS,
    a_form,
    with_answers,
)
from fillings import AUNT, FATHER, FILLED, MOTHER

from forms.catalogue import shipped
from forms.instance import to_xml
from intake_server.errors import InvalidRequestError
from intake_server.services.intake import Incoming
from intake_server.storage import documents, rebuild
from sync import documents as ids

FIRST = "uuid:00000001-0000-4000-8000-000000000000"
SECOND, THIRD = "uuid:second", "uuid:third"


def a_correction(form_id, answers, *, name=SECOND, of=FIRST):
    """The form again, as ODK Collect sends it after an edit."""
    xml = to_xml(
        shipped(form_id).definition, answers, instance_id=name, deprecated_id=of
    )
    return Incoming(xml=xml, finalized_at="2026-11-22T11:00:00+02:00")


def surname(family_name, **groups):
    return with_answers(RECEPTION, g_child={"family_name": family_name}, **groups)


def person_of(receipt):
    return ids.person(receipt.reference)


def changes_on(centre, doc):
    with centre.database.reading() as session:
        return documents.history(session, doc)


def as_rebuilt(centre):
    with centre.database.reading() as session:
        return rebuild.compare(session).different


def test_a_correction_takes_the_place_of_what_its_author_said(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    (second,) = centre.receive(a_correction("reception", surname("Ремезова")))

    assert (second.status, second.problem) == ("stored", None)
    assert second.reference == first.reference
    assert centre.view(person_of(first))["values"]["family_name"] == "Ремезова"
    assert centre.questions() == ()


def test_a_correction_writes_only_what_differs(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    centre.receive(a_correction("reception", surname("Ремезова")))

    newest, *_ = changes_on(centre, person_of(first))
    (edit,) = newest.change.edits
    assert [write.f for write in edit.w] == ["family_name"]


def test_an_answer_that_is_gone_from_the_form_is_cleared(centre):
    full = with_answers(REHABILITATION, g_med={"medication": "вальпроат"})
    centre.receive(a_form("rehabilitation", full))
    case = ids.case(ids.person(DANYLO))
    assert centre.view(case)["values"]["medication"] == "вальпроат"

    without = {**full, "g_med": {}}
    centre.receive(a_correction("rehabilitation", without))

    assert centre.view(case)["values"].get("medication") is None


def test_what_somebody_else_said_meanwhile_is_not_overwritten(centre):
    centre.receive(a_form("rehabilitation", REHABILITATION))
    other = with_answers(REHABILITATION, g_med={"medication": "леветирацетам"})
    centre.receive(a_form("rehabilitation", other, number=9), sender=TARAS)

    mended = with_answers(REHABILITATION, g_med={"medication": "вальпроат 500 мг"})
    centre.receive(a_correction("rehabilitation", mended))

    (question,) = centre.questions()
    assert {candidate["value"] for candidate in question.candidates} == {
        "леветирацетам",
        "вальпроат 500 мг",
    }


def test_a_correction_that_comes_first_waits_and_is_applied_with_what_it_corrects(
    centre,
):
    (early,) = centre.receive(a_correction("reception", surname("Ремезова")))
    assert (early.status, early.problem.slug) == ("quarantined", "correction")
    assert [item.kind for item in centre.questions()] == ["triage"]

    (first,) = centre.receive(a_form("reception", RECEPTION))

    assert centre.view(person_of(first))["values"]["family_name"] == "Ремезова"
    assert centre.questions() == ()
    (again,) = centre.receive(a_correction("reception", surname("Ремезова")))
    assert (again.status, again.reference) == ("duplicate", first.reference)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("at_once", [False, True], ids=["one-by-one", "in-a-batch"])
def test_corrections_of_corrections_end_alike_in_every_order(centre, order, at_once):
    forms = [
        a_form("reception", RECEPTION),
        a_correction("reception", surname("Ремезова")),
        a_correction("reception", surname("Ремезенко"), name=THIRD, of=SECOND),
    ]

    if at_once:
        receipts = centre.receive(*(forms[place] for place in order))
        assert {receipt.status for receipt in receipts} == {"stored"}
    else:
        receipts = [centre.receive(forms[place])[0] for place in order]

    reference = receipts[order.index(0)].reference
    values = centre.view(ids.person(reference))["values"]
    assert values["family_name"] == "Ремезенко"
    assert centre.questions() == ()
    assert as_rebuilt(centre) == ()


def test_a_correction_says_again_what_an_earlier_one_had_altered(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))
    centre.receive(a_correction("reception", surname("Ремезова")))

    centre.receive(a_correction("reception", RECEPTION, name=THIRD, of=SECOND))

    assert centre.view(person_of(first))["values"]["family_name"] == "Ремез"
    assert centre.questions() == ()


def test_two_corrections_of_one_form_are_a_question(centre):
    centre.receive(a_form("reception", RECEPTION))

    centre.receive(a_correction("reception", surname("Ремезова")))
    centre.receive(a_correction("reception", surname("Ремезенко"), name=THIRD))

    (question,) = centre.questions()
    assert {one["value"] for one in question.candidates} == {"Ремезова", "Ремезенко"}


def test_another_site_does_not_correct_a_form_by_guessing_its_id(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    (other,) = centre.receive(
        a_correction("reception", surname("Іншенко")), sender=TARAS
    )

    assert (other.status, other.problem.slug) == ("quarantined", "correction")
    assert centre.view(person_of(first))["values"]["family_name"] == "Ремез"


def test_a_correction_that_names_another_child_waits_for_a_person(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    moved = surname("Ремезова", g_contact={"child_ref": DANYLO})
    (second,) = centre.receive(a_correction("reception", moved))

    assert (second.status, second.problem.slug) == ("quarantined", "correction")
    assert centre.view(person_of(first))["values"]["family_name"] == "Ремез"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_form_and_its_correction_that_wait_for_the_form_are_taken_in_together(
    centre, order
):
    forms = [
        a_form("registration", with_family(MOTHER, FATHER)),
        a_correction("registration", with_family(MOTHER)),
    ]
    receipts = centre.receive(*(forms[place] for place in order))
    assert {one.problem.slug for one in receipts} == {"unknown-form"}

    centre.publish(shipped("registration"))

    assert kin(centre) == {MOTHER["rel_name"]}
    assert centre.questions() == ()
    assert as_rebuilt(centre) == ()


def test_a_correction_with_an_answer_that_does_not_fit_is_set_aside(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    odd = with_answers(RECEPTION, g_needs={"triage": "purple"})
    (second,) = centre.receive(a_correction("reception", odd))

    assert (second.status, second.problem.slug) == ("quarantined", "unreadable-value")
    case = ids.case(person_of(first))
    assert centre.view(case)["values"]["triage"] == "green"


def test_nobody_makes_a_child_of_a_correction_whose_form_is_missing(centre):
    centre.receive(a_correction("reception", surname("Ремезова")))
    (waiting,) = centre.questions()

    with pytest.raises(InvalidRequestError, match="release"):
        centre.decide(waiting.qid, "release")

    assert [item.qid for item in centre.questions()] == [waiting.qid]


@pytest.mark.parametrize("verb", ["release", "assign"])
def test_nobody_moves_a_correction_to_another_child(centre, verb):
    centre.receive(a_form("rehabilitation", REHABILITATION, number=7))
    centre.receive(a_form("reception", RECEPTION))
    moved = surname("Ремезова", g_contact={"child_ref": DANYLO})
    centre.receive(a_correction("reception", moved))
    waiting = next(item for item in centre.questions() if item.kind == "triage")

    with pytest.raises(InvalidRequestError):
        centre.decide(waiting.qid, verb, ids.person(DANYLO))


def kin(centre):
    """The relatives that are shown, by name."""
    with centre.database.reading() as session:
        rows = documents.rows_of(session, ids.person(DANYLO))
    return {
        row.view["values"]["rel_name"]
        for row in rows
        if row.kind == "kin" and not row.is_voided
    }


def with_family(*family):
    return {**FILLED["registration"], "family": list(family)}


def test_a_row_that_is_gone_is_taken_away_and_comes_back(centre):
    centre.publish(shipped("registration"))
    centre.receive(a_form("registration", with_family(MOTHER, FATHER, AUNT)))
    assert len(kin(centre)) == 3

    centre.receive(a_correction("registration", with_family(MOTHER, FATHER)))
    assert kin(centre) == {MOTHER["rel_name"], FATHER["rel_name"]}

    centre.receive(
        a_correction("registration", with_family(MOTHER, AUNT), name=THIRD, of=SECOND)
    )
    assert kin(centre) == {MOTHER["rel_name"], AUNT["rel_name"]}
    assert as_rebuilt(centre) == ()


def test_a_correction_without_a_difference_is_stored(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    (second,) = centre.receive(a_correction("reception", RECEPTION), sender=OLENA)

    assert (second.status, second.reference) == ("stored", first.reference)
    assert as_rebuilt(centre) == ()
