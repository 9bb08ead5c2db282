"""A phone that keeps nothing of a child corrects single answers of what it has sent."""

from dataclasses import replace
from itertools import permutations

import pytest
from centres import (
    BOHDAN,
    RECEPTION,
    REHABILITATION,
    TARAS,
    a_form,
    with_answers,
)
from fillings import FILLED

from forms.catalogue import shipped
from intake_server.errors import InvalidRequestError
from intake_server.security.policy import Principal, Role
from intake_server.services import erasure
from intake_server.services.intake import Incoming
from intake_server.storage import changes, documents, node, rebuild, submissions
from sync import documents as ids

FIRST = "uuid:00000001-0000-4000-8000-000000000000"
OTHER_PHONE = Principal("device", "9z", "Bus", Role.VOLUNTEER, "truskavets")
NAME = "g_child/family_name"


def entry(field, old, new, why="помилилась літерою"):
    return {"field": field, "old": old, "new": new, "why": why}


def a_correction(*entries, name="uuid:second", of=FIRST, form="reception"):
    """What is inside of a sealed correction."""
    return Incoming(
        instance_id=name,
        form_id=form,
        form_version="1",
        finalized_at="2026-11-22T11:00:00+02:00",
        corrects={"instance_id": of, "entries": list(entries)},
    )


RENAMED = a_correction(entry(NAME, "Ремез", "Ремезова"))


def person_of(receipt):
    return ids.person(receipt.reference)


def values(centre, receipt):
    return centre.view(person_of(receipt))["values"]


def newest_on(centre, doc):
    with centre.database.reading() as session:
        newest, *_ = documents.history(session, doc)
    return newest.change


def kept(centre, name="uuid:second"):
    with centre.database.reading() as session:
        (one,) = submissions.known(session, [name])[name]
        return submissions.find(session, one.instance_id, one.sha256)


def test_an_entry_takes_the_place_of_what_its_author_said(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    (second,) = centre.receive(RENAMED)

    assert (second.status, second.problem) == ("stored", None)
    assert second.reference == first.reference
    assert values(centre, first)["family_name"] == "Ремезова"
    assert centre.questions() == ()
    with centre.database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_only_the_answers_that_are_named_are_written_and_say_why(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))
    before = values(centre, first)

    centre.receive(
        a_correction(
            entry(NAME, "Ремез", "Ремезова"),
            entry("g_child/given_name", "Данило", "Данилко", "so he says himself"),
        )
    )

    (edit,) = newest_on(centre, person_of(first)).edits
    assert {write.f for write in edit.w} == {"family_name", "given_name"}
    assert {write.why for write in edit.w} == {"помилилась літерою; so he says himself"}
    after = values(centre, first)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"family_name", "given_name"}


@pytest.mark.parametrize(
    "field",
    [NAME, "/data/g_child/family_name", "data/g_child/family_name", "family_name"],
)
def test_a_field_is_named_by_its_path_or_where_it_is_one_by_its_name(centre, field):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    centre.receive(a_correction(entry(field, "Ремез", "Ремезова")))

    assert values(centre, first)["family_name"] == "Ремезова"


