"""A phone seals what is finished; only its centre opens it, and says so signed."""

import gzip
import json
import tracemalloc
import zlib

import pytest
import tus
from sealed import (
    a_sealed,
    a_sealed_file,
    a_sealed_form,
    digest_of,
    is_believed,
    plaintext,
)
from servers import MORNING, SITE, VERSION, a_server, an_xml

from forms import reference as references
from forms.practice import practised_version
from intake_server.security import envelope
from intake_server.security.keyring import Keyring
from intake_server.security.policy import Principal, Role
from intake_server.services import intake, nodes, practice, reopening
from intake_server.services.items import incoming
from intake_server.services.nodes import keep
from intake_server.services.practice import Subject
from intake_server.services.reading import Incoming
from intake_server.services.unsealing import info, unseal
from intake_server.storage import documents, queue, submissions

OTHER = envelope.public_text(envelope.private(envelope.new_private()))


@pytest.fixture
def server(tmp_path, stores):
    with a_server(tmp_path, stores, site=SITE) as server:
        server.with_keys()
        yield server


@pytest.fixture
def ring(server):
    return Keyring(server.settings.keys)


@pytest.fixture
def key(ring):
    return ring.seal.public


def kept(server, instance="1"):
    with server.database.reading() as session:
        found = submissions.known(session, [f"uuid:{instance}"]).get(
            f"uuid:{instance}", ()
        )
        return [submissions.find(session, one.instance_id, one.sha256) for one in found]


def slug(receipt):
    return receipt["problem"]["type"].removeprefix("/problems/")


def test_a_sealed_form_is_opened_and_taken_in(server, device, key):
    item = a_sealed_form(key, family_name="Ремез")

    (receipt,) = server.send(device, item)

    assert receipt["status"] == "stored"
    assert len(receipt["reference"]) == 8
    (one,) = kept(server)
    assert (one.media, one.raw) == ("xml", an_xml(family_name="Ремез"))
    assert one.finalized_at == item["finalized_at"]


def test_a_receipt_is_signed_for_what_was_sent_first_and_again(
    server, device, key, ring
):
    item = a_sealed_form(key, family_name="Ремез")

    receipts = [*server.send(device, item), *server.send(device, item)]

    assert [one["status"] for one in receipts] == ["stored", "duplicate"]
    for receipt in receipts:
        assert receipt["sha256"] == digest_of(item)
        assert receipt["by"] == SITE
        assert is_believed(receipt, item, ring.receipt.public)
        assert not is_believed(receipt, item, OTHER)


def test_a_receipt_for_one_form_is_none_for_another(server, device, key, ring):
    one, other = a_sealed_form(key, "1"), a_sealed_form(key, "2")

    (receipt,) = server.send(device, one)

    assert not is_believed(receipt, other, ring.receipt.public)


def test_a_form_that_is_not_sealed_gets_a_signed_receipt_too(server, device, ring):
    item = {"instance_id": "uuid:1", "xml": an_xml("1", family_name="Тиха").decode()}

    (receipt,) = server.send(device, item)

    text = f"uuid:1|{receipt['sha256']}|stored|{receipt['reference']}|"
    assert envelope.is_signed(ring.receipt.public, text, receipt["sig"])


def test_a_node_without_keys_signs_nothing_and_keeps_all(tmp_path, stores, key):
    older = tmp_path / "older"
    older.mkdir()
    with a_server(older, stores, site=SITE) as server:
        (receipt,) = server.send(server.device(), a_sealed_form(key))

    assert (receipt["status"], slug(receipt)) == ("quarantined", "unknown-key")
    assert not {"sig", "by"} & receipt.keys()


@pytest.mark.parametrize(
    ("said", "known"),
    [("Олена", "Олена"), (" ", None), (7, None), ("\0", None), ("я" * 999, "я" * 120)],
)
def test_who_filled_it_in_is_kept_with_it(server, device, key, said, known):
    (receipt,) = server.send(device, a_sealed_form(key, inside={"worker": said}))

    assert receipt["status"] == "stored"
    assert [one.worker for one in kept(server)] == [known]


