"""The page of one form: its versions, which are offered, and what is odd in what came."""

import pytest
from centres import DANYLO, FORMS, RECEPTION, REHABILITATION, with_answers
from desks import CHILD
from pages import tree, words
from statements import asked

from forms.catalogue import form as catalogue_form
from intake_server.security.policy import Role
from intake_server.services import publishing
from intake_server.storage import node

MOST_STATEMENTS = 12
NEWER = "2099010101"
OLDER = FORMS["reception"].version
ODD = with_answers(RECEPTION, g_contact={"returned_on": "вчора"})


@pytest.fixture
def phone(clash):
    return clash.phone("chernivtsi", "Телефон Тараса")


@pytest.fixture
def newer(clash):
    form = FORMS["reception"]
    xml = form.xml.replace(OLDER.encode(), NEWER.encode())
    clash.publish(catalogue_form(xml))


def says(browser, version, how, form="reception"):
    page = tree(browser.get(f"/forms/{form}"))
    (token,) = set(page.xpath("//form/input[@name='csrf']/@value"))
    data = {"csrf": token, "version": version, "how": how}
    return browser.post(f"/forms/{form}/retire", data=data, follow_redirects=True)


def versions(answer):
    rows = tree(answer).xpath("//ul[@class='rows']/li")
    return [" ".join(row.xpath("div[1]")[0].text_content().split()) for row in rows]


def test_a_form_shows_its_versions_and_which_is_filled_in(newer, iryna):
    assert versions(iryna.get("/forms/reception")) == [
        f"{NEWER} її заповнюють тепер",
        f"{OLDER} старіша",
    ]


def test_a_version_is_retired_and_offered_again(newer, iryna):
    answer = says(iryna, NEWER, "retire")

    assert "Її більше нікому не пропонують" in words(answer)
    assert versions(answer) == [
        f"{NEWER} вилучена з ужитку",
        f"{OLDER} її заповнюють тепер",
    ]
    answer = says(iryna, NEWER, "offer")
    assert "Знову пропонується." in words(answer)
    assert versions(answer)[0] == f"{NEWER} її заповнюють тепер"


def test_a_whole_form_is_retired_and_stays_on_the_list(newer, clash, iryna):
    answer = says(iryna, "", "retire")

    assert "Жодної версії цієї форми не пропонують" in words(answer)
    listed = words(iryna.get("/forms"))
    assert "reception · вилучена з ужитку" in listed
    assert iryna.get("/forms/reception/print").status_code == 404


def test_phones_are_given_no_retired_form(newer, clash, iryna):
    says(iryna, "", "retire")

    assert "reception" not in {form.form_id for form in published(clash)}


def published(desk):
    with desk.database.reading() as session:
        return publishing.available(session)


def test_a_worker_and_a_centre_retire_nothing(clash, newer, iryna):
    marta = clash.browser(Role.WORKER, "truskavets", "Marta")
    assert not tree(marta.get("/forms/reception")).xpath("//form[@class='once']")

    with clash.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE node SET role = 'center'")
        assert node.read(session).role == "center"
    page = iryna.get("/forms/reception")
    assert not tree(page).xpath("//form[@class='once']")
    assert "Форми вилучають з ужитку на центральному вузлі." in words(page)


def test_what_nobody_asked_for_is_refused(iryna, clash):
    assert iryna.get("/forms/none").status_code == 404
    assert says(iryna, "", "burn").status_code == 404
    assert says(iryna, "17", "retire").status_code == 404


def test_findings_say_question_kind_and_number_and_lead_to_the_newest(
    clash, phone, iryna
):
    for _ in range(3):
        clash.send(phone, "reception", ODD)

    page = iryna.get("/forms/reception")

    (row,) = tree(page).xpath("//table[@class='findings']/tbody/tr")
    said = [" ".join(cell.text_content().split()) for cell in row]
    assert said[:3] == [
        "Дата вʼїзду на підконтрольну територію",
        "Відповідь не читається",
        "3",
    ]
    links = row.xpath(".//a/@href")
    assert len(links) == 3
    assert all(iryna.get(link).status_code == 200 for link in links)
    assert "відкладено: 3" in words(iryna.get("/forms"))


def test_answers_that_do_not_fit_lead_to_the_child(clash, phone, iryna):
    early = {"g_stay": {"child_ref": DANYLO, "admitted_on": "2001-01-01"}}
    clash.send(phone, "rehabilitation", with_answers(REHABILITATION, **early))

    page = iryna.get("/forms/rehabilitation")

    (row,) = tree(page).xpath("//table[@class='findings']/tbody/tr")
    assert "не сходиться з:" in row.text_content()
    assert f"/children/{CHILD}" in row.xpath(".//a/@href")


def test_a_centre_sees_no_findings_of_another(clash, phone):
    clash.send(phone, "reception", ODD)
    marta = clash.browser(Role.WORKER, "truskavets", "Marta")

    assert not tree(marta.get("/forms/reception")).xpath("//table")
    assert "відкладено" not in words(marta.get("/forms"))


@pytest.mark.parametrize("path", ["/forms", "/forms/reception"])
def test_it_asks_the_store_little_however_much_was_set_aside(clash, phone, iryna, path):
    clash.send(phone, "reception", ODD)
    few = len(statements(iryna, path))
    for _ in range(20):
        clash.send(phone, "reception", ODD)

    many = statements(iryna, path)

    assert len(many) == few, many
    assert len(many) <= MOST_STATEMENTS, many


def statements(browser, path):
    browser.get(path)
    with asked() as said:
        assert browser.get(path).status_code == 200
    return said
