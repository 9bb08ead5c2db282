from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from centres import MARTA, MORNING

from intake_server.errors import IntakeError, NotFoundError, UnknownCodeError
from intake_server.services import enrolment, people
from intake_server.storage import audit


def offered(centre, site="truskavets"):
    return enrolment.offer_device(
        centre.database, site, label="Phone 7", by="operator", now=MORNING
    )


def enrol(centre, code, now=MORNING):
    return enrolment.enrol(centre.database, code, label="", now=now)


def test_of_a_hundred_who_try_one_code_exactly_one_is_let_in(centre):
    code = offered(centre)

    def attempt(_):
        try:
            return enrol(centre, code)
        except UnknownCodeError:
            return None

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(attempt, range(100)))

    assert sum(outcome is not None for outcome in outcomes) == 1
    assert len(enrolment.enrolled(centre.database)) == 1


def test_a_device_is_called_as_the_offer_said(centre):
    enrolled = enrol(centre, offered(centre))

    device = enrolment.device(centre.database, enrolled.device_id)
    assert (device.label, device.site, device.enrolled) == (
        "Phone 7",
        "truskavets",
        MORNING,
    )


def test_a_code_lasts_a_quarter_of_an_hour(centre):
    early, late = offered(centre), offered(centre)

    enrol(centre, early, MORNING + timedelta(minutes=14, seconds=59))
    with pytest.raises(UnknownCodeError):
        enrol(centre, late, MORNING + timedelta(minutes=15))


def test_neither_codes_nor_tokens_are_in_the_store(centre):
    code = offered(centre)
    enrolled = enrol(centre, code)

    with centre.database.reading() as session:
        kept = [
            session.connection().exec_driver_sql(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - two names
            for table in ("code", "device", "audit")
        ]

    assert code not in str(kept)
    assert enrolled.token not in str(kept)


def test_a_token_is_a_device_until_it_is_revoked(centre):
    enrolled = enrol(centre, offered(centre))

    principal = people.who(centre.database, enrolled.token, now=MORNING)
    assert principal is not None
    assert principal.actor == f"d:{enrolled.device_id}"

    for _ in range(2):
        enrolment.revoke(
            centre.database, enrolled.device_id, by="operator", now=MORNING
        )
    assert people.who(centre.database, enrolled.token, now=MORNING) is None


def test_a_device_that_is_not_there_is_not_revoked(centre):
    with pytest.raises(NotFoundError):
        enrolment.revoke(centre.database, "none", by="operator", now=MORNING)


def test_letting_in_and_putting_out_is_noted(centre):
    enrolled = enrol(centre, offered(centre))
    enrolment.revoke(centre.database, enrolled.device_id, by="operator", now=MORNING)

    with centre.database.reading() as session:
        acts = [entry.action for entry in audit.page(session)]
    assert acts[:3] == ["revoke_device", "enrol", "offer_device"]


def call(centre, token, now, clock_off_ms):
    caller = people.who(centre.database, token, now=MORNING)
    assert caller is not None
    enrolment.saw(centre.database, caller, now=now, clock_off_ms=clock_off_ms)
    return enrolment.device(centre.database, caller.id)


def test_a_phone_that_sends_its_queue_costs_one_note_a_minute(centre):
    token = enrol(centre, offered(centre)).token

    for seconds, offset in ((0, 5_000), (30, 5_400), (59, None), (61, 5_000)):
        now = MORNING + timedelta(seconds=seconds)

        known = call(centre, token, now, offset)

        assert known.clock_off_ms == 5_000
        assert known.last_seen == (now if seconds in (0, 61) else MORNING)


def test_a_clock_that_was_set_is_noted_at_once(centre):
    token = enrol(centre, offered(centre)).token

    assert call(centre, token, MORNING, 90_000).clock_off_ms == 90_000
    assert call(centre, token, MORNING, 0).clock_off_ms == 0


def test_a_person_who_sends_is_no_device(centre):
    with centre.database.reading() as session:
        before = len(audit.page(session))

    enrolment.saw(centre.database, MARTA, now=MORNING, clock_off_ms=0)

    assert enrolment.enrolled(centre.database) == ()
    with centre.database.reading() as session:
        assert len(audit.page(session)) == before


def join(centre, code, site="chernivtsi"):
    return enrolment.join(centre.database, code, peer="node-2", site=site, now=MORNING)


def test_a_centre_joins_with_its_code_and_shares_a_secret(centre):
    code = enrolment.offer_site(
        centre.database, "chernivtsi", by="operator", now=MORNING
    )

    joined = join(centre, code)

    principal = people.who(centre.database, joined.token, now=MORNING)
    assert joined.site == "truskavets"
    assert principal is not None
    assert (principal.actor, principal.site) == ("n:node-2", "chernivtsi")


def test_a_code_for_one_centre_lets_no_other_in_and_is_not_lost_by_it(centre):
    code = enrolment.offer_site(
        centre.database, "chernivtsi", by="operator", now=MORNING
    )

    with pytest.raises(UnknownCodeError):
        join(centre, code, site="other")

    assert join(centre, code).node


@pytest.mark.parametrize("code", ["", "no-code", "\ud800", "a" * 10_000])
def test_what_is_no_code_is_an_unknown_one(centre, code):
    with pytest.raises(UnknownCodeError):
        enrol(centre, code)
    with pytest.raises(IntakeError):
        join(centre, code)
