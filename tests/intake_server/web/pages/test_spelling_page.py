"""Many questions about spelling alone, decided with one reason."""

import pytest
from desks import CHILD
from pages import tree, words

from forms.reference import make
from intake_server.security.policy import Role
from intake_server.storage import documents, queue
from sync import documents as documents_of
from sync.change import Write

SPELLINGS = ("Нечуй-Левицька", "НЕЧУЙ ЛЕВИЦЬКА")
OTHER = documents_of.person(make("4KH", 2))


@pytest.fixture
def spelled(clash):
    for child in (CHILD, OTHER):
        for name, site in zip(SPELLINGS, ("kyiv", "chernivtsi"), strict=True):
            write = Write(f="patronymic", v=name)
            clash.write({(child, "person"): [write]}, site=site)
    return open_ones(clash)


def open_ones(desk):
    with desk.database.reading() as session:
        return [item for item in queue.page(session).items if item.is_spelling]


def send(browser, picks, reason="так у паспорті"):
    page = browser.get("/queue/spelling")
    (token,) = tree(page).xpath(
        "//form[contains(@class, 'once')]//input[@name='csrf']/@value"
    )
    chosen = {f"pick.{qid}": number for qid, number in picks.items()}
    form = {"csrf": token, "reason": reason, **chosen}
    return browser.post("/queue/spelling", data=form)


def changes(desk):
    with desk.database.reading() as session:
        told = [
            *documents.history(session, CHILD),
            *documents.history(session, OTHER),
        ]
    return [
        past.change.id
        for past in told
        if any(w.act == "resolve" for e in past.change.edits for w in e.w or ())
    ]


def test_each_decision_is_a_change_of_its_own(clash, iryna, spelled):
    answer = send(iryna, {item.qid: "0" for item in spelled})

    assert answer.status_code == 200
    assert words(answer).count("вирішено") == len(spelled) == 2
    assert len(changes(clash)) == 2
    assert open_ones(clash) == []


def test_one_that_somebody_was_faster_with_spares_the_rest(clash, iryna, spelled):
    first, second = spelled
    send(clash.browser(name="Bohdan"), {first.qid: "0"})

    answer = send(iryna, {first.qid: "1", second.qid: "0"})

    assert answer.status_code == 409
    assert "хтось був швидший" in words(answer)
    assert len(changes(clash)) == 2


def test_what_is_left_stays_and_a_reason_is_wanted(clash, iryna, spelled):
    first, second = spelled

    assert send(iryna, {first.qid: "", second.qid: ""}).status_code == 422
    assert send(iryna, {first.qid: "0", second.qid: ""}, "").status_code == 422
    send(iryna, {first.qid: "0", second.qid: ""})

    assert len(changes(clash)) == 1


def test_what_is_no_question_of_spelling_is_not_decided_so(clash, iryna, spelled):
    medication = clash.questions()["medication"].qid

    answer = send(iryna, {medication: "0"})

    assert answer.status_code == 409
    assert "medication" in clash.questions()


def test_who_does_not_decide_them_is_shown_none(clash, spelled):
    stepan = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    assert "нічого не чекає" in words(stepan.get("/queue/spelling"))
