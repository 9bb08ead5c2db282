"""A phone that seals what is finished to its centre's key, and reads receipts."""

import gzip
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from servers import VERSION, an_xml

from intake_server.security import envelope
from intake_server.services.unsealing import info

CHUNK = 65_536


@dataclass(frozen=True)
class SealedFile:
    """A file as a phone sends it: its sealed bytes, and what the form says of it."""

    name: str
    plain: bytes
    sealed: bytes
    key: bytes

    @property
    def digest(self) -> str:
        return sha256(self.sealed).hexdigest()

    @property
    def inside(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "sha256": sha256(self.plain).hexdigest(),
            "size": len(self.plain),
            "type": "image/jpeg",
            "sealed": self.digest,
            "key": b64encode(self.key).decode(),
        }

    @property
    def outside(self) -> dict[str, Any]:
        return {"name": self.digest, "sha256": self.digest, "size": len(self.sealed)}


def a_sealed_file(name: str, plain: bytes, key: bytes = b"") -> SealedFile:
    """A file sealed in chunks, as the phone does it."""
    key = key or token_bytes(32)
    chunks = [plain[at : at + CHUNK] for at in range(0, len(plain), CHUNK)] or [b""]
    sealed = b"".join(
        AESGCM(key).encrypt(
            number.to_bytes(4) + bytes([number == len(chunks) - 1]) + bytes(7),
            chunk,
            None,
        )
        for number, chunk in enumerate(chunks)
    )
    return SealedFile(name, plain, sealed, key)


def plaintext(xml: str | None = None, **said: Any) -> dict[str, Any]:
    """What stands inside a sealed item."""
    return {"xml": xml, "state": "finished", "attachments": [], **said}


def a_sealed(  # noqa: PLR0913 - one argument a thing that a test is about
    key: str,
    plain: bytes | dict[str, Any],
    *,
    instance: str = "1",
    to: str = "truskavets",
    form_id: str = "arrival",
    version: str = VERSION,
    bound_to: str = "",
    files: tuple[SealedFile, ...] = (),
) -> dict[str, Any]:
    """An item as a phone sends it, sealed to a public key."""
    content = plain
    if isinstance(content, dict):
        content = gzip.compress(json.dumps(content, ensure_ascii=False).encode())
    name = f"uuid:{instance}"
    public = envelope.public(key)
    assert public is not None
    enc, ct = envelope.seal(public, content, bound_to or info(to, form_id, name))
    return {
        "instance_id": name,
        "form_id": form_id,
        "form_version": version,
        "finalized_at": "2026-11-22T08:00:00.000+02:00",
        "sealed": {"to": to, "key_id": envelope.key_id(key), "enc": enc, "ct": ct},
        "attachments": [file.outside for file in files],
    }


def a_sealed_form(
    key: str,
    instance: str = "1",
    *,
    files: tuple[SealedFile, ...] = (),
    inside: dict[str, Any] | None = None,
    to: str = "truskavets",
    **answers: str,
) -> dict[str, Any]:
    """A finished form, sealed."""
    said = plaintext(
        an_xml(instance, **answers).decode(),
        **{"attachments": [file.inside for file in files], **(inside or {})},
    )
    return a_sealed(key, said, instance=instance, files=files, to=to)


def digest_of(item: dict[str, Any]) -> str:
    """The digest by which a phone knows a sealed item."""
    said = {
        "answers": None,
        "based_on": {},
        "form_id": item["form_id"],
        "form_version": item["form_version"],
        "sealed": item["sealed"],
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def is_believed(receipt: dict[str, Any], item: dict[str, Any], key: str) -> bool:
    """Whether a phone that has pinned a key believes a receipt of what it sent."""
    text = "|".join(
        (
            item["instance_id"],
            digest_of(item),
            receipt["status"],
            receipt.get("reference", ""),
            ",".join(receipt["missing"]),
        )
    )
    assert len(b64decode(receipt["sig"])) == 64
    return envelope.is_signed(key, text, receipt["sig"])
