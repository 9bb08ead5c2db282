"""Another site's node takes sealed forms of a device that shows its pass, and no more."""

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from field_phones import a_field_phone, a_key, sealed
from network import a_central, a_centre
from servers import SITE, Server, an_item, bearing

from intake_server.security import envelope
from intake_server.services import enrolment
from intake_server.storage import submissions

FORMS = "/api/v1/forms"
SUBMISSIONS = "/api/v1/submissions"


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """A centre and central, which know each other's keys."""
    folder = tmp_path_factory.mktemp("line")
    central = a_central(folder / "central")
    with central.serving():
        centre = a_centre(folder / "centre", central, SITE)
        centre.sync()
    with centre.database, central.database:
        yield tuple(
            Server(
                one.database,
                replace(one.settings, min_free_bytes=0, min_free_percent=0),
            )
            for one in (centre, central)
        )


@pytest.fixture
def home(line):
    return line[0]


@pytest.fixture
def other(line):
    return line[1]


def test_another_node_takes_what_is_sealed_for_its_own(home, other):
    phone = a_field_phone(home)

    (receipt,) = phone.send(sealed("away"), at=other).json["receipts"]

    assert (receipt["status"], receipt["sealed_for"]) == ("stored", SITE)


def test_another_node_takes_files_of_what_it_keeps(home, other):
    phone = a_field_phone(home)
    content = b"sealed bytes"
    digest = sha256(content).hexdigest()
    named = {"name": digest, "sha256": digest, "size": len(content)}
    item = {**sealed("away", to="nowhere"), "attachments": [named]}

    answer = phone.send(item, at=other)

    assert answer.status_code == 200
    assert answer.json["receipts"][0]["missing"] == [digest]
    assert is_kept(other, "uuid:away")
    assert enrolment.enrolled(other.database, SITE) == ()
    blob = phone.call(
        "PATCH",
        f"/api/v1/blobs/{digest}",
        content,
        at=other,
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        },
    )
    assert blob.status_code == 204


def test_at_another_node_there_is_nothing_else_for_a_device(home, other):
    phone = a_field_phone(home)

    for rule in other.app.url_map.iter_rules():
        if not rule.rule.startswith(("/api/", "/sync/")) or "<" in rule.rule:
            continue
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            if (
                rule.rule in (SUBMISSIONS, "/api/v1/openapi.json")
                or "enrol" in rule.rule
            ):
                continue
            if rule.rule.endswith("/join"):
                continue
            answer = phone.call(method, rule.rule, at=other)
            assert answer.status_code == 404, rule.rule
    answer = phone.send(sealed("with"), an_item("open"), at=other)
    assert (answer.status_code, slug(answer)) == (404, "not-found")
    assert not is_kept(other, "uuid:with")


def is_kept(server, name):
    with server.database.reading() as session:
        return bool(submissions.known(session, [name]).get(name))


def slug(answer):
    return answer.json["type"].rsplit("/", 1)[1]


def a_pass(key, **facts):
    body = b64encode(json.dumps(facts).encode()).decode()
    return f"{body}.{envelope.sign(key, body)}"


def refused(answer):
    return (answer.status_code, slug(answer)) == (401, "unauthenticated")


def at_other(phone, other, admitted):
    phone.told["pass"] = admitted
    return phone.send(sealed("x"), at=other)


def test_a_pass_that_is_forged_or_of_nobody_known_opens_nothing(home, other):
    phone = a_field_phone(home)
    body, _, signature = phone.told["pass"].partition(".")
    facts = json.loads(b64decode(body))
    later = {**facts, "until": "2099-01-01T00:00:00.000Z"}
    changed = b64encode(json.dumps(later).encode()).decode()
    good = phone.told["pass"]

    for bad in (
        *("", ".", "x", "x.y", body, f"{body}.", f".{signature}", f"{good}x", "=" * 9),
        f"{changed}.{signature}",
        a_pass(a_key(), **facts),
        a_pass(a_key(), **{**facts, "site": "nowhere"}),
        a_pass(a_key(), v=1),
        a_pass(a_key(), **{**facts, "v": 2}),
        a_pass(a_key(), **{**facts, "until": "2099-01-01T00:00:00"}),
        b64encode(b"[" * 5000).decode() + f".{signature}",
    ):
        assert refused(at_other(phone, other, bad)), bad[:40]
    assert at_other(phone, other, good).status_code == 200


def test_a_pass_is_good_for_the_key_that_it_names_alone(home, other):
    phone = a_field_phone(home)

    assert refused(phone.send(sealed("x"), at=other, key=a_key()))
    headers = {"Authorization": f"Pass {phone.told['pass']}"}
    body = {"submissions": [sealed("x")]}
    assert refused(other.post(SUBMISSIONS, body=body, **headers))


def test_a_pass_ends_when_the_lease_does(home, other):
    phone = a_field_phone(home)
    home.watch.forward(days=30)
    other.watch.forward(days=30)
    try:
        assert refused(phone.send(sealed("x"), at=other))
    finally:
        home.watch.forward(days=-30)
        other.watch.forward(days=-30)


def test_a_pass_opens_nothing_at_home(home):
    phone = a_field_phone(home)

    assert refused(phone.send(sealed("x"), at=home))


def test_a_token_opens_nothing_at_another_node(home, other):
    phone = a_field_phone(home)

    answer = phone.call("GET", FORMS, at=other, headers=bearing(phone.token))

    assert refused(answer)
