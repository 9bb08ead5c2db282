"""The cases that phones read too: what they seal is opened here, what is signed here is known there."""

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from sealed import a_sealed_file

from intake_server.security import envelope
from intake_server.security.keyring import SEAL_KEY, Keyring
from intake_server.services.items import incoming
from intake_server.services.nodes import keep
from intake_server.services.receipts import Receipt, signed_text
from intake_server.services.unsealing import info, sent_as, unseal

VECTORS = Path(__file__).parents[2] / "vectors" / "field"


def read(name):
    return json.loads((VECTORS / name).read_text("utf-8"))


ITEMS, RECEIPTS = read("items.json"), read("receipts.json")
SIGNATURES, FILES = read("signatures.json"), read("files.json")


def each(vectors):
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(case, id=case.get("name", str(number)))
            for number, case in enumerate(vectors["cases"])
        ],
    )


@pytest.fixture
def ring(tmp_path):
    keep(tmp_path / SEAL_KEY, b64decode(ITEMS["key"]["private"]))
    return Keyring(tmp_path)


@pytest.mark.parametrize("vectors", [ITEMS, RECEIPTS, SIGNATURES])
def test_a_key_is_written_in_the_same_ways_everywhere(vectors):
    said = vectors["key"]
    kept = b64decode(said["private"])

    assert envelope.public_text(envelope.private(kept)) == said["public"]
    assert envelope.key_id(said["public"]) == said["key_id"]
    point = b64decode(said["public"])
    assert [_of(said["jwk"][name]) for name in "xyd"] == [point[1:33], point[33:], kept]


def _of(text):
    return b64decode(text.replace("-", "+").replace("_", "/") + "=")


@each(ITEMS)
def test_an_item_is_known_by_its_digest_and_opened_by_its_key(ring, case):
    item = case["item"]
    one = incoming(item)

    opened = unseal(one, ring)

    assert one.problem is None
    assert sent_as(one).hex() == case["digest"]
    sealed = item["sealed"]
    assert info(sealed["to"], item["form_id"], item["instance_id"]) == case["info"]
    assert (opened.sealed is None) is case["opens"]
    if case["opens"]:
        assert opened.sent_as.hex() == case["digest"]
        assert_same(opened, case["plaintext"])


def assert_same(opened, plaintext):
    state = plaintext["state"]
    assert (opened.problem is None) is (state == "finished")
    assert opened.corrects == plaintext.get("corrects")
    assert opened.based_on == plaintext.get("based_on", {})
    if plaintext.get("xml"):
        assert opened.xml.decode() == plaintext["xml"]
    assert [file["sealed"] for file in opened.attachments] == [
        file["sealed"] for file in plaintext["attachments"]
    ]


@each(RECEIPTS)
def test_a_receipt_is_believed_for_what_was_sent_alone(case):
    said, sent = case["receipt"], case["sent"]
    receipt = Receipt(
        instance_id=said["instance_id"],
        status=said["status"],
        sha256=said["sha256"],
        reference=said.get("reference"),
        missing=tuple(said["missing"]),
    )
    is_meant = (said["instance_id"], said["sha256"]) == (
        sent["instance_id"],
        sent["digest"],
    )

    text = signed_text(receipt, said["sha256"])
    is_signed = envelope.is_signed(RECEIPTS["key"]["public"], text, said["sig"])

    assert text == case["text"]
    assert (is_meant and is_signed) is case["believed"]


@each(SIGNATURES)
def test_a_text_is_believed_by_its_signature(case):
    key = SIGNATURES["key"]["public"]

    assert envelope.is_signed(key, case["text"], case["sig"]) is case["believed"]


@each(FILES)
def test_a_file_is_sealed_and_opened_byte_for_byte(case):
    plain = bytes((i * 7 + i // 256) % 256 for i in range(case["size"]))
    file = a_sealed_file("file", plain, b64decode(case["key"]))

    assert sha256(plain).hexdigest() == case["sha256"]
    assert file.digest == case["sealed_sha256"]
    assert len(file.sealed) == case["sealed_size"]
    assert case.get("sealed") in (None, b64encode(file.sealed).decode())
    assert envelope.sealed_size(case["size"]) == case["sealed_size"]
    assert envelope.opened_file(file.key, file.sealed) == plain
