"""Questions, and people's answers to them."""

from dataclasses import replace

import pytest
from centres import (
    BOHDAN,
    DANYLO,
    IRYNA,
    MARTA,
    OLENA,
    RECEPTION,
    REHABILITATION,
    SOFIIA,
    STEPAN,
    TARAS,
    a_form,
    with_answers,
)

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    StaleItemError,
    WrongVerbError,
)
from intake_server.services import merging
from intake_server.storage import documents
from sync import documents as ids

CASE = ids.case(ids.person(DANYLO))


def contest(centre, *doses, number=1, sender=OLENA):
    """Let separately filled forms give different doses; return the open item."""
    senders = (sender, TARAS)
    for place, dose in enumerate(doses):
        answers = with_answers(REHABILITATION, g_med={"medication": dose})
        form = a_form("rehabilitation", answers, number=number + place)
        centre.receive(form, sender=senders[place % 2])
    return next(i for i in centre.questions() if i.cell == "medication")


def test_a_picked_answer_stands_and_the_question_is_gone(centre):
    item = contest(centre, "300 мг", "500 мг")
    picked = [said["value"] for said in item.candidates].index("500 мг")

    resolution = centre.decide(item.qid, "pick", picked)

    view = centre.view(CASE)
    assert view["values"]["medication"] == "500 мг"
    assert view["contested"] == {}
    assert view["heads"]["medication"] == [resolution.change_id]
    assert centre.questions() == ()


def test_the_history_says_who_decided_and_why(centre):
    item = contest(centre, "300 мг", "500 мг")

    resolution = centre.decide(item.qid, "value", "400 мг")

    with centre.database.reading() as session:
        newest = documents.history(session, CASE)[0].change
    (write,) = newest.edits[0].w
    assert (newest.id, newest.author) == (resolution.change_id, IRYNA.actor)
    assert (write.act, write.why, write.v) == (
        "resolve",
        "за випискою лікаря",
        "400 мг",
    )
    assert set(write.p) == set(item.heads)


def test_a_stale_answer_gets_the_question_as_it_is_now(centre):
    stale = contest(centre, "300 мг", "500 мг")
    newer = contest(centre, "700 мг", number=3)
    assert newer.qid != stale.qid

    with pytest.raises(StaleItemError) as told:
        centre.decide(stale.qid, "pick", 0)

    assert told.value.current.qid == newer.qid
    assert len(told.value.current.candidates) == 3


def test_an_answer_to_a_settled_question_says_it_is_settled(centre):
    item = contest(centre, "300 мг", "500 мг")
    centre.decide(item.qid, "pick", 0)

    with pytest.raises(StaleItemError) as told:
        centre.decide(item.qid, "pick", 1)

    assert told.value.current is None


def test_a_question_nobody_ever_asked_is_not_found(centre):
    with pytest.raises(NotFoundError):
        centre.decide("0" * 32, "pick", 0)


@pytest.mark.parametrize("who", [STEPAN, MARTA, BOHDAN], ids=lambda who: who.name)
def test_who_may_not_decide_is_told_there_is_no_such_question(centre, who):
    item = contest(centre, "300 мг", "500 мг")

    with pytest.raises(NotFoundError):
        centre.decide(item.qid, "pick", 0, by=who)


def test_a_clinician_of_a_treating_centre_decides_on_medicine(centre):
    item = contest(centre, "300 мг", "500 мг")
    assert item.owner == "clinician"

    centre.decide(item.qid, "pick", 0, by=SOFIIA)

    assert centre.questions() == ()


def test_a_clinician_of_another_centre_does_not(centre):
    item = contest(centre, "300 мг", "500 мг")
    elsewhere = replace(SOFIIA, site="kharkiv")

    with pytest.raises(NotFoundError):
        centre.decide(item.qid, "pick", 0, by=elsewhere)


def test_a_centre_decides_what_its_own_people_contradicted(centre):
    for number, dose in enumerate(("300 мг", "500 мг"), start=1):
        answers = with_answers(REHABILITATION, g_med={"medication": dose})
        centre.receive(a_form("rehabilitation", answers, number=number))
    (item,) = centre.questions()
    assert item.owner == "site:truskavets"

    centre.decide(item.qid, "pick", 0, by=MARTA)

    assert centre.questions() == ()


