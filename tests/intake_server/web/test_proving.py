"""What is guarded most asks once more for password and code, and nothing typed is lost."""

import pytest
from pages import tree, words
from servers import a_server
from signers import PASSWORD, a_signer

from intake_server.security.policy import PROVED, TABLE, Role
from intake_server.services import people
from intake_server.storage import audit
from intake_server.web.auth import required

A_WHILE = {"minutes": 5, "seconds": 1}


def somebody(server, role=Role.ADMIN):
    person = people.add(
        server.database,
        "Марта Гриців",
        role=role,
        site="truskavets",
        by="op",
        now=server.watch(),
    )
    code = people.invite(server.database, person, by="op", now=server.watch())
    return a_signer(server.app, server.watch, code)


@pytest.fixture
def marta(server):
    return somebody(server)


def proof(signer, **said):
    right = {"proof_password": PASSWORD, "proof_digits": signer.phone.digits()}
    return {**right, **said}


def token(answer):
    return tree(answer).xpath("//input[@name='csrf']/@value")[0]


def routes(server):
    return {
        (rule.endpoint, method): rule.rule.replace("<any(csv,xlsx):ending>", "csv")
        .replace("<person_id>", "nobody")
        .replace("<device_id>", "nobody")
        .replace("<site>", "nowhere")
        for rule in server.app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
        if rule.endpoint in PROVED
    }


def test_the_table_names_every_export_and_all_that_is_done_to_others(server):
    named = {
        rule.endpoint
        for rule in server.app.url_map.iter_rules()
        if rule.rule.startswith(("/lists/", "/devices", "/people", "/practice/sites"))
    }

    assert named == PROVED
    assert {endpoint for endpoint, _ in routes(server)} == PROVED


@pytest.mark.parametrize("endpoint", sorted(PROVED))
def test_a_guarded_page_asks_who_proved_it_long_ago(server, endpoint):
    action = required(server.app, endpoint)
    role = next(
        role for role in (Role.COORDINATOR, Role.ADMIN) if role in TABLE[action]
    )
    marta = somebody(server, role)
    browser = marta.browser
    csrf = token(browser.get("/account"))
    ((method, path),) = [
        (method, path)
        for (name, method), path in routes(server).items()
        if name == endpoint
    ]
    server.watch.forward(**A_WHILE)

    answer = browser.open(
        path, method=method, data={"csrf": csrf} if method == "POST" else None
    )

    if method == "GET":
        assert answer.status_code == 303
        assert answer.location.startswith("/prove?next=/")
    else:
        assert answer.status_code == 403
        assert "Це досі ви?" in words(answer)


def test_who_has_just_signed_in_is_not_asked(server, marta):
    assert marta.browser.get("/people").status_code == 200
    server.watch.forward(minutes=5)
    assert marta.browser.get("/people").status_code == 200


def test_other_pages_never_ask(server, marta):
    server.watch.forward(**A_WHILE)

    assert marta.browser.get("/account").status_code == 200


def test_after_the_proof_one_lands_where_one_was_going(server, marta):
    server.watch.forward(**A_WHILE)
    asked = marta.browser.get("/devices?a=b")
    page = marta.browser.get(asked.location)
    (form,) = tree(page).xpath("//form[@action='/prove']")

    answer = marta.browser.post("/prove", data={**dict(form.fields), **proof(marta)})

    assert (answer.status_code, answer.location) == (303, "/devices?a=b")
    assert marta.browser.get(answer.location).status_code == 200
    server.watch.forward(**A_WHILE)
    assert marta.browser.get("/devices").status_code == 303


def test_what_was_typed_goes_along_with_the_proof(server, marta):
    page = marta.browser.get("/people")
    (form,) = tree(page).xpath("//form[@action='/people']")
    typed = {**dict(form.fields), "name": 'Ганна <"Білик">', "role": "worker"}
    server.watch.forward(**A_WHILE)

    asked = marta.browser.post("/people", data=typed)

    (again,) = tree(asked).xpath("//form[@action='/people']")
    kept = dict(again.fields)
    assert kept["name"] == 'Ганна <"Білик">'
    assert "Те, що ви ввели, не пропаде" in words(asked)
    answer = marta.browser.post("/people", data={**kept, **proof(marta)})
    assert answer.status_code in (200, 303)
    everybody = people.everybody(server.database)
    assert 'Ганна <"Білик">' in {one.name for one in everybody}


