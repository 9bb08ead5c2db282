"""Brothers and sisters on a child's page: seen together, and whether they stay so."""

import pytest
from pages import tree, words

from forms.reference import make, printed
from intake_server.security.policy import Role

ZLATA, ZORIANA, IVAN = (make("4KH", number) for number in (1, 2, 3))
APART = "не всі в одному місці"
PENDING = "Влаштування окремо: не чинне, доки не підпишуть двоє людей"


def arrived(name, code, first=None, site="truskavets"):
    return {
        "g_contact": {"child_ref": code},
        "g_child": {"given_name": name},
        "g_with": {"siblings_here": 1, **({"sibling_group": first} if first else {})},
        "g_next": {"destination": "rehab", "destination_site": site},
    }


@pytest.fixture
def family(desk):
    phone = desk.phone("truskavets", "L")
    desk.send(phone, "reception", arrived("Злата", ZLATA))
    desk.send(phone, "reception", arrived("Зоряна", ZORIANA, printed(ZLATA)))
    desk.send(phone, "reception", arrived("Іван", IVAN, ZLATA))
    return desk


def page(desk, code, role=Role.COORDINATOR, site="kyiv"):
    browser = desk.browser(role, site)
    return browser.get(f"/children?q={code}", follow_redirects=True)


def siblings(shown):
    found = tree(shown).xpath("//section[@aria-labelledby='family-heading']//li/a")
    return [one.text_content().strip() for one in found]


@pytest.mark.parametrize(
    ("code", "others"),
    [
        (ZLATA, ["Зоряна", "Іван"]),
        (ZORIANA, ["Злата", "Іван"]),
        (IVAN, ["Злата", "Зоряна"]),
    ],
)
def test_each_child_shows_the_others_whoever_was_first(family, code, others):
    shown = page(family, code)

    assert siblings(shown) == others
    assert APART not in words(shown)


def test_a_child_without_siblings_shows_none(desk):
    desk.send(desk.phone("truskavets", "L"), "reception", arrived("Злата", ZLATA))

    assert siblings(page(desk, ZLATA)) == []


@pytest.mark.parametrize("code", [ZLATA, ZORIANA, IVAN])
def test_r01_a_child_who_goes_elsewhere_is_warned_of_on_every_page(family, code):
    away = arrived("Іван", IVAN, ZLATA, site="chernivtsi")
    family.send(family.phone("chernivtsi", "T"), "reception", away)

    shown = words(page(family, code))

    assert PENDING in shown
    assert APART not in shown


def test_whoever_may_not_see_a_sibling_learns_of_none(family):
    phone = family.phone("chernivtsi", "T")
    last = make("4KH", 4)
    family.send(phone, "reception", arrived("Тарас", last, ZLATA))

    shown = page(family, ZLATA, Role.WORKER, "truskavets")

    assert siblings(shown) == ["Зоряна", "Іван"]
    assert siblings(page(family, last, Role.WORKER, "chernivtsi")) == []
