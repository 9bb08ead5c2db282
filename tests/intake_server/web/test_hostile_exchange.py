"""What another node may send: nothing of it makes an error of ours, or costs the rest."""

import pytest
from hostile import Author, cases, deep
from msgspec import Raw, json
from servers import a_server, bearing

from intake_server.security.policy import Role
from intake_server.storage import rebuild
from sync.change import Write, encode
from sync.protocol import frames
from sync.protocol.messages import Exchange, Exchanged


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def server(request, light_path):
    stores = request.getfixturevalue(f"{request.param}_stores")
    with a_server(light_path, stores) as server:
        yield server


@pytest.fixture
def token(server):
    return server.token(Role.NODE, "chernivtsi")


def send(server, token, *parts):
    message = Exchange(epoch="e", push=tuple(map(Raw, parts)))
    return server.client.post(
        "/sync/v1/exchange",
        data=frames.write(message),
        content_type=frames.JSON,
        headers=bearing(token),
    )


def codes_of(answer):
    assert answer.status_code == 200, answer.text
    return [result.code for result in json.decode(answer.data, type=Exchanged).results]


def changes_between(batch):
    """The JSON of a batch between two good changes."""
    good = Author("iryna")
    first = good.on(Write(f="family_name", v="Ремез"))
    last = good.on(Write(f="given_name", v="Данило"))
    return [encode(change) for change in (first, *batch, last)]


def test_what_is_odd_is_answered_with_a_code_each(server, token):
    for case in cases():
        first, *codes, last = codes_of(
            send(server, token, *changes_between(case.batch))
        )

        assert (first, last) == (None, None), case.name
        assert codes[-1] in (case.code, "malformed"), case.name
    with server.database.reading() as session:
        assert rebuild.compare(session).different == ()
    reader = server.token(Role.COORDINATOR, "kyiv")
    for path in ("forms", "records", "queue", "sync/peers"):
        assert server.get(f"/api/v1/{path}", reader).status_code == 200


_ENVELOPES = [
    {"log": "a\0b"},
    {"site": "a\0b"},
    {"wall": "\0"},
    {"author": "\0"},
    {"seq": -1},
    {"seq": 1 << 64},
    {"off": 1 << 64},
    {"v": 1 << 70},
    {"site": "x" * 3_600_000},
]


@pytest.mark.parametrize("facts", _ENVELOPES, ids=range(len(_ENVELOPES)))
def test_what_some_store_could_not_keep_is_malformed(server, token, facts):
    author = Author()
    odd = author.on(Write(f="phone", v="050"), **facts)

    assert codes_of(send(server, token, *changes_between([odd]))) == [
        None,
        "malformed",
        None,
    ]


_PARTS = [
    encode(Author().on(Write(f="phone", v=deep(500)))),
    encode(Author().on(Write(f="ph\0ne", v="050"))),
    encode(Author().write({("\0", "per\0son"): []})),
    b'{"id": "x"}',
    b"[]",
    b'"' + b"x" * 100_000 + b'"',
]


@pytest.mark.parametrize("part", _PARTS, ids=range(len(_PARTS)))
def test_what_is_no_change_is_malformed(server, token, part):
    good = [encode(Author().on(Write(f="phone", v=v))) for v in ("050", "067")]

    answer = send(server, token, good[0], part, good[1])

    assert codes_of(answer) == [None, "malformed", None]


def test_a_field_of_ten_megabytes_is_too_large(server, token):
    large = encode(Author().on(Write(f="phone", v="х" * 10_000_000)))

    answer = send(server, token, large)

    assert answer.status_code == 413
    assert answer.json["type"] == "/problems/request-too-large"


def test_a_form_that_nobody_can_read_stops_neither_pages_nor_phones(server, token):
    form = Author().a_form(1, {"fields": {}}, xml="<not-a-form/>")
    assert codes_of(send(server, token, encode(form))) == [None]

    sent = {"instance_id": "uuid:1", "form_id": "odd", "form_version": "1"}
    (receipt,) = server.send(
        server.device(), sent | {"finalized_at": "2026-11-22", "answers": {"a": "x"}}
    )

    assert receipt["problem"]["type"] == "/problems/unknown-version"
    page = server.browser(Role.COORDINATOR, "kyiv").get("/queue")
    assert page.status_code == 200
