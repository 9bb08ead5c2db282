"""What a node has set aside: who sees it, what a person can do, and taking that back."""

import json
from dataclasses import replace

import pytest
from centres import (
    BOHDAN,
    DANYLO,
    FORMS,
    IRYNA,
    MARTA,
    OLENA,
    RECEPTION,
    REHABILITATION,
    STEPAN,
    TARAS,
    a_form,
    with_answers,
)

from forms.catalogue import form as catalogue_form
from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.services import quarantine, reading
from intake_server.services.authoring import Pen
from intake_server.storage import audit, documents, submissions
from sync import documents as ids
from sync.change import Write

NEWER = "2099010101"
ODD = with_answers(RECEPTION, g_contact={"returned_on": "вчора"})
BAD = "4KH-7T29-A"


def a_newer_form():
    """The next version of a form, in which the odd answer has another name."""
    form = FORMS["reception"]
    xml = form.xml.replace(form.version.encode(), NEWER.encode())
    named = xml.replace(b"/g_contact/returned_on", b"/g_contact/returned_day")
    return catalogue_form(named.replace(b"<returned_on/>", b"<returned_day/>"))


def held(centre, answers, form_id="reception", *, sender=OLENA, **facts):
    (receipt,) = centre.receive(a_form(form_id, answers, **facts), sender=sender)
    assert receipt.status == "quarantined"
    (item,) = centre.questions()
    return item


def page(centre, viewer=IRYNA, **asked):
    return quarantine.page(centre.database, viewer=viewer, now=centre.now, **asked)


def left(centre, qid, viewer=IRYNA):
    return quarantine.left(centre.database, qid, viewer=viewer, now=centre.now)


def take_up(centre, qid, by=IRYNA, reason="таки потрібна"):
    return quarantine.take_up(centre.database, qid, reason, by=by, now=centre.now)


def acts(centre):
    with centre.database.reading() as session:
        return [(one.action, one.object) for one in audit.page(session)]


def test_each_centre_sees_its_own_and_a_coordinator_all(centre):
    held(centre, ODD)
    centre.receive(a_form("reception", ODD, number=2), sender=TARAS)

    assert [one.site for one in page(centre, MARTA).held] == ["truskavets"]
    assert [one.site for one in page(centre, STEPAN).held] == ["chernivtsi"]
    assert len(page(centre).held) == 2
    assert page(centre, BOHDAN).held == ()


def test_that_somebody_looked_through_it_is_noted(centre):
    item = held(centre, ODD)

    page(centre)

    assert ("list_held", item.doc) in acts(centre)


@pytest.mark.parametrize("cursor", ["x", "~", "2026-11-22T09:00:00Z~zz~uuid:1", "1~~"])
def test_a_cursor_that_no_page_gave_is_refused(centre, cursor):
    with pytest.raises(NotFoundError):
        page(centre, cursor=cursor)


def test_what_was_left_is_kept_and_can_be_taken_up_again(centre):
    item = held(centre, ODD)
    centre.decide(item.qid, "dismiss")
    assert (centre.questions(), page(centre).held) == ((), ())
    (kept,) = page(centre, is_left=True).held
    assert kept.instance_id == item.doc

    again = take_up(centre, item.qid)

    assert [one.qid for one in centre.questions()] == [item.qid] == [again]
    assert len(page(centre).held) == 1
    assert page(centre, is_left=True).held == ()
    assert ("take_up", item.qid) in acts(centre)


def test_taking_up_twice_asks_once(centre):
    item = held(centre, ODD)
    centre.decide(item.qid, "dismiss")

    assert take_up(centre, item.qid) == take_up(centre, item.qid)
    assert len(centre.questions()) == 1


def test_what_was_taken_up_can_be_decided_anew(centre):
    nameless = with_answers(REHABILITATION, g_stay={"child_ref": ""})
    item = held(centre, nameless, "rehabilitation")
    centre.decide(item.qid, "dismiss")

    centre.decide(take_up(centre, item.qid), "assign", a_known_child(centre))

    case = centre.view(ids.case(ids.person(DANYLO)))
    assert case["values"]["medication"] == "вальпроат 300 мг × 2"
    assert page(centre, is_left=True).held == ()