def test_one_form_sent_sealed_and_open_is_one(server, device, key):
    xml = an_xml("1", family_name="Ремез").decode()
    (first,) = server.send(device, a_sealed_form(key, family_name="Ремез"))

    (second,) = server.send(device, {"instance_id": "uuid:1", "xml": xml})
    (third,) = server.send(device, a_sealed_form(key, family_name="Ремез"))

    assert [one["status"] for one in (first, second, third)] == [
        "stored",
        "duplicate",
        "duplicate",
    ]
    assert len(kept(server)) == 1
    assert first["reference"] == second["reference"] == third["reference"]


def test_what_is_inside_may_come_unpressed(server, device, key):
    said = json.dumps(plaintext(an_xml(family_name="Ремез").decode())).encode()

    (receipt,) = server.send(device, a_sealed(key, said))

    assert receipt["status"] == "stored"


def test_a_form_that_names_itself_otherwise_inside_waits_for_a_person(
    server, device, key
):
    inside = plaintext(an_xml("2", family_name="Ремез").decode())

    (receipt,) = server.send(device, a_sealed(key, inside, instance="1"))

    assert slug(receipt) == "instance-conflict"
    assert receipt["instance_id"] == "uuid:1"


@pytest.mark.parametrize("bound_to", ["another form", "dodomu/submission/v1|kyiv|a|b"])
def test_what_is_bound_to_something_else_is_kept_closed(server, device, key, bound_to):
    item = a_sealed(key, plaintext(an_xml().decode()), bound_to=bound_to)

    (receipt,) = server.send(device, item)

    assert (receipt["status"], slug(receipt)) == ("quarantined", "unknown-key")
    assert receipt["sha256"] == digest_of(item)
    assert [one.media for one in kept(server)] == ["sealed"]


def test_a_key_that_nobody_here_has_keeps_it_closed(server, device, ring):
    item = a_sealed_form(OTHER)

    receipts = [*server.send(device, item), *server.send(device, item)]

    assert [one["status"] for one in receipts] == ["quarantined", "duplicate"]
    assert {slug(one) for one in receipts} == {"unknown-key"}
    assert all(is_believed(one, item, ring.receipt.public) for one in receipts)


UNZIPPABLE = gzip.compress(b'{"xml":"<data/>"}')
BOMB = gzip.compress(b" " * 100_000_000)

