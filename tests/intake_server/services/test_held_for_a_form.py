"""Finished forms that came before the version of the form on which they are filled."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from centres import (
    DANYLO,
    FORMS,
    MORNING,
    OLENA,
    RECEPTION,
    REHABILITATION,
    TARAS,
    a_form,
    with_answers,
)

from forms.catalogue import form as catalogue_form
from forms.instance import to_xml
from forms.reference import BLOCK_SIZE, normalise
from intake_server.services import intake
from intake_server.services import references as numbering
from intake_server.services.intake import Incoming, Post
from intake_server.storage import documents, references
from sync import documents as ids

LATER = "2099010101"
NAME = "uuid:00000001-0000-4000-8000-000000000000"


def newer(form_id):
    """The next version of a shipped form; it asks the same."""
    form = FORMS[form_id]
    return catalogue_form(form.xml.replace(form.version.encode(), LATER.encode()))


def on_the_newer(form_id, answers, *, name=NAME, **facts):
    xml = to_xml(newer(form_id).definition, answers, instance_id=name)
    return Incoming(
        instance_id=name,
        form_id=form_id,
        form_version=LATER,
        finalized_at="2026-11-20T10:30:00+02:00",
        xml=xml,
        **facts,
    )


def test_it_is_taken_in_by_itself_when_the_version_is_published(centre):
    form = on_the_newer("reception", RECEPTION)
    (held,) = centre.receive(form)
    assert (held.status, held.problem.slug) == ("quarantined", "unknown-version")

    centre.publish(newer("reception"))

    assert centre.questions() == ()
    (again,) = centre.receive(form)
    assert (again.status, again.problem) == ("duplicate", None)
    assert normalise(again.reference) == again.reference
    assert centre.view(ids.person(again.reference))["values"]["family_name"] == "Ремез"


def test_a_form_that_nobody_had_heard_of_is_taken_in_too(centre):
    xml = newer("reception").xml.replace(b'id="reception"', b'id="unheard_of"')
    unheard = catalogue_form(xml)
    form = Incoming(
        xml=to_xml(unheard.definition, RECEPTION, instance_id=NAME), instance_id=NAME
    )
    (held,) = centre.receive(form)
    assert held.problem.slug == "unknown-form"

    centre.publish(unheard)

    assert centre.questions() == ()
    assert centre.receive(form)[0].documents


def test_it_counts_as_said_by_its_sender_when_it_was_finished(centre):
    form = on_the_newer("reception", RECEPTION)
    centre.receive(form, sender=TARAS)

    centre.publish(newer("reception"))

    (receipt,) = centre.receive(form)
    with centre.database.reading() as session:
        (past,) = documents.history(session, receipt.documents[0][0])
    change = past.change
    assert (change.author, change.device, change.site) == ("d:7a", "7a", "chernivtsi")
    assert (change.wall, change.form) == (form.finalized_at, f"reception@{LATER}")


def test_a_clock_that_was_wrong_when_it_came_is_still_told_of(centre):
    form = on_the_newer("reception", RECEPTION)
    a_day = timedelta(days=1) // timedelta(milliseconds=1)
    centre.receive(form, offset_ms=a_day)

    centre.publish(newer("reception"))

    (receipt,) = centre.receive(form)
    with centre.database.reading() as session:
        (past,) = documents.history(session, receipt.documents[0][0])
    assert past.change.off == a_day
    true = datetime.fromisoformat(form.finalized_at) - timedelta(days=1)
    assert int(past.change.hlc[:12], 16) == true.timestamp() * 1000


@pytest.mark.parametrize("media", ["xml", "answers"])
def test_it_supersedes_what_was_on_the_screen_when_it_was_filled(centre, media):
    first = {"g_med": {"medication": "300"}}
    centre.receive(
        a_form("rehabilitation", with_answers(REHABILITATION, **first), number=7)
    )
    case = ids.case(ids.person(DANYLO))
    shown = {case: centre.view(case)["heads"]}
    answers = with_answers(REHABILITATION, g_med={"medication": "400"})
    form = on_the_newer("rehabilitation", answers, based_on=shown)
    if media == "answers":
        form = replace(form, xml=None, answers=answers)
    centre.receive(form)

    centre.publish(newer("rehabilitation"))

    assert centre.questions() == ()
    assert centre.view(case)["values"]["medication"] == "400"


def test_it_is_written_once_however_often_forms_are_published(centre):
    form = on_the_newer("reception", RECEPTION)
    centre.receive(form)
    centre.publish(newer("reception"))
    (receipt,) = centre.receive(form)

    centre.publish(newer("reception"))
    centre.publish(newer("rehabilitation"))

    for doc, _ in receipt.documents:
        with centre.database.reading() as session:
            assert len(documents.history(session, doc)) == 1


def test_what_is_wrong_with_it_otherwise_keeps_it_held(centre):
    odd = with_answers(RECEPTION, g_contact={"returned_on": "вчора"})
    centre.receive(on_the_newer("reception", odd))
    (before,) = centre.questions()

    centre.publish(newer("reception"))

    (item,) = centre.questions()
    assert (before.cell, item.cell) == ("unknown-version", "unreadable-value")
    assert item.facts["field"] == "returned_on"
    (again,) = centre.receive(on_the_newer("reception", odd))
    assert (again.status, again.problem.slug) == ("duplicate", "unreadable-value")


def test_one_that_does_not_say_whose_it_is_waits_for_a_person(centre):
    known = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    centre.receive(a_form("reception", known, number=7))
    nameless = with_answers(REHABILITATION, g_stay={"child_ref": ""})
    centre.receive(on_the_newer("rehabilitation", nameless))

    centre.publish(newer("rehabilitation"))

    (item,) = centre.questions()
    assert item.cell == "no-reference"
    centre.decide(item.qid, "assign", ids.person(DANYLO))
    case = centre.view(ids.case(ids.person(DANYLO)))
    assert case["values"]["medication"] == "вальпроат 300 мг × 2"


def test_of_two_with_one_id_the_first_is_taken_and_the_other_asked_about(centre):
    centre.receive(on_the_newer("reception", RECEPTION))
    centre.now += timedelta(minutes=1)
    other = with_answers(RECEPTION, g_child={"family_name": "Інше"})
    centre.receive(on_the_newer("reception", other))

    centre.publish(newer("reception"))

    assert [item.cell for item in centre.questions()] == ["instance-conflict"]
    (first,) = centre.receive(on_the_newer("reception", RECEPTION))
    assert centre.view(ids.person(first.reference))["values"]["family_name"] == "Ремез"


def test_one_that_a_person_put_aside_stays_there(centre):
    form = on_the_newer("reception", RECEPTION)
    centre.receive(form)
    centre.decide(centre.questions()[0].qid, "dismiss")

    centre.publish(newer("reception"))

    assert centre.receive(form)[0].documents == ()
    assert centre.questions() == ()


def test_for_want_of_a_free_reference_it_waits_and_holds_up_nobody(centre):
    form = on_the_newer("reception", RECEPTION)
    centre.receive(form)
    with centre.database.transaction() as session:
        (block,) = references.blocks(session, "truskavets")
        references.draw(session, block.block, BLOCK_SIZE)

    centre.publish(newer("reception"))

    assert [item.cell for item in centre.questions()] == ["unknown-version"]
    with centre.database.transaction() as session:
        numbering.reserve(session, "truskavets")
    centre.publish(newer("rehabilitation"))
    assert centre.questions() == ()
    assert centre.receive(form)[0].documents


def test_a_version_that_comes_between_reading_and_writing_is_seen(centre):
    database = Overtaken(centre.database, lambda: centre.publish(newer("reception")))

    (receipt,) = intake.receive(
        database, [on_the_newer("reception", RECEPTION)], sender=OLENA, now=MORNING
    )

    assert receipt.status == "stored"


@pytest.mark.parametrize("count", [1, 30])
def test_many_of_one_unknown_form_ask_for_it_once(centre, count):
    form = on_the_newer("reception", RECEPTION)
    batch = [
        replace(form, instance_id=f"uuid:{n}", xml=None, form_id="none", answers={})
        for n in range(count)
    ]
    counted = Counted(centre.database)

    read = intake.read(counted, Post(batch=batch, sender=OLENA, now=MORNING)).read

    assert {one.problem.slug for one in read} == {"unknown-form"}
    assert counted.readings == 2


class Counted:
    """A store that counts how often it is read."""

    def __init__(self, database):
        self._database = database
        self.store = database.store
        self.readings = 0

    def reading(self):
        self.readings += 1
        return self._database.reading()


class Overtaken:
    """A store in which somebody else is just faster once."""

    def __init__(self, database, first):
        self._database, self._first = database, first
        self.store = database.store

    def reading(self):
        return self._database.reading()

    @contextmanager
    def transaction(self):
        self._first()
        with self._database.transaction() as session:
            yield session
