"""What becomes of what devices send."""

from datetime import timedelta

import pytest
from centres import (
    DANYLO,
    FORMS,
    MORNING,
    RECEPTION,
    REHABILITATION,
    TARAS,
    a_form,
    with_answers,
)

from forms.instance import to_xml
from forms.reference import normalise
from intake_server.errors import InvalidRequestError
from intake_server.services.intake import Incoming
from intake_server.storage import documents, submissions
from sync import documents as ids

NAME = "uuid:00000001-0000-4000-8000-000000000000"


def rows(centre):
    with centre.database.reading() as session:
        return {
            table: session.connection()
            .exec_driver_sql(f"SELECT count(*) FROM {table}")  # noqa: S608
            .scalar()
            for table in ("submission", "change", "body", "document", "queue", "feed")
        }


def test_a_child_without_a_reference_gets_one(centre):
    (receipt,) = centre.receive(a_form("reception", RECEPTION))

    assert receipt.status == "stored"
    assert normalise(receipt.reference) == receipt.reference
    person = ids.person(receipt.reference)
    assert (person, "person") in receipt.documents
    assert centre.view(person)["values"]["family_name"] == "Ремез"


def test_no_two_children_get_one_reference(centre):
    receipts = centre.receive(
        *(a_form("reception", RECEPTION, number=n) for n in range(1, 20))
    )

    assert len({receipt.reference for receipt in receipts}) == 19


def test_a_batch_sent_again_adds_nothing(centre):
    batch = [a_form("reception", RECEPTION, number=n) for n in range(1, 6)]
    first = centre.receive(*batch)
    before = rows(centre)

    again = centre.receive(*batch)

    assert [receipt.status for receipt in again] == ["duplicate"] * 5
    assert [r.reference for r in again] == [r.reference for r in first]
    assert [r.documents for r in again] == [r.documents for r in first]
    assert rows(centre) == before


def test_the_same_form_twice_in_a_batch_is_taken_once(centre):
    form = a_form("reception", RECEPTION)

    receipts = centre.receive(form, form)

    assert [receipt.status for receipt in receipts] == ["stored", "duplicate"]
    assert receipts[0].reference == receipts[1].reference


def test_the_same_id_with_other_content_is_kept_and_asked(centre):
    centre.receive(a_form("reception", RECEPTION))
    other = with_answers(RECEPTION, g_child={"family_name": "Інше"})

    (receipt,) = centre.receive(a_form("reception", other))

    assert (receipt.status, receipt.problem.slug) == (
        "quarantined",
        "instance-conflict",
    )
    assert [item.cell for item in centre.questions()] == ["instance-conflict"]
    with centre.database.reading() as session:
        assert len(submissions.known(session, [NAME])[NAME]) == 2


def test_what_came_is_kept_byte_for_byte(centre):
    form = a_form("reception", RECEPTION)

    (receipt,) = centre.receive(form)

    with centre.database.reading() as session:
        kept = submissions.raw(session, NAME, bytes.fromhex(receipt.sha256))
    assert kept == form.xml


