from dataclasses import replace

import pytest
from servers import Server

from intake_server.security.policy import Action, Role
from intake_server.services import people
from intake_server.web.auth import csrf_token, requires


@pytest.fixture
def desk(server):
    """A node of the demo, where a link is the way in; one page changes something."""
    again = Server(server.database, replace(server.settings, demo=True), server.watch)

    @requires(Action.USE_PAGES)
    def page():
        return csrf_token()

    again.app.add_url_rule("/desk", "desk", page, methods=["GET", "POST"])
    return again


def invited(server, role=Role.WORKER):
    person = people.add(
        server.database,
        "Iryna",
        role=role,
        site="truskavets",
        by="op",
        now=server.watch(),
    )
    return person, people.invite(server.database, person, by="op", now=server.watch())


def test_looking_at_a_link_does_not_use_it(desk):
    _, code = invited(desk)

    assert "Увійти" in desk.client.get(f"/sign-in/{code}").text
    assert desk.client.post(f"/sign-in/{code}").status_code == 302


def test_a_link_signs_in_once(desk):
    _, code = invited(desk)
    first, second = desk.client, desk.client

    assert first.post(f"/sign-in/{code}").status_code == 302
    assert second.post(f"/sign-in/{code}").status_code == 404
    assert first.get("/desk").status_code == 200
    assert second.get("/desk").status_code == 401


def test_a_link_lasts_a_day(desk):
    _, code = invited(desk)
    desk.watch.forward(hours=24)

    assert desk.client.post(f"/sign-in/{code}").status_code == 404


def test_no_script_and_no_other_site_gets_at_the_cookie(desk):
    _, code = invited(desk)

    cookie = desk.client.post(f"/sign-in/{code}").headers["Set-Cookie"]

    assert cookie.startswith("dodomu-8080=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_the_token_in_the_cookie_is_nowhere_in_the_store(desk):
    _, code = invited(desk)
    cookie = desk.client.post(f"/sign-in/{code}").headers["Set-Cookie"]
    token = cookie.removeprefix("dodomu-8080=").split(";")[0]

    with desk.database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM session").fetchall()

    assert len(token) >= 43
    assert token not in str(rows)


@pytest.mark.parametrize(
    ("role", "minutes"), [(Role.COORDINATOR, 15), (Role.WORKER, 60)]
)
def test_an_idle_browser_is_signed_out(desk, role, minutes):
    browser = desk.browser(role)
    desk.watch.forward(minutes=minutes - 1)
    assert browser.get("/desk").status_code == 200

    desk.watch.forward(minutes=minutes - 1)
    assert browser.get("/desk").status_code == 200

    desk.watch.forward(minutes=minutes)
    assert browser.get("/desk").status_code == 401


def test_nobody_stays_signed_in_past_half_a_day(desk):
    browser = desk.browser(Role.WORKER)

    for _ in range(12):
        assert browser.get("/desk").status_code == 200
        desk.watch.forward(minutes=60, seconds=-1)
    desk.watch.forward(seconds=12)

    assert browser.get("/desk").status_code == 401


def test_whoever_left_is_signed_out_at_once(desk):
    person, code = invited(desk)
    browser = desk.client
    browser.post(f"/sign-in/{code}")

    people.end(desk.database, person, by="op", now=desk.watch())

    assert browser.get("/desk").status_code == 401


def test_a_button_ends_the_session(desk):
    browser = desk.browser(Role.WORKER)
    token = browser.get("/desk").text

    answer = browser.post("/sign-out", data={"csrf": token})

    assert answer.status_code == 302
    assert browser.get("/desk").status_code == 401


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        pytest.param({}, {}, 403, id="no-token"),
        pytest.param({"csrf": "other"}, {}, 403, id="other-token"),
        pytest.param({"csrf": "є"}, {}, 403, id="no-latin-token"),
        pytest.param(
            {"csrf": None}, {"Sec-Fetch-Site": "cross-site"}, 403, id="from-elsewhere"
        ),
        pytest.param({"csrf": None}, {"Sec-Fetch-Site": "same-origin"}, 200, id="ours"),
        pytest.param({"csrf": None}, {}, 200, id="ours-in-an-old-browser"),
    ],
)
def test_only_a_page_of_the_session_changes_anything(desk, form, headers, status):
    browser = desk.browser(Role.WORKER)
    ours = browser.get("/desk").text
    sent = {name: ours if value is None else value for name, value in form.items()}

    assert browser.post("/desk", data=sent, headers=headers).status_code == status


def test_a_script_sends_the_token_in_a_header(desk):
    browser = desk.browser(Role.WORKER)
    ours = browser.get("/desk").text

    assert browser.post("/desk", headers={"X-CSRF-Token": ours}).status_code == 200


def test_the_token_of_another_session_changes_nothing(desk):
    mine, other = desk.browser(Role.WORKER), desk.browser(Role.WORKER)

    answer = mine.post("/desk", data={"csrf": other.get("/desk").text})

    assert answer.status_code == 403


def test_another_site_signs_nobody_in(desk):
    _, code = invited(desk)

    answer = desk.client.post(
        f"/sign-in/{code}", headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403


def test_nodes_of_a_demo_on_one_host_do_not_sign_each_other_out(server):
    demo = Server(
        server.database, replace(server.settings, demo=True, port=8081), server.watch
    )
    _, code = invited(demo)

    cookie = demo.client.post(f"/sign-in/{code}").headers["Set-Cookie"]

    assert cookie.startswith("dodomu-8081=")
