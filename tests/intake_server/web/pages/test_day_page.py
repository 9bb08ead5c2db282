"""The first page of a centre: who comes, what is due, who is here, what was left."""

from copy import deepcopy

import pytest
from centres import RECEPTION, REHABILITATION, with_answers
from desks import COOKIE
from pages import tree, words
from statements import asked

from intake_server.security.policy import Role
from intake_server.services import people
from sync import documents

MOST_STATEMENTS = 12
ZLATA = with_answers(
    RECEPTION,
    g_child={"name_called": "Злата", "family_name": "Вербова", "given_name": "Злата"},
    g_needs={"urgent_needs": ["medication"], "triage": "red", "wants_call": "yes"},
)
STAY = with_answers(
    REHABILITATION, g_stay={"admitted_on": "2026-11-01", "planned_until": "2026-11-20"}
)


@pytest.fixture
def sent(desk):
    """A child was received at one centre and sent to another."""
    phone = desk.phone("chernivtsi", "Телефон Тараса")
    desk.reference = desk.send(phone, "reception", ZLATA).reference
    return desk


def marta(desk):
    return desk.browser(Role.WORKER, "truskavets", "Марта")


def stepan(desk):
    return desk.browser(Role.WORKER, "chernivtsi", "Степан")


def part(answer, heading):
    (section,) = tree(answer).xpath(f"//section[@aria-labelledby='{heading}']")
    return " ".join(section.text_content().split())


def press(browser, button, **said):
    """Send the first form of the day in which a button with this name stands."""
    page = browser.get("/day")
    form = tree(page).xpath(f"//form[.//button[contains(., '{button}')]]")[0]
    hidden = {one.name: one.value for one in form.xpath(".//input[@type='hidden']")}
    named = {b.get("name"): b.get("value") for b in form.xpath(".//button[@name]")}
    return browser.post(form.get("action"), data={**hidden, **named, **said})


def test_a_worker_begins_with_the_day_of_their_centre(sent):
    assert marta(sent).get("/").location == "/day"


def test_a_child_that_is_sent_here_is_expected_with_name_code_and_colour(sent):
    page = marta(sent).get("/day")

    assert "Вербова Злата" in part(page, "arrivals")
    assert "Червоний: негайно" in part(page, "arrivals")
    assert "звідки: Чернівці" in part(page, "arrivals")


def test_nobody_opens_the_record_of_a_child_before_it_is_accepted(sent):
    browser = marta(sent)
    child = documents.person(sent.reference)

    assert f"/children/{child}" not in browser.get("/day").text
    assert browser.get(f"/children/{child}").status_code == 404
    press(browser, "Прийняти")
    assert browser.get(f"/children/{child}").status_code == 200
    assert "Нікого не очікуємо." in words(browser.get("/day"))


def test_who_sends_a_child_back_says_why(sent):
    browser = marta(sent)

    refused = press(browser, "Повернути")

    assert refused.status_code == 422
    assert "Напишіть кількома словами, чому." in words(refused)
    press(browser, "Повернути", reason="немає місця")
    assert "Вербова Злата" not in part(browser.get("/day"), "arrivals")
    assert "Повернено: вирішити, куди їде дитина" in part(
        stepan(sent).get("/day"), "others"
    )


def test_urgent_needs_stand_with_their_deadline(sent):
    page = part(stepan(sent).get("/day"), "urgent")

    assert "Ліки, які не можна переривати" in page
    assert "для лікаря" in page
    assert "Звʼязок із рідними" in page


def test_a_task_that_is_done_is_gone_and_its_author_may_take_that_back(sent):
    browser = stepan(sent)
    before = part(browser.get("/day"), "urgent")

    done = press(browser, "Зроблено")

    assert part(browser.get("/day"), "urgent") != before
    assert "Записано." in words(browser.get(done.location))
    change = done.location.partition("written=")[2]
    browser.post(
        f"/changes/{change}/undo",
        data={"reason": "не та дитина", "csrf": token(browser)},
    )
    assert part(browser.get("/day"), "urgent") == before


