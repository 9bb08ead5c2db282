"""Letting phones in and out from a coordinator's own phone."""

import re
from datetime import timedelta

import pytest
import qr
from pages import tree, words

from intake_server.security import envelope
from intake_server.security.policy import Principal, Role
from intake_server.services import admission, enrolment

CODE = re.compile(r"[2-9ACEHKMPTX]{5}-[2-9ACEHKMPTX]{5}")


@pytest.fixture
def iryna(desk):
    return desk.browser(site="truskavets")


def hidden(browser):
    form = tree(browser.get("/devices")).xpath("//main//form[.//input[@name='once']]")[
        0
    ]
    return {
        name: value for name, value in form.form_values() if name in ("csrf", "once")
    }


def let_in(browser, how, label="Телефон Олени", **more):
    said = {**hidden(browser), "label": label, "how": how, **more}
    return browser.post("/devices", data=said)


def known(desk):
    return {one.label: one for one in enrolment.enrolled(desk.database)}


def redeem(desk, code, **more):
    return desk.app.test_client().post("/enrol", data={"code": code}, **more)


def a_code(browser, **more):
    return CODE.search(words(let_in(browser, "code", **more)))[0]


def token_in(answer):
    href = tree(answer).xpath("//a[@download]/@href")[0]
    assert href.startswith("data:image/png;base64,")
    return href


def test_a_qr_for_collect_lets_a_phone_in_at_once(desk, iryna):
    answer = let_in(iryna, "collect")

    assert answer.status_code == 200
    assert tree(answer).xpath("//div[@role='img']//*[local-name()='svg']")
    assert answer.headers["Cache-Control"] == "no-store"
    assert known(desk)["Телефон Олени"].site == "truskavets"


def test_a_code_is_read_aloud_and_typed_on_either_keyboard(desk, iryna):
    code = a_code(iryna)
    cyrillic = str.maketrans("ACEHKMPTX", "асенкмртх")

    typed = code.replace("-", " ").translate(cyrillic)

    assert redeem(desk, typed).status_code == 200
    assert known(desk)["Телефон Олени"].site == "truskavets"
    assert redeem(desk, code).status_code == 404


def test_what_is_shown_once_is_not_made_twice_by_a_reload(desk, iryna):
    said = {**hidden(iryna), "label": "Phone", "how": "collect"}
    iryna.post("/devices", data=said)

    again = iryna.post("/devices", data=said)

    assert again.status_code == 409
    assert len(known(desk)) == 1


def test_a_revoked_phone_is_out_at_its_next_call_and_then_known_to_know(desk, iryna):
    code = a_code(iryna)
    token = enrolment.enrol(desk.database, code, label="", now=desk.watch()).token
    phone = desk.app.test_client()
    forms = f"/key/{token}/formList"
    assert phone.get(forms, headers={"X-OpenRosa-Version": "1.0"}).status_code == 200
    device = known(desk)["Телефон Олени"]

    answer = iryna.post(
        f"/devices/{device.id}/revoke", data={"csrf": hidden(iryna)["csrf"]}
    )

    assert answer.status_code == 303
    assert "відтоді не озивався" in words(iryna.get("/devices"))
    assert phone.get(forms, headers={"X-OpenRosa-Version": "1.0"}).status_code == 401
    assert "його не впустили" in words(iryna.get("/devices"))


def test_a_coordinator_manages_the_phones_of_their_own_site_alone(desk, iryna):
    other = desk.phone("chernivtsi", "Телефон Тараса")
    csrf = hidden(iryna)["csrf"]

    assert "Тараса" not in words(iryna.get("/devices"))
    assert let_in(iryna, "code", site="chernivtsi").status_code == 404
    refused = iryna.post(f"/devices/{other.id}/revoke", data={"csrf": csrf})
    assert refused.status_code == 404
    assert known(desk)["Телефон Тараса"].revoked is None


def test_an_admin_manages_the_phones_of_every_site(desk):
    admin = desk.browser(Role.ADMIN, "kyiv")
    other = desk.phone("chernivtsi", "Телефон Тараса")

    assert "Тараса" in words(admin.get("/devices"))
    csrf = hidden(admin)["csrf"]
    answer = admin.post(f"/devices/{other.id}/revoke", data={"csrf": csrf})
    assert answer.status_code == 303


