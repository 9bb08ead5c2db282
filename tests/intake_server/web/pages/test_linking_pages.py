"""Linking two records, picking between them, and parting them, on the pages."""

import pytest
from centres import DANYLO, RECEPTION, with_answers
from desks import CHILD
from pages import decide, fields, tree, words

from forms.reference import make, printed
from intake_server.security.policy import Role
from sync import documents as ids

SECOND = make("4KH", 1)
OTHER = ids.person(SECOND)
PAGE = f"/children/{CHILD}"
PAIR = f"{PAGE}/link?other={printed(SECOND)}"
WHY = "упізнала мати"


@pytest.fixture
def two(desk):
    """Two records of one child, from two centres, under two names."""
    for site, reference, name, dose in (
        ("truskavets", DANYLO, "Ремез", "вальпроат 300 мг"),
        ("chernivtsi", SECOND, "Ремес", "вальпроат 500 мг"),
    ):
        phone = desk.phone(site, f"Телефон {site}")
        said = with_answers(
            RECEPTION,
            g_contact={"child_ref": reference},
            g_child={"family_name": name},
        )
        desk.send(phone, "reception", said, hours_ago=3)
        stay = {"g_stay": {"child_ref": reference}, "g_med": {"medication": dose}}
        desk.send(phone, "rehabilitation", stay, hours_ago=2)
    return desk


@pytest.fixture
def iryna(two):
    return two.browser()


def say(desk, client, verdict="same", **said):
    """Say it, after another person who says so too where it takes two."""
    if verdict == "same":
        decide(desk.browser(name="Bohdan"), PAIR, verdict=verdict, reason=WHY)
    return decide(client, PAIR, **{"verdict": verdict, "reason": WHY, **said})


def differing(page, label):
    (fact,) = tree(page).xpath(
        f"//dl[@class='facts']/div[starts-with(dt, '{label}')]/dd"
    )
    return fact


def a_pick(page, label):
    (form,) = differing(page, label).xpath(".//form")
    return form.get("action"), dict(form.form_values())


def test_two_records_stand_side_by_side_before_anybody_links_them(iryna):
    page = iryna.get(PAIR)

    assert "Ще ніхто не сказав, чи це одна дитина." in words(page)
    (row,) = tree(page).xpath("//tr[th='Прізвище']")
    assert [cell.text for cell in row.xpath("td")] == ["Ремез", "Ремес"]


def test_a_linked_child_is_one_page_under_either_card(two, iryna):
    assert say(two, iryna).status_code == 303

    page, other = iryna.get(PAGE), iryna.get(f"/children/{OTHER}")

    for seen in (page, other):
        assert "Ремез" in words(seen)
        assert "також записано як" in words(seen)
        assert WHY in words(seen)
    assert len(tree(page).xpath("//section[@class='sheet']/h2[.='Прийом']")) == 1


def test_where_records_differ_every_answer_stands_with_its_record(two, iryna):
    say(two, iryna)

    fact = differing(iryna.get(PAGE), "Прізвище")

    said = " ".join(fact.text_content().split())
    assert "Записи різняться" in said
    assert "Ремез 4KH-7T29-9 · Трускавець" in said
    assert f"Ремес {printed(SECOND)} · Чернівці" in said


def test_health_on_which_records_differ_is_never_shown_alone(two, iryna):
    say(two, iryna)

    fact = differing(iryna.get(PAGE), "Ліки зараз")

    assert [part.get("class") for part in fact.xpath("./div")] == [
        "contested differing"
    ]
    said = fact.text_content()
    assert "300 мг" in said
    assert "500 мг" in said


def test_a_picked_answer_stands_with_its_reason(two, iryna):
    say(two, iryna)
    action, form = a_pick(iryna.get(PAGE), "Прізвище")

    answer = iryna.post(action, data={**form, "member": OTHER, "reason": "паспорт"})

    assert answer.status_code == 303
    fact = differing(iryna.get(PAGE), "Прізвище")
    assert " ".join(fact.text_content().split()) == (
        "Ремес вибрано, де записи різняться: «паспорт» виправити"
    )


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        ({"reason": "паспорт"}, 422, "Виберіть відповідь."),
        ({"member": OTHER, "reason": " "}, 422, "Напишіть кількома словами, чому."),
        (
            {"member": OTHER, "reason": "паспорт", "shown": "0" * 32},
            409,
            "Нічого не записано. Ваша причина була: «паспорт»",
        ),
    ],
)
def test_a_pick_that_is_not_taken_says_why(two, iryna, said, status, told):
    say(two, iryna)
    action, form = a_pick(iryna.get(PAGE), "Прізвище")

    answer = iryna.post(action, data={**form, **said})

    assert answer.status_code == status
    assert told in words(answer)
    assert "Записи різняться" in words(iryna.get(PAGE))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"verdict": "same", "reason": "  "}, "Напишіть кількома словами, чому."),
        ({"verdict": "", "reason": WHY}, "Виберіть відповідь."),
        ({"verdict": "same", "reason": "х" * 2001}, "Причина задовга."),
    ],
)
def test_a_verdict_that_is_not_taken_says_why(iryna, said, told):
    answer = decide(iryna, PAIR, **said)

    assert answer.status_code == 422
    assert told in words(answer)
    assert fields(answer)["reason"].strip() == said["reason"].strip()


