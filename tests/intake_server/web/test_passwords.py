"""Signing in with a name, a password and a code, and choosing them by a link."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from servers import Server
from signers import PASSWORD, a_signer, choose

from intake_server.security import passwords
from intake_server.security.policy import Role
from intake_server.services import people
from intake_server.storage import audit, credentials


def invited(server, name="Марта Гриців", role=Role.WORKER):
    person = people.add(
        server.database, name, role=role, site="truskavets", by="op", now=server.watch()
    )
    return person, people.invite(server.database, person, by="op", now=server.watch())


@pytest.fixture
def marta(server):
    return a_signer(server.app, server.watch, invited(server)[1])


def reaches(browser):
    return browser.get("/account").status_code == 200


def test_a_link_leads_to_choosing_and_then_in(server):
    _, code = invited(server)

    answer, browser, _ = choose(server.app, server.watch, code)

    assert answer.status_code == 200
    assert len(set(re.findall(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", answer.text))) == 10
    assert answer.headers["Cache-Control"] == "no-store"
    assert reaches(browser)
    assert server.client.get(f"/sign-in/{code}").status_code == 404
    assert server.client.post(f"/sign-in/{code}").status_code == 404


def test_looking_at_a_link_uses_nothing_up(server):
    _, code = invited(server)

    for _ in range(2):
        assert server.client.get(f"/sign-in/{code}").status_code == 200


def test_what_was_chosen_opens_again(server, marta):
    server.watch.forward(seconds=30)
    browser = server.client

    answer = marta.enter(browser, login="  MARTA ")

    assert (answer.status_code, answer.location) == (303, "/")
    assert reaches(browser)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"digits": "000000"}, "інші цифри"),
        ({"password": "короткий"}, "щонайменше 12"),
        ({"password": "a1b2c3d4" * 17}, "щонайбільше 128"),
        ({"password": "Password2026!!"}, "вгадують"),
        ({"password": "qwertyuiop[]123456789"}, "вгадують"),
        ({"password": "Марта-Гриців-truskavets"}, "вгадують"),
        ({"password": "Пароль Пароль 123"}, "вгадують"),
        ({"login": "m"}, "Від 3 до 64"),
        ({"login": "marta hryciv"}, "Від 3 до 64"),
    ],
)
def test_what_is_not_taken_is_said_and_the_link_lives(server, said, text):
    _, code = invited(server)

    answer, browser, _ = choose(server.app, server.watch, code, **said)

    assert answer.status_code == 422
    assert text in answer.text
    assert not reaches(browser)
    assert choose(server.app, server.watch, code)[0].status_code == 200


def test_a_name_that_somebody_has_is_not_taken_by_another(server, marta):
    _, code = invited(server, "Марта Друга")

    answer, _, _ = choose(server.app, server.watch, code, login="Marta")

    assert answer.status_code == 422
    assert "вже зайняте" in answer.text


@pytest.mark.parametrize(
    "said",
    [
        {"password": "не той пароль зовсім"},
        {"digits": "000000"},
        {"digits": "22222-22222"},
        {"login": "nobody"},
        {"login": ""},
        {"login": "\x00", "password": "\x00", "digits": "\x00"},
        {"digits": "є" * 500, "password": "x" * 5000},
    ],
)
def test_whatever_is_wrong_gets_one_answer(server, marta, said):
    server.watch.forward(seconds=30)
    expected = marta.enter(password="також не той").get_data()

    answer = marta.enter(**said)

    assert answer.status_code == 403
    assert answer.get_data() == expected
    assert "Set-Cookie" not in answer.headers


def test_an_unknown_name_costs_a_hash_as_a_known_one_does(server, marta, monkeypatch):
    """The one thing that an answer could tell is its time: as many hashes are made."""
    counted = []
    hasher = passwords._HASHER.__class__
    verify = hasher.verify
    monkeypatch.setattr(
        hasher, "verify", lambda *given: counted.append(1) or verify(*given)
    )

    for login in ("marta", "nobody"):
        marta.enter(login=login, password="не той пароль зовсім")

    assert len(counted) == 2


def test_a_code_is_used_once(server, marta):
    server.watch.forward(seconds=60)

    statuses = [marta.enter().status_code for _ in range(2)]

    assert statuses == [303, 403]


@pytest.mark.parametrize(
    ("steps", "status"), [(-2, 403), (-1, 303), (1, 303), (2, 403)]
)
def test_a_phone_may_be_a_step_fast_or_slow(server, marta, steps, status):
    server.watch.forward(minutes=5)

    assert marta.enter(digits=marta.phone.digits(steps)).status_code == status


def test_of_many_at_once_one_gets_in_with_a_code(server, marta):
    server.watch.forward(minutes=5)

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: marta.enter().status_code, range(4)))

    assert statuses.count(303) == 1


def test_a_recovery_code_stands_for_the_phone_once(server, marta):
    server.watch.forward(minutes=5)
    typed = marta.recovery[3].replace("-", " ").lower()

    assert marta.enter(digits=typed).status_code == 303
    assert marta.enter(digits=typed).status_code == 403
    assert marta.enter(digits=marta.recovery[4]).status_code == 303


def test_who_guesses_waits_and_is_never_shut_out(server, marta):
    server.watch.forward(minutes=5)
    guess = {"password": "не той пароль зовсім"}
    assert [marta.enter(**guess).status_code for _ in range(5)] == [403] * 5

    refused = marta.enter()

    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    server.watch.forward(seconds=1)
    assert marta.enter().status_code == 303
    server.watch.forward(seconds=30)
    assert marta.enter(**guess).status_code == 403
    assert marta.enter().status_code == 303


def test_a_guesser_elsewhere_does_not_keep_somebody_out(server, marta):
    server.watch.forward(minutes=5)
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    for _ in range(6):
        marta.enter(password="не той пароль зовсім", environ_base=elsewhere)

    assert marta.enter(environ_base=elsewhere).status_code == 429
    assert marta.enter().status_code == 303


def test_of_many_guesses_at_once_no_more_are_compared_than_may_be(
    server, marta, monkeypatch
):
    counted = []
    hasher = passwords._HASHER.__class__
    verify = hasher.verify
    monkeypatch.setattr(
        hasher, "verify", lambda *given: counted.append(1) or verify(*given)
    )

    def guess(_):
        return marta.enter(password="не той пароль зовсім").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(guess, range(100)))

    assert len(counted) == statuses.count(403) == 5
    assert statuses.count(429) == 95


def test_two_processes_count_the_same_guesses(server, marta):
    other = Server(server.database, server.settings, server.watch)
    for app in (server.app, other.app) * 3:
        marta.app = app
        marta.enter(password="не той пароль зовсім")

    assert marta.enter().status_code == 429


def test_signing_in_changes_the_token_and_ends_the_former_session(server, marta):
    server.watch.forward(minutes=5)
    former = marta.browser.get_cookie("dodomu").value

    marta.enter(marta.browser)

    assert marta.browser.get_cookie("dodomu").value != former
    assert people.signed_in(server.database, former, now=server.watch()) is None


def page_of(browser):
    return browser.get("/account").text


def csrf(browser):
    return re.search(r'name="csrf" value="([^"]+)"', page_of(browser))[1]


def test_somebody_sees_their_sessions_and_ends_one(server, marta):
    server.watch.forward(minutes=5)
    other = server.client
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    marta.enter(other, headers={"User-Agent": firefox})

    page = page_of(marta.browser)
    assert "Firefox, Linux" in page
    (path,) = re.findall(r'action="(/account/sessions/\w+/end)"', page)

    answer = marta.browser.post(path, data={"csrf": csrf(marta.browser)})

    assert answer.status_code == 303
    assert not reaches(other)
    assert reaches(marta.browser)


def test_nobody_ends_a_session_of_another(server, marta):
    other = server.browser(Role.WORKER)
    (session,) = people.sessions(server.database, person_of(server), now=server.watch())

    path = f"/account/sessions/{session.sha256.hex()}/end"
    answer = other.post(path, data={"csrf": csrf(other)})

    assert answer.status_code == 404
    assert reaches(marta.browser)


def person_of(server):
    with server.database.reading() as session:
        return credentials.by_login(session, "marta").person


def test_somebody_signs_out_everywhere(server, marta):
    server.watch.forward(minutes=5)
    other = server.client
    marta.enter(other)

    marta.browser.post("/account/sign-out", data={"csrf": csrf(marta.browser)})

    assert not reaches(other)
    assert not reaches(marta.browser)


def change(marta, **said):
    right = {
        "csrf": csrf(marta.browser),
        "password": PASSWORD,
        "digits": marta.phone.digits(),
        "new": "сім синіх верблюдів танцюють",
    }
    return marta.browser.post("/account/password", data={**right, **said})


def test_another_password_ends_every_other_session(server, marta):
    server.watch.forward(minutes=5)
    other = server.client
    marta.enter(other)
    server.watch.forward(seconds=30)

    assert change(marta).status_code == 303

    assert reaches(marta.browser)
    assert not reaches(other)
    server.watch.forward(seconds=30)
    assert marta.enter().status_code == 403
    assert marta.enter(password="сім синіх верблюдів танцюють").status_code == 303


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"password": "не той пароль зовсім"}, "Пароль або код неправильний"),
        ({"digits": "000000"}, "Пароль або код неправильний"),
        ({"new": "короткий"}, "щонайменше 12"),
    ],
)
def test_a_password_is_not_changed_by_half(server, marta, said, text):
    server.watch.forward(minutes=5)

    answer = change(marta, **said)

    assert answer.status_code == 422
    assert text in answer.text
    server.watch.forward(seconds=30)
    assert marta.enter().status_code == 303


def test_a_new_link_replaces_the_old_way_in(server, marta):
    person = person_of(server)
    code = people.invite(server.database, person, by="op", now=server.watch())

    again = a_signer(server.app, server.watch, code)

    assert not reaches(marta.browser)
    server.watch.forward(minutes=5)
    assert marta.enter().status_code == 403
    assert marta.enter(digits=marta.recovery[0]).status_code == 403
    assert again.enter().status_code == 303


def test_whoever_left_gets_the_answer_of_a_stranger(server, marta):
    people.end(server.database, person_of(server), by="op", now=server.watch())
    server.watch.forward(minutes=5)

    assert marta.enter().status_code == 403


def test_no_secret_is_in_the_store_as_it_is_nor_in_any_log(server, caplog):
    caplog.set_level(logging.DEBUG)
    _, code = invited(server)
    marta = a_signer(server.app, server.watch, code)
    server.watch.forward(minutes=5)
    digits = marta.phone.digits()
    marta.enter()
    marta.enter(password="не той пароль зовсім")

    with server.database.reading() as session:
        kept = [
            session.connection().exec_driver_sql(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our names
            for table in ("credential", "recovery", "session", "attempt", "audit")
        ]
        acts = [entry.action for entry in audit.page(session)]
    for secret in (PASSWORD, code, *marta.recovery):
        assert secret not in str(kept)
        assert secret not in caplog.text
    for secret in (digits, marta.phone.secret, "marta", "не той пароль"):
        assert secret not in caplog.text
    assert "set_up" in acts


def test_a_password_is_the_same_on_every_keyboard():
    composed, decomposed = "п'ять їжаків у тумані", "п'ять ї\u0308жаків у тумані"
    kept = passwords.hashed(composed.replace("ї", "і\u0308"))

    assert passwords.matches(kept, composed)
    assert not passwords.matches(kept, decomposed)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_at_most_two_are_hashed_at_once():
    with passwords._turn(), passwords._turn():
        assert not passwords._AT_ONCE.acquire(blocking=False)
    assert passwords._AT_ONCE.acquire(blocking=False)
    passwords._AT_ONCE.release()


def test_over_https_the_cookie_of_a_new_session_is_bound_to_this_host(server, marta):
    settings = replace(server.settings, public_url="https://centre.example")
    public = Server(server.database, settings, server.watch)
    server.watch.forward(minutes=5)
    marta.app = public.app

    cookie = marta.enter().headers["Set-Cookie"]

    assert cookie.startswith("__Host-dodomu=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
