"""How a device with a key is let in, for how long, and how it is let go."""

import json
from base64 import b64decode
from datetime import timedelta
from hashlib import sha256

import pytest
from field_phones import ME, WIPED, a_field_phone, a_key, sealed
from sealed import a_sealed, a_sealed_form, is_believed, plaintext
from servers import SITE, VERSION, a_server, an_item, an_xml

from forms.practice import practised_version
from intake_server.clock import text
from intake_server.security import envelope
from intake_server.security.keyring import Keyring
from intake_server.security.policy import Role
from intake_server.services import admission, enrolment, nodes, reopening
from intake_server.storage import audit, submissions
from sync.change import canonical

FORMS = "/api/v1/forms"
DEFAULTS = {"reception_point": "border_point", "return_channel": "icrc ucrn"}


@pytest.fixture
def server(tmp_path, stores):
    with a_server(tmp_path, stores, site=SITE) as server:
        yield server


@pytest.fixture
def ring(server):
    return server.with_keys()


@pytest.fixture
def phone(server, ring):
    return a_field_phone(server, defaults=DEFAULTS)


def revoke(server, phone):
    enrolment.revoke(server.database, phone.id, by="operator", now=server.watch())


def slug(answer):
    return answer.json["type"].rsplit("/", 1)[1]


def is_good(ring, said, signature):
    return envelope.is_signed(ring.receipt.public, said, signature)


def test_a_new_device_is_told_of_its_site_and_what_to_fill_in_by_itself(server, ring):
    title = {"uk": "Трускавець", "en": "Truskavets"}
    nodes.entitle(server.database, SITE, title, now=server.watch())

    told = a_field_phone(server, defaults=DEFAULTS).told

    assert told["site_title"] == title
    assert told["defaults"] == DEFAULTS
    assert told["practice"] is False
    assert told["seal_key"] == ring.seal.public
    assert told["receipt_key"] == ring.receipt.public
    assert told["lease_until"] == text(server.watch() + timedelta(days=30))
    assert [form["form_id"] for form in told["forms"]] == ["arrival"]


def test_a_pass_says_who_it_is_and_is_signed_by_the_site(phone, ring):
    body, _, signature = phone.told["pass"].partition(".")

    assert is_good(ring, body, signature)
    assert json.loads(b64decode(body)) == {
        "v": 1,
        "device": phone.id,
        "site": SITE,
        "public_key": phone.public,
        "until": phone.told["lease_until"],
    }


def test_the_keys_of_the_sites_are_signed_by_ones_own(phone, ring):
    me = phone.call("GET", ME).json

    assert me["sites"] == {SITE: ring.receipt.public}
    assert is_good(ring, canonical(me["sites"]).decode(), me["sites_sig"])
    assert canonical({"b": "1", "a": "ї"}).decode() == '{"a":"ї","b":"1"}'


def test_each_contact_lets_a_device_in_anew(server, phone):
    server.watch.forward(days=29)

    me = phone.call("GET", ME).json

    assert me["lease_until"] == text(server.watch() + timedelta(days=30))
    assert "token" not in me
    assert me["wipe"] is None
    assert {**me, "token": 0}.keys() >= phone.told.keys()
    assert me["defaults"] == DEFAULTS
    until = json.loads(b64decode(me["pass"].partition(".")[0]))["until"]
    assert until == me["lease_until"]


def test_a_device_without_a_key_is_let_in_for_good(server, device, ring):
    server.watch.forward(days=400)

    me = server.get(ME, device).json

    assert (me["lease_until"], me["pass"]) == (None, None)
    assert server.get(FORMS, device).status_code == 200


def test_a_device_whose_time_is_over_gets_no_forms_and_is_still_heard(
    server, phone, ring
):
    server.watch.forward(days=30)

    for path in (FORMS, f"{FORMS}/arrival/2026112201.xml", "/api/v1/places"):
        answer = phone.call("GET", path)
        assert (answer.status_code, slug(answer)) == (401, "lease-over"), path
    assert phone.call("GET", "/api/v1/records").status_code == 404
    me = phone.call("GET", ME).json
    assert (me["lease_until"], me["forms"]) == (phone.told["lease_until"], [])
    (receipt,) = phone.send(a_sealed_form(ring.seal.public)).json["receipts"]
    assert receipt["status"] == "stored"
    answer = phone.send(sealed("2"), an_item("3"))
    assert (answer.status_code, slug(answer)) == (401, "lease-over")
    assert is_kept(server, "uuid:1")
    assert not is_kept(server, "uuid:2")


def is_kept(server, name):
    with server.database.reading() as session:
        return bool(submissions.known(session, [name]).get(name))


def test_a_person_lets_a_device_in_again_whose_time_is_over(server, phone):
    server.watch.forward(days=31)

    admission.extend(server.database, phone.id, by="u:1", now=server.watch())

    assert phone.call("GET", FORMS).status_code == 200


