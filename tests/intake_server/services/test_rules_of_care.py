"""The rules of care that hold for every record, each named after its rule."""

import re

import pytest
from centres import (
    DANYLO,
    IRYNA,
    MARTA,
    OKSANA,
    OLENA,
    RECEPTION,
    REHABILITATION,
    TARAS,
    a_form,
    with_answers,
)
from lxml import etree

from forms.catalogue import shipped
from forms.reference import make
from intake_server.errors import InvalidRequestError
from intake_server.services import cautions, child, linking
from intake_server.services.linking import Verdict
from intake_server.storage import boards, kinship, rebuild
from sync import documents as ids

CHILD = ids.person(DANYLO)
CASE = ids.case(CHILD)
X = "{http://www.w3.org/2002/xforms}"
DECISION = {
    "decision_kind": "guardianship",
    "authority_type": "ssd",
    "decision_no": "№ 12-р",
    "decision_on": "2026-02-01",
}
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


def reception(code=DANYLO, **groups):
    contact = {"child_ref": code, **groups.pop("g_contact", {})}
    return with_answers(RECEPTION, g_contact=contact, **groups)


def rehabilitation(center="truskavets", **groups):
    stay = {"child_ref": DANYLO, "center": center}
    return with_answers(REHABILITATION, g_stay=stay, **groups)


def persons(centre):
    query = "SELECT doc FROM document WHERE kind = 'person'"
    with centre.database.reading() as session:
        return session.connection().exec_driver_sql(query).fetchall()


def values(centre, doc):
    return centre.view(doc)["values"]


def test_r03_neither_side_of_a_reunification_is_shown_what_the_other_said():
    xml = etree.fromstring(shipped("reunification").xml)
    model = xml.find(f".//{X}model")
    named = {
        group.get("ref").rpartition("/")[2]: group for group in xml.iter(f"{X}group")
    }
    asked = {
        side: {
            one.get("ref").rpartition("/")[2]
            for one in named[side].iter()
            if isinstance(one.tag, str)
            and one.get("ref", "").startswith("/")
            and one.tag != f"{X}group"
        }
        for side in ("g_child", "g_adult", "g_verif")
    }
    words = {
        bind.get("nodeset").rpartition("/")[2]: set(
            _WORD.findall(" ".join(bind.attrib.values()).replace("/data/", " "))
        )
        for bind in model.iter(f"{X}bind")
    }

    for side, others in (
        ("g_child", asked["g_adult"] | asked["g_verif"]),
        ("g_adult", asked["g_child"]),
        ("g_verif", asked["g_child"]),
    ):
        assert "field-list" in named[side].get("appearance", "")
        for name in asked[side]:
            assert not (words.get(name, set()) & others), name
        shown = {one.get("value", "") for one in named[side].iter(f"{X}output")}
        assert not any(other in text for other in others for text in shown)


def test_r03_what_each_said_is_sealed_and_stays_on_the_visit():
    fields = {one.name: one for one in shipped("reunification").definition.fields}

    for name in ("child_answers", "adult_answers"):
        assert (fields[name].home, fields[name].level) == ("event", "sealed")


def decided(code, **decision):
    return {
        "g_start": {"child_ref": code, "parts": ["placement"]},
        "g_place": {"care_type": "opika", "care_from": "2026-02-01", **decision},
    }


def said_of(centre, code):
    found = child.one(centre.database, ids.person(code), viewer=IRYNA, now=centre.now)
    return [one.what for one in cautions.of(found)]


def test_r05_one_decision_on_children_of_two_families_is_warned_of(centre):
    one, other = make("4KH", 1), make("4KH", 2)
    for number, code in enumerate((one, other), 1):
        centre.receive(a_form("reception", reception(code), number=number))
    centre.receive(a_form("reunification", decided(one, **DECISION), number=3))
    assert "decision_elsewhere" not in said_of(centre, one)

    again = {**DECISION, "decision_no": "№  12-Р"}
    centre.receive(a_form("reunification", decided(other, **again), number=4))

    assert "decision_elsewhere" in said_of(centre, one)
    assert "decision_elsewhere" in said_of(centre, other)


def test_r05_siblings_may_have_one_decision(centre):
    one, other = make("4KH", 1), make("4KH", 2)
    centre.receive(a_form("reception", reception(one), number=1))
    family = {"siblings_here": 1, "sibling_group": one}
    centre.receive(a_form("reception", reception(other, g_with=family), number=2))
    for number, code in enumerate((one, other), 3):
        centre.receive(
            a_form("reunification", decided(code, **DECISION), number=number)
        )

    assert "decision_elsewhere" not in said_of(centre, one)
    assert "decision_elsewhere" not in said_of(centre, other)


