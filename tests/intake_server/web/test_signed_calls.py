"""A device with a key proves each call; a stolen token alone is worth nothing."""

from base64 import b64encode
from hashlib import sha256

import pytest
from field_phones import ENROL, ME, FieldPhone, a_field_phone, a_key, sealed
from illustrated import illustrated
from servers import bearing

from intake_server.security import envelope
from intake_server.security.policy import TABLE, Role
from intake_server.services import enrolment
from intake_server.web.auth import required

FORMS = "/api/v1/forms"
MINUTE = 60_000
FIXED = envelope.private(bytes(31) + b"\x01")
NONE = "0" * 64
PARTS = {
    "<form_id>/<version>/media/<name>": "herbs/1/media/meadow.png",
    "<form_id>": "arrival",
    "<version>": "2026112201",
    "<string(length=64):sha256>": NONE,
}


@pytest.fixture
def phone(server):
    return a_field_phone(server)


def routes_of_devices(server, prefix):
    """Every call under a prefix that a device may make, read from the application."""
    found = []
    for rule in server.app.url_map.iter_rules():
        action = required(server.app, rule.endpoint)
        is_for_devices = Role.VOLUNTEER in TABLE.get(action, ())
        if not is_for_devices or not rule.rule.startswith(prefix):
            continue
        path = rule.rule
        for part, value in PARTS.items():
            path = path.replace(part, value)
        methods = (
            rule.methods
            - {"OPTIONS"}
            - ({"HEAD"} & rule.methods if "GET" in rule.methods else set())
        )
        found += [(method, path) for method in methods]
    return found


def every_route(server):
    server.publish(illustrated())
    found = routes_of_devices(server, "/api/v1/")
    assert {path.split("/")[3] for _, path in found} == {
        *("blobs", "devices", "forms", "places", "submissions"),
    }
    return found


def a_body(method):
    return {"submissions": []} if method == "POST" else None


def said(answer):
    return answer.status_code, answer.headers.get("WWW-Authenticate", "")[:6]


REFUSED = (401, "Bearer")


def test_every_call_of_a_device_is_answered_with_a_proof_and_refused_without(
    server, phone
):
    for method, path in every_route(server):
        body = a_body(method)
        assert phone.call(method, path, body).status_code != 401, path
        bare = server.client.open(
            path, method=method, json=body, headers=bearing(phone.token)
        )
        assert said(bare) == REFUSED, path


def test_a_proof_by_another_key_opens_nothing(server, phone):
    for method, path in every_route(server):
        assert said(phone.call(method, path, a_body(method), key=a_key())) == REFUSED


def test_a_proof_of_one_call_opens_no_other(server, phone):
    proof = {"Dodomu-Proof": phone.proof("GET", FORMS)}

    assert phone.call("GET", FORMS, headers=proof).status_code == 200
    for method, path, body in [
        ("HEAD", FORMS, None),
        ("GET", f"{FORMS}?a=1", None),
        ("GET", ME, None),
        ("POST", "/api/v1/submissions", {"submissions": []}),
    ]:
        assert said(phone.call(method, path, body, headers=proof)) == REFUSED


def test_a_proof_of_one_body_takes_no_other_in(server, phone):
    path = "/api/v1/submissions"
    proof = {"Dodomu-Proof": phone.proof("POST", path, b'{"submissions": []}')}

    assert said(phone.send(sealed(), headers=proof)) == REFUSED
    assert phone.send(sealed()).status_code == 200


def test_the_path_is_signed_as_it_is_sent(phone):
    for query in ("?q=%D0%9B%D1%8C%D0%B2%D1%96%D0%B2", "?q=Lviv&limit=3"):
        assert phone.call("GET", f"/api/v1/places{query}").status_code != 401


@pytest.mark.parametrize(
    "proof",
    [
        "",
        "v1",
        "v2 {} {}",
        "v1 {}",
        "v1 x {1}",
        "v1 -1 {1}",
        "v1 99999999999999999999 {1}",
        "v1 {0} {1} more",
        "v1 {0} AAAA",
        "v1 {0} " + "A" * 5000,
        "v1  {0} {1}",
        "v1 {0} {1}\u00e9",
    ],
)
def test_what_is_no_proof_is_refused(phone, proof):
    _, at, signature = phone.proof("GET", FORMS).split()

    answer = phone.call(
        "GET", FORMS, headers={"Dodomu-Proof": proof.format(at, signature)}
    )

    assert said(answer) == REFUSED
    assert answer.json["type"] == "/problems/unauthenticated"


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_ten_minutes_off_is_good_enough(phone, minutes):
    phone.ahead_ms = minutes * MINUTE

    assert phone.call("GET", FORMS).status_code == 200