@pytest.mark.parametrize("wrong", ["proof_password", "proof_digits"])
def test_a_wrong_proof_opens_nothing_and_loses_nothing(server, marta, wrong):
    csrf = token(marta.browser.get("/account"))
    server.watch.forward(**A_WHILE)
    said = {"csrf": csrf, "name": "Ганна", "role": "worker"}

    refused = marta.browser.post(
        "/people", data={**said, **proof(marta, **{wrong: "1"})}
    )

    assert refused.status_code == 422
    (again,) = tree(refused).xpath("//form[@action='/people']")
    assert dict(again.fields)["name"] == "Ганна"
    assert "1" not in tree(refused).xpath("//input[@name='proof_password']/@value")
    assert "Ганна" not in {one.name for one in people.everybody(server.database)}
    assert marta.browser.get("/people").status_code == 303


def test_a_code_that_was_used_to_sign_in_proves_nothing(server, marta):
    server.watch.forward(**A_WHILE)
    marta.enter(marta.browser)
    server.watch.forward(seconds=0)
    csrf = token(marta.browser.get("/account"))
    with server.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE session SET proved = NULL")

    answer = marta.browser.post("/prove", data={"csrf": csrf, **proof(marta)})

    assert answer.status_code == 422


def test_guessing_is_slowed_down_as_at_the_door(server, marta):
    csrf = token(marta.browser.get("/account"))
    server.watch.forward(**A_WHILE)

    wrong = proof(marta, proof_password="ні")
    answers = [
        marta.browser.post("/prove", data={"csrf": csrf, **wrong}) for _ in range(7)
    ]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert tree(answers[-1]).xpath("//input[@name='proof_password']")


def test_another_persons_code_proves_nothing(server, marta):
    server.watch.forward(**A_WHILE)
    code = people.invite(
        server.database,
        people.add(
            server.database,
            "О",
            role=Role.ADMIN,
            site="kyiv",
            by="op",
            now=server.watch(),
        ),
        by="op",
        now=server.watch(),
    )
    other = a_signer(server.app, server.watch, code, login="oksana")
    csrf = token(marta.browser.get("/account"))

    answer = marta.browser.post("/prove", data={"csrf": csrf, **proof(other)})

    assert answer.status_code == 422


def test_the_sessions_former_token_opens_nothing_more(server, marta):
    server.watch.forward(**A_WHILE)
    former = marta.browser.get_cookie("dodomu").value
    csrf = token(marta.browser.get("/account"))

    marta.browser.post("/prove", data={"csrf": csrf, **proof(marta)})

    assert marta.browser.get_cookie("dodomu").value != former
    thief = server.app.test_client()
    thief.set_cookie("dodomu", former)
    assert thief.get("/account").status_code == 401
    assert marta.browser.get("/people").status_code == 200
    with server.database.reading() as session:
        assert "prove" in [entry.action for entry in audit.page(session)]


def test_a_list_is_saved_from_a_page_that_says_so(server):
    marta = somebody(server, Role.COORDINATOR)
    server.watch.forward(**A_WHILE)
    asked = marta.browser.get("/lists/children.csv")
    page = marta.browser.get(asked.location)
    (form,) = tree(page).xpath("//form[@action='/prove']")

    answer = marta.browser.post("/prove", data={**dict(form.fields), **proof(marta)})

    assert answer.status_code == 200
    (link,) = set(tree(answer).xpath("//main//a[starts-with(@href, '/lists/')]/@href"))
    saved = marta.browser.get(link)
    assert saved.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "away", ["https://example.org/", "//example.org", "/\\example.org", "nowhere"]
)
def test_nobody_is_sent_away_from_here(server, marta, away):
    answer = marta.browser.get("/prove", query_string={"next": away})

    assert (answer.status_code, answer.location) == (303, "/")


def test_a_forged_request_is_not_asked_for_a_proof(server, marta):
    server.watch.forward(**A_WHILE)

    assert marta.browser.post("/people", data=proof(marta)).status_code == 403
    assert marta.browser.get("/people").status_code == 303


def test_in_the_demo_nobody_is_asked_for_a_password_they_do_not_have(tmp_path, stores):
    with a_server(tmp_path, stores, demo=True) as server:
        browser = server.browser(Role.ADMIN)
        server.watch.forward(**A_WHILE)

        assert browser.get("/people").status_code == 200
        assert browser.get("/prove?next=/people").location == "/people"