@pytest.mark.parametrize(
    ("change", "slug", "field"),
    [
        ({"form_id": "unheard_of"}, "unknown-form", "form_id"),
        ({"form_version": "2099010101"}, "unknown-version", "form_version"),
        ({"instance_id": None}, "missing-instance-id", None),
        ({"instance_id": "x" * 5_000}, "missing-instance-id", None),
        (
            {"answers": {"g_contact": {"child_ref": "4KH-7T29-8"}}},
            "bad-reference",
            "child_ref",
        ),
        (
            {"answers": {"g_contact": {"returned_on": "вчора"}}},
            "unreadable-value",
            "returned_on",
        ),
        ({"answers": {"g_needs": {"triage": "purple"}}}, "unreadable-value", "triage"),
        (
            {"answers": {"g_words": {"comm_mode": "\ud800"}}},
            "unreadable-value",
            "comm_mode",
        ),
        (
            {"answers": {"g_with": {"siblings_here": 10**30}}},
            "unreadable-value",
            "siblings_here",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_odd_form_is_held_and_the_rest_is_taken(centre, change, slug, field):
    good = a_form("reception", RECEPTION, number=2)
    facts = {
        "instance_id": NAME,
        "form_id": "reception",
        "form_version": FORMS["reception"].version,
        "answers": RECEPTION,
    }

    odd, fine = centre.receive(Incoming(**(facts | change)), good)

    assert (odd.status, odd.problem.slug) == ("quarantined", slug)
    assert odd.problem.field == field
    assert len(centre.questions()) == 1
    assert fine.status == "stored"


def test_answers_as_json_say_what_xml_says(centre):
    form = FORMS["reception"]
    answers = with_answers(RECEPTION, g_contact={"child_ref": "4kh-7t29-9"})
    centre.receive(a_form("reception", answers, number=1))
    case = ids.case(ids.person(DANYLO))
    from_xml = centre.view(case)["values"]

    centre.receive(
        Incoming(
            instance_id="uuid:2",
            form_id="reception",
            form_version=form.version,
            answers=answers,
        )
    )

    assert centre.view(case)["values"] == from_xml
    assert centre.view(case)["contested"] == {}


def test_a_form_about_an_unknown_child_waits_for_it(centre):
    (receipt,) = centre.receive(a_form("rehabilitation", REHABILITATION))

    assert (receipt.status, receipt.reference) == ("stored", DANYLO)
    person = centre.view(ids.person(DANYLO))
    assert person["values"] == {"child_ref": DANYLO}


def test_a_form_that_does_not_say_whose_it_is_is_assigned_by_a_person(centre):
    known = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    centre.receive(a_form("reception", known, number=7))
    nameless = with_answers(REHABILITATION, g_stay={"child_ref": ""})
    (receipt,) = centre.receive(a_form("rehabilitation", nameless))
    (item,) = centre.questions()
    assert (receipt.problem.slug, item.kind) == ("no-reference", "triage")

    centre.decide(item.qid, "assign", ids.person(DANYLO))

    case = centre.view(ids.case(ids.person(DANYLO)))
    assert case["values"]["medication"] == "вальпроат 300 мг × 2"
    assert centre.questions() == ()
    (again,) = centre.receive(a_form("rehabilitation", nameless))
    assert (again.status, again.reference) == ("duplicate", DANYLO)


def test_a_form_whose_version_is_not_there_stays_held_when_released(centre):
    later = {"form_version": "2099010101"}
    answers = {"answers": RECEPTION, "instance_id": NAME, "form_id": "reception"}
    centre.receive(Incoming(**answers, **later))
    (item,) = centre.questions()

    with pytest.raises(InvalidRequestError, match="release"):
        centre.decide(item.qid, "release")

    assert [one.qid for one in centre.questions()] == [item.qid]


def test_desks_supersede_what_they_were_shown_and_phones_do_not(centre):
    known = with_answers(REHABILITATION, g_med={"medication": "300"})
    centre.receive(a_form("rehabilitation", known, number=1))
    case = ids.case(ids.person(DANYLO))
    shown = {case: centre.view(case)["heads"]}
    informed = with_answers(REHABILITATION, g_med={"medication": "400"})
    centre.receive(a_form("rehabilitation", informed, number=2, based_on=shown))
    assert centre.view(case)["values"]["medication"] == "400"
    assert centre.questions() == ()

    blind = with_answers(REHABILITATION, g_med={"medication": "500"})
    centre.receive(a_form("rehabilitation", blind, number=3), sender=TARAS)

    (item,) = centre.questions()
    assert (item.kind, item.cell, item.severity) == ("field_conflict", "medication", 3)
    assert {said["value"] for said in item.candidates} == {"400", "500"}


def test_saving_what_was_shown_writes_nothing(centre):
    centre.receive(a_form("rehabilitation", REHABILITATION, number=1))
    case = ids.case(ids.person(DANYLO))
    shown = {case: centre.view(case)["heads"]}

    centre.receive(a_form("rehabilitation", REHABILITATION, number=2, based_on=shown))

    assert len(centre.view(case)["heads"]["medication"]) == 1


def test_a_desk_clears_and_removes_what_it_was_shown(centre):
    full = with_answers(
        REHABILITATION, g_med={"medication": "300", "conditions": ["asthma", "heart"]}
    )
    centre.receive(a_form("rehabilitation", full, number=1))
    case = ids.case(ids.person(DANYLO))
    shown = {case: centre.view(case)["heads"]}
    cleared = with_answers(
        REHABILITATION, g_med={"medication": "", "conditions": ["heart"]}
    )

    centre.receive(a_form("rehabilitation", cleared, number=2, based_on=shown))

    values = centre.view(case)["values"]
    assert (values["medication"], values["conditions"]) == (None, ["heart"])


def test_evidence_from_a_document_outranks_the_childs_word(centre):
    papers = with_answers(
        RECEPTION,
        g_contact={"child_ref": DANYLO},
        g_child={"birth_date": "2012-04-03", "birth_source": "document"},
    )
    words = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})

    centre.receive(a_form("reception", papers, number=1))
    centre.receive(a_form("reception", words, number=2))

    birth = centre.view(ids.person(DANYLO))["values"]["birth"]
    assert birth == {"birth_date": "2012-04-03", "dob_precision": "day"}
    assert centre.questions() == ()


def test_a_late_form_is_ordered_by_when_it_was_finished(centre):
    three_days_ago = (MORNING - timedelta(days=3)).isoformat()
    a_day_ahead = timedelta(days=1) // timedelta(milliseconds=1)

    (receipt,) = centre.receive(
        a_form("reception", RECEPTION, finalized_at=three_days_ago),
        offset_ms=a_day_ahead,
    )

    with centre.database.reading() as session:
        (past,) = documents.history(session, receipt.documents[0][0])
    assert past.change.wall == three_days_ago
    assert past.change.off == a_day_ahead
    finished = MORNING - timedelta(days=4)
    assert int(past.change.hlc[:12], 16) == finished.timestamp() * 1000


def test_no_answer_stands_in_a_problem(centre):
    answer = "Таємне-Прізвище"
    broken = with_answers(RECEPTION, g_contact={"returned_on": answer})

    (receipt,) = centre.receive(a_form("reception", broken))

    assert answer not in repr(receipt.problem)
    assert answer not in repr(centre.questions())


def test_a_correction_waits_for_a_person(centre):
    form = FORMS["reception"]
    xml = to_xml(
        form.definition, RECEPTION, instance_id="uuid:new", deprecated_id="uuid:old"
    )

    (receipt,) = centre.receive(Incoming(xml=xml))

    assert (receipt.status, receipt.problem.slug) == ("quarantined", "correction")
