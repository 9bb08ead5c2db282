import re

import pytest
from pages import tree, words

from forms.reference import normalise
from intake_server.security.policy import Role
from intake_server.services.cards import A_SHEET


@pytest.fixture
def marta(desk):
    return desk.browser(Role.WORKER, "truskavets")


def draw(browser, sheets="1"):
    token = tree(browser.get("/cards")).xpath("//main//input[@name='csrf']/@value")[0]
    return browser.post("/cards", data={"csrf": token, "sheets": sheets})


def test_a_sheet_shows_codes_for_eyes_and_camera_and_nothing_else(marta):
    sheet = draw(marta)

    assert sheet.status_code == 200
    cards = tree(sheet).xpath("//li[@class='card']")
    codes = [card.xpath(".//strong/text()")[0] for card in cards]
    assert len(codes) == len(set(codes)) == A_SHEET
    assert all(re.fullmatch(r"\w{3}-\w{4}-\w", code) for code in codes)
    assert all(normalise(code) for code in codes)
    assert all(card.xpath(".//*[local-name()='svg']") for card in cards)
    said = {" ".join(card.itertext()).split()[0] for card in cards}
    assert said == {"Код"}


def test_the_same_sheet_is_not_made_twice(marta):
    first, second = draw(marta), draw(marta)

    codes = [set(tree(one).xpath("//strong/text()")) for one in (first, second)]
    assert not codes[0] & codes[1]


@pytest.mark.parametrize("sheets", ["", "0", "11", "-1", "²", "one", "9" * 400])
def test_a_number_that_is_none_is_asked_for_again(marta, sheets):
    answer = draw(marta, sheets)

    assert answer.status_code == 422
    assert "Від 1 до 10 аркушів" in words(answer)


def test_the_children_lead_to_the_cards(marta):
    assert "/cards" in tree(marta.get("/children")).xpath("//main//a/@href")
