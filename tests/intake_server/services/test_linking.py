"""One child under two references, with what hangs on either."""

import pytest
from centres import DANYLO, IRYNA, MARTA, OKSANA, a_form

from forms.reference import make
from intake_server.services import child, linking, records
from intake_server.services.linking import Pick, Verdict
from sync import documents as ids

A, B = sorted((ids.person(DANYLO), ids.person(make("4KH", 1))))
REFERENCE = {ids.person(one): one for one in (DANYLO, make("4KH", 1))}


def seek(centre, number, doc, **kin):
    """Send a form in which a child names whom to find."""
    rows = [
        {"sought_rel": rel, "sought_name": name, "sought_row": f"{number}-{rel}"}
        for rel, name in kin.items()
    ]
    answers = {
        "g_start": {"child_ref": REFERENCE[doc], "parts": ["child_view"]},
        "any_sought_persons": "yes",
        "sought_persons": rows,
    }
    (receipt,) = centre.receive(a_form("reunification", answers, number=number))
    assert receipt.status == "stored"


def equip(centre, number, doc, state):
    answers = {
        "g_stay": {"child_ref": REFERENCE[doc]},
        "any_assistive": "yes",
        "assistive": [{"ap_item": "wheelchair", "ap_state": state}],
    }
    (receipt,) = centre.receive(a_form("rehabilitation", answers, number=number))
    assert receipt.status == "stored"


def say(centre, verdict="same"):
    said = Verdict(a=A, b=B, verdict=verdict, reason="упізнала мати")
    for by in (OKSANA, IRYNA) if verdict == "same" else (IRYNA,):
        linking.link(centre.database, said, by=by, now=centre.now)


def seen(centre, doc):
    return records.one(centre.database, doc, viewer=IRYNA, now=centre.now).view


def mother(person):
    return ids.relation(person, "kin", "mother")


def chair(person):
    return ids.relation(ids.case(person), "assistive_product", "wheelchair")


@pytest.fixture
def linked(centre):
    seek(centre, 1, A, mother="Ремез Оксана", aunt="Верба Ганна")
    seek(centre, 2, B, mother="Ремес Оксана", father="Ремес Петро")
    equip(centre, 3, A, "needed")
    equip(centre, 4, B, "has")
    say(centre)
    return centre


def test_the_mother_of_both_is_one_mother(linked):
    one, other = seen(linked, mother(A)), seen(linked, mother(B))

    assert one["values"]["rel_name"] == other["values"]["rel_name"] == "Ремез Оксана"
    assert [(s["value"], s["member"]) for s in one["contested"]["rel_name"]] == [
        ("Ремез Оксана", mother(A)),
        ("Ремес Оксана", mother(B)),
    ]
    assert (one["parent"], other["parent"]) == (A, B)
    assert one["aliases"] == [mother(B)]


def test_what_hangs_on_the_cases_is_one_too(linked):
    one = seen(linked, chair(A))

    assert {s["member"] for s in one["contested"]["ap_state"]} == {chair(A), chair(B)}


def test_a_father_whom_one_record_names_stands_alone(linked):
    father = ids.relation(B, "kin", "father")

    assert seen(linked, father)["aliases"] == []
    assert seen(linked, father)["values"]["rel_name"] == "Ремес Петро"


def test_an_answer_about_the_mother_is_picked_for_the_mother_alone(linked):
    seek(linked, 5, A, father="Ремез Петро")
    before = seen(linked, mother(A))["contested"]
    picked = Pick(
        member=mother(B),
        name="rel_name",
        reason="паспорт матері",
        shown=frozenset(id_ for s in before["rel_name"] for id_ in s["heads"]),
    )

    linking.pick(linked.database, picked, by=IRYNA, now=linked.now)

    assert seen(linked, mother(A))["values"]["rel_name"] == "Ремес Оксана"
    assert "rel_name" not in seen(linked, mother(B))["contested"]
    father = ids.relation(A, "kin", "father")
    assert "rel_name" in seen(linked, father)["contested"]


def test_the_page_of_the_child_shows_each_thing_once(linked):
    found = child.one(linked.database, B, viewer=MARTA, now=linked.now)

    assert [view.doc for view in found.sheets] == [A, ids.case(A)]
    shown = [(view.kind, view.view["values"].get("rel_name")) for view in found.rows]
    assert sorted(shown, key=str) == [
        ("assistive_product", None),
        ("kin", "Верба Ганна"),
        ("kin", "Ремез Оксана"),
        ("kin", "Ремес Петро"),
    ]
    assert {view.doc for view in found.views} >= {A, B, mother(A), mother(B)}


def test_a_search_shows_a_child_of_two_records_once(linked):
    found = child.page(linked.database, viewer=MARTA, now=linked.now)

    (listed,) = found.children
    assert {listed.person.doc, *(view.doc for view in listed.others)} == {A, B}


def test_after_unlinking_each_child_has_its_own_again(linked):
    say(linked, "different")

    found = child.one(linked.database, B, viewer=MARTA, now=linked.now)

    assert [view.doc for view in found.sheets] == [B, ids.case(B)]
    assert seen(linked, mother(A))["contested"] == {}
    assert len(child.page(linked.database, viewer=MARTA, now=linked.now).children) == 2


def test_what_was_said_of_the_mother_while_linked_is_sorted(linked):
    seek(linked, 6, A, mother="Ремез Оксана Іванівна")
    say(linked, "different")

    found = child.one(linked.database, A, viewer=MARTA, now=linked.now)

    told = {(entry.view.doc, entry.said["property"]) for entry in found.sorting}
    assert (mother(A), "rel_name") in told