def invite(browser, people, **more):
    data = {**hidden(browser), "people": people, **more}
    return browser.post("/devices/invitations", data=data)


def test_invitations_are_printed_ten_a_page_each_for_a_person(desk, iryna):
    people = [f"Волонтер {n}" for n in range(12)]

    printed = invite(iryna, "\r\n".join(["", *people, "  "]))

    sheets = tree(printed).xpath("//ul[@class='sheet']")
    assert [len(sheet.xpath("./li")) for sheet in sheets] == [10, 2]
    said = [
        " ".join(slip.itertext()) for sheet in sheets for slip in sheet.xpath("./li")
    ]
    assert all(name in slip for name, slip in zip(people, said, strict=True))
    codes = [CODE.search(slip)[0] for slip in said]
    assert len(set(codes)) == 12
    desk.watch.forward(hours=71)
    assert redeem(desk, codes[0]).status_code == 200
    assert known(desk).keys() == {"Волонтер 0"}
    desk.watch.forward(hours=1)
    assert redeem(desk, codes[1]).status_code == 404


@pytest.mark.parametrize("people", ["", " \n ", "\n".join(map(str, range(51)))])
def test_nobody_or_too_many_are_asked_for_again(iryna, people):
    answer = invite(iryna, people)

    assert answer.status_code == 422
    assert "від 1 до 50" in words(answer)


def link_in(element):
    (path,) = element.xpath(".//*[local-name()='path'][@class='qrline']/@d")
    return qr.read(qr.of_path(path))[0]


def test_a_code_is_shown_with_a_picture_for_each_of_the_two_ways(desk, iryna):
    answer = let_in(iryna, "code")

    code = CODE.search(words(answer))[0]
    (field,) = tree(answer).xpath("//main//section//div[@role='img']")
    (collect,) = tree(answer).xpath("//main//details//div[@role='img']")
    assert link_in(field) == f"http://localhost/field/#code={code.replace('-', '')}"
    assert link_in(collect) == f"http://localhost/enrol/{code}"
    assert "http://localhost/field/" in words(answer)
    assert "http://localhost/enrol" in words(answer)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/enrol", "http://localhost/field/"),
        ("/enrol/4KH7T-29XPA", "http://localhost/field/#code=4KH7T29XPA"),
        ("/enrol/%25%25%22%3E", "http://localhost/field/"),
    ],
)
def test_who_sets_a_phone_up_sees_that_there_are_two_ways(desk, path, leads_to):
    answer = desk.app.test_client().get(path)

    said = words(answer)
    assert said.index("Dodomu у браузері телефона") < said.index("ODK Collect")
    (picture,) = tree(answer).xpath("//main//div[@role='img']")
    assert link_in(picture) == leads_to
    assert tree(answer).xpath("//main//a/@href") == [leads_to]


@pytest.mark.parametrize(
    ("how", "beginning", "is_spelt"),
    [("code", "/field/#code=", False), ("collect", "/enrol/", True)],
)
def test_an_invitation_leads_to_what_it_is_for(iryna, how, beginning, is_spelt):
    printed = invite(iryna, "Ліна", how=how)

    (slip,) = tree(printed).xpath("//li[@class='slip']")
    code = CODE.search(" ".join(slip.itertext()))[0]
    spelt = code if is_spelt else code.replace("-", "")
    assert link_in(slip) == f"http://localhost{beginning}{spelt}"
    assert ("ODK Collect" in " ".join(slip.itertext())) is is_spelt


SAME = {"same.reception_point": "border_point", "same.return_channel": ["icrc", "ucrn"]}
ANSWERS = {"reception_point": "border_point", "return_channel": "icrc ucrn"}


def defaults_of(desk, code):
    enrolled = enrolment.enrol(desk.database, code, label="", now=desk.watch())
    return enrolled.device.defaults


def test_what_is_the_same_for_a_whole_post_goes_along_with_the_code(desk, iryna):
    assert "Пункт пропуску через державний кордон" in words(iryna.get("/devices"))

    assert defaults_of(desk, a_code(iryna, **SAME)) == ANSWERS
    assert not defaults_of(desk, a_code(iryna))
    printed = words(invite(iryna, "Ліна", **SAME))
    assert defaults_of(desk, CODE.search(printed)[0]) == ANSWERS