def test_an_answer_that_was_not_given_is_added(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    (receipt,) = centre.receive(
        a_correction(entry("g_child/patronymic", None, "Іванович"))
    )

    assert receipt.status == "stored"
    assert values(centre, first)["patronymic"] == "Іванович"


@pytest.mark.parametrize("new", [None, ""])
def test_an_answer_is_taken_back(centre, new):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    centre.receive(a_correction(entry(NAME, "Ремез", new)))

    assert values(centre, first).get("family_name") is None


def test_what_somebody_else_said_meanwhile_is_not_overwritten(centre):
    centre.receive(a_form("rehabilitation", REHABILITATION))
    other = with_answers(REHABILITATION, g_med={"medication": "леветирацетам"})
    centre.receive(a_form("rehabilitation", other, number=9), sender=TARAS)

    centre.receive(
        a_correction(
            entry("g_med/medication", "вальпроат 300 мг × 2", "вальпроат 500 мг"),
            form="rehabilitation",
        )
    )

    (question,) = centre.questions()
    assert {candidate["value"] for candidate in question.candidates} == {
        "леветирацетам",
        "вальпроат 500 мг",
    }


def test_a_correction_waits_until_what_it_corrects_has_come(centre):
    (early,) = centre.receive(RENAMED)
    assert (early.status, early.problem.slug) == ("quarantined", "correction")

    (first,) = centre.receive(a_form("reception", RECEPTION))

    assert values(centre, first)["family_name"] == "Ремезова"
    assert centre.questions() == ()
    (again,) = centre.receive(RENAMED)
    assert (again.status, again.reference) == ("duplicate", first.reference)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("at_once", [False, True], ids=["one-by-one", "in-a-batch"])
def test_corrections_of_corrections_end_alike_in_every_order(centre, order, at_once):
    forms = [
        a_form("reception", RECEPTION),
        RENAMED,
        a_correction(
            entry(NAME, "Ремезова", "Ремезенко"), name="uuid:third", of="uuid:second"
        ),
    ]

    if at_once:
        receipts = centre.receive(*(forms[place] for place in order))
    else:
        receipts = [centre.receive(forms[place])[0] for place in order]

    first = receipts[order.index(0)]
    assert values(centre, first)["family_name"] == "Ремезенко"
    assert centre.questions() == ()


def test_two_corrections_of_one_form_stand_side_by_side(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    centre.receive(RENAMED)
    centre.receive(
        a_correction(
            entry("g_child/given_name", "Данило", "Данилко"), name="uuid:third"
        )
    )

    found = values(centre, first)
    assert (found["family_name"], found["given_name"]) == ("Ремезова", "Данилко")
    assert centre.questions() == ()


UNFIT = {
    "no-such-field": entry("g_child/shoe_size", None, "38"),
    "no-such-group": entry("g_child2/family_name", "Ремез", "Ремезова"),
    "group": entry("g_child", None, "x"),
    "another-old": entry(NAME, "Ремізов", "Ремезова"),
    "old-of-nothing": entry("g_child/patronymic", "Іванович", "Петрович"),
    "old-forgotten": entry(NAME, None, "Ремезова"),
    "calculated": entry("filled_on", None, "2026-01-01"),
    "odd-path": entry("g_child[", "Ремез", "Ремезова"),
    "row-of-a-group": entry("g_child[2]/family_name/more", "Ремез", "Ремезова"),
    "empty": entry("", None, "x"),
    "slashes": entry("///", None, "x"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_what_does_not_fit_the_form_waits_for_a_person_and_is_named(centre, case):
    (first,) = centre.receive(a_form("reception", RECEPTION))
    before = values(centre, first)

    (receipt,) = centre.receive(
        a_correction(entry("g_child/given_name", "Данило", "Данилко"), UNFIT[case])
    )

    assert (receipt.status, receipt.problem.slug) == ("quarantined", "unfit-correction")
    assert receipt.problem.field == UNFIT[case]["field"]
    assert receipt.reference == first.reference
    assert values(centre, first) == before
    (question,) = centre.questions()
    assert question.kind == "triage"
    with pytest.raises(InvalidRequestError):
        centre.decide(question.qid, "release")
    centre.decide(question.qid, "dismiss")
    assert centre.questions() == ()


def test_a_new_answer_that_its_field_cannot_hold_waits_for_a_person(centre):
    centre.receive(a_form("reception", RECEPTION))

    (receipt,) = centre.receive(
        a_correction(entry("g_child/birth_date", "2012-03-04", "торік"))
    )

    assert (receipt.status, receipt.problem.slug) == ("quarantined", "unreadable-value")
    assert receipt.problem.field == "birth_date"


@pytest.mark.parametrize("sender", [OTHER_PHONE, TARAS])
def test_another_device_corrects_nothing_by_itself(centre, sender):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    (receipt,) = centre.receive(RENAMED, sender=sender)

    assert (receipt.status, receipt.problem.slug) == ("quarantined", "correction")
    assert values(centre, first)["family_name"] == "Ремез"
    assert [item.kind for item in centre.questions()] == ["triage"]


def test_a_person_lets_the_correction_of_another_device_count(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))
    centre.receive(RENAMED, sender=OTHER_PHONE)
    (question,) = centre.questions()

    centre.decide(question.qid, "release")

    assert values(centre, first)["family_name"] == "Ремезова"


WITH_RELATIVES = FILLED["registration"]


@pytest.fixture
def registered(centre):
    centre.publish(shipped("registration"))
    (receipt,) = centre.receive(a_form("registration", WITH_RELATIVES))
    assert receipt.status == "stored"
    return centre


def test_an_answer_in_a_row_is_corrected_and_no_other_row(registered):
    second = WITH_RELATIVES["family"][1]["rel_name"]

    (receipt,) = registered.receive(
        a_correction(
            entry("family[2]/rel_name", second, "Ремез Ганна"), form="registration"
        )
    )

    assert receipt.status == "stored"
    change = bytes.fromhex(kept(registered).change)
    with registered.database.reading() as session:
        (written,) = changes.whole(session.connection(), [change]).values()
    (edit,) = written.edits
    assert [(write.name, write.v) for write in edit.w] == [("rel_name", "Ремез Ганна")]


@pytest.mark.parametrize(
    "field", ["family/rel_name", "family[3]/rel_name", "family[0]/rel_name", "rel_name"]
)
def test_a_row_that_is_not_there_or_not_said_is_named(registered, field):
    (receipt,) = registered.receive(
        a_correction(entry(field, "Ремез Галина", "Ремез Ганна"), form="registration")
    )

    assert receipt.problem.slug == "unfit-correction"
    assert receipt.problem.field == field


def test_what_corrects_an_erased_child_leaves_nothing(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))
    with centre.database.transaction() as session:
        node.write(session, replace(node.read(session), role="central"))
    erasure.erase(centre.database, person_of(first), "wish", by=BOHDAN, now=centre.now)

    (receipt,) = centre.receive(RENAMED)

    assert receipt.status == "quarantined"
    assert kept(centre).raw == b""
    assert [item for item in centre.questions() if item.kind == "triage"] == []
    (again,) = centre.receive(RENAMED)
    assert again.status == "duplicate"


def test_a_date_may_be_written_as_the_form_shows_it_and_a_choice_by_its_name(centre):
    (first,) = centre.receive(a_form("reception", RECEPTION))

    (receipt,) = centre.receive(
        a_correction(
            entry("g_child/birth_date", "2012-03-04", "2012-03-05"),
            entry("g_child/sex", "male", "female"),
        )
    )

    assert receipt.status == "stored"
    assert values(centre, first)["sex"] == "female"
    assert values(centre, first)["birth"]["birth_date"] == "2012-03-05"
