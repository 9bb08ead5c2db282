"""An admin lets people in, moves them and ends their work."""

import re

import pytest
from pages import tree, words

from intake_server.security.policy import Role
from intake_server.services import housekeeping, people
from intake_server.storage import audit

LINK = re.compile(r"/sign-in/([\w-]+)")


@pytest.fixture
def admin(desk):
    return desk.browser(Role.ADMIN, "kyiv", "Адміністраторка")


def hidden(browser, path="/people"):
    forms = tree(browser.get(path)).xpath("//main//form[.//input[@name='once']]")
    return {
        name: value
        for name, value in forms[0].form_values()
        if name in ("csrf", "once")
    }


def invite(browser, name="Марта", role="worker", site="truskavets", **more):
    data = {**hidden(browser), "name": name, "role": role, "site": site, **more}
    return browser.post("/people", data=data)


def person(desk, name="Марта"):
    return {one.name: one for one in people.everybody(desk.database)}[name]


def act(browser, desk, what, name="Марта", **more):
    path = f"/people/{person(desk, name).id}"
    return browser.post(f"{path}{what}", data={**hidden(browser, path), **more})


def test_a_link_is_shown_once_as_text_and_qr(desk, admin):
    said = {**hidden(admin), "name": "Марта", "role": "worker", "site": "truskavets"}

    answer = admin.post("/people", data=said)

    assert LINK.search(words(answer))
    assert tree(answer).xpath("//div[@role='img']//*[local-name()='svg']")
    assert (person(desk).role, person(desk).site) == ("worker", "truskavets")
    assert admin.post("/people", data=said).status_code == 409
    assert len(people.everybody(desk.database)) == 2


def test_a_link_lasts_a_day(desk, admin):
    code = LINK.search(words(invite(admin)))[1]
    desk.watch.forward(hours=24)

    with pytest.raises(people.UnknownCodeError):
        people.sign_in(desk.database, code, now=desk.watch())


def signed_in(desk, admin):
    code = LINK.search(words(invite(admin)))[1]
    token = people.sign_in(desk.database, code, now=desk.watch())
    return lambda: people.signed_in(desk.database, token, now=desk.watch())


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("", {"role": "coordinator", "site": "truskavets"}),
        ("", {"role": "worker", "site": "chernivtsi"}),
        ("", {"role": "worker", "site": "truskavets", "until": "2027-01-31"}),
        ("/end", {}),
        ("/sign-out", {}),
    ],
)
def test_whoever_is_moved_or_put_out_is_signed_out_at_once(desk, admin, what, more):
    session = signed_in(desk, admin)
    token = people.token_of(desk.database, person(desk).id, by="x", now=desk.watch())
    assert session()

    assert act(admin, desk, what, **more).status_code == 303

    assert session() is None
    assert people.who(desk.database, token, now=desk.watch()) is None


def test_a_reset_gives_a_new_link_and_signs_out(desk, admin):
    session = signed_in(desk, admin)

    answer = act(admin, desk, "/reset")

    assert LINK.search(words(answer))
    assert session() is None


def test_work_ends_by_itself_after_its_last_day_in_kyiv(desk, admin):
    invite(admin, until="2026-11-22")
    desk.watch.forward(hours=12, minutes=55)
    code = people.invite(desk.database, person(desk).id, by="x", now=desk.watch())
    session = people.sign_in(desk.database, code, now=desk.watch())
    token = people.token_of(desk.database, person(desk).id, by="x", now=desk.watch())
    desk.watch.forward(minutes=4)
    assert people.signed_in(desk.database, session, now=desk.watch())

    desk.watch.forward(minutes=1)

    assert people.signed_in(desk.database, session, now=desk.watch()) is None
    housekeeping.tidy(desk.database, now=desk.watch())
    assert people.who(desk.database, token, now=desk.watch()) is None
    assert person(desk).ended


@pytest.mark.parametrize("until", ["2026-11-21", "9999-12-31", "soon", "2026-13-01"])
def test_a_last_day_that_is_none_is_asked_for_again(desk, admin, until):
    answer = invite(admin, until=until)

    assert answer.status_code == 422
    assert "Останній день" in words(answer)


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("/end", {}),
        ("", {"role": "worker", "site": "kyiv"}),
        ("", {"role": "admin", "site": "kyiv", "until": "2027-01-01"}),
    ],
)
def test_the_last_admin_stays(desk, admin, what, more):
    answer = act(admin, desk, what, "Адміністраторка", **more)

    assert answer.status_code == 409
    assert admin.get("/people").status_code == 200


def test_an_admin_beside_another_may_leave(desk, admin):
    invite(admin, "Друга", "admin", "kyiv")

    assert act(admin, desk, "/end", "Адміністраторка").status_code == 303
    assert admin.get("/people").status_code == 401


def test_somebody_who_left_is_not_moved(desk, admin):
    invite(admin)
    act(admin, desk, "/end")
    path = f"/people/{person(desk).id}"
    data = {**hidden(admin), "role": "admin", "site": "kyiv"}

    assert admin.post(path, data=data).status_code == 404
    assert admin.post(f"{path}/reset", data=data).status_code == 404


@pytest.mark.parametrize(
    "said", [{"role": "volunteer"}, {"role": "node"}, {"role": ""}, {"site": "nowhere"}]
)
def test_a_post_that_nobody_gives_is_refused(admin, said):
    assert invite(admin, **said).status_code == 404


@pytest.mark.parametrize("name", ["", "  ", "\x00"])
def test_somebody_without_a_name_is_asked_for_again(admin, name):
    assert invite(admin, name=name).status_code == 422


def test_what_an_admin_does_is_noted_without_names(desk, admin):
    invite(admin)
    act(admin, desk, "", role="clinician", site="truskavets")
    act(admin, desk, "/end")

    with desk.database.reading() as session:
        entries = audit.page(session, object=person(desk).id)
    assert [entry.action for entry in entries] == [
        "end_person",
        "change_person",
        "invite",
        "add_person",
    ]
    assert "Марта" not in str(entries)