def token(browser):
    return tree(browser.get("/day")).xpath("//input[@name='csrf']/@value")[0]


def test_a_task_of_another_centre_is_absent(sent):
    browser = marta(sent)
    data = {
        "csrf": token(browser),
        "doc": documents.person(sent.reference),
        "key": "need/medication",
    }

    assert browser.post("/day/tasks", data=data).status_code == 404


def test_what_a_form_closes_nobody_ticks_off(desk):
    phone = desk.phone("truskavets", "Т")
    answers = with_answers(RECEPTION, g_next={"next_contact_due": "2026-11-23"})
    reference = desk.send(phone, "reception", answers).reference
    browser = marta(desk)

    assert "закриє форма супроводу" in part(browser.get("/day"), "visits")
    data = {"csrf": token(browser), "key": "contact"}
    refused = browser.post(
        "/day/tasks", data={**data, "doc": documents.person(reference)}
    )
    assert refused.status_code == 422


def test_who_stays_past_the_planned_end_is_shown_as_overdue(desk):
    desk.send(desk.phone("truskavets", "О"), "rehabilitation", STAY)

    page = part(marta(desk).get("/day"), "here")

    assert "прострочено: 20 листопада 2026" in page


def test_a_note_is_pinned_for_the_next_shift(desk):
    press(marta(desk), "Прикріпити", note="ключ у чергового")

    page = part(marta(desk).get("/day"), "note")

    assert "ключ у чергового" in page
    assert "Марта" in page


def test_what_is_new_since_the_last_visit_is_listed(sent):
    person = people.add(
        sent.database,
        "Степан",
        role=Role.WORKER,
        site="chernivtsi",
        by="operator",
        now=sent.watch(),
    )
    assert "Це ваш перший візит" in part(signed_in(sent, person).get("/day"), "new")
    sent.watch.forward(hours=6)
    browser = signed_in(sent, person)
    sent.send(
        sent.phone("chernivtsi", "Т2"),
        "rehabilitation",
        with_answers(STAY, g_stay={"child_ref": sent.reference}),
    )

    a = browser.get("/day")
    assert a.status_code == 200, (a.status_code, a.location, a.text[-900:])
    assert "Вербова Злата" in part(browser.get("/day"), "new")


def signed_in(desk, person):
    client = desk.app.test_client()
    now = desk.watch()
    link = people.invite(desk.database, person, by="operator", now=now)
    client.set_cookie(COOKIE, people.sign_in(desk.database, link, now=now))
    return client


def test_the_day_of_another_centre_is_for_coordinators(sent):
    assert marta(sent).get("/day?site=chernivtsi").status_code == 404
    assert sent.browser().get("/day?site=chernivtsi").status_code == 200


def test_the_list_for_the_wall_shows_no_contested_medicine_alone(clash):
    clash.send(clash.phone("truskavets", "О"), "rehabilitation", STAY)

    page = words(marta(clash).get("/day/medicines"))

    assert "вальпроат 500 мг × 2 / вальпроат 300 мг × 2" in page
    assert "не узгоджено: спитайте лікаря" in page
    assert "арахіс; пеніцилін" in page


def test_a_day_takes_as_few_statements_for_many_children_as_for_one(desk):
    phone = desk.phone("chernivtsi", "Т")
    desk.send(phone, "reception", ZLATA)
    browser = marta(desk)
    browser.get("/day")
    few = statements(browser, "/day")
    for _ in range(12):
        desk.send(phone, "reception", ZLATA)
        desk.send(desk.phone("truskavets", "О"), "rehabilitation", deepcopy(STAY))

    many = statements(browser, "/day")

    assert len(many) == len(few), many
    assert len(many) <= MOST_STATEMENTS, many


def statements(browser, path):
    with asked() as said:
        assert browser.get(path).status_code == 200
    return said