@pytest.mark.parametrize(
    ("verb", "argument", "error"),
    [
        ("pick", 2, InvalidRequestError),
        ("pick", True, InvalidRequestError),
        ("pick", "0", InvalidRequestError),
        ("same", True, WrongVerbError),
        ("dismiss", True, WrongVerbError),
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(centre, verb, argument, error):
    item = contest(centre, "300 мг", "500 мг")

    with pytest.raises(error):
        centre.decide(item.qid, verb, argument)

    assert [one.qid for one in centre.questions()] == [item.qid]


def test_an_answer_needs_a_reason(centre):
    item = contest(centre, "300 мг", "500 мг")
    silent = merging.Decision(verb="pick", argument=0, reason="  ")

    with pytest.raises(InvalidRequestError, match="reason"):
        merging.resolve(centre.database, item.qid, silent, by=IRYNA, now=centre.now)


def test_an_unknown_state_is_no_answer(centre):
    for number, consent in enumerate(("partial", "deferred"), start=1):
        answers = with_answers(REHABILITATION, g_stay={"consent_rehab": consent})
        centre.receive(a_form("rehabilitation", answers, number=number))
    (item,) = centre.questions()
    assert (item.cell, item.displayed) == ("consent_rehab", "refused")

    with pytest.raises(InvalidRequestError, match="value"):
        centre.decide(item.qid, "value", "perhaps")

    centre.decide(item.qid, "value", "given")
    assert centre.view(CASE)["values"]["consent_rehab"] == "given"


def test_an_answer_that_stands_alone_is_asked_beside_others(centre):
    for number, said in enumerate((["none"], ["asthma"]), start=1):
        answers = with_answers(REHABILITATION, g_med={"conditions": said})
        centre.receive(a_form("rehabilitation", answers, number=number))
    (item,) = centre.questions()
    assert (item.kind, item.cell) == ("set_conflict", "conditions")
    assert centre.view(CASE)["values"]["conditions"] == ["asthma"]

    centre.decide(item.qid, "value", ["asthma"])

    assert centre.questions() == ()
    assert centre.view(CASE)["values"]["conditions"] == ["asthma"]


def test_workers_see_the_questions_their_site_has_a_part_in(centre):
    contest(centre, "300 мг", "500 мг")

    seen = {
        who.name: len(merging.page(centre.database, viewer=who, now=centre.now).items)
        for who in (MARTA, STEPAN, IRYNA, BOHDAN)
    }

    assert seen == {"Marta": 1, "Stepan": 1, "Iryna": 1, "Bohdan": 0}


def test_a_decision_between_two_papers_settles_them(centre):
    for number, day in enumerate(("2012-03-04", "2012-04-03"), start=1):
        papers = with_answers(
            RECEPTION,
            g_contact={"child_ref": DANYLO},
            g_child={"birth_date": day, "birth_source": "document"},
        )
        centre.receive(a_form("reception", papers, number=number))
    (item,) = centre.questions()
    assert item.cell == "birth"

    centre.decide(item.qid, "pick", 1)

    assert centre.questions() == ()
    birth = centre.view(ids.person(DANYLO))["values"]["birth"]
    assert birth == item.candidates[1]["value"]


def test_a_stay_before_the_birth_is_asked_about_until_both_answers_stand(centre):
    a_stay = {"g_stay": {"child_ref": DANYLO, "admitted_on": "2011-05-06"}}
    arrival = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    centre.receive(a_form("rehabilitation", a_stay, number=1))
    centre.receive(a_form("reception", arrival, number=2))
    (question,) = centre.questions()
    assert question.cell == "admitted_on_not_before_birth_date"

    centre.decide(question.qid, "dismiss")

    assert centre.questions() == ()
    born = with_answers(arrival, g_child={"birth_date": "2012-04-03"})
    centre.receive(a_form("reception", born, number=3), sender=TARAS)
    kinds = [(item.kind, item.cell) for item in centre.questions()]
    assert kinds == [
        ("field_conflict", "birth"),
        ("rule", "admitted_on_not_before_birth_date"),
    ]