def test_who_decides_on_a_pair_that_moved_sees_it_as_it_is_now(two, iryna):
    page = iryna.get(PAIR)
    say(two, iryna)

    late = decide(iryna, PAIR, on=page, verdict="different", reason="інші очі")

    assert late.status_code == 409
    assert "Хтось тим часом уже вирішив. Нічого не записано." in words(late)
    assert "Ці записи вважають однією дитиною." in words(late)
    assert fields(late)["reason"] == "інші очі"
    again = decide(iryna, PAIR, on=late, verdict="different", reason="інші очі")
    assert again.status_code == 303


def test_parting_restores_both_and_lists_what_was_written_meanwhile(two, iryna):
    say(two, iryna)
    two.watch.forward(minutes=5)
    more = {"g_stay": {"child_ref": DANYLO}, "g_med": {"allergies": "пеніцилін"}}
    two.send(two.phone("truskavets", "L"), "rehabilitation", more)

    (part,) = tree(iryna.get(PAGE)).xpath("//a[.='Розділити']/@href")
    answer = decide(iryna, part, verdict="different", reason="різні діти")

    assert answer.status_code == 303
    page, other = iryna.get(PAGE), iryna.get(f"/children/{OTHER}")
    assert "Записи різняться" not in words(page)
    (listed,) = tree(page).xpath("//section[h2='Чиї це відповіді?']/ul")
    said = " ".join(listed.text_content().split())
    assert "пеніцилін Трускавець" in said
    assert f"друга дитина: Ремес Данило {printed(SECOND)}" in said
    assert "Чиї це відповіді?" not in words(other)


def test_r22_what_one_person_says_is_shown_on_both_and_joins_nothing(two, iryna):
    assert decide(iryna, PAIR, verdict="same", reason=WHY).status_code == 303

    for path in (PAGE, f"/children/{OTHER}"):
        seen = iryna.get(path)
        assert "Можливо, одна дитина з іншим записом" in words(seen)
        assert "також записано як" not in words(seen)
    assert "Одна дитина: потрібна друга людина" in words(iryna.get("/queue"))
    pair = iryna.get(PAIR)
    assert "Ви вже так сказали; потрібна інша людина." in words(pair)
    assert tree(pair).xpath("//input[@name='verdict']/@value") == ["different"]


def test_r22_a_second_person_agrees_where_it_is_asked(two, iryna):
    decide(iryna, PAIR, verdict="same", reason=WHY)
    (path,) = tree(iryna.get(PAGE)).xpath("//a[.='Відкрити питання']/@href")
    own = iryna.get(path)
    assert "Ви вже так сказали; потрібна інша людина." in words(own)
    assert "Підписали" in words(own)
    assert not tree(own).xpath("//input[@name='choice'][@value='same']")

    answer = decide(two.browser(name="Bohdan"), path, choice="same", reason="так")

    assert answer.status_code == 303
    page = iryna.get(PAGE)
    assert "також записано як" in words(page)
    assert WHY in words(page)
    assert "так" in words(page)


def test_r22_who_proposed_takes_it_back(two, iryna):
    decide(iryna, PAIR, verdict="same", reason=WHY)
    page = iryna.get(PAGE)
    (form,) = tree(page).xpath(
        "//details[summary='Взяти назад те, що я сказав(-ла)']//form"
    )

    said = {**dict(form.form_values()), "reason": "помилка"}
    assert iryna.post(form.get("action"), data=said).status_code == 303

    assert "Можливо, одна дитина" not in words(iryna.get(PAGE))


@pytest.mark.parametrize("code", ["XXX", printed(make("4KH", 2)), "4KH-7T29-9"])
def test_a_code_of_no_other_child_is_told_so(iryna, code):
    answer = iryna.get(f"{PAGE}/link?other={code}")

    assert answer.status_code == 404
    assert "Немає іншої дитини з таким кодом" in words(answer)
    (typed,) = tree(answer).xpath("//input[@name='other']/@value")
    assert typed == code


def test_who_may_not_decide_sees_the_answers_and_no_form(two, iryna):
    say(two, iryna)
    stepan = two.browser(Role.WORKER, "chernivtsi", "Stepan")

    page = stepan.get(PAGE)

    assert "Записи різняться" in words(page)
    assert differing(page, "Прізвище").xpath(".//form") == []
    assert stepan.get(PAIR).status_code == 404


def test_a_list_shows_a_child_of_two_records_once(two, iryna):
    say(two, iryna)

    (row,) = tree(iryna.get("/children")).xpath("//li[@class='row']")

    assert "4KH-7T29-9" in row.text_content()
    assert printed(SECOND) in row.text_content()


def test_either_code_leads_to_a_child_of_two_records(two, iryna):
    say(two, iryna)

    for code in (DANYLO, SECOND):
        found = words(iryna.get(f"/children?q={code}", follow_redirects=True))
        assert "4KH-7T29-9" in found
        assert printed(SECOND) in found


def test_the_history_of_a_linked_child_is_that_of_all_its_records(two, iryna):
    say(two, iryna)
    viewer = two.browser(Role.WORKER, "truskavets", "Marta")

    entries = tree(viewer.get(PAGE)).xpath("//ol[@class='history']/li")

    assert len(entries) == 4


def test_linking_stands_whole_in_english(two, iryna):
    say(two, iryna)
    english = {"Accept-Language": "en"}

    assert "These records count as one child." in words(
        iryna.get(PAIR, headers=english)
    )
    page = words(iryna.get(PAGE, headers=english))
    assert "The records differ" in page
    assert "Part them" in page