@pytest.mark.parametrize("by", [MARTA, STEPAN])
def test_only_who_decides_takes_a_form_up_again(centre, by):
    item = held(centre, ODD)
    centre.decide(item.qid, "dismiss")

    with pytest.raises(NotFoundError):
        take_up(centre, item.qid, by=by)


def test_taking_up_needs_a_reason_and_a_form_that_was_left(centre):
    item = held(centre, ODD)
    centre.decide(item.qid, "dismiss")
    with pytest.raises(InvalidRequestError):
        take_up(centre, item.qid, reason=" ")
    centre.publish(a_newer_form())
    centre.decide(take_up(centre, item.qid), "mend", NEWER)

    with pytest.raises(InvalidRequestError):
        take_up(centre, item.qid)
    with pytest.raises(NotFoundError):
        take_up(centre, "0" * 32)


def test_a_form_as_it_came_is_for_coordinators_and_each_reading_is_noted(centre):
    item = held(centre, ODD)
    with centre.database.transaction() as session:
        found = quarantine.evidence(session, item, viewer=MARTA, now=centre.now)
        assert (found.is_raw, found.submission.raw) == (False, b"")
        assert ("read_raw", item.doc) not in acts(centre)
        found = quarantine.evidence(session, item, viewer=IRYNA, now=centre.now)
        assert "вчора".encode() in found.submission.raw
    assert ("read_raw", item.doc) in acts(centre)

    with pytest.raises(NotFoundError):
        quarantine.raw(centre.database, item.qid, viewer=MARTA, now=centre.now)


@pytest.mark.parametrize("is_open", [True, False])
def test_its_bytes_are_given_as_they_came_open_or_left(centre, is_open):
    form = a_form("reception", ODD)
    item = held(centre, ODD)
    if not is_open:
        centre.decide(item.qid, "dismiss")

    found = quarantine.raw(centre.database, item.qid, viewer=IRYNA, now=centre.now)

    assert found.raw == form.xml
    assert acts(centre).count(("read_raw", item.doc)) == 1


def test_what_became_of_a_form_is_for_those_who_see_its_centre(centre):
    item = held(centre, ODD)
    centre.decide(item.qid, "dismiss")

    assert left(centre, item.qid, MARTA).submission.site == "truskavets"
    with pytest.raises(NotFoundError):
        left(centre, item.qid, STEPAN)


def test_nothing_is_read_out_of_what_was_erased(centre):
    item = held(centre, ODD)
    with centre.database.transaction() as session:
        erase = "UPDATE submission SET raw = x''"
        session.connection().exec_driver_sql(erase)
        found = quarantine.evidence(session, item, viewer=IRYNA, now=centre.now)

    assert (found.is_raw, found.answers) == (False, ())
    for verb in ("release", "assign"):
        with pytest.raises(InvalidRequestError):
            centre.decide(item.qid, verb, a_known_child(centre))
    with pytest.raises(NotFoundError):
        quarantine.raw(centre.database, item.qid, viewer=IRYNA, now=centre.now)


def test_a_form_that_a_newer_version_can_read_says_so(centre):
    item = held(centre, ODD)
    assert evidence(centre, item).other is None

    centre.publish(a_newer_form())

    assert evidence(centre, item).other == quarantine.Reading(NEWER, None)


def test_what_no_version_can_read_says_why(centre):
    worse = with_answers(ODD, g_with={"siblings_here": "багато"})
    item = held(centre, worse)
    centre.publish(a_newer_form())

    other = evidence(centre, item).other

    assert other.problem.slug == "unreadable-value"
    assert other.problem.field == "siblings_here"
    with pytest.raises(InvalidRequestError):
        centre.decide(item.qid, "mend", NEWER)
    with pytest.raises(InvalidRequestError):
        centre.decide(item.qid, "mend", "no such version")
    assert [one.qid for one in centre.questions()] == [item.qid]


