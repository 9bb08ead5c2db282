"""What was decided for a centre without it, and the way to disagree."""

import pytest
from desks import CASE
from pages import decide, tree, words

from intake_server.security.policy import Role
from intake_server.storage import rebuild
from sync.change import Write

FIVE_HUNDRED = 'is:"вальпроат 500 мг × 2"'


@pytest.fixture
def marta(clash):
    return clash.browser(Role.WORKER, "truskavets", "Marta")


@pytest.fixture
def decided(clash, iryna):
    qid = clash.questions()["medication"].qid
    decide(iryna, f"/queue/{qid}", choice=FIVE_HUNDRED, reason="за випискою лікаря")


def disagree(browser, reason="у нас інша виписка"):
    (form, *_) = tree(browser.get("/decided")).xpath("//main//details/form")
    return browser.post(
        form.get("action"), data={**dict(form.form_values()), "reason": reason}
    )


def test_a_decision_against_a_centre_says_what_by_whom_and_why(decided, marta):
    page = words(marta.get("/decided"))

    assert "Ліки зараз" in page
    assert "вальпроат 300 мг × 2" in page
    assert "вальпроат 500 мг × 2 Київ, Iryna" in page
    assert "«за випискою лікаря»" in page


def test_whose_answer_was_taken_is_told_nothing(clash, decided):
    stepan = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    assert "Нічого не вирішено всупереч" in words(stepan.get("/decided"))


def test_a_rule_that_took_another_answer_is_told_as_well(clash, marta):
    for value, site in (("no", "truskavets"), ("yes", "chernivtsi")):
        clash.write({(CASE, "case"): [Write(f="self_harm", v=value)]}, site=site)

    page = words(marta.get("/decided"))

    assert "Ризик самоушкодження" in page
    assert "за правилом стоїть обережніший" in page


def test_a_coordinator_is_asked_where_undoing_is_not_ones_own(clash, decided, marta):
    answer = disagree(marta)
    assert answer.location.endswith("/decided?asked=1")

    (item,) = [i for i in clash.questions().values() if i.kind == "objection"]
    iryna = clash.again("Iryna")
    page = words(iryna.get(f"/queue/{item.qid}"))
    assert "Трускавець" in page
    assert "у нас інша виписка" in page
    assert "вальпроат 500 мг × 2" in page

    decide(iryna, f"/queue/{item.qid}", choice="dismiss", reason="виписка новіша")
    assert not clash.questions()


def test_whoever_may_undo_it_opens_the_question_again(clash, iryna, decided):
    other = clash.browser(Role.COORDINATOR, "truskavets", "Bohdan")

    answer = disagree(other)

    qid = clash.questions()["medication"].qid
    assert answer.location.startswith(f"/queue/{qid}")


def test_disagreeing_twice_asks_once(clash, decided, marta):
    (form, *_) = tree(marta.get("/decided")).xpath("//main//details/form")
    filled = {**dict(form.form_values()), "reason": "ні"}

    for _ in range(2):
        marta.post(form.get("action"), data=filled)

    assert [i.kind for i in clash.questions().values()] == ["objection"]
    with clash.database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_no_reason_and_no_decision_disagree_with_nothing(clash, decided, marta):
    (form, *_) = tree(marta.get("/decided")).xpath("//main//details/form")
    filled = dict(form.form_values())

    assert marta.post("/decided", data={**filled, "reason": " "}).status_code == 422
    for odd in ({"change": "x"}, {"doc": "x"}, {"cell": "x"}, {"change": "0" * 32}):
        answer = marta.post("/decided", data={**filled, "reason": "ні", **odd})
        assert answer.status_code == 404, odd
    kharkiv = clash.browser(Role.WORKER, "kharkiv", "Bohdan")
    (token,) = tree(kharkiv.get("/decided")).xpath("(//input[@name='csrf'])[1]/@value")
    answer = kharkiv.post("/decided", data={**filled, "reason": "ні", "csrf": token})
    assert answer.status_code == 404
