"""Taking back a decision, or one's own word."""

import pytest
from centres import (
    BOHDAN,
    DANYLO,
    IRYNA,
    MARTA,
    OLENA,
    REHABILITATION,
    STEPAN,
    TARAS,
    a_form,
    with_answers,
)

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.services import child
from intake_server.storage import audit, documents, rebuild
from sync import documents as ids

CASE = ids.case(ids.person(DANYLO))


def dose(centre, text, *, number, sender):
    """Let a form say a dose; return its change."""
    answers = with_answers(REHABILITATION, g_med={"medication": text})
    centre.receive(a_form("rehabilitation", answers, number=number), sender=sender)
    with centre.database.reading() as session:
        return documents.history(session, CASE)[0].change


@pytest.fixture
def question(centre):
    """Two centres say different doses."""
    dose(centre, "300 мг", number=1, sender=OLENA)
    dose(centre, "500 мг", number=2, sender=TARAS)
    (item,) = centre.questions()
    return item


@pytest.fixture
def decided(centre, question):
    return centre.decide(question.qid, "pick", 0).change_id


def test_the_question_is_open_again_with_everybodys_own_answer(
    centre, question, decided
):
    undone = centre.undo(decided)

    (item,) = centre.questions()
    assert undone.opened == (item,)
    assert (item.qid, item.candidates) == (question.qid, question.candidates)
    assert centre.view(CASE)["contested"]["medication"]
    with centre.database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_it_can_be_decided_again_and_taken_back_again(centre, question, decided):
    centre.undo(decided)

    again = centre.decide(question.qid, "pick", 1).change_id
    assert centre.questions() == ()
    centre.undo(again)

    assert [item.qid for item in centre.questions()] == [question.qid]


def test_an_undo_can_be_taken_back(centre, decided):
    undone = centre.undo(decided)

    redone = centre.undo(undone.change_id)

    assert centre.questions() == ()
    assert redone.opened == ()
    assert centre.view(CASE)["heads"]["medication"] == [decided]


def test_asking_twice_writes_once(centre, decided):
    first = centre.undo(decided)

    second = centre.undo(decided)

    assert second == first
    with centre.database.reading() as session:
        assert len(documents.history(session, CASE)) == 4


def test_what_was_built_on_it_stands_beside_what_is_restored(centre, decided):
    shown = {CASE: {"medication": [decided]}}
    answers = with_answers(REHABILITATION, g_med={"medication": "700 мг"})
    form = a_form("rehabilitation", answers, number=3, based_on=shown)
    centre.receive(form, sender=OLENA)
    assert centre.questions() == ()

    centre.undo(decided)

    (item,) = centre.questions()
    said = {candidate["value"] for candidate in item.candidates}
    assert said == {"300 мг", "500 мг", "700 мг"}


@pytest.mark.parametrize("who", [MARTA, STEPAN], ids=lambda who: who.name)
def test_an_answer_is_taken_back_by_who_gave_it_alone(centre, who):
    change = dose(centre, "300 мг", number=1, sender=OLENA)
    dose(centre, "500 мг", number=2, sender=TARAS)

    with pytest.raises((InvalidRequestError, NotFoundError)):
        centre.undo(change.id, by=who)

    assert len(centre.questions()) == 1


def test_a_centre_takes_no_coordinators_decision_back(centre, decided):
    with pytest.raises(InvalidRequestError):
        centre.undo(decided, by=MARTA)

    assert centre.questions() == ()


def test_who_reads_no_records_is_told_there_is_no_such_change(centre, decided):
    with pytest.raises(NotFoundError):
        centre.undo(decided, by=BOHDAN)


def test_a_published_form_stays(centre):
    with centre.database.reading() as session:
        [doc] = [
            doc
            for doc, text in documents.all_views(session)
            if '"form_id":"reception"' in text
        ]
        change = documents.history(session, doc)[0].change

    with pytest.raises((InvalidRequestError, NotFoundError)):
        centre.undo(change.id)


def test_the_history_says_what_was_taken_back_and_by_whom(centre, decided):
    centre.undo(decided)

    _, told = child.told(centre.database, CASE, viewer=IRYNA, now=centre.now)

    by_id = {one.change.id: one for one in told}
    assert by_id[decided].is_undone
    assert not by_id[decided].may_undo
    newest = told[0]
    assert (newest.change.author, newest.may_undo) == (IRYNA.actor, True)
    writes = [write for _, said in newest.said for write in said]
    assert [(write.undoes, write.why) for write in writes] == [((decided,), "помилка")]
    with centre.database.reading() as session:
        entries = audit.page(session, object=decided, limit=10)
    assert [(e.action, e.actor) for e in entries] == [("undo", IRYNA.actor)]
