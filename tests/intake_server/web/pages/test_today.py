"""What the list of questions opens on, and how much of it there is."""

import pytest
from centres import DANYLO, RECEPTION, with_answers
from desks import CHILD, a_desk, with_a_clash
from pages import decide, tree, words
from statements import asked
from stores import SqliteStores

from forms.reference import make
from intake_server.security.policy import Role
from sync import documents
from sync.change import Write

MOST = 12
"""So many statements a page may cost."""


def child_of(number):
    return documents.person(make("4KH", number))


def disagree(desk, number, *cells):
    """Let two centres contradict each other about a child, cell by cell."""
    person = child_of(number)
    for site in ("truskavets", "chernivtsi"):
        writes = [Write(f=cell, v=f"{cell} {site}") for cell in cells]
        named = [Write(f="child_ref", v=make("4KH", number)), *writes]
        desk.write({(person, "person"): named}, site=site)


def titles(page, section):
    rows = tree(page).xpath(f"//section[@aria-labelledby='{section}']//a")
    said = [row.text_content() for row in rows if row.get("class") == "row-title"]
    return [" ".join(text.split()) for text in said]


def count(page, what):
    for line in tree(page).xpath("//ul[@class='counts']/li"):
        text = " ".join(line.text_content().split())
        if what in text:
            return int(text.split()[0])
    return None


def test_today_holds_no_more_than_twenty_questions(clash):
    for number in range(2, 27):
        disagree(clash, number, "family_name")

    page = clash.browser().get("/queue")

    assert len(titles(page, "urgent")) == 20
    assert len(titles(page, "families")) == 6


def test_further_questions_stand_with_their_child(clash):
    disagree(clash, 2, "patronymic", "name_latin", "school")
    disagree(clash, 3, "school")

    page = clash.browser().get("/queue")

    families = tree(page).xpath("//article[contains(@class, 'family')]")
    rows = [len(one.xpath(".//a[@class='row-title']")) for one in families]
    assert sorted(rows)[-1] >= 2
    assert "Усі питання про цю дитину: 3" in words(page)


def test_one_page_holds_all_that_is_asked_about_a_child(clash):
    disagree(clash, 2, "family_name", "patronymic", "school")
    browser = clash.browser()

    page = browser.get(f"/queue/child/{child_of(2)}")

    assert "Усі питання про цю дитину: 3" in words(page)
    assert "Ліки зараз" not in words(page)
    assert "Ліки зараз" in words(browser.get(f"/queue/child/{CHILD}"))


def test_the_questions_of_a_child_of_another_site_are_absent(clash):
    kharkiv = clash.browser(Role.WORKER, "kharkiv", "Bohdan")

    assert kharkiv.get(f"/queue/child/{CHILD}").status_code == 404
    assert kharkiv.get("/queue/child/nobody").status_code == 404


def test_what_is_new_is_new_to_each_person_and_stays_so_while_they_look(clash, iryna):
    assert count(iryna.get("/queue"), "нових") is None
    clash.watch.forward(hours=2)
    disagree(clash, 2, "family_name")
    clash.watch.forward(minutes=1)
    iryna = clash.again("Iryna")

    assert count(iryna.get("/queue"), "нових") == 1
    assert count(iryna.get("/queue"), "нових") == 1


def test_an_old_answer_that_arrives_today_is_a_new_question(clash, iryna):
    iryna.get("/queue")
    clash.watch.forward(hours=1)
    iryna = clash.again("Iryna")
    clash.send(
        clash.phone("chernivtsi", "T"),
        "reception",
        with_answers(
            RECEPTION,
            g_contact={"child_ref": DANYLO},
            g_child={"family_name": "Ремес"},
        ),
        hours_ago=24 * 9,
    )

    page = iryna.get("/queue")

    assert count(page, "нових") >= 1
    assert count(page, "старших") == 0


def test_what_waits_for_more_than_three_days_is_counted(clash):
    clash.watch.forward(days=3, minutes=1)

    assert count(clash.browser().get("/queue"), "старших") == 1


def test_what_was_decided_in_the_last_week_is_counted(clash, iryna):
    qid = clash.questions()["medication"].qid
    page = iryna.get(f"/queue/{qid}")
    choice = tree(page).xpath("//input[@name='choice']/@value")[0]
    decide(iryna, f"/queue/{qid}", choice=choice, reason="за випискою")

    assert count(iryna.get("/queue"), "вирішено") == 1
    clash.watch.forward(days=8)
    assert count(clash.browser().get("/queue"), "вирішено") == 0


@pytest.fixture
def counted(tmp_path):
    stores = SqliteStores(tmp_path)
    with a_desk(tmp_path, stores) as desk:
        yield with_a_clash(desk)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.WORKER])
def test_a_page_asks_the_store_the_same_few_things_however_much_waits(counted, role):
    browser = counted.browser(role, "chernivtsi")
    item = counted.questions()["medication"]
    paths = (
        "/queue",
        "/queue?spelling=1",
        "/queue/spelling",
        f"/queue/child/{CHILD}",
        f"/queue/{item.qid}",
        f"/queue/{item.qid}/form/{item.heads[0]}",
        "/decided",
    )

    def costs():
        found = {}
        for path in paths:
            browser.get(path)
            with asked() as said:
                assert browser.get(path).status_code == 200
            found[path] = len(said)
        return found

    few = costs()
    for number in range(2, 60):
        disagree(counted, number, "family_name", "school")

    assert costs() == few
    assert max(few.values()) <= MOST
