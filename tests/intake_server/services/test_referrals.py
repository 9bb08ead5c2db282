"""R45: a case stays with its sender until the centre that it is sent to accepts it."""

from copy import deepcopy
from dataclasses import replace
from random import Random

import pytest
from centres import (
    DANYLO,
    IRYNA,
    MARTA,
    OLENA,
    RECEPTION,
    STEPAN,
    TARAS,
    a_form,
    with_answers,
)
from network import a_central, a_centre

from forms.catalogue import shipped
from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.services import child, intake, publishing, shift
from intake_server.services.shift import Answer
from intake_server.storage import bulk, documents
from sync import documents as ids

CHILD = ids.person(DANYLO)
CASE = ids.case(CHILD)
SENT = with_answers(
    RECEPTION,
    g_contact={"child_ref": DANYLO},
    g_next={"destination": "rehab", "destination_site": "truskavets"},
)
REFERRED = {
    "g_contact": {"child_ref": DANYLO, "visit_on": "2026-11-22"},
    "any_services": "yes",
    "services": [
        {
            "svc_type": "rehab",
            "svc_site": "truskavets",
            "svc_state": "sent",
            "svc_consent": "given",
        }
    ],
}


@pytest.fixture
def central(tmp_path):
    member = a_central(tmp_path / "kyiv")
    with member.database, member.serving():
        with member.database.transaction() as session:
            publishing.publish(
                session,
                [shipped(name) for name in ("reception", "followup")],
                site="kyiv",
                now=member.now(),
                entropy=Random("forms").randbytes,
            )
        yield member


@pytest.fixture
def truskavets(tmp_path, central):
    member = a_centre(tmp_path / "truskavets", central, "truskavets")
    with member.database:
        member.sync()
        yield member


@pytest.fixture
def chernivtsi(tmp_path, central):
    member = a_centre(tmp_path / "chernivtsi", central, "chernivtsi")
    with member.database:
        member.sync()
        yield member


def receive(member, form_id, answers, sender=TARAS, number=1, **facts):
    form = a_form(form_id, answers, number=number, **facts)
    (receipt,) = intake.receive(
        member.database,
        [form],
        sender=replace(sender, site=member.site),
        now=member.now(),
        entropy=Random(str(number)).randbytes,
    )
    assert receipt.status == "stored", receipt
    return receipt


def answer(member, *, doc=CASE, by=MARTA, accept=True, reason=""):
    said = Answer(doc=doc, site="truskavets", is_accepted=accept, reason=reason)
    return shift.answer(
        member.database,
        said,
        by=by,
        now=member.now(),
        entropy=Random(member.site + reason).randbytes,
    )


def boards(member):
    with member.database.reading() as session:
        return sorted(
            bulk.fetch(
                session.connection(),
                "SELECT key, board, site FROM duty WHERE is_open"
                " AND key IN ('arrival', 'referral', 'bounced', 'sharing')",
            )
        )


def holders(member):
    with member.database.reading() as session:
        return set(documents.find(session, CASE).sites)


def case(member):
    with member.database.reading() as session:
        return documents.find(session, CASE).view


def settle(*members):
    for member in (*members, *members):
        member.sync()


def test_r45_the_sender_keeps_the_case_until_the_other_centre_accepts(
    central, truskavets, chernivtsi
):
    receive(chernivtsi, "reception", SENT)
    settle(chernivtsi, truskavets)

    assert boards(truskavets) == [("arrival", "arrival", "truskavets")]
    assert holders(truskavets) == {"chernivtsi"}

    answer(truskavets)
    settle(truskavets, chernivtsi)

    assert holders(chernivtsi) == {"chernivtsi", "truskavets"}
    assert boards(chernivtsi) == boards(truskavets) == boards(central) == []


def test_r45_a_child_that_is_sent_back_stays_with_its_sender_who_learns_why(
    central, truskavets, chernivtsi
):
    receive(chernivtsi, "reception", SENT)
    settle(chernivtsi, truskavets)

    answer(truskavets, accept=False, reason="немає місця")
    settle(truskavets, chernivtsi)

    assert holders(chernivtsi) == {"chernivtsi"}
    assert boards(chernivtsi) == [("bounced", "task", "chernivtsi")]
    (said,) = case(chernivtsi)["values"]["arrival_answer"]
    assert said["value"]["reason"] == "немає місця"


