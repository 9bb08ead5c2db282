"""A child placed apart, as people at two centres see and sign it."""

import pytest
from pages import decide, tree, words

from forms.reference import make, printed
from intake_server.security.policy import Role
from intake_server.storage import rebuild
from sync import documents

ZLATA, IVAN = make("4KH", 1), make("4KH", 3)
CASE = documents.case(documents.person(IVAN))
PENDING = "не чинне, доки не підпишуть двоє людей із двох організацій"
REASON = "Спеціальне лікування, якого немає в Трускавці"


def arrived(name, code, first=None):
    return {
        "g_contact": {
            "child_ref": code,
            "intake_at": "2026-11-22T08:00:00.000+02:00",
        },
        "g_child": {"given_name": name},
        "g_with": {"siblings_here": 1, **({"sibling_group": first} if first else {})},
        "g_next": {"destination": "rehab", "destination_site": "truskavets"},
    }


def placed(code, **siblings):
    return {
        "g_start": {"child_ref": code, "parts": ["placement"]},
        "g_siblings": {
            "sibling_decision": "apart_temporary",
            "sibling_reason": REASON,
            "sibling_review_on": "2026-12-20",
            **siblings,
        },
        "g_place": {
            "care_type": "kin_temp",
            "care_from": "2026-11-22",
            "care_until": "2026-11-25",
            "ssd_contact": "ССД",
        },
    }


@pytest.fixture
def family(desk):
    phone = desk.phone("truskavets", "L")
    desk.send(phone, "reception", arrived("Злата", ZLATA))
    desk.send(phone, "reception", arrived("Іван", IVAN, printed(ZLATA)))
    return desk


@pytest.fixture
def apart(family):
    family.send(family.phone("chernivtsi", "T"), "reunification", placed(IVAN))
    return family


def question(desk):
    return desk.questions()["sibling_decision"]


def path(desk):
    return f"/queue/{question(desk).qid}"


@pytest.fixture
def marta(desk):
    return desk.browser(Role.WORKER, "truskavets", "Marta")


@pytest.fixture
def stepan(desk):
    return desk.browser(Role.WORKER, "chernivtsi", "Stepan")


def sign(client, where, **more):
    return decide(client, where, choice="sign", reason="згодна", **more)


def test_r01_the_day_and_both_children_say_that_it_is_not_in_force(apart, marta):
    for code in (IVAN, ZLATA):
        page = marta.get(f"/children?q={code}", follow_redirects=True)
        assert PENDING in words(page)
    day = words(marta.get("/day"))
    assert PENDING in day
    assert "Переглянути влаштування" not in day
    assert "Переглянути, чому брати й сестри окремо" not in day


def test_r01_two_people_of_two_organisations_sign_and_it_is_in_force(
    apart, marta, stepan
):
    where = path(apart)

    assert sign(stepan, where).status_code == 303
    assert "Stepan, Чернівці" in words(marta.get(where))
    assert sign(marta, where).status_code == 303

    assert "sibling_decision" not in apart.questions()
    assert PENDING not in words(marta.get("/day"))
    with apart.database.reading() as session:
        assert rebuild.compare(session).different == ()


def test_r01_the_same_person_twice_is_refused_in_plain_words(apart, stepan):
    where = path(apart)
    page = stepan.get(where)
    sign(stepan, where)

    again = sign(stepan, where, on=page)

    assert again.status_code == 422
    assert "Ви вже підписали" in words(again)
    assert path(apart) == where


def test_r01_the_same_organisation_twice_is_refused_in_plain_words(apart, stepan):
    where = path(apart)
    sofiia = apart.browser(Role.CLINICIAN, "chernivtsi", "Sofiia")
    page = sofiia.get(where)
    sign(stepan, where)

    again = sign(sofiia, where, on=page)

    assert again.status_code == 422
    assert "Ваша організація вже підписала" in words(again)
    assert "Окремо: підписую" not in words(sofiia.get(where))


