from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from intake_server.storage import codes, devices, people
from intake_server.storage.codes import Code
from intake_server.storage.devices import Device
from intake_server.storage.people import Person, SignedIn, Token

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OLENA = Person(id="olena", name="Олена", role="worker", site="truskavets")


def digest(text):
    return sha256(text.encode()).digest()


TABLET = Device(
    id="dev-1",
    label="tablet",
    site="truskavets",
    token_sha256=digest("t"),
    enrolled=NOW,
)


def test_a_code_is_used_once_in_time_and_for_what_it_was_made(database):
    code = Code(purpose="enrol", payload={"site": "truskavets"}, expires=LATER)
    with database.transaction() as session:
        codes.add(session, digest("one"), code)
        codes.add(session, digest("old"), replace(code, expires=NOW))

        assert codes.use(session, digest("one"), "join", now=NOW) is None
        assert codes.use(session, digest("old"), "enrol", now=NOW) is None
        assert codes.use(session, digest("nothing"), "enrol", now=NOW) is None
        used = codes.use(session, digest("one"), "enrol", now=NOW)
        assert used == replace(code, used=NOW)
        assert codes.use(session, digest("one"), "enrol", now=NOW) is None
        assert codes.drop_expired(session, LATER) == 1
        assert codes.find(session, digest("old")) is None


def test_a_device_is_known_by_its_token_until_long_after_it_is_revoked(database):
    with database.transaction() as session:
        devices.add(session, TABLET)
        devices.saw(session, "dev-1", now=NOW, clock_off_ms=90)
        devices.saw(session, "dev-1", now=LATER, clock_off_ms=None)

        assert devices.revoke(session, "dev-1", now=LATER)
        assert not devices.revoke(session, "dev-1", now=NOW)
        known = replace(TABLET, revoked=LATER, last_seen=LATER, clock_off_ms=90)
        assert devices.by_token(session, digest("t")) == known
        assert devices.find(session, "dev-1") == known
        assert devices.by_token(session, digest("x")) is None
        assert list(devices.all_of(session, "truskavets")) == [known]
        assert list(devices.all_of(session, "lviv")) == []


def test_a_device_with_a_key_keeps_its_lease_its_answers_and_that_it_was_wiped(
    database,
):
    answers = {"reception_point": "border_point", "return_channel": "icrc ucrn"}
    phone = replace(
        TABLET, public_key="BA==", lease_until=LATER, defaults=answers, id="dev-2"
    )
    with database.transaction() as session:
        devices.add(session, TABLET)
        devices.add(session, replace(phone, token_sha256=digest("p")))
        found = devices.by_token(session, digest("p"))
        assert (found.lease_until, found.defaults) == (LATER, answers)
        assert devices.find(session, "dev-1").defaults is None

        devices.renew(session, "dev-2", until=LATER + timedelta(days=1))
        assert devices.wiped(session, "dev-2", now=NOW)
        assert not devices.wiped(session, "dev-2", now=LATER)
        devices.revoke(session, "dev-2", now=NOW)
        devices.turn_away(session, "dev-2", now=NOW)
        devices.renew(session, "dev-2", until=LATER + timedelta(days=9))

    with database.reading() as session:
        assert devices.find(session, "dev-2") == replace(
            found,
            lease_until=LATER + timedelta(days=1),
            wiped=NOW,
            revoked=NOW,
            turned_away=NOW,
        )
        assert devices.find(session, "dev-1") == TABLET


def test_a_browser_is_signed_in_until_its_time_is_over(database):
    signed_in = SignedIn(
        sha256=digest("s"), person="olena", csrf="c", created=NOW, expires=LATER
    )
    with database.transaction() as session:
        people.add(session, OLENA)
        people.add_session(session, signed_in)

        assert people.find_session(session, digest("s"), now=NOW) == (signed_in, OLENA)
        assert people.find_session(session, digest("s"), now=LATER) is None
        assert people.drop_expired(session, now=LATER) == 1


def test_who_has_ended_has_no_access_left(database):
    token = Token(
        sha256=digest("k"),
        id="key",
        name="script",
        role="worker",
        site="truskavets",
        created=NOW,
        person="olena",
    )
    with database.transaction() as session:
        people.add(session, OLENA)
        people.add_token(session, token)
        people.add_session(
            session,
            SignedIn(
                sha256=digest("s"), person="olena", csrf="", created=NOW, expires=LATER
            ),
        )

        assert people.end(session, "olena", now=NOW)
        assert not people.end(session, "olena", now=NOW)
        assert people.find_session(session, digest("s"), now=NOW) is None
        assert people.by_token(session, digest("k")) == replace(token, revoked=NOW)
        assert list(people.tokens(session)) == [replace(token, revoked=NOW)]
        assert not people.revoke_token(session, "key", now=NOW)
        assert people.find(session, "olena") == replace(OLENA, ended=NOW)
        assert list(people.all_of(session)) == [replace(OLENA, ended=NOW)]
