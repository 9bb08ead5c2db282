"""Asking a site about a question, answering, and what others have to say."""

import pytest
from desks import CASE
from pages import tree, words
from stores import take_in

from intake_server.security.policy import Role
from intake_server.storage import changes, documents, queue, rebuild


@pytest.fixture
def qid(clash):
    return clash.questions()["medication"].qid


@pytest.fixture
def marta(clash):
    return clash.browser(Role.WORKER, "truskavets", "Marta")


def say(browser, qid, text, **more):
    page = tree(browser.get(f"/queue/{qid}"))
    (form,) = page.xpath("//section[@id='talk']//form")
    return browser.post(
        form.get("action"), data={**dict(form.form_values()), "text": text, **more}
    )


def awaited(browser):
    page = tree(browser.get("/queue"))
    rows = page.xpath("//section[@aria-labelledby='turn']//li")
    return [" ".join(row.text_content().split()) for row in rows]


def test_a_question_to_a_site_stands_first_there_and_returns_when_answered(
    clash, iryna, marta, qid
):
    asked = say(iryna, qid, "Скільки приймав у вас?", to="truskavets")
    assert asked.status_code == 303
    assert awaited(iryna) == []
    (row,) = awaited(marta)
    assert "ваш центр питають" in row

    say(marta, qid, "300, двічі на день")

    assert awaited(marta) == []
    (row,) = awaited(iryna)
    assert "на ваше питання відповіли" in row
    page = words(iryna.get(f"/queue/{qid}"))
    assert "Скільки приймав у вас?" in page
    assert "300, двічі на день" in page

    say(iryna, qid, "Дякую")
    assert awaited(iryna) == []


def test_whoever_sees_a_question_may_comment_and_the_question_stays(clash, qid):
    stepan = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    say(stepan, qid, "виписка буде завтра")

    assert clash.questions()["medication"].qid == qid
    assert clash.questions()["medication"].turn is None


def test_a_remark_that_is_sent_twice_is_said_once(clash, iryna, qid):
    page = tree(iryna.get(f"/queue/{qid}"))
    (form,) = page.xpath("//section[@id='talk']//form")
    filled = {**dict(form.form_values()), "text": "двічі"}

    for _ in range(2):
        assert iryna.post(form.get("action"), data=filled).status_code == 303

    with clash.database.reading() as session:
        assert len(documents.find(session, CASE).view["values"]["talk"]) == 1


def test_a_site_without_a_part_in_it_is_not_asked(iryna, qid):
    assert say(iryna, qid, "?", to="kharkiv").status_code == 422


def test_nothing_is_said_by_silence_or_at_length(iryna, qid):
    assert say(iryna, qid, "  ").status_code == 422
    assert say(iryna, qid, "а" * 2001).status_code == 422


def test_nobody_of_another_site_says_anything(clash, iryna, qid):
    kharkiv = clash.browser(Role.WORKER, "kharkiv", "Bohdan")
    page = tree(kharkiv.get("/children"))
    token = page.xpath("//input[@name='csrf']/@value")[0]
    filled = {"csrf": token, "mark": "0" * 32, "text": "х"}

    assert kharkiv.post(f"/queue/{qid}/talk", data=filled).status_code == 404


def test_whose_turn_it_is_follows_from_the_changes_alone(clash, iryna, qid):
    say(iryna, qid, "Скільки?", to="truskavets")

    with clash.database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_a_question_stands_first_on_every_node_that_holds_the_child(
    clash, iryna, qid, stores
):
    say(iryna, qid, "Скільки?", to="truskavets")
    with clash.database.reading() as session:
        every = list(changes.all_of(session.connection()))

    with stores.new() as other:
        take_in(other, every)
        with other.reading() as session:
            (first, *_) = queue.opening(session, ("site:truskavets",)).items

    assert (first.qid, first.turn) == (qid, "site:truskavets")
