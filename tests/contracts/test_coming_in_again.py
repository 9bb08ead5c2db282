"""A phone whose answer was lost is let in by the same code again, and nobody else is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from field_phones import ENROL, ME, FieldPhone, a_key
from servers import SITE, a_server

from intake_server.security import envelope
from intake_server.services import enrolment
from intake_server.storage import audit

MINUTE_MS = 60_000


@pytest.fixture
def server(tmp_path, stores):
    with a_server(tmp_path, stores, site=SITE) as server:
        server.with_keys()
        yield server


@pytest.fixture
def phone(server):
    return FieldPhone(server)


def a_code(server, **more):
    return enrolment.offer_device(
        server.database,
        SITE,
        label="Lina",
        by="operator",
        now=server.watch(),
        defaults={"return_channel": "ngo"},
        **more,
    )


def slug(answer):
    return answer.status_code, answer.json["type"].rsplit("/", 1)[1]


UNKNOWN = (404, "unknown-code")


def acts(server):
    with server.database.reading() as session:
        return [entry.action for entry in audit.page(session)]


def test_who_asks_again_gets_the_same_answer_and_is_the_same_device(server, phone):
    code = a_code(server)

    lost = phone.knock(code)
    server.watch.forward(minutes=14, seconds=59)
    again = phone.knock(code.lower().replace("-", " "))

    assert again.status_code == 200, again.text
    unsigned = {"pass": "", "sites_sig": ""}
    assert {**again.json, **unsigned} == {**lost.json, **unsigned}
    assert len(enrolment.enrolled(server.database)) == 1
    assert acts(server).count("enrol") == 1
    phone.told = again.json
    assert phone.call("GET", ME).json["defaults"] == {"return_channel": "ngo"}


def test_of_many_tries_of_one_phone_at_once_each_gets_the_same_answer(server, phone):
    code = a_code(server)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: phone.knock(code), range(24)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["token"] for answer in answers}) == 1
    assert len(enrolment.enrolled(server.database)) == 1


def test_nobody_asks_again_after_the_time_of_the_code(server, phone):
    code = a_code(server)
    phone.come_in(code)

    server.watch.forward(minutes=15)

    assert slug(phone.knock(code)) == UNKNOWN
    assert phone.call("GET", ME).status_code == 200


def test_a_printed_code_answers_the_same_phone_again_for_three_days(server, phone):
    code = a_code(server, life=enrolment.PRINTED)
    phone.come_in(code)

    server.watch.forward(hours=71)

    assert phone.knock(code).json["token"] == phone.token


def test_who_saw_the_code_gets_nothing_by_it(server, phone):
    code = a_code(server)
    phone.come_in(code)
    thief = FieldPhone(server)

    tries = {
        "another key": thief.knock(code),
        "the phone's key, signed by another": thief.knock(code, phone.public),
        "the phone's key, signed by nobody": server.post(
            ENROL, body={"code": code, "label": "", "public_key": phone.public}
        ),
        "no key": server.post(ENROL, body={"code": code, "label": ""}),
        "another code": phone.knock(a_code(server)[::-1]),
    }

    assert {name: slug(answer) for name, answer in tries.items()} == dict.fromkeys(
        tries, UNKNOWN
    )
    assert len({answer.get_data() for answer in tries.values()}) == 1
    assert len(enrolment.enrolled(server.database)) == 1


def test_wrong_keys_for_a_used_code_are_counted_as_wrong_codes_are(server, phone):
    code = a_code(server)
    phone.come_in(code)

    for _ in range(11):
        FieldPhone(server).knock(code)

    assert slug(phone.knock(code)) == (429, "too-many-attempts")
    server.watch.forward(seconds=30)
    assert phone.knock(code).status_code == 200


def test_asking_again_is_no_wrong_try(server, phone):
    code = a_code(server)

    answers = [phone.knock(code).status_code for _ in range(40)]

    assert set(answers) == {200}


def test_what_somebody_recorded_is_refused_ten_minutes_later(server, phone):
    code = a_code(server)
    phone.come_in(code)
    then = round(server.watch().timestamp() * 1000)
    server.watch.forward(minutes=10, seconds=1)

    answer = phone.knock(code, at_ms=then)

    assert slug(answer) == (401, "stale-proof")
    assert answer.json["server_time_ms"] == then + 10 * MINUTE_MS + 1000


def test_a_wrong_clock_costs_no_code(server, phone):
    code = a_code(server)
    phone.ahead_ms = 180 * MINUTE_MS

    assert slug(phone.knock(code)) == (401, "stale-proof")
    assert enrolment.enrolled(server.database) == ()
    phone.ahead_ms = 0
    assert phone.knock(code).status_code == 200


def test_a_phone_that_was_put_out_meanwhile_stays_out(server, phone):
    code = a_code(server)
    phone.come_in(code)

    enrolment.revoke(server.database, phone.id, by="op", now=server.watch())

    assert slug(phone.knock(code)) == UNKNOWN


def test_a_phone_that_proved_nothing_at_first_is_not_answered_again(server, phone):
    code = a_code(server)
    first = {"code": code, "label": "", "public_key": phone.public}
    assert server.post(ENROL, body=first).status_code == 200

    assert slug(phone.knock(code)) == UNKNOWN


def test_two_phones_and_two_codes_have_tokens_that_say_nothing_of_each_other(server):
    key = a_key()
    told = [FieldPhone(server, key).come_in(a_code(server)) for _ in range(2)]
    told.append(FieldPhone(server).come_in(a_code(server)))

    assert len({phone.token for phone in told}) == 3
    assert {len(phone.token) for phone in told} == {43}


def test_a_service_without_a_secret_answers_once(server):
    """The operator at the machine, who proves no key, gets a token by chance."""
    code, key = a_code(server), envelope.public_text(a_key())
    now = server.watch()
    enrolment.enrol(server.database, code, label="", public_key=key, now=now)

    with pytest.raises(enrolment.UnknownCodeError):
        enrolment.enrol(
            server.database,
            code,
            label="",
            public_key=key,
            now=now + timedelta(seconds=1),
        )
