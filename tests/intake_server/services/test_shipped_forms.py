"""Each shipped form, filled as people fill it, lands on the documents that it speaks of."""

import pytest
from centres import DANYLO, RECEPTION, a_form, with_answers
from fillings import FILLED

from forms.catalogue import shipped
from forms.reference import make, printed
from intake_server.storage import documents
from sync import documents as ids

PERSON = ids.person(DANYLO)
CASE = ids.case(PERSON)
EVENT = ids.event("uuid:00000001-0000-4000-8000-000000000000")


def said(centre, doc):
    return centre.view(doc)["values"]


def taken_in(centre, form_id):
    """The receipt of a filled form, and the kinds of the documents that it wrote."""
    centre.publish(shipped(form_id))
    (receipt,) = centre.receive(a_form(form_id, FILLED[form_id]))
    assert (receipt.status, receipt.problem) == ("stored", None)
    assert centre.questions() == ()
    return receipt, sorted(kind for _, kind in receipt.documents)


def test_a_registration_is_about_the_child_and_the_case(centre):
    receipt, kinds = taken_in(centre, "registration")

    assert receipt.reference == DANYLO
    assert kinds == sorted(
        ["event", "person", "case", *["document"] * 2, *["kin"] * 2, "movement"]
    )
    person, case = said(centre, PERSON), said(centre, CASE)
    assert person["citizenship"] == "UA"
    assert person["birth"] == {"birth_date": "2012-03-04", "dob_precision": "day"}
    assert person["name_variants"] == ["Remez Danylo", "Ремез Даниил"]
    assert case["responsible"] == {
        "responsible_site": "truskavets",
        "responsible_worker": "TRU-014",
    }
    assert case["registered_on"] == "2026-11-26"
    certificate = said(centre, ids.relation(PERSON, "document", "birth_cert"))
    assert certificate["document"]["doc_number"] == "І-КС 123456"
    mother = centre.view(ids.relation(PERSON, "kin", "mother"))
    assert mother["parent"] == PERSON


def test_a_follow_up_is_a_visit_and_moves_the_case_on(centre):
    receipt, kinds = taken_in(centre, "followup")

    assert receipt.reference == DANYLO
    assert kinds == ["case", "event", "person", "service"]
    assert said(centre, EVENT)["visit_on"] == "2026-11-26"
    assert centre.view(EVENT)["subject"] == PERSON
    case = said(centre, CASE)
    assert (case["case_status"], case["risk_level"]) == ("follow_up", "low")
    (service,) = [doc for doc, kind in receipt.documents if kind == "service"]
    assert centre.view(service)["parent"] == CASE
    assert said(centre, service)["svc_site"] == "truskavets"


def test_a_tracing_request_makes_a_record_of_the_sought_child(centre):
    receipt, kinds = taken_in(centre, "tracing_request")

    assert receipt.reference not in (None, DANYLO)
    assert kinds == ["case", "event", "kin", "kin", "lead", "person"]
    sought = ids.person(receipt.reference)
    assert said(centre, sought)["family_name"] == "Ремез"
    assert said(centre, ids.case(sought))["separation_cause"] == ["camp"]
    assert centre.view(EVENT)["subject"] == sought
    assert said(centre, EVENT)["sibling_requests"] == [DANYLO]
    mother = centre.view(ids.relation(sought, "kin", "mother"))
    assert mother["parent"] == sought
    assert mother["values"]["rel_status"] == "captivity"


def test_a_request_that_comes_again_makes_nobody_twice(centre):
    first, _ = taken_in(centre, "tracing_request")

    (again,) = centre.receive(a_form("tracing_request", FILLED["tracing_request"]))

    assert (again.status, again.reference) == ("duplicate", first.reference)


def test_each_siblings_code_is_kept_as_codes_are(centre):
    centre.publish(shipped("tracing_request"))
    request = FILLED["tracing_request"]
    another = make("4KH", 1)
    codes = {"sibling_requests": f"4кн-7т29-9; {printed(another).lower()}"}

    centre.receive(
        a_form("tracing_request", request | {"g_lost": request["g_lost"] | codes})
    )

    assert said(centre, EVENT)["sibling_requests"] == sorted([DANYLO, another])


@pytest.mark.parametrize("codes", ["4KH-7T29-8", "4KH-7T29-9; 4KH-7T29-8"])
def test_a_siblings_code_that_does_not_check_is_said(centre, codes):
    centre.publish(shipped("tracing_request"))
    request = FILLED["tracing_request"]
    lost = request["g_lost"] | {"sibling_requests": codes}

    (receipt,) = centre.receive(a_form("tracing_request", request | {"g_lost": lost}))

    assert receipt.problem.slug == "bad-reference"
    assert receipt.problem.field == "sibling_requests"


@pytest.mark.parametrize(
    ("form_id", "answer", "verdict"),
    [
        ("functioning_2_4", ("cfm_understood", "a_lot"), "yes"),
        ("functioning_5_17", ("cfm_anxiety", "weekly"), "no"),
    ],
)
def test_what_a_child_can_do_is_on_the_visit_and_what_follows_on_the_case(
    centre, form_id, answer, verdict
):
    _, kinds = taken_in(centre, form_id)

    assert kinds == ["case", "event", "person"]
    assert said(centre, EVENT)[answer[0]] == answer[1]
    assert said(centre, CASE)["cfm_any_difficulty"] == verdict


def test_nobody_sees_outside_of_a_testimony_who_testified(centre):
    receipt, kinds = taken_in(centre, "testimony")

    assert receipt.reference is None
    assert kinds == ["event", "violation"]
    assert said(centre, EVENT)["subject_ref"] == DANYLO
    assert centre.view(EVENT).get("subject") is None
    with centre.database.reading() as session:
        assert documents.find(session, PERSON) is None


@pytest.mark.parametrize(
    ("form_id", "changed", "broken"),
    [
        (
            "registration",
            {"g_separation": {"separation_date": "2026-11-23"}},
            "separation_date_not_after_returned_on",
        ),
        (
            "registration",
            {"g_start": {"registered_on": "2011-11-26"}},
            "registered_on_not_before_birth_date",
        ),
        (
            "followup",
            {"services": [{"svc_done_on": "2026-11-21"}]},
            "svc_done_on_not_before_returned_on",
        ),
        (
            "followup",
            {"services": [{"svc_sent_on": "2026-11-25", "svc_done_on": "2026-11-24"}]},
            "svc_done_on_not_before_svc_sent_on",
        ),
        (
            "functioning_5_17",
            {"g_start": {"assessed_on": "2011-11-26"}},
            "assessed_on_not_before_birth_date",
        ),
    ],
)
def test_what_cannot_be_with_what_another_form_says_is_asked(
    centre, form_id, changed, broken
):
    centre.publish(shipped(form_id))
    arrived = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    centre.receive(a_form("reception", arrived, number=2))
    answers = FILLED[form_id] | {
        name: [row | said[0] for row in FILLED[form_id][name]]
        if isinstance(said, list)
        else FILLED[form_id][name] | said
        for name, said in changed.items()
    }

    (receipt,) = centre.receive(a_form(form_id, answers))

    assert receipt.status == "stored"
    assert broken in {item.cell for item in centre.questions() if item.kind == "rule"}