@pytest.mark.parametrize(
    ("born", "due"),
    [("2013-01-05", ["2027-01-05"]), ("2012-03-04", [])],
    ids=["becomes fourteen", "was fourteen before"],
)
def test_r06_a_fourteenth_birthday_makes_a_task(centre, born, due):
    centre.receive(
        a_form("reception", reception(g_child={"birth_date": born}), number=1)
    )

    with centre.database.reading() as session:
        found = boards.of_children(session, [CHILD], [])
    assert [one.due for one in found if one.key == "fourteen"] == due


def test_r22_a_second_registration_is_never_merged_by_itself(centre):
    first, second = make("4KH", 1), make("4KH", 2)
    for number, code in enumerate((first, second), 1):
        centre.receive(a_form("reception", reception(code), number=number))

    assert len(persons(centre)) == 2
    assert centre.view(ids.person(first))["aliases"] == []

    pair = {"a": ids.person(first), "b": ids.person(second)}
    said = Verdict(**pair, verdict="same", reason="упізнала мати")
    linking.link(centre.database, said, by=OKSANA, now=centre.now)
    with pytest.raises(InvalidRequestError):
        linking.link(centre.database, said, by=OKSANA, now=centre.now)
    assert centre.view(ids.person(first))["aliases"] == []
    (waits,) = centre.questions()
    assert waits.kind == "link_proposed"

    linked = linking.link(centre.database, said, by=IRYNA, now=centre.now)
    assert centre.questions() == ()
    with centre.database.reading() as session:
        found = kinship.clusters(session.connection(), [pair["a"]])
    assert set(found) == set(pair.values())

    centre.undo(linked)
    assert len(persons(centre)) == 2
    assert centre.view(ids.person(first))["aliases"] == []
    assert centre.questions() == (waits,)


@pytest.mark.parametrize("match", ["not_checked", "no_match", "possible", "confirmed"])
def test_r23_services_do_not_wait_for_a_register(centre, match):
    answers = {**reception(), "register_match": match}
    needs = {"urgent_needs": ["medical_emergency"], "triage": "red"}
    answers["g_needs"] = {**answers["g_needs"], **needs}
    centre.receive(a_form("reception", answers))

    with centre.database.reading() as session:
        found = boards.of_children(session, [CHILD], [])
    keys = {one.key for one in found}
    assert {"arrival", "need/medical", "need/pfa"} <= keys


@pytest.mark.parametrize("match", ["confirmed", "rejected"])
def test_r23_a_match_stands_once_two_people_have_said_it(centre, match):
    possible = registration(register_match="possible")
    centre.receive(a_form("registration", possible, number=1), sender=OLENA)
    for number, sender in ((2, OLENA), (3, OLENA), (4, TARAS)):
        assert values(centre, CASE)["register_match"] == "possible"
        seen = {CASE: centre.view(CASE)["heads"]}
        said = registration(register_match=match)
        form = a_form("registration", said, number=number, based_on=seen)
        centre.receive(form, sender=sender)

    assert values(centre, CASE)["register_match"] == match
    assert centre.questions() == ()
    with centre.database.transaction() as session:
        assert rebuild.compare(session).different == ()


def test_r23_a_second_person_agrees_to_what_is_proposed_and_takes_it_back(centre):
    centre.receive(a_form("registration", registration(register_match="possible")))
    seen = {CASE: centre.view(CASE)["heads"]}
    said = registration(register_match="confirmed")
    centre.receive(a_form("registration", said, number=2, based_on=seen))
    (asked,) = centre.questions()
    assert (asked.kind, asked.displayed) == ("field_conflict", "possible")

    agreed = centre.decide(asked.qid, "pick", 0, by=IRYNA)
    assert values(centre, CASE)["register_match"] == "confirmed"
    assert centre.questions() == ()

    centre.undo(agreed.change_id)
    assert centre.questions() == (asked,)
    refused = centre.decide(asked.qid, "value", "no_match", by=MARTA)
    assert values(centre, CASE)["register_match"] == "no_match"
    assert refused.change_id
    assert centre.questions() == ()


def test_r23_nobody_agrees_with_themselves(centre):
    said = registration(register_match="confirmed")
    centre.receive(a_form("registration", said), sender=MARTA)
    (asked,) = centre.questions()

    with pytest.raises(InvalidRequestError):
        centre.decide(asked.qid, "pick", 0, by=MARTA)

    assert values(centre, CASE)["register_match"] is None