def test_r01_a_signature_can_be_taken_back(apart, marta, stepan):
    where = path(apart)
    sign(stepan, where)
    sign(marta, where)
    settled = marta.get(where)
    (form,) = tree(settled).xpath("//form[contains(@action, 'undo')]")

    marta.post(
        form.get("action"), data={**dict(form.form_values()), "reason": "помилка"}
    )

    assert path(apart) == where


def test_r01_no_centre_takes_a_child_out_of_the_family_that_is_asked_about(
    family, marta
):
    where = f"/children/{documents.person(IVAN)}/answers/sibling_group"
    page = marta.get(where)
    (form,) = tree(page).xpath("//form[@data-correction]")
    family.send(family.phone("chernivtsi", "T"), "reunification", placed(IVAN))

    said = {**dict(form.form_values()), "clear": "yes", "reason": "помилка"}
    refused = marta.post(where, data=said)

    assert refused.status_code == 404
    assert not tree(marta.get(where)).xpath("//form[@data-correction]")
    assert tree(family.browser().get(where)).xpath("//form[@data-correction]")
    assert "sibling_decision" in family.questions()


def test_r01_refusing_makes_the_placement_void_and_can_be_taken_back(apart, marta):
    where = path(apart)

    refused = decide(marta, where, choice="refuse", reason="лишаються разом")

    assert refused.status_code == 303
    assert "sibling_decision" not in apart.questions()
    page = words(marta.get(f"/children?q={IVAN}", follow_redirects=True))
    assert "відмовлено: разом" in page
    settled = marta.get(where)
    assert "лишаються разом" in words(settled)
    (form,) = tree(settled).xpath("//form[contains(@action, 'undo')]")
    marta.post(form.get("action"), data={**dict(form.form_values()), "reason": "ні"})
    assert path(apart) == where


def test_r01_refusing_leaves_what_all_children_have_alone(family, marta):
    away = arrived("Іван", IVAN, printed(ZLATA))
    away["g_next"]["destination_site"] = "chernivtsi"
    family.send(family.phone("chernivtsi", "T"), "reception", away)

    decide(marta, path(family), choice="refuse", reason="разом")

    assert "sibling_decision" not in family.questions()
    assert "destination" not in family.questions()
    shown = tree(marta.get(f"/children?q={ZLATA}", follow_redirects=True))
    (beside,) = shown.xpath("//section[@aria-labelledby='family-heading']")
    assert "Трускавець" in beside.text_content()


def test_r01_who_signs_first_says_when_it_is_looked_at_again(family, stepan, marta):
    unsaid = placed(IVAN, sibling_reason=None, sibling_review_on=None)
    family.send(family.phone("chernivtsi", "T"), "reunification", unsaid)
    where = path(family)

    without = sign(stepan, where)
    assert without.status_code == 422
    assert "якого дня це переглянуть" in words(without)

    assert sign(stepan, where, review_on="2026-12-20").status_code == 303
    sign(marta, where)
    assert "sibling_decision" not in family.questions()


def test_r01_whoever_signed_is_led_to_another_question(apart, stepan):
    where = path(apart)

    led = stepan.get(sign(stepan, where).location)

    assert where not in (led.location or "")


def test_r01_nobody_is_taken_elsewhere_before_it_is_signed(family, stepan, marta):
    away = arrived("Іван", IVAN, printed(ZLATA))
    away["g_next"]["destination_site"] = "chernivtsi"
    family.send(family.phone("chernivtsi", "T"), "reception", away)
    decide(
        family.browser(),
        f"/queue/{family.questions()['destination'].qid}",
        choice='is:{"destination":"rehab","destination_site":"chernivtsi"}',
        reason="так",
    )
    day = stepan.get("/day")
    (token,) = {one.get("value") for one in tree(day).xpath("//input[@name='csrf']")}
    said = {"csrf": token, "site": "chernivtsi", "doc": CASE, "answer": "accept"}

    taken = stepan.post("/day/arrivals", data=said)

    assert "Нікого не очікуємо" in words(day)
    assert taken.status_code == 422
    assert "спершу мають підписати двоє" in words(taken)
