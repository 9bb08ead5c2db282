"""Keys of P-256, and what is done with them: signing, sealing, opening.

A public key is written as base64 of its 65 uncompressed bytes, a signature as base64 of
its 64 bytes r and s: the forms in which a browser has them. Whatever does not fit is no
key, no signature, no envelope; nothing here says of it what it holds.
"""

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_BYTES: Final = 32
"""What a private key has when it is kept: its number."""

_CURVE: Final = ec.SECP256R1()
_SUITE: Final = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_ALGORITHM: Final = ec.ECDSA(SHA256())
_ENC_BYTES: Final = 65
_HALF: Final = 32
_ID_DIGITS: Final = 16
_CHUNK_BYTES: Final = 65_536
_TAG_BYTES: Final = 16

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey


def new_private() -> bytes:
    """Return a new private key as it is kept."""
    number = ec.generate_private_key(_CURVE).private_numbers().private_value
    return number.to_bytes(KEY_BYTES)


def private(kept: bytes) -> PrivateKey:
    """Return a private key out of what is kept of it.

    Raises:
        ValueError: These bytes are none.
    """
    return ec.derive_private_key(int.from_bytes(kept), _CURVE)


def public_text(key: PrivateKey) -> str:
    """Return how the public half of a key is written."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return b64encode(point).decode()


def public(text: str) -> PublicKey | None:
    """Return the public key that a text is; None where it is none."""
    point = decoded(text)
    if point is None or len(point) != _ENC_BYTES:
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    except ValueError:
        return None


def key_id(text: str) -> str:
    """Return the short name of a public key that is written so."""
    return sha256(b64decode(text)).hexdigest()[:_ID_DIGITS]


def sign(key: PrivateKey, said: str) -> str:
    """Return the signature of a text."""
    r, s = utils.decode_dss_signature(key.sign(said.encode(), _ALGORITHM))
    return b64encode(r.to_bytes(_HALF) + s.to_bytes(_HALF)).decode()


def is_signed(public_key: str, said: str, signature: str) -> bool:
    """Tell whether whoever has the other half of a key has signed a text."""
    key, both = public(public_key), decoded(signature)
    if key is None or both is None or len(both) != 2 * _HALF:
        return False
    r, s = int.from_bytes(both[:_HALF]), int.from_bytes(both[_HALF:])
    try:
        key.verify(utils.encode_dss_signature(r, s), said.encode(), _ALGORITHM)
    except InvalidSignature:
        return False
    return True


def seal(key: PublicKey, plain: bytes, info: str) -> tuple[str, str]:
    """Return ``enc`` and ``ct``, in base64, that only the key's other half opens."""
    whole = _SUITE.encrypt(plain, key, info=info.encode())
    return (
        b64encode(whole[:_ENC_BYTES]).decode(),
        b64encode(whole[_ENC_BYTES:]).decode(),
    )


def opened(key: PrivateKey, enc: str, ct: str, info: str) -> bytes | None:
    """Return what was sealed; None where this key or this info does not open it."""
    first, rest = decoded(enc), decoded(ct)
    if first is None or rest is None or len(first) != _ENC_BYTES:
        return None
    try:
        return _SUITE.decrypt(first + rest, key, info=info.encode())
    except (InvalidTag, ValueError):
        return None


def sealed_size(size: int) -> int:
    """Return how many bytes a file of so many bytes has once it is sealed."""
    return size + _TAG_BYTES * max(1, -(-size // _CHUNK_BYTES))


def opened_file(key: bytes, sealed: bytes) -> bytes | None:
    """Return what is in a sealed file; None where the key does not open all of it.

    It is a row of chunks, each of so many plain bytes and a tag. Its number, and
    whether it is the last one, stand in the nonce, so none can be moved or cut off.
    """
    whole = _CHUNK_BYTES + _TAG_BYTES
    starts = range(0, max(1, len(sealed)), whole)
    cipher = AESGCM(key)
    plain = bytearray()
    try:
        for number, start in enumerate(starts):
            is_last = start + whole >= len(sealed)
            nonce = number.to_bytes(4) + bytes((is_last,)) + bytes(7)
            plain += cipher.decrypt(nonce, sealed[start : start + whole], None)
    except InvalidTag:
        return None
    return bytes(plain)


def decoded(text: str) -> bytes | None:
    """Return what base64 says, the standard one with its padding; None for none."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None
