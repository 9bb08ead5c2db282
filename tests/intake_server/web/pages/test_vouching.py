"""R02: a child goes home when two people of two organisations have verified it."""

import pytest
from centres import DANYLO, RECEPTION, with_answers
from desks import CASE, CHILD
from pages import tree, words

from intake_server.security.policy import Role
from intake_server.storage import boards, documents, rebuild
from sync import documents as ids
from sync.change import Write

PAGE = f"/children/{CHILD}"
VISIT = ids.event("uuid:00000000-0000-4000-8000-000000000009")
UNVERIFIED = "щонайбільше перевірено: бракує другого підпису"


@pytest.fixture
def home(desk):
    """A child of whom a form of one centre says that it goes home, by one person."""
    answers = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    desk.send(desk.phone("truskavets", "Т"), "reception", answers)
    said = {
        (CASE, "case"): [Write(f="recommendation", v="reunify")],
        (VISIT, "event"): [
            Write(f="subject", v=CHILD),
            Write(f="verifier_1", v="MARTA-1"),
        ],
    }
    desk.write(said, site="truskavets")
    return desk


def sign(browser, **said):
    (form,) = tree(browser.get(PAGE)).xpath(
        "//form[contains(@action, '/children/') and contains(@action, '/sign')]"
    )
    filled = {**dict(form.form_values()), "reason": "бачилися з мамою", **said}
    return browser.post(f"{PAGE}/sign", data=filled)


def may_sign(browser):
    return bool(
        tree(browser.get(PAGE)).xpath(
            "//form[contains(@action, '/children/') and contains(@action, '/sign')]"
        )
    )


def keys(desk):
    with desk.database.transaction() as session:
        assert rebuild.compare(session).different == ()
        return {one.key for one in boards.of_children(session, [CHILD], ())}


def test_r02_a_person_of_another_organisation_signs_as_the_second(home):
    iryna = home.browser()
    assert UNVERIFIED in words(iryna.get(PAGE))
    assert "two_hands" in keys(home)

    assert sign(iryna).status_code == 303

    page = words(iryna.get(PAGE))
    assert UNVERIFIED not in page
    assert "Перевірили двоє людей із двох організацій" in page
    assert "two_hands" not in keys(home)
    assert not may_sign(home.browser(name="Оксана"))


def test_r02_nobody_signs_for_the_organisation_that_verified_it(home):
    marta = home.browser(Role.WORKER, "truskavets", "Марта")
    (token, *_) = tree(marta.get(PAGE)).xpath("//input[@name='csrf']/@value")
    assert not may_sign(marta)

    shown = tree(home.browser().get(PAGE)).xpath("//input[@name='shown']/@value")
    said = {"csrf": token, "shown": shown[0], "reason": "так"}
    answer = marta.post(f"{PAGE}/sign", data=said)

    assert answer.status_code == 422
    assert "Ваша організація вже підписала" in words(answer)
    assert UNVERIFIED in words(marta.get(PAGE))


def test_r02_who_verified_by_the_form_does_not_sign_once_more(home):
    assert not may_sign(home.browser(name="marta-1"))


def test_r02_one_person_is_not_two(desk):
    answers = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    desk.send(desk.phone("truskavets", "Т"), "reception", answers)
    desk.write({(CASE, "case"): [Write(f="recommendation", v="reunify")]})
    iryna, oksana = desk.browser(), desk.browser(name="Оксана")
    assert sign(iryna).status_code == 303

    assert not may_sign(iryna)
    assert not may_sign(oksana)
    assert UNVERIFIED in words(iryna.get(PAGE))
    assert "two_hands" in keys(desk)

    marta = desk.browser(Role.WORKER, "truskavets", "Марта")
    assert sign(marta).status_code == 303
    assert UNVERIFIED not in words(marta.get(PAGE))
    assert "two_hands" not in keys(desk)


def test_r02_a_signature_is_taken_back(home):
    iryna = home.browser()
    sign(iryna)
    (action,) = tree(iryna.get(PAGE)).xpath(
        "//ol[@class='history']//form[contains(@action, '/undo')]/@action"
    )
    (token, *_) = tree(iryna.get(PAGE)).xpath("//input[@name='csrf']/@value")

    iryna.post(action, data={"csrf": token, "reason": "помилка", "doc": CHILD})

    assert UNVERIFIED in words(iryna.get(PAGE))
    assert "two_hands" in keys(home)
    assert sign(iryna).status_code == 303
    assert UNVERIFIED not in words(iryna.get(PAGE))


def test_r02_a_signature_lapses_when_something_else_is_recommended(home):
    iryna = home.browser()
    sign(iryna)
    with home.database.reading() as session:
        heads = tuple(documents.find(session, CASE).view["heads"]["recommendation"])
    said = Write(f="recommendation", v="reunify_support", p=heads)
    home.write({(CASE, "case"): [said]}, site="truskavets")

    assert "two_hands" in keys(home)


def test_r02_a_signature_without_a_reason_or_of_what_has_changed_is_none(home):
    iryna = home.browser()

    assert sign(iryna, reason=" ").status_code == 422
    assert sign(iryna, shown="0" * 32).status_code == 409
    assert UNVERIFIED in words(iryna.get(PAGE))


def test_r02_nobody_signs_where_nobody_goes_home(desk):
    answers = with_answers(RECEPTION, g_contact={"child_ref": DANYLO})
    desk.send(desk.phone("truskavets", "Т"), "reception", answers)
    iryna = desk.browser()
    (token, *_) = tree(iryna.get(PAGE)).xpath("//input[@name='csrf']/@value")

    answer = iryna.post(f"{PAGE}/sign", data={"csrf": token, "reason": "так"})

    assert answer.status_code == 404