HOSTILE = {
    "empty": (b"", "unreadable-value"),
    "no-json": (b"<data/>", "unreadable-value"),
    "bytes": (b"\x80\x81\xff\x00", "unreadable-value"),
    "half-a-pair": (b'{"xml":"\\ud800"}', "unreadable-value"),
    "deep": (b"[" * 200_000, "too-deep"),
    "list": (b"[]", "unreadable-value"),
    "number": (b"7", "unreadable-value"),
    "nothing": (b"{}", "unreadable-value"),
    "xml-number": (b'{"xml":7}', "unreadable-value"),
    "xml-list": (b'{"xml":["<data/>"]}', "unreadable-value"),
    "both": (b'{"xml":"<data/>","corrects":{}}', "unreadable-value"),
    "correction-of-nothing": (b'{"corrects":{}}', "unreadable-value"),
    "correction-list": (b'{"corrects":[1]}', "unreadable-value"),
    "correction-without-entries": (
        b'{"corrects":{"instance_id":"uuid:0","entries":[]}}',
        "unreadable-value",
    ),
    "entry-number": (
        b'{"corrects":{"instance_id":"uuid:0","entries":[{"field":1}]}}',
        "unreadable-value",
    ),
    "no-xml": (b'{"xml":"hello"}', "malformed-xml"),
    "nul": (b'{"xml":"<data>\\u0000</data>"}', "malformed-xml"),
    "doctype": (
        b'{"xml":"<!DOCTYPE a [<!ENTITY b \'c\'>]><data>&b;</data>"}',
        "doctype",
    ),
    "huge-number": (b'{"xml":"<data/>","size":1e999}', "unreadable-value"),
    "unfinished-gzip": (UNZIPPABLE[:-9], "unreadable-value"),
    "gzip-of-nothing": (b"\x1f\x8b", "unreadable-value"),
    "gzip-broken": (b"\x1f\x8b\x08\x00" + b"\xff" * 40, "unreadable-value"),
    "zlib": (zlib.compress(b"{}"), "unreadable-value"),
    "bomb": (BOMB, "too-large"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_whatever_is_inside_is_kept_and_its_sender_is_told(server, device, key, case):
    plain, expected = HOSTILE[case]
    item = a_sealed(key, plain)

    receipts = [*server.send(device, item), *server.send(device, item)]

    assert [one["status"] for one in receipts] == ["quarantined", "duplicate"]
    assert {slug(one) for one in receipts} == {expected}
    assert {one["sha256"] for one in receipts} == {digest_of(item)}
    (one,) = kept(server)
    assert one.is_held
    assert one.raw


def test_a_bomb_is_unpacked_no_further_than_a_form_may_be_large(ring, key):
    item = incoming(a_sealed(key, BOMB))

    tracemalloc.start()
    unseal(item, ring)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000_000


BESIDE = [
    {"state": "forgotten"},
    {"state": 1},
    {"state": None},
    {"based_on": []},
    {"based_on": {"a": {"b": [1]}}},
    {"attachments": {}},
    {"attachments": [7]},
    {"attachments": [{"name": "a.jpg"}]},
    {
        "attachments": [
            {
                "name": "a",
                "sha256": "0" * 64,
                "size": 1,
                "sealed": "1" * 64,
                "key": "AA==",
            }
        ]
    },
    {
        "attachments": [
            {"name": "a", "sha256": "x", "size": -1, "sealed": [], "key": None}
        ]
    },
]


@pytest.mark.parametrize("odd", BESIDE, ids=range(len(BESIDE)))
def test_what_is_odd_beside_a_form_holds_it_and_keeps_it_readable(
    server, device, key, odd
):
    (receipt,) = server.send(device, a_sealed_form(key, inside=odd))

    assert (receipt["status"], slug(receipt)) == ("quarantined", "unreadable-value")
    assert receipt["problem"]["field"] == next(iter(odd))
    (one,) = kept(server)
    assert (one.media, one.raw) == ("xml", an_xml())


SHAPES = [
    {"to": SITE},
    {"to": SITE, "key_id": "a", "enc": "a", "ct": 1},
    {"to": SITE, "key_id": "a", "enc": "a", "ct": "a", "more": "a"},
    {"to": [], "key_id": {}, "enc": None, "ct": True},
    {"to": "a" * 41, "key_id": "a", "enc": "a", "ct": "a"},
    {"to": "\ud800", "key_id": "a", "enc": "a", "ct": "a"},
    {"to": SITE, "key_id": "a", "enc": "\0", "ct": "a"},
]


@pytest.mark.parametrize("sealed", SHAPES, ids=range(len(SHAPES)))
def test_an_envelope_of_another_shape_is_kept_and_named(server, device, sealed):
    (receipt,) = server.send(device, {**a_sealed_form(OTHER), "sealed": sealed})

    assert receipt["status"] == "quarantined"
    assert receipt["problem"]["field"].startswith("sealed")


def test_one_hostile_item_spares_the_rest(server, device, key):
    receipts = server.send(
        device, a_sealed_form(key, "1"), a_sealed(key, BOMB, instance="2"), {}
    )

    assert [one["status"] for one in receipts] == [
        "stored",
        "quarantined",
        "quarantined",
    ]


def test_a_form_as_large_as_a_form_may_be_is_opened(server, device, key):
    long = "".join(chr(0x410 + number % 32) for number in range(120_000))
    item = a_sealed_form(key, family_name=long)

    assert server.send(device, item)[0]["status"] == "stored"


def test_what_no_key_opened_is_taken_in_when_the_key_is_put_back(
    server, device, key, ring
):
    lost = envelope.new_private()
    item = a_sealed_form(envelope.public_text(envelope.private(lost)), family_name="Яр")
    server.send(device, item)
    assert reopening.open_waiting(server.database, ring, now=MORNING) == 0

    keep(server.settings.keys / "seal-2025.key", lost)

    assert reopening.open_waiting(server.database, ring, now=MORNING) == 1
    (one,) = kept(server)
    assert (one.media, one.status, one.is_held) == ("xml", "stored", False)
    assert server.send(device, item)[0]["status"] == "duplicate"
    assert reopening.open_waiting(server.database, ring, now=MORNING) == 0
    with server.database.reading() as session:
        assert queue.page(session, kind="triage").items == ()


def test_what_came_open_in_the_meantime_is_not_taken_in_twice(server, device, ring):
    lost = envelope.new_private()
    item = a_sealed_form(envelope.public_text(envelope.private(lost)), family_name="Яр")
    server.send(device, item)
    open_one = {"instance_id": "uuid:1", "xml": an_xml(family_name="Яр").decode()}
    (receipt,) = server.send(device, open_one)
    assert receipt["status"] == "stored"

    keep(server.settings.keys / "seal-old.key", lost)
    reopening.open_waiting(server.database, ring, now=MORNING)

    assert [one.media for one in kept(server)] == ["xml"]


@pytest.mark.parametrize("found", [b"", b"\0" * 32, b"\1" * 31])
def test_a_file_that_is_no_key_opens_nothing_and_breaks_nothing(
    server, device, key, found
):
    keep(server.settings.keys / "seal-odd.key", found)

    receipts = server.send(device, a_sealed_form(OTHER, "1"), a_sealed_form(key, "2"))

    assert [one["status"] for one in receipts] == ["quarantined", "stored"]


def test_an_unfinished_form_waits_for_a_person_who_takes_it_in(server, device, key):
    item = a_sealed_form(key, inside={"state": "unfinished"}, family_name="Ремез")

    (receipt,) = server.send(device, item)

    assert (receipt["status"], slug(receipt)) == ("quarantined", "unfinished")
    (one,) = kept(server)
    assert (one.media, one.is_held) == ("xml", True)
    with server.database.reading() as session:
        (question,) = queue.page(session, kind="triage").items
    coordinator = server.token(Role.COORDINATOR)
    answer = server.post(
        f"/api/v1/queue/{question.qid}/resolve",
        coordinator,
        {"release": True, "reason": "it is whole enough"},
    )
    assert answer.status_code == 200
    (one,) = kept(server)
    assert (one.status, one.is_held) == ("stored", False)
    assert server.send(device, item)[0]["status"] == "duplicate"


def test_a_sealed_correction_writes_what_it_names(server, device, key, worker):
    server.send(device, a_sealed_form(key, "1", family_name="Ремез", weight="30.5"))
    entry = {"field": "family_name", "old": "Ремез", "new": "Ремезова", "why": "хиба"}
    said = {"corrects": {"instance_id": "uuid:1", "entries": [entry]}}
    item = a_sealed(key, {**said, "state": "finished"}, instance="2")

    receipts = [*server.send(device, item), *server.send(device, item)]

    assert [one["status"] for one in receipts] == ["stored", "duplicate"]
    assert {one["sha256"] for one in receipts} == {digest_of(item)}
    (found,) = server.get("/api/v1/records?kind=person", worker).json["records"]
    assert found["values"]["family_name"] == "Ремезова"


def test_a_sealed_correction_without_an_id_of_its_own_waits_for_a_person(
    server, device, key
):
    entry = {"field": "family_name", "old": "Ремез", "new": "Ремезова", "why": None}
    said = {"corrects": {"instance_id": "uuid:1", "entries": [entry]}}
    item = a_sealed(key, said, instance="2", bound_to=info(SITE, "arrival", ""))

    (receipt,) = server.send(device, {**item, "instance_id": None})

    assert slug(receipt) == "missing-instance-id"


@pytest.fixture
def other_site(server):
    nodes.add_site(server.database, "chernivtsi", now=MORNING)
    return "chernivtsi"


def test_what_is_sealed_for_another_site_goes_there_and_the_receipt_says_so(
    server, device, ring, other_site
):
    file = a_sealed_file("0.jpg", b"picture")
    item = a_sealed_form(OTHER, to=other_site, files=(file,))

    receipts = [*server.send(device, item), *server.send(device, item)]

    assert [one["status"] for one in receipts] == ["stored", "duplicate"]
    for receipt in receipts:
        assert receipt["sealed_for"] == other_site
        assert receipt["missing"] == [file.digest]
        assert receipt["documents"] == []
        assert is_believed(receipt, item, ring.receipt.public)
    assert tus.head(server, device, file.digest).status_code == 404


def test_nobody_reads_a_letter_as_a_record(server, device, coordinator, other_site):
    server.send(device, a_sealed_form(OTHER, to=other_site))
    with server.database.reading() as session:
        (letter,) = documents.page(session, kind="letter").views

    listed = server.get("/api/v1/records?kind=letter", coordinator).json["records"]
    everything = server.get("/api/v1/records", coordinator).json["records"]
    single = server.get(f"/api/v1/records/{letter.doc}", coordinator)

    assert (listed, everything, single.status_code) == ([], [], 404)


def test_who_practises_sends_no_letter(server, other_site):
    practised = a_sealed(OTHER, b"", to=other_site, version=practised_version(VERSION))
    bohdan = Principal("person", "bo", "Bohdan", Role.ADMIN, SITE)
    practice.begin(server.database, Subject("site", SITE), by=bohdan, now=MORNING)

    (receipt,) = server.send(server.device(), practised)

    assert "sealed_for" not in receipt
    assert receipt["practice"]
    with server.database.reading() as session:
        assert documents.page(session, kind="letter").views == ()


def test_what_was_kept_of_old_in_another_shape_stays_as_it_is(server, ring):
    sender = Principal("device", "a", "Phone", Role.VOLUNTEER, SITE)
    odd = Incoming(instance_id="uuid:1", sealed={"to": [], "ct": "x"})
    intake.receive(server.database, [odd], sender=sender, now=MORNING)

    assert reopening.open_waiting(server.database, ring, now=MORNING) == 0
    assert [one.slug for one in kept(server)] == ["unknown-key"]


def test_a_coordinator_sees_what_was_begun_by_whom_and_which_file_is_damaged(
    server, device, key
):
    file = a_sealed_file("0.jpg", b"picture")
    lie = {**file.inside, "sha256": "0" * 64}
    begun = {"state": "unfinished", "worker": "Олена", "attachments": [lie]}
    server.send(device, a_sealed_form(key, inside=begun, family_name="Ремез"))
    tus.patch(server, device, file.sealed, digest=file.digest)
    iryna = server.browser(Role.COORDINATOR)
    with server.database.reading() as session:
        (question,) = queue.page(session, kind="triage").items

    page = iryna.get(f"/queue/{question.qid}").text

    assert "Форму не закінчено" in page
    assert "Олена, Phone" in page
    assert "надійшов пошкодженим" in page
    assert "&lt;family_name&gt;Ремез&lt;/family_name&gt;" in page


def test_a_coordinator_gets_from_an_unfit_correction_to_the_child(server, device, key):
    (first,) = server.send(device, a_sealed_form(key, family_name="Ремез"))
    entry = {"field": "family_name", "old": "Ремізов", "new": "Ремезова", "why": None}
    said = {"corrects": {"instance_id": "uuid:1", "entries": [entry]}}
    server.send(device, a_sealed(key, said, instance="2"))
    iryna = server.browser(Role.COORDINATOR)
    with server.database.reading() as session:
        (question,) = queue.page(session, kind="triage").items

    page = iryna.get(f"/queue/{question.qid}").text

    assert references.printed(first["reference"]) in page
