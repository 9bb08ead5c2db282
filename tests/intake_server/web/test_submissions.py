import gzip
import json
from dataclasses import replace

import pytest
import zstandard
from servers import Server, an_item, an_xml

from intake_server.services import enrolment


def statuses(receipts):
    return [receipt["status"] for receipt in receipts]


def test_a_batch_is_answered_with_a_receipt_each_in_order(server, device):
    receipts = server.send(device, an_item("1"), an_item("2"))

    assert [receipt["instance_id"] for receipt in receipts] == ["uuid:1", "uuid:2"]
    assert statuses(receipts) == ["stored", "stored"]


def test_a_lost_answer_costs_nothing(server, device):
    assert statuses(server.send(device, an_item())) == ["stored"]
    assert statuses(server.send(device, an_item())) == ["duplicate"]


def test_a_child_without_a_reference_gets_one(server, device):
    (receipt,) = server.send(device, an_item())

    assert len(receipt["reference"]) == 8
    assert {named["kind"] for named in receipt["documents"]} >= {"person", "event"}


def test_one_odd_item_spares_the_rest(server, device):
    odd = {**an_item("2"), "form_version": "1"}

    receipts = server.send(device, an_item("1"), odd, an_item("3"))

    assert statuses(receipts) == ["stored", "quarantined", "stored"]
    assert receipts[1]["problem"]["type"] == "/problems/unknown-version"
    assert receipts[1]["problem"]["field"] == "form_version"


def test_xml_takes_the_same_road(server, device):
    item = {"instance_id": "uuid:1", "xml": an_xml("1", family_name="Тиха").decode()}

    assert statuses(server.send(device, item)) == ["stored"]


def test_a_sealed_item_is_kept_until_a_key_opens_it(server, device):
    sealed = {"to": "chernivtsi", "key_id": "k1", "enc": "AA==", "ct": "AA=="}
    item = {**an_item(), "answers": None, "sealed": sealed}

    (receipt,) = server.send(device, item)

    assert receipt["status"] == "quarantined"
    assert receipt["problem"]["type"] == "/problems/unknown-key"


@pytest.mark.parametrize(
    ("encoding", "press"),
    [
        pytest.param("gzip", gzip.compress, id="gzip"),
        pytest.param("zstd", zstandard.ZstdCompressor().compress, id="zstd"),
        pytest.param("identity", bytes, id="identity"),
    ],
)
def test_a_batch_may_come_compressed(server, device, encoding, press):
    body = press(json.dumps({"submissions": [an_item()]}).encode())

    answer = server.post(
        "/api/v1/submissions", device, body, **{"Content-Encoding": encoding}
    )

    assert statuses(answer.json["receipts"]) == ["stored"]


def test_the_device_hears_by_how_much_its_clock_is_wrong(server, device):
    server.send(device, an_item(), Date="Sun, 22 Nov 2026 10:30:00 GMT")

    known = server.get("/api/v1/devices/me", device).json

    assert known["clock_off_ms"] == 90 * 60 * 1000


@pytest.mark.parametrize("said", ["yesterday", "Sun, 99 Nov 2026 10:30:00 GMT", ""])
def test_a_date_that_is_none_says_nothing(server, device, said):
    server.send(device, an_item(), Date=said)

    assert server.get("/api/v1/devices/me", device).json["clock_off_ms"] is None


def test_a_device_that_calls_is_seen(server, device):
    server.watch.forward(hours=1)

    server.send(device, an_item())

    (known,) = enrolment.enrolled(server.database)
    assert known.last_seen == server.watch()


def test_more_items_than_a_batch_may_have_are_refused(server, device):
    answer = server.post(
        "/api/v1/submissions", device, {"submissions": [an_item()] * 501}
    )

    assert answer.status_code == 413
    assert answer.json["type"] == "/problems/request-too-large"


def test_nothing_is_taken_in_on_a_full_disk(server, device):
    settings = replace(server.settings, min_free_bytes=2**62)
    full = Server(server.database, settings, server.watch)

    answer = full.post("/api/v1/submissions", device, {"submissions": [an_item()]})

    assert answer.status_code == 507
    assert answer.json["type"] == "/problems/storage-full"
    assert answer.headers["Retry-After"]