def test_r45_a_child_that_is_sent_again_is_expected_again_until_it_is_accepted(
    central, truskavets, chernivtsi
):
    receive(chernivtsi, "reception", SENT)
    settle(chernivtsi, truskavets)
    answer(truskavets, accept=False, reason="немає місця")
    settle(truskavets, chernivtsi)

    later = {"finalized_at": "2026-11-22T18:00:00+02:00"}
    receive(chernivtsi, "reception", SENT, number=2, **later)
    settle(chernivtsi, truskavets)

    expected = [("arrival", "arrival", "truskavets")]
    assert boards(truskavets) == boards(chernivtsi) == expected
    answer(truskavets)
    receive(chernivtsi, "reception", SENT, number=3, **later)
    settle(truskavets, chernivtsi)
    assert boards(truskavets) == boards(chernivtsi) == []
    assert truskavets.differing == ()


def test_r45_both_wrote_with_no_line_and_all_nodes_agree(
    central, truskavets, chernivtsi
):
    receive(chernivtsi, "reception", SENT)
    settle(chernivtsi, truskavets)
    answer(truskavets)
    elsewhere = with_answers(SENT, g_next={"destination_site": "crpc_kyiv"})
    receive(chernivtsi, "reception", elsewhere, number=2)

    settle(truskavets, chernivtsi)

    assert central.digest == truskavets.digest == chernivtsi.digest
    assert boards(central) == boards(truskavets) == boards(chernivtsi)
    assert holders(central) == {"chernivtsi", "truskavets"}
    assert central.differing == truskavets.differing == chernivtsi.differing == ()


def test_r45_accepted_and_sent_back_at_once_is_accepted(
    central, truskavets, chernivtsi
):
    receive(chernivtsi, "reception", SENT)
    settle(chernivtsi, truskavets)
    answer(truskavets)
    answer(central, by=IRYNA, accept=False, reason="помилка")

    settle(truskavets, chernivtsi)

    assert boards(central) == boards(truskavets) == boards(chernivtsi) == []
    assert "truskavets" in holders(chernivtsi)


def test_r45_a_referral_that_names_a_centre_waits_there_and_grants_the_case(
    central, truskavets, chernivtsi
):
    receive(chernivtsi, "followup", REFERRED)
    settle(chernivtsi, truskavets)
    assert boards(truskavets) == [("referral", "arrival", "truskavets")]
    with truskavets.database.reading() as session:
        (row,) = documents.rows_of(session, CASE)

    answer(truskavets, doc=row.doc)
    settle(truskavets, chernivtsi)

    with chernivtsi.database.reading() as session:
        (row,) = documents.rows_of(session, CASE)
    assert row.view["values"]["svc_state"] == "accepted"
    assert holders(chernivtsi) == {"chernivtsi", "truskavets"}
    assert boards(chernivtsi) == []


def test_r08_a_referral_without_consent_to_share_grants_nothing(truskavets):
    refused = deepcopy(REFERRED)
    refused["services"][0]["svc_consent"] = "withdrawn"
    receive(truskavets, "followup", refused, sender=OLENA)
    with truskavets.database.reading() as session:
        (row,) = documents.rows_of(session, CASE)

    with pytest.raises(NotFoundError):
        answer(truskavets, doc=row.doc)

    assert [key for key, board, _ in boards(truskavets)] == ["sharing"]


def test_r45_nobody_sends_a_child_back_without_a_reason(truskavets):
    receive(truskavets, "reception", SENT, sender=OLENA)

    with pytest.raises(InvalidRequestError):
        answer(truskavets, accept=False)


def test_r45_nobody_answers_for_another_centre(truskavets):
    receive(truskavets, "reception", SENT, sender=OLENA)

    with pytest.raises(NotFoundError):
        answer(truskavets, by=STEPAN)


def test_r45_a_child_that_nobody_sent_is_nobodys_to_accept(chernivtsi):
    receive(
        chernivtsi,
        "reception",
        with_answers(SENT, g_next={"destination_site": "crpc_kyiv"}),
    )

    with pytest.raises(NotFoundError):
        answer(chernivtsi)


def test_a_child_becomes_visible_to_a_centre_when_it_accepts(truskavets):
    receive(truskavets, "reception", SENT, sender=OLENA)
    answer(truskavets)

    found = child.one(truskavets.database, CHILD, viewer=MARTA, now=truskavets.now())

    assert found.persons[0].doc == CHILD
