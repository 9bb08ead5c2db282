from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from intake_server.errors import UnsafeConfigError
from intake_server.security import envelope
from intake_server.security.keyring import RECEIPT_KEY, SEAL_KEY, Keyring
from intake_server.services.nodes import keep

KEPT = (7).to_bytes(envelope.KEY_BYTES)
KEY = envelope.private(KEPT)
OTHER = envelope.private((8).to_bytes(envelope.KEY_BYTES))
TEXT = "uuid:1|aa|stored||"


def test_what_is_signed_is_known_by_the_public_half_alone():
    signature = envelope.sign(KEY, TEXT)

    assert envelope.is_signed(envelope.public_text(KEY), TEXT, signature)
    assert not envelope.is_signed(envelope.public_text(OTHER), TEXT, signature)
    assert not envelope.is_signed(envelope.public_text(KEY), TEXT + "x", signature)


@pytest.mark.parametrize("size", [0, 63, 65, 72])
def test_a_signature_of_another_length_is_none(size):
    signature = b64encode(b"\1" * size).decode()

    assert not envelope.is_signed(envelope.public_text(KEY), TEXT, signature)


@pytest.mark.parametrize("said", ["", "AAAA", "не ключ", "\ud800", "!" * 88])
def test_what_is_no_key_and_no_signature_breaks_nothing(said):
    signature = envelope.sign(KEY, TEXT)

    assert envelope.public(said) is None
    assert not envelope.is_signed(said, TEXT, signature)
    assert not envelope.is_signed(envelope.public_text(KEY), TEXT, said)


def test_a_point_beside_the_curve_is_no_key():
    assert envelope.public(b64encode(b"\4" + b"\1" * 64).decode()) is None


def test_what_is_sealed_is_opened_with_its_key_and_its_info_alone():
    enc, ct = envelope.seal(KEY.public_key(), "дитина".encode(), "a|b|c")

    assert envelope.opened(KEY, enc, ct, "a|b|c") == "дитина".encode()
    assert envelope.opened(OTHER, enc, ct, "a|b|c") is None
    assert envelope.opened(KEY, enc, ct, "a|b|d") is None


@pytest.mark.parametrize("damage", ["enc", "ct", "short", "empty", "beside", "text"])
def test_a_damaged_envelope_is_not_opened(damage):
    enc, ct = envelope.seal(KEY.public_key(), b"plain", "info")
    beside = b64encode(b"\4" + b"\1" * 64).decode()
    damaged = {
        "enc": (envelope.public_text(OTHER), ct),
        "ct": (enc, b64encode(b"\0" * 21).decode()),
        "short": (enc, ct[:8]),
        "empty": ("", ""),
        "beside": (beside, ct),
        "text": ("\ud800", "щось"),
    }[damage]

    assert envelope.opened(KEY, *damaged, "info") is None


def test_a_short_name_is_made_of_the_uncompressed_point():
    text = envelope.public_text(KEY)

    assert len(envelope.key_id(text)) == 16
    assert envelope.key_id(text) != envelope.key_id(envelope.public_text(OTHER))


def test_a_ring_finds_its_keys_as_soon_as_they_are_there(tmp_path):
    ring = Keyring(tmp_path)
    assert (ring.seal, ring.receipt) == (None, None)

    keep(tmp_path / SEAL_KEY, KEPT)
    keep(tmp_path / RECEIPT_KEY, KEPT)

    assert ring.seal.public == ring.receipt.public == envelope.public_text(KEY)
    assert ring.seal.id == envelope.key_id(ring.seal.public)


@pytest.mark.parametrize("kept", [b"\0" * 32, b"\xff" * 32, b"\1" * 31])
def test_a_file_with_something_else_in_it_is_refused(tmp_path, kept):
    keep(tmp_path / SEAL_KEY, kept)

    with pytest.raises(UnsafeConfigError):
        _ = Keyring(tmp_path).seal


def test_a_key_that_others_can_read_is_refused(tmp_path):
    keep(tmp_path / SEAL_KEY, KEPT)
    (tmp_path / SEAL_KEY).chmod(0o640)

    with pytest.raises(UnsafeConfigError):
        _ = Keyring(tmp_path).seal


def test_a_new_key_is_one():
    made = envelope.private(envelope.new_private())

    assert isinstance(made.curve, ec.SECP256R1)
    assert envelope.public_text(made) != envelope.public_text(KEY)
