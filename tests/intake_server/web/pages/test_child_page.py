import pytest
from centres import DANYLO
from desks import CASE, CHILD
from fillings import FILLED
from pages import decide, tree, words

from forms.catalogue import builtin, shipped
from intake_server.security.policy import Role
from intake_server.storage import audit
from sync.documents import person

PAGE = f"/children/{CHILD}"
FIVE_HUNDRED = 'is:"вальпроат 500 мг × 2"'


def test_a_child_stands_with_name_code_and_centres(iryna):
    page = words(iryna.get(PAGE))

    assert "Чернівці, Трускавець Ремез Данило 4KH-7T29-9" in page


def test_a_contested_answer_is_shown_whole_with_site_and_time(iryna):
    (contested,) = tree(iryna.get(PAGE)).xpath("//*[@class='contested']")

    said = " ".join(contested.text_content().split())
    assert "вальпроат 300 мг × 2 Трускавець, Телефон Олени" in said
    assert "вальпроат 500 мг × 2 Чернівці, Телефон Тараса" in said
    assert "20 листопада 2026, 09:00" in said


def test_a_contested_answer_leads_to_its_question(clash, iryna):
    (link,) = tree(iryna.get(PAGE)).xpath("//*[@class='contested']//a/@href")

    assert link == f"/queue/{clash.questions()['medication'].qid}"


def test_health_that_is_contested_in_part_shows_no_part_alone(clash):
    for site, said in (("truskavets", "none"), ("chernivtsi", "epilepsy")):
        answers = {"g_stay": {"child_ref": DANYLO}, "g_med": {"conditions": [said]}}
        clash.send(clash.phone(site, "L"), "rehabilitation", answers)

    page = tree(clash.browser().get(PAGE))

    (fact,) = page.xpath("//dl[@class='facts']/div[dt='Стани здоровʼя']/dd")
    assert [part.get("class") for part in fact.xpath("./div")] == ["contested"]


def test_facts_stand_under_the_headings_of_their_form(iryna):
    headings = tree(iryna.get(PAGE)).xpath("//section[@class='sheet']/h2/text()")

    assert headings[:3] == ["Прийом", "Перші слова", "Згода"]
    assert "Медичний прийом" in headings


def test_the_history_says_who_where_when_and_why(clash, iryna):
    path = f"/queue/{clash.questions()['medication'].qid}"
    decide(iryna, path, choice=FIVE_HUNDRED, reason="за випискою лікаря")

    entries = tree(iryna.get(PAGE)).xpath("//ol[@class='history']/li")

    newest = " ".join(entries[0].text_content().split())
    assert "неділя, 22 листопада 2026, 11:00" in newest
    assert "Iryna, Київ · рішення" in newest
    assert "Чому: «за випискою лікаря»" in newest
    assert "вальпроат 500 мг × 2" in newest
    assert len(entries) == 4


def test_the_page_of_a_case_is_the_childs(iryna):
    assert "4KH-7T29-9" in words(iryna.get(f"/children/{CASE}"))


def test_a_child_of_others_is_absent(clash):
    bohdan = clash.browser(Role.WORKER, "kharkiv", "Bohdan")

    assert bohdan.get(PAGE).status_code == 404
    assert "Ремез" not in bohdan.get("/children").text
    assert bohdan.get("/children/nobody").status_code == 404


def test_both_centres_of_a_child_see_what_the_other_said(clash):
    stepan = clash.browser(Role.WORKER, "chernivtsi", "Stepan")

    assert "вальпроат 300 мг × 2" in words(stepan.get(PAGE))


def test_a_sealed_answer_of_another_centre_is_not_in_the_page(clash):
    secret = {"g_start": {"child_ref": DANYLO}, "g_adult": {"adult_rnokpp": "31415926"}}
    clash.send(clash.phone("truskavets", "L"), "reunification", secret)

    page = clash.browser(Role.WORKER, "chernivtsi", "Stepan").get(PAGE)

    assert "закрито: читає лише команда догляду за дитиною" in words(page)
    assert "31415926" not in page.text


def test_children_are_found_by_code_in_any_spelling(iryna):
    for spelling in ("4KH7T299", "4kh-7t29-9", "4кн 7т29 9"):
        found = iryna.get(f"/children?q={spelling}", follow_redirects=True)
        assert "Ремез Данило" in words(found)


def test_children_are_found_by_a_part_of_a_name(iryna):
    assert "Ремез Данило" in words(iryna.get("/children?q=реме"))
    assert "За цим тут не знайдено" in words(iryna.get("/children?q=кравець"))


def test_a_list_of_children_says_how_much_is_in_question(iryna):
    assert "спірне: 1" in words(iryna.get("/children"))