def test_what_the_form_does_not_offer_is_refused_and_makes_no_code(desk, iryna):
    said = {**SAME, "same.reception_point": "nowhere"}

    assert let_in(iryna, "code", **said).status_code == 422
    assert invite(iryna, "Ліна", **said).status_code == 422
    assert let_in(iryna, "code", **{"same.consent_intake": "given"}).status_code == 200
    assert known(desk) == {}


def a_field_phone(desk, browser):
    key = envelope.public_text(envelope.private(envelope.new_private()))
    enrolled = enrolment.enrol(
        desk.database, a_code(browser), label="", public_key=key, now=desk.watch()
    )
    return enrolled.device


def test_a_phone_whose_time_is_over_is_let_in_again_by_a_person(desk, iryna):
    phone = a_field_phone(desk, iryna)
    assert "допуск до дня" in words(iryna.get("/devices"))
    desk.watch.forward(days=31)
    iryna = desk.browser(site="truskavets")
    assert "Час допуску минув" in words(iryna.get("/devices"))
    csrf = hidden(iryna)["csrf"]

    answer = iryna.post(f"/devices/{phone.id}/renew", data={"csrf": csrf})

    assert answer.status_code == 303
    assert "Час допуску минув" not in words(iryna.get("/devices"))
    other = desk.browser(site="chernivtsi")
    csrf = hidden(other)["csrf"]
    refused = other.post(f"/devices/{phone.id}/renew", data={"csrf": csrf})
    assert refused.status_code == 404


def test_people_see_that_the_order_was_fetched_and_that_a_phone_was_wiped(desk, iryna):
    phone = a_field_phone(desk, iryna)
    csrf = hidden(iryna)["csrf"]
    iryna.post(f"/devices/{phone.id}/revoke", data={"csrf": csrf})
    assert "відтоді не озивався" in words(iryna.get("/devices"))

    admission.wipe(desk.database, phone.id, None, now=desk.watch())
    assert "він отримав наказ стерти себе" in words(iryna.get("/devices"))

    caller = Principal("device", phone.id, "", Role.VOLUNTEER, phone.site)
    admission.wiped(desk.database, caller, now=desk.watch())
    said = words(iryna.get("/devices"))
    assert "стерто: неділя" in said
    listed = iryna.get("/lists/devices.csv").get_data(as_text=True)
    assert "Стерто" in listed


def test_looking_at_an_invitation_does_not_use_it(desk, iryna):
    code = a_code(iryna)
    phone = desk.app.test_client()

    for _ in range(2):
        assert code in phone.get(f"/enrol/{code}").text

    answer = redeem(desk, code)
    assert answer.status_code == 200
    assert token_in(answer)


def test_who_guesses_codes_waits_and_others_do_not(desk, iryna):
    code = a_code(iryna)
    guesser = {"REMOTE_ADDR": "192.0.2.7"}
    for _ in range(11):
        refused = redeem(desk, "22222-22222", environ_base=guesser)
        assert refused.status_code in (404, 429)

    late = redeem(desk, code, environ_base=guesser)

    assert late.status_code == 429
    assert 1 <= int(late.headers["Retry-After"]) <= 30
    assert (
        redeem(desk, code, environ_base={"REMOTE_ADDR": "192.0.2.8"}).status_code == 200
    )


def test_guesses_at_the_api_count_too(desk):
    phone = desk.app.test_client()
    statuses = [
        phone.post("/api/v1/devices/enrol", json={"code": "22222-22222", "label": ""})
        for _ in range(11)
    ]

    assert [answer.status_code for answer in statuses] == [404] * 10 + [429]
    assert statuses[-1].json["type"] == "/problems/too-many-attempts"
    desk.watch.forward(seconds=30)
    again = phone.post("/api/v1/devices/enrol", json={"code": "a", "label": ""})
    assert again.status_code == 404


def test_a_label_of_nothing_is_asked_for_again(iryna):
    assert let_in(iryna, "code", label=" ").status_code == 422


def test_a_code_read_aloud_lasts_a_quarter_of_an_hour(desk, iryna):
    code = a_code(iryna)
    desk.watch.forward(minutes=15)

    assert redeem(desk, code).status_code == 404
    assert timedelta(minutes=15) == enrolment.SHOWN
