"""What was decided for a centre without it, and the way to disagree."""

import pytest
from desks import CASE
from pages import decide, tree, words
from statements import asked

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


def count(browser):
    return browser.get("/decided/count").text


def answer(desk, iryna, reason="виписка новіша"):
    (item,) = [i for i in desk.questions().values() if i.kind == "objection"]
    decide(iryna, f"/queue/{item.qid}", choice="dismiss", reason=reason)


def test_an_answer_to_an_objection_stands_first_until_it_was_seen(
    clash, iryna, decided, marta
):
    disagree(marta, reason="у нас інша виписка")
    clash.watch.forward(minutes=1)
    answer(clash, iryna)

    page = marta.get("/decided")
    first = tree(page).xpath("//main//article")[0].text_content()
    assert "відповіли" in first
    assert "Ліки зараз" in first
    assert "у нас інша виписка" in first
    assert "«виписка новіша»" in first
    assert "Київ, Iryna" in " ".join(first.split())
    assert "відповіли" in words(marta.get("/decided"))

    clash.watch.forward(hours=2)
    assert "відповіли" not in words(clash.again("Marta").get("/decided"))


def test_an_answer_is_told_to_the_site_that_objected_alone(
    clash, iryna, decided, marta
):
    disagree(marta)
    answer(clash, iryna)
    stepan = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    assert "відповіли" not in words(stepan.get("/decided"))


def test_the_day_leads_to_what_was_decided_and_its_count_is_read_beside(decided, marta):
    page = tree(marta.get("/day"))

    assert page.xpath("//main//a[@href='/decided']")
    assert page.xpath("//main//*[@hx-get='/decided/count']")
    assert count(marta) == "1 нове"


def test_what_was_seen_is_counted_no_more(clash, iryna, decided, marta):
    marta.get("/decided")
    assert count(marta) == "нічого нового"

    disagree(marta)
    clash.watch.forward(minutes=1)
    answer(clash, iryna)

    assert count(marta) == "1 нове"


def test_what_one_decided_oneself_is_not_counted(clash):
    iryna = clash.browser(Role.COORDINATOR, "truskavets", "Iryna")
    qid = clash.questions()["medication"].qid
    decide(iryna, f"/queue/{qid}", choice=FIVE_HUNDRED, reason="за випискою лікаря")

    assert count(iryna) == "нічого нового"


def test_what_came_late_is_new_though_it_was_written_before(clash, iryna, marta):
    qid = clash.questions()["medication"].qid
    decide(iryna, f"/queue/{qid}", choice=FIVE_HUNDRED, reason="за випискою лікаря")
    clash.watch.forward(hours=1)
    clash.again("Marta").get("/decided")
    late = clash.watch()
    clash.watch.forward(hours=1)
    with clash.database.transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE change SET received_ms = ? WHERE seq ="
            " (SELECT max(seq) FROM change WHERE log = 'kyiv-1')",
            (int(late.timestamp() * 1000) + 60_000,),
        )

    assert count(clash.again("Marta")) == "1 нове"


def test_the_page_and_its_count_ask_the_store_little(clash, iryna, decided, marta):
    disagree(marta)
    answer(clash, iryna)
    for path in ("/decided", "/decided/count"):
        marta.get(path)
        with asked() as said:
            marta.get(path)

        assert len(said) <= 12, "\n".join(" ".join(s.split())[:130] for s in said)