@pytest.mark.parametrize("minutes", [-10.001, 10.001, -60 * 24 * 3650, 60 * 24 * 3650])
def test_a_clock_that_is_further_off_is_told_the_time_and_heals_itself(
    server, phone, minutes
):
    phone.ahead_ms = int(minutes * MINUTE)

    answer = phone.call("GET", FORMS)

    assert said(answer) == REFUSED
    assert answer.json["type"] == "/problems/stale-proof"
    now_ms = answer.json["server_time_ms"]
    assert phone.call("GET", FORMS, at_ms=now_ms).status_code == 200


def test_nobody_but_the_holder_of_the_key_learns_that_a_clock_is_off(phone):
    phone.ahead_ms = 20 * MINUTE

    assert phone.call("GET", FORMS, key=a_key()).json["type"] == (
        "/problems/unauthenticated"
    )


def test_a_device_with_a_key_cannot_come_in_as_odk_collect_does(server, phone):
    basic = b64encode(f"{phone.id}:{phone.token}".encode()).decode()

    found = routes_of_devices(server, "/key/")
    assert found
    for method, path in found:
        keyed = path.replace("<key>", phone.token)
        assert phone.call(method, keyed).status_code == 401, path
        plain = path.removeprefix("/key/<key>")
        answer = server.client.open(
            plain, method=method, headers={"Authorization": f"Basic {basic}"}
        )
        assert answer.status_code == 401, plain


def test_a_device_without_a_key_needs_no_proof(server, device):
    for method, path in every_route(server):
        answer = server.client.open(
            path, method=method, json=a_body(method), headers=bearing(device)
        )
        assert answer.status_code != 401, path
    assert server.client.get(f"/key/{device}/formList").status_code == 200


def test_a_part_of_a_file_is_taken_whole_or_not_at_all(server, phone, device):
    content = b"\x89PNG a part"
    digest = sha256(content).hexdigest()
    item = {
        **sealed(),
        "attachments": [{"name": digest, "sha256": digest, "size": len(content)}],
    }
    phone.send(item)
    path = f"/api/v1/blobs/{digest}"
    tus = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }

    forged = {**tus, "Dodomu-Proof": phone.proof("PATCH", path, b"another part")}
    assert phone.call("PATCH", path, content, headers=forged).status_code == 401
    head = phone.call("HEAD", path, headers={"Tus-Resumable": "1.0.0"})
    assert head.headers["Upload-Offset"] == "0"
    assert phone.call("PATCH", path, content[:5], headers=tus).status_code == 204
    rest = {**tus, "Upload-Offset": "5"}
    answer = phone.call("PATCH", path, content[5:], headers=rest)
    assert answer.headers["Upload-Offset"] == str(len(content))
    assert phone.send(item).json["receipts"][0]["missing"] == []


def test_more_than_a_request_may_carry_is_not_read_for_a_proof(server, phone):
    most = server.settings.max_batch_bytes

    answer = phone.call("POST", "/api/v1/submissions", b" " * (most + 1))

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "key",
    [
        "",
        "AAAA",
        b64encode(bytes(65)).decode(),
        b64encode(b"\x04" + bytes(64)).decode(),
        b64encode(b"\x04" + b"\xff" * 64).decode(),
        envelope.public_text(FIXED).rstrip("="),
        envelope.public_text(FIXED) + "\n",
        "A" * 2000,
        "é" * 88,
        7,
    ],
)
def test_what_is_no_key_lets_nobody_in_and_spends_no_code(server, key):
    code = enrolment.offer_device(
        server.database, "truskavets", label="", by="op", now=server.watch()
    )

    answer = server.post(ENROL, body={"code": code, "label": "", "public_key": key})

    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"public_key"}
    assert FieldPhone(server).come_in(code).told["token"]
