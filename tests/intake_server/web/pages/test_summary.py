"""One child on one sheet of paper."""

import pytest
from centres import DANYLO, RECEPTION, with_answers
from desks import CASE, CHILD
from fillings import FILLED
from pages import decide, tree, words

from forms.catalogue import builtin
from forms.reference import make, printed
from intake_server.security.policy import Role
from sync.change import Write

PAGE = f"/children/{CHILD}/summary"
SECOND = make("4KH", 1)


@pytest.fixture
def marta(clash):
    return clash.browser(Role.WORKER, "truskavets", "Марта")


def lines(answer):
    every = tree(answer).xpath("//div[@class='summary']//p")
    return [" ".join(p.text_content().split()) for p in every]


def about(answer, label):
    (line,) = [line for line in lines(answer) if line.startswith(label)]
    return line


def test_the_sheet_names_the_child_and_shows_the_code_to_eyes_and_to_a_camera(marta):
    page = marta.get(PAGE)

    assert tree(page).xpath("//h1/text()") == ["Ремез Данило"]
    assert "4KH-7T29-9" in words(page)
    assert tree(page).xpath("//div[@class='summary-qr']/*[local-name()='svg']")


def test_the_sheet_says_who_printed_it_and_when(marta):
    said = about(marta.get(PAGE), "Друк:")

    assert said == "Друк: Марта, Трускавець, неділя, 22 листопада 2026, 11:00"


def test_medicine_that_is_in_question_never_stands_alone(marta):
    said = about(marta.get(PAGE), "Ліки зараз")

    assert "вальпроат 300 мг × 2" in said
    assert "вальпроат 500 мг × 2" in said
    assert said.endswith("не узгоджено: спитайте лікаря")


def test_an_allergy_that_one_centre_took_away_stands_with_both_words(clash, marta):
    for site, is_there in (("truskavets", True), ("chernivtsi", False)):
        write = Write(s="allergies", e="пилок", v=is_there)
        clash.write({(CASE, "case"): [write]}, site=site)

    said = about(marta.get(PAGE), "Алергії")

    assert "пилок (" in said
    assert said.endswith("не узгоджено: спитайте лікаря")


def test_nothing_about_medicine_is_said_to_be_unknown(desk):
    reception = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    desk.send(desk.phone("truskavets", "Т"), "reception", reception)

    said = about(desk.browser().get(PAGE), "Алергії")

    assert said.endswith("нічого не записано: спитайте лікаря")


def test_every_answer_in_question_stands_on_the_sheet(clash, marta):
    for site, said in (("truskavets", "female"), ("chernivtsi", "male")):
        clash.write({(CHILD, "person"): [Write(f="sex", v=said)]}, site=site)
        marked = Write(f="vaccine_status", v="none" if said == "male" else "partial")
        clash.write({(CASE, "case"): [marked]}, site=site)

    page = marta.get(PAGE)

    sex = about(page, "Стать")
    assert {"Чоловіча", "Жіноча"} <= set(sex.split())
    assert sex.endswith("не узгоджено")
    assert " / " in about(page, "Стан щеплень")


def test_a_name_in_question_is_never_one_name(clash, marta):
    for site, name in (("truskavets", "Ремез"), ("chernivtsi", "Ремес")):
        write = Write(f="family_name", v=name, src="document")
        clash.write({(CHILD, "person"): [write]}, site=site)

    (head,) = tree(marta.get(PAGE)).xpath("//h1")

    said = " ".join(head.text_content().split())
    assert {"Ремез", "Ремес"} <= set(said.split())
    assert "не узгоджено" in said


def test_where_linked_records_differ_both_answers_stand(clash, iryna):
    reception = with_answers(
        RECEPTION, g_contact={"child_ref": SECOND}, g_child={"sex": "female"}
    )
    clash.send(clash.phone("chernivtsi", "Ч"), "reception", reception)
    pair = f"/children/{CHILD}/link?other={printed(SECOND)}"
    for one in (iryna, clash.browser(name="Bohdan")):
        decide(one, pair, verdict="same", reason="одна дитина")

    page = iryna.get(PAGE)

    said = about(page, "Стать")
    assert {"Чоловіча", "Жіноча"} <= set(said.split())
    assert "не узгоджено" in said
    assert printed(SECOND) in words(page)


def test_siblings_stand_with_their_places(clash, marta):
    other = with_answers(
        RECEPTION,
        g_contact={"child_ref": SECOND},
        g_child={"given_name": "Оксана"},
        g_with={"siblings_here": 1, "sibling_group": printed(DANYLO)},
    )
    clash.send(clash.phone("truskavets", "Т"), "reception", other)
    mine = Write(f="sibling_group", v=DANYLO)
    clash.write({(CHILD, "person"): [mine]}, site="truskavets")

    said = about(marta.get(PAGE), "Ремез Оксана")

    assert "Трускавець" in said or "Truskavets" in said


def test_what_is_to_be_done_stands_with_its_day(desk):
    desk.publish(*builtin())
    phone = desk.phone("truskavets", "Т")
    reception = with_answers(
        RECEPTION,
        g_contact={"child_ref": DANYLO},
        g_needs={"triage": "red", "urgent_needs": ["medication"]},
    )
    desk.send(phone, "reception", reception)
    desk.send(phone, "registration", FILLED["registration"])
    marta = desk.browser(Role.WORKER, "truskavets", "Марта")

    page = marta.get(PAGE)

    assert "☐ Медичний огляд після прибуття · завтра" in words(page)
    assert "TRU-014" in about(page, "Відповідальний")


def test_there_is_no_sheet_of_somebody_elses_child(clash):
    bohdan = clash.browser(Role.WORKER, "kharkiv", "Богдан")

    assert bohdan.get(PAGE).status_code == 404


def test_the_page_of_the_child_leads_to_its_sheet(marta):
    links = tree(marta.get(f"/children/{CHILD}")).xpath("//a/@href")

    assert PAGE in links