@pytest.mark.parametrize("media", ["xml", "answers"])
def test_a_form_is_taken_in_as_a_newer_version_reads_it(centre, media):
    form = a_form("reception", ODD)
    item = held(centre, ODD)
    if media == "answers":
        centre.decide(item.qid, "dismiss")
        form = in_json(ODD)
        (receipt,) = centre.receive(form)
        (item,) = centre.questions()
    centre.publish(a_newer_form())

    centre.decide(item.qid, "mend", NEWER)

    assert centre.questions() == ()
    (receipt,) = centre.receive(form)
    assert (receipt.status, receipt.problem) == ("duplicate", None)
    child = centre.view(ids.person(receipt.reference))
    assert child["values"]["family_name"] == "Ремез"
    with centre.database.reading() as session:
        (past,) = documents.history(session, ids.person(receipt.reference))
        (kept,) = submissions.of_form(session, "reception")
    assert past.change.form == f"reception@{NEWER}"
    assert kept.form_version == NEWER


def test_a_mended_form_is_corrected_and_read_again_as_it_was_mended(centre):
    item = held(centre, ODD)
    centre.publish(a_newer_form())
    centre.decide(item.qid, "mend", NEWER)
    with centre.database.reading() as session:
        (kept,) = submissions.of_form(session, "reception")
        read = reading.again(session, kept, None)

    assert (read.problem, read.definition.version) == (None, NEWER)


@pytest.mark.parametrize("reference", ["", BAD])
def test_a_person_says_whose_a_form_is_whose_code_is_absent_or_wrong(centre, reference):
    nameless = with_answers(REHABILITATION, g_stay={"child_ref": reference})
    item = held(centre, nameless, "rehabilitation")

    centre.decide(item.qid, "assign", a_known_child(centre))

    case = centre.view(ids.case(ids.person(DANYLO)))
    assert case["values"]["medication"] == "вальпроат 300 мг × 2"


def test_another_code_that_does_not_check_keeps_it_held(centre):
    odd = with_answers(
        RECEPTION, g_contact={"child_ref": BAD}, g_with={"sibling_group": BAD}
    )
    item = held(centre, odd)
    assert item.facts["field"] == "child_ref"

    with pytest.raises(InvalidRequestError):
        centre.decide(item.qid, "assign", a_known_child(centre))


def test_a_form_that_names_a_child_itself_is_not_given_to_another(centre):
    other = centre.receive(a_form("reception", RECEPTION, number=5))[0].documents
    known = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    centre.receive(a_form("reception", known, number=7))
    odd = with_answers(known, g_child={"family_name": "Інше"})
    centre.receive(a_form("reception", odd, number=7))
    (item,) = (one for one in centre.questions() if one.cell == "instance-conflict")
    another = next(doc for doc, kind in other if kind == "person")

    with pytest.raises(InvalidRequestError) as refused:
        centre.decide(item.qid, "assign", another)

    assert set(refused.value.errors) == {"another"}
    assert item.qid in {one.qid for one in centre.questions()}


def test_a_change_that_was_set_aside_is_listed_beside_the_forms(centre):
    a_known_child(centre)
    case = ids.case(ids.person(DANYLO))
    written = Write(f="case_status", v="dreaming")
    write(centre, {(case, "case"): [written]})

    (aside,) = page(centre).changes

    assert (aside.kind, aside.cell) == ("quarantine", "enum:case_status")
    assert page(centre, is_left=True).changes == ()
    assert page(centre).damaged == 0


def test_a_form_in_json_is_kept_with_what_it_was_based_on(centre):
    centre.receive(in_json(ODD))
    (item,) = centre.questions()

    found = quarantine.raw(centre.database, item.qid, viewer=IRYNA, now=centre.now)

    assert json.loads(found.raw)["answers"]["g_contact"]["returned_on"] == "вчора"


def evidence(centre, item, viewer=IRYNA):
    with centre.database.transaction() as session:
        return quarantine.evidence(session, item, viewer=viewer, now=centre.now)


def in_json(answers):
    form = a_form("reception", answers, number=2)
    return replace(form, xml=None, answers=answers)


def a_known_child(centre):
    known = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    centre.receive(a_form("reception", known, number=77))
    return ids.person(DANYLO)


def write(centre, edit):
    with centre.database.transaction() as session:
        pen = Pen(session, now=centre.now, entropy=bytes)
        pen.take_in([pen.write(edit, author="operator", site="chernivtsi")])
        pen.close()