def test_a_revoked_device_is_told_to_wipe_itself_and_nobody_else_is(
    server, phone, ring
):
    server.watch.forward(minutes=1)
    revoke(server, phone)
    at = text(server.watch())
    server.watch.forward(hours=5)

    for method, path in [("GET", ME), ("GET", FORMS), ("GET", "/api/v1/records")]:
        answer = phone.call(method, path)
        assert (answer.status_code, slug(answer)) == (401, "revoked")
        order = answer.json["wipe_order"]
        assert order == f"dodomu/wipe/v1|{phone.id}|{at}"
        assert is_good(ring, order, answer.json["wipe_sig"])
    stolen = server.get(ME, phone.token)
    forged = phone.call("GET", ME, key=a_key())
    for answer in (stolen, forged):
        assert (answer.status_code, slug(answer)) == (401, "unauthenticated")
        assert "wipe_order" not in answer.json


def test_only_who_has_the_order_counts_as_told(server, phone):
    revoke(server, phone)

    server.get(ME, phone.token)
    server.client.get(f"/key/{phone.token}/formList")
    assert enrolment.device(server.database, phone.id).turned_away is None

    phone.call("GET", ME)
    told = enrolment.device(server.database, phone.id).turned_away
    assert told == server.watch()
    server.watch.forward(hours=1)
    phone.call("GET", ME)
    assert enrolment.device(server.database, phone.id).turned_away == told


def test_a_node_without_a_key_yet_signs_no_order(server):
    phone = a_field_phone(server)
    revoke(server, phone)

    answer = phone.call("GET", ME)

    assert (answer.status_code, slug(answer)) == (401, "revoked")
    assert "wipe_order" not in answer.json
    assert phone.told["pass"] is None


def test_what_a_revoked_device_still_has_is_set_aside_and_not_lost(server, phone, ring):
    revoke(server, phone)
    item = a_sealed_form(ring.seal.public, "late", family_name="Ремез")

    answer = phone.send(item)

    (receipt,) = answer.json["receipts"]
    assert receipt["status"] == "quarantined"
    assert receipt["problem"]["type"] == "/problems/revoked-device"
    assert is_believed(receipt, item, ring.receipt.public)
    wipe = answer.json["wipe"]
    assert is_good(ring, wipe["order"], wipe["sig"])
    again = phone.send(item).json["receipts"][0]
    assert (again["status"], again["sha256"]) == ("duplicate", receipt["sha256"])
    (found,) = questions(server)
    assert found["kind"] == "triage"


def questions(server):
    coordinator = server.token(Role.COORDINATOR)
    return server.get("/api/v1/queue", coordinator).json["items"]


def release(server):
    (found,) = questions(server)
    return server.post(
        f"/api/v1/queue/{found['qid']}/resolve",
        server.token(Role.COORDINATOR),
        {"release": True, "reason": "Ліна сама принесла телефон"},
    )


def test_a_person_who_trusts_it_takes_it_in(server, phone, ring):
    revoke(server, phone)
    phone.send(a_sealed_form(ring.seal.public, "late", family_name="Ремез"))

    assert release(server).status_code == 200

    assert questions(server) == []
    (kept,) = kept_as(server, "uuid:late")
    assert kept.status == "stored"
    assert kept.reference


def kept_as(server, name):
    with server.database.reading() as session:
        return submissions.known(session, [name]).get(name, ())


def test_what_else_is_odd_about_it_is_said_too(server, phone, ring):
    revoke(server, phone)
    unfinished = {"state": "unfinished"}

    phone.send(a_sealed_form(ring.seal.public, "late", inside=unfinished))

    (kept,) = kept_as(server, "uuid:late")
    assert kept.slug == "revoked-device"
    assert "did not finish" in kept.detail


def test_what_no_key_opened_at_first_is_trusted_no_more_when_one_does(
    server, phone, ring
):
    key = envelope.new_private()
    public = envelope.public_text(envelope.private(key))
    early, late = (a_sealed_form(public, name) for name in ("early", "late"))
    phone.send(early)
    server.watch.forward(minutes=1)
    revoke(server, phone)
    server.watch.forward(minutes=1)
    (receipt,) = phone.send(late).json["receipts"]
    assert receipt["problem"]["type"] == "/problems/unknown-key"

    nodes.keep(server.settings.keys / "seal-old.key", key)
    reopening.open_waiting(
        server.database, Keyring(server.settings.keys), now=server.watch()
    )

    slugs = {
        name: [one.slug for one in kept_as(server, f"uuid:{name}")]
        for name in ("early", "late")
    }
    assert slugs == {"early": [None], "late": ["revoked-device"]}


def test_what_a_revoked_device_sends_open_is_not_taken(server, phone):
    revoke(server, phone)

    answer = phone.send(sealed("1"), an_item("2"))

    assert (answer.status_code, slug(answer)) == (401, "revoked")
    assert answer.json["wipe_order"]
    assert not is_kept(server, "uuid:1")


SEALED_FILE = b"sealed bytes"


