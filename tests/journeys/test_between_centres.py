"""Stories between two centres and Kyiv, seen and done in a browser at each."""

import pytest
from three_nodes import (
    CODES,
    IVAN,
    PLACED_APART,
    Somebody,
    exchange,
    received,
    three_nodes,
)

from intake_server.security.policy import Role
from sync import documents as ids

pytestmark = pytest.mark.browser

APART = "Окремо: підписую"
NOT_IN_FORCE = "не чинне, доки не підпишуть двоє людей із двох організацій"


@pytest.fixture
def nodes(tmp_path):
    forms = ("reception", "registration", "rehabilitation", "reunification")
    with three_nodes(tmp_path, *forms) as members:
        yield members


@pytest.fixture
def oksana(nodes):
    return Somebody(nodes[0], "Оксана", Role.COORDINATOR, "kyiv")


@pytest.fixture
def marta(nodes):
    return Somebody(nodes[1], "Марта", Role.WORKER, "truskavets")


@pytest.fixture
def stepan(nodes):
    return Somebody(nodes[2], "Степан", Role.CLINICIAN, "chernivtsi")


def answer(page, choice, reason):
    """Choose an answer of the question that is open, say why, and have it written."""
    page.get_by_role("radio", name=choice).check()
    page.get_by_label("Чому").fill(reason)
    with page.expect_navigation():
        page.get_by_role("button", name="Записати рішення").click()


def about_parents(family):
    return {
        "g_start": {"child_ref": CODES[0]},
        "any_family": "yes",
        "family": family,
    }


def about_medicine(site, medicine):
    return {
        "g_stay": {
            "child_ref": CODES[0],
            "center": site,
            "admitted_on": "2026-11-22",
        },
        "g_med": {"medication": medicine},
    }


def test_one_of_four_siblings_is_parted_only_when_two_organisations_have_signed(
    browser, nodes, oksana, marta, stepan
):
    _, truskavets, chernivtsi = nodes
    marta.send("reception", *map(received, range(4)))
    exchange(nodes)
    stepan.send("reunification", PLACED_APART)
    exchange(nodes)

    with oksana.window(browser) as queue, marta.window(browser) as day:
        today = queue.locator("section, ol, main").filter(has_text="Вербові Іван")
        assert today.count()
        assert NOT_IN_FORCE in day.locator("#apart").inner_text()
        assert day.locator("[aria-labelledby=arrivals] li").count() >= 4

        with stepan.window(browser) as page:
            page.goto(f"{chernivtsi.url}/queue/{stepan.asked()[0]['qid']}")
            here = page.url
            answer(page, APART, "лікування лише тут")
            page.goto(here)
            assert page.get_by_role("radio", name=APART).count() == 0
            assert "Підписали" in page.locator("main").inner_text()
        exchange(nodes)
        day.goto(f"{truskavets.url}/day")
        assert NOT_IN_FORCE in day.locator("#apart").inner_text()

        day.locator("#apart a").first.click()
        answer(day, APART, "згодна, якщо видно раз на тиждень")
        exchange(nodes)

        day.goto(f"{truskavets.url}/day")
        assert day.locator("#apart").count() == 0
        for member, page in ((truskavets, day), (nodes[0], queue)):
            page.goto(f"{member.url}/children/{IVAN}")
            assert NOT_IN_FORCE not in page.locator("main").inner_text()
    assert len({member.digest for member in nodes}) == 1


def test_an_orphan_whose_parents_live_is_asked_about_and_both_stand_in_red(
    browser, nodes, oksana, marta, stepan
):
    marta.send("reception", received(0))
    exchange(nodes)
    for who, status in ((marta, "dead_reported"), (stepan, "alive_contact")):
        family = [{"rel_type": "mother", "rel_status": status}]
        who.send("registration", about_parents(family))
    exchange(nodes)

    for who in (oksana, marta, stepan):
        with who.window(browser) as page:
            page.goto(f"{who.member.url}/children/{ids.person(CODES[0])}")
            contested = page.locator(".contested")
            said = " ".join(contested.all_inner_texts())
            assert "Спірне" in said
            assert "truskavets" in said
            assert "chernivtsi" in said
            if who is oksana:  # a centre reads what is sealed in its own words alone
                assert "Загибель повідомлено" in said
                assert "Живий(-а)" in said
    assert [item["cell"] for item in oksana.call("GET", "/queue")["items"]] == [
        "rel_status"
    ]


def test_a_decision_is_taken_back_and_taken_again(
    browser, nodes, oksana, marta, stepan
):
    kyiv, truskavets, _ = nodes
    for who, dose in ((marta, "300"), (stepan, "500")):
        who.send("rehabilitation", about_medicine(who.site, f"вальпроат {dose} мг"))
    exchange(nodes)

    with oksana.window(browser) as page:
        page.get_by_role("link", name="Ліки зараз").first.click()
        question = page.url
        answer(page, "вальпроат 500 мг", "за випискою лікаря")
        exchange(nodes)
        with marta.window(browser) as at_centre:
            at_centre.goto(f"{truskavets.url}/day/medicines")
            assert "вальпроат 500 мг" in at_centre.locator("main").inner_text()
            assert "300" not in at_centre.locator("main").inner_text()

        page.goto(question)
        undo = page.locator("details.undo")
        undo.locator("summary").click()
        undo.get_by_label("Чому").fill("виписка іншої дитини")
        with page.expect_navigation():
            undo.get_by_role("button").click()
        page.goto(question)
        assert page.get_by_role("radio", name="вальпроат 300 мг").count()
        answer(page, "вальпроат 300 мг", "телефонували лікарю")
    exchange(nodes)

    with marta.window(browser) as at_centre:
        at_centre.goto(f"{truskavets.url}/day/medicines")
        assert "вальпроат 300 мг" in at_centre.locator("main").inner_text()
        assert "500" not in at_centre.locator("main").inner_text()
    assert kyiv.differing == ()


def test_a_child_that_is_sent_to_a_centre_is_sent_back_and_then_accepted(
    browser, nodes, marta, stepan
):
    _, truskavets, chernivtsi = nodes
    stepan.send("reception", received(0))
    exchange(nodes)

    with marta.window(browser) as day:
        arrivals = day.locator("[aria-labelledby=arrivals]")
        assert "Вербові Тарас" in arrivals.inner_text()
        arrivals.get_by_text("Повернути").first.click()
        arrivals.locator("details[open] input[name=reason]").fill("немає місць")
        with day.expect_navigation():
            arrivals.locator("details[open] button").click()
        assert "Вербові Тарас" not in arrivals.inner_text()
    exchange(nodes)

    with stepan.window(browser) as page:
        assert (
            "Повернено: вирішити, куди їде дитина" in page.locator("main").inner_text()
        )
        page.goto(f"{chernivtsi.url}/children/{ids.person(CODES[0])}")
        assert "повернуто центром · немає місць" in page.locator(".course").inner_text()
    stepan.send("reception", received(0))
    exchange(nodes)

    with marta.window(browser) as day:
        with day.expect_navigation():
            day.get_by_role("button", name="Прийняти: Вербові Тарас").click()
        day.goto(f"{truskavets.url}/children/{ids.person(CODES[0])}")
        assert "прийнято" in day.locator(".course").inner_text()