def test_further_children_stand_on_further_pages(clash):
    olena = clash.phone("truskavets", "L")
    for _ in range(55):
        clash.send(olena, "reception", {"g_child": {"family_name": "Верба"}})
    iryna = clash.browser()

    first = tree(iryna.get("/children"))
    (further,) = first.xpath("//a[contains(@href, 'cursor=')]/@href")
    second = tree(iryna.get(further))

    names = [page.xpath("//a[@class='row-title']/@href") for page in (first, second)]
    assert [len(hrefs) for hrefs in names] == [50, 6]
    assert not set(names[0]) & set(names[1])


def test_looking_at_a_child_is_noted(clash, iryna):
    iryna.get(PAGE)

    with clash.database.reading() as session:
        entries = audit.page(session, object=CHILD, actor=None, before=None, limit=9)
    assert {"read_record", "read_history"} <= {entry.action for entry in entries}


def test_a_child_stands_whole_in_english(iryna):
    page = words(iryna.get(PAGE, headers={"Accept-Language": "en"}))

    assert "Medical intake" in page
    assert "In question" in page
    assert "Sunday, 22 November 2026" in page


@pytest.mark.parametrize("form_id", sorted(FILLED.keys() - {"testimony"}))
def test_a_visit_says_what_it_asked_in_the_words_of_its_own_form(desk, form_id):
    desk.publish(*builtin())
    phone = desk.phone("truskavets", "Телефон Олени")
    receipt = desk.send(phone, form_id, FILLED[form_id])

    page = tree(desk.browser().get(f"/children/{person(receipt.reference)}"))

    (visit,) = page.xpath("//section[@aria-labelledby='events-heading']/details")
    said = visit.xpath("./dl[@class='facts']/div/dt//text()")
    own = {part.label.get("uk") for part in shipped(form_id).definition.fields}
    assert len(said) > 1
    assert set(said) <= own


def test_a_code_that_nobody_was_received_under_is_seen_to_wait(desk):
    answers = {"g_stay": {"child_ref": "4KH-7T29-9"}, "g_med": {"conditions": ["none"]}}
    desk.send(desk.phone("truskavets", "L"), "rehabilitation", answers)
    browser = desk.browser()

    (found,) = tree(browser.get("/children/waiting")).xpath("//li//a")

    assert found.text == "4KH-7T29-9"
    page = words(browser.get(found.get("href")))
    assert "чекає на дитину" in page
    assert "Цей код названо у формі" in page
    page = browser.get("/children?q=4кн-7т29-9", follow_redirects=True)
    assert "чекає на дитину" in words(page)


def test_every_answer_leads_to_its_own_history(clash, iryna):
    page = tree(iryna.get(PAGE))
    (link,) = page.xpath("//dt/a[normalize-space()='Алергії']/@href")

    own = iryna.get(link)

    headings = [one.text_content().strip() for one in tree(own).xpath("//h2")]
    assert "Історія: Алергії" in headings
    entries = tree(own).xpath("//ol[@class='history']/li")
    said = [" ".join(one.text_content().split()) for one in entries]
    assert len(said) == 2
    assert "додано: арахіс" in said[0]
    assert "Чернівці" in said[0]
    assert "додано: пеніцилін" in said[1]
    assert "Трускавець" in said[1]
    assert not any("вальпроат" in one for one in said)


def test_the_history_of_nothing_that_is_asked_is_that_of_everything(iryna):
    whole = tree(iryna.get(PAGE)).xpath("//ol[@class='history']/li")

    found = iryna.get(f"{PAGE}?field=<b>nothing")

    assert len(tree(found).xpath("//ol[@class='history']/li")) == len(whole)


@pytest.mark.parametrize(
    "typed", ["4KH-7T29-9", "4kh7t299", "4КН 7Т29 9", " 4KH7T299 "]
)
def test_a_code_that_is_typed_or_scanned_leads_to_the_child(iryna, typed):
    answer = iryna.get("/children", query_string={"q": typed})

    assert answer.location == f"/children/{CHILD}"


@pytest.mark.parametrize("typed", ["рем", "Remez", "Даніло", "данил ремез", "мез"])
def test_any_part_of_a_name_finds_the_child_however_it_is_spelled(iryna, typed):
    assert "Ремез Данило" in words(iryna.get("/children", query_string={"q": typed}))


def test_every_page_has_a_box_to_find_a_child(iryna):
    for path in ("/queue", "/children", "/forms", "/day", f"/children/{CHILD}"):
        assert tree(iryna.get(path)).xpath("//header//input[@name='q']"), path


def test_what_the_rules_say_about_a_child_stands_on_its_page(desk):
    placed = {
        "g_start": {
            "child_ref": DANYLO,
            "contact_on": "2026-11-22",
            "parts": ["placement"],
        },
        "g_place": {"care_type": "kin_temp", "care_from": "2026-11-20"},
    }
    desk.send(desk.phone("truskavets", "L"), "reunification", placed)

    page = words(desk.browser().get(PAGE))

    assert "Таке влаштування за законом має строк" in page
