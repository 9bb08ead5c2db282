from datetime import timedelta

import pytest
from centres import MORNING

from intake_server.errors import NotFoundError, UnknownCodeError
from intake_server.security.policy import Role
from intake_server.services import people
from intake_server.storage import audit


@pytest.fixture
def iryna(centre):
    return people.add(
        centre.database,
        "Iryna",
        role=Role.COORDINATOR,
        site="kyiv",
        by="operator",
        now=MORNING,
    )


def invite(centre, person):
    return people.invite(centre.database, person, by="operator", now=MORNING)


def test_a_link_opens_a_session_of_its_person(centre, iryna):
    token = people.sign_in(centre.database, invite(centre, iryna), now=MORNING)

    session = people.signed_in(centre.database, token, now=MORNING)

    assert session is not None
    assert session.principal.actor == f"u:{iryna}"
    assert session.principal.role is Role.COORDINATOR
    assert session.csrf


def test_two_sessions_share_nothing(centre, iryna):
    tokens = [
        people.sign_in(centre.database, invite(centre, iryna), now=MORNING)
        for _ in range(2)
    ]

    csrf = {people.signed_in(centre.database, t, now=MORNING).csrf for t in tokens}

    assert len(set(tokens)) == len(csrf) == 2


def test_whoever_left_gets_in_neither_by_link_nor_by_session(centre, iryna):
    code = invite(centre, iryna)
    token = people.sign_in(centre.database, invite(centre, iryna), now=MORNING)

    for _ in range(2):
        people.end(centre.database, iryna, by="operator", now=MORNING)

    assert people.signed_in(centre.database, token, now=MORNING) is None
    with pytest.raises(UnknownCodeError):
        people.sign_in(centre.database, code, now=MORNING)
    with pytest.raises(NotFoundError):
        invite(centre, iryna)


def test_an_unknown_person_is_neither_invited_nor_ended(centre):
    with pytest.raises(NotFoundError):
        invite(centre, "nobody")
    with pytest.raises(NotFoundError):
        people.end(centre.database, "nobody", by="operator", now=MORNING)


def test_a_scripts_token_has_its_role_until_it_is_revoked(centre):
    token = people.token_new(
        centre.database,
        "nightly",
        role=Role.WORKER,
        site="truskavets",
        by="operator",
        now=MORNING,
    )

    principal = people.who(centre.database, token, now=MORNING)
    assert principal is not None
    assert (principal.kind, principal.role) == ("person", Role.WORKER)

    people.revoke_token(centre.database, principal.id, by="operator", now=MORNING)
    assert people.who(centre.database, token, now=MORNING) is None


def test_a_session_is_no_bearer_token_and_a_token_no_session(centre, iryna):
    session = people.sign_in(centre.database, invite(centre, iryna), now=MORNING)
    token = people.token_new(
        centre.database, "x", role=Role.WORKER, site="a", by="op", now=MORNING
    )

    assert people.who(centre.database, session, now=MORNING) is None
    assert people.signed_in(centre.database, token, now=MORNING) is None


def test_every_way_in_and_out_is_noted_without_names(centre, iryna):
    token = people.sign_in(centre.database, invite(centre, iryna), now=MORNING)
    people.sign_out(centre.database, token, now=MORNING)
    people.sign_out(centre.database, token, now=MORNING)
    people.end(centre.database, iryna, by="operator", now=MORNING)

    with centre.database.reading() as session:
        entries = audit.page(session, object=iryna)
    assert [entry.action for entry in entries] == [
        "end_person",
        "sign_out",
        "sign_in",
        "invite",
        "add_person",
    ]
    assert "Iryna" not in str(entries)


def test_reading_pages_quickly_writes_nothing(centre, iryna):
    token = people.sign_in(centre.database, invite(centre, iryna), now=MORNING)

    for seconds in range(60):
        now = MORNING + timedelta(seconds=seconds)
        assert people.signed_in(centre.database, token, now=now)

    with centre.database.reading() as session:
        (kept,) = session.connection().exec_driver_sql("SELECT expires FROM session")
    assert kept[0] == (MORNING + timedelta(minutes=15)).timestamp() * 1000


def test_everybody_is_listed(centre, iryna):
    assert [person.name for person in people.everybody(centre.database)] == ["Iryna"]