def late_with(content):
    """An item with one file beside it, and the digest of the file."""
    digest = sha256(content).hexdigest()
    named = {"name": digest, "sha256": digest, "size": len(content)}
    return {**sealed("late"), "attachments": [named]}, digest


def test_the_files_of_a_revoked_device_come_in_too(server, phone):
    revoke(server, phone)
    item, digest = late_with(SEALED_FILE)
    assert phone.send(item).json["receipts"][0]["missing"] == [digest]

    answer = phone.call(
        "PATCH",
        f"/api/v1/blobs/{digest}",
        SEALED_FILE,
        headers={
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        },
    )

    assert answer.status_code == 204
    assert phone.send(item).json["receipts"][0]["missing"] == []


def test_a_device_says_that_nothing_is_left_on_it(server, phone):
    revoke(server, phone)
    bare = server.post(WIPED, phone.token, {})
    assert (bare.status_code, slug(bare)) == (401, "unauthenticated")

    first = phone.call("POST", WIPED).json["wiped"]
    server.watch.forward(hours=1)

    assert first == phone.call("POST", WIPED).json["wiped"]
    known = enrolment.device(server.database, phone.id)
    assert text(known.wiped) == first
    with server.database.reading() as session:
        acts = [entry.action for entry in audit.page(session)]
    assert acts.count("wiped") == 1


def test_a_device_is_told_that_it_practises(server, phone):
    practise(server, phone)

    me = phone.call("GET", ME).json

    assert me["practice"] is True
    assert {form["version"] for form in me["forms"]} != {"2026112201"}


def test_a_device_of_a_site_that_practises_is_told_so_when_it_is_let_in(server, ring):
    with server.database.transaction() as session:
        admission.practising.begin(
            session, admission.Subject("site", SITE), now=server.watch()
        )

    told = a_field_phone(server).told

    assert told["practice"] is True
    assert {form["version"] for form in told["forms"]} != {"2026112201"}


def practise(server, phone):
    with server.database.transaction() as session:
        admission.practising.begin(
            session, admission.Subject("device", phone.id), now=server.watch()
        )


def test_a_revoked_device_that_practised_hands_in_what_is_in_earnest(
    server, phone, ring
):
    practise(server, phone)
    key = ring.seal.public
    real = a_sealed_form(key, "real", family_name="Ремез")
    played = a_sealed(
        key,
        plaintext(
            an_xml("played", family_name="Гра")
            .replace(VERSION.encode(), practised_version(VERSION).encode())
            .decode()
        ),
        instance="played",
        version=practised_version(VERSION),
    )
    assert slug(phone.send(real)) == "not-practised"
    revoke(server, phone)

    receipts = phone.send(real, played).json["receipts"]

    assert [one["status"] for one in receipts] == ["quarantined"] * 2
    slugs = [one["problem"]["type"].rsplit("/", 1)[1] for one in receipts]
    assert slugs == ["revoked-device", "practised"]
    assert is_kept(server, "uuid:real")


def forget(server, phone):
    """Take the device away, as a store does that was put back from before it came in."""
    with server.database.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM device")


def test_what_a_forgotten_device_still_has_is_set_aside_and_not_lost(
    server, phone, ring
):
    forget(server, phone)
    item = a_sealed_form(ring.seal.public, "late", family_name="Ремез")
    assert slug(phone.send(item)) == "unauthenticated"

    answer = phone.send(item, at=server)

    (receipt,) = answer.json["receipts"]
    assert receipt["status"] == "quarantined"
    assert receipt["problem"]["type"] == "/problems/unknown-device"
    assert is_believed(receipt, item, ring.receipt.public)
    assert "wipe" not in answer.json
    assert phone.send(item, at=server).json["receipts"][0]["status"] == "duplicate"
    assert release(server).status_code == 200
    (kept,) = kept_as(server, "uuid:late")
    assert kept.status == "stored"


def test_the_files_of_a_forgotten_device_come_in_too(server, phone):
    forget(server, phone)
    item, digest = late_with(SEALED_FILE)
    phone.send(item, at=server)
    part = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }

    path = f"/api/v1/blobs/{digest}"
    answer = phone.call("PATCH", path, SEALED_FILE, at=server, headers=part)

    assert answer.status_code == 204
    assert phone.send(item, at=server).json["receipts"][0]["missing"] == []


def test_a_forgotten_device_gets_nothing_else(server, phone):
    forget(server, phone)

    for method, path in [("GET", ME), ("GET", FORMS), ("POST", WIPED)]:
        assert phone.call(method, path, at=server).status_code == 404, path
    assert phone.send(sealed("1"), an_item("2"), at=server).status_code == 404
    assert not is_kept(server, "uuid:1")
    stranger = phone.send(sealed("1"), at=server, key=a_key())
    assert slug(stranger) == "unauthenticated"
    server.watch.forward(days=30)
    assert slug(phone.send(sealed("1"), at=server)) == "unauthenticated"


def test_a_pass_at_home_does_not_outlive_revocation(server, phone):
    revoke(server, phone)

    assert slug(phone.send(sealed("1"), at=server)) == "unauthenticated"