def test_r23_a_match_is_not_both_confirmed_and_rejected(centre):
    centre.receive(a_form("reception", reception()), sender=OLENA)
    for number, (match, sender) in enumerate(
        (("confirmed", OLENA), ("rejected", TARAS)), 2
    ):
        form = registration(register_match=match)
        centre.receive(a_form("registration", form, number=number), sender=sender)

    assert "register_match" in {one.key for one in centre.questions()}


def registration(status="", row="1", **end):
    family = [
        {
            "family_row": row,
            "rel_type": "father",
            "rel_name": "Ремез Ярослав",
            "rel_status": status,
        }
    ]
    return {
        "g_start": {"child_ref": DANYLO},
        "g_end": end,
        **({"family": family} if status else {}),
    }


@pytest.fixture(autouse=True)
def forms(centre):
    centre.publish(shipped("registration"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alive_contact", "dead_confirmed"),
        ("unknown", "captivity"),
        ("in_rf", "missing"),
    ],
)
def test_r24_whether_a_parent_lives_is_never_decided_by_itself(centre, one, other):
    for number, (status, sender) in enumerate(((one, OLENA), (other, TARAS)), 1):
        form = registration(status, row=str(number))
        centre.receive(a_form("registration", form, number=number), sender=sender)

    (asked,) = [q for q in centre.questions() if q.cell == "rel_status"]
    assert asked.doc == ids.relation(CHILD, "kin", "father")
    assert asked.severity == 3
    assert {said["value"] for said in asked.candidates} == {one, other}


def test_r25_an_occupation_paper_never_replaces_a_ukrainian_name(centre):
    ours = {"family_name": "Ґудзь", "given_name": "Микита", "name_source": "document"}
    theirs = {
        "family_name": "Гудзь",
        "given_name": "Никита",
        "name_source": "occupation_document",
    }
    sent = [
        a_form("reception", reception(g_child=child), number=number)
        for number, child in enumerate((ours, theirs), 1)
    ]
    for one in reversed(sent):
        centre.receive(one, sender=TARAS)

    said = values(centre, CHILD)
    assert (said["family_name"], said["given_name"]) == ("Ґудзь", "Микита")
    assert not {"family_name", "given_name"} & {q.cell for q in centre.questions()}


def test_r25_a_russian_passport_makes_nobody_a_citizen(centre):
    held = {"docs_held": ["ru_passport", "ru_citizenship_mark"]}
    ours = {"g_identity": {"citizenship": "UA"}, "g_start": {"child_ref": DANYLO}}
    centre.receive(a_form("registration", ours, number=1))

    centre.receive(a_form("reception", reception(g_needs=held), number=2), sender=TARAS)

    assert values(centre, CHILD)["citizenship"] == "UA"


def test_r26_a_newborn_is_no_child_who_returned(centre):
    centre.receive(a_form("reception", reception(), number=1))
    before, returned = persons(centre), values(centre, CASE)["returned_on"]

    born = rehabilitation(g_med={"newborn_on": "2026-11-23"})
    centre.receive(a_form("rehabilitation", born, number=2))

    assert len(persons(centre)) == len(before)
    assert values(centre, CASE)["returned_on"] == returned


def test_r27_an_allergy_that_one_removes_and_one_adds_is_there(centre):
    centre.receive(
        a_form(
            "rehabilitation", rehabilitation(g_med={"allergies": "арахіс"}), number=1
        )
    )
    seen = {CASE: centre.view(CASE)["heads"]}
    removed = a_form(
        "rehabilitation",
        rehabilitation(g_med={"allergies": ""}),
        number=2,
        based_on=seen,
    )
    added = a_form(
        "rehabilitation",
        rehabilitation("chernivtsi", g_med={"allergies": "арахіс"}),
        number=3,
    )
    for one in (removed, added):
        centre.receive(one, sender=TARAS)

    assert values(centre, CASE)["allergies"] == ["арахіс"]


@pytest.mark.parametrize("first", ["yes", "no"])
def test_r27_the_risk_of_self_harm_stands_where_one_centre_sees_it(centre, first):
    second = "no" if first == "yes" else "yes"
    for number, (risk, sender) in enumerate(((first, OLENA), (second, TARAS)), 1):
        form = rehabilitation(g_mh={"self_harm": risk})
        centre.receive(a_form("rehabilitation", form, number=number), sender=sender)

    assert values(centre, CASE)["self_harm"] == "yes"
