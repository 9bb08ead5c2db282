"""Phones with a key of their own, as the field client is one: they sign each call."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from servers import SITE, Server
from werkzeug.test import TestResponse

from intake_server.clock import milliseconds
from intake_server.security import envelope
from intake_server.security.envelope import PrivateKey
from intake_server.services import enrolment

ENROL = "/api/v1/devices/enrol"
ME = "/api/v1/devices/me"
WIPED = "/api/v1/devices/me/wiped"


def a_key() -> PrivateKey:
    """A key pair as a phone makes it."""
    return envelope.private(envelope.new_private())


@dataclass
class FieldPhone:
    """A phone: its key, and what it was told when it was let in."""

    server: Server
    key: PrivateKey = field(default_factory=a_key)
    told: dict[str, Any] = field(default_factory=dict)
    ahead_ms: int = 0

    @property
    def public(self) -> str:
        """The public half of its key."""
        return envelope.public_text(self.key)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.told["device_id"])

    @property
    def token(self) -> str:
        """Its token."""
        return str(self.told["token"])

    def knock(self, code: str, public: str = "", **proof: Any) -> TestResponse:
        """Ask to be let in by a code, signed, as the one with this public key."""
        said = {"code": code, "label": "", "public_key": public or self.public}
        body = json.dumps(said).encode()
        signed = {"Dodomu-Proof": self.proof("POST", ENROL, body, **proof)}
        return self.server.post(ENROL, body=body, **signed)

    def come_in(self, code: str) -> "FieldPhone":
        """Be let in by a code."""
        answer = self.knock(code)
        assert answer.status_code == 200, answer.text
        self.told = answer.json
        return self

    def proof(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        key: PrivateKey | None = None,
        at_ms: int | None = None,
    ) -> str:
        """What stands in ``Dodomu-Proof``."""
        now_ms = milliseconds(self.server.watch()) + self.ahead_ms
        at = str(now_ms if at_ms is None else at_ms)
        digest = sha256(body).hexdigest()
        said = "\n".join(("dodomu-proof/v1", method, path, digest, at))
        return f"v1 {at} {envelope.sign(key or self.key, said)}"

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        at: Server | None = None,
        headers: dict[str, str] | None = None,
        **proof: Any,
    ) -> TestResponse:
        """Call a node, the own one or another, signed; ``body`` is JSON or bytes."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = b"" if body is None else sent
        server = at or self.server
        secret = f"Bearer {self.token}" if at is None else f"Pass {self.told['pass']}"
        signed = {
            "Authorization": secret,
            "Dodomu-Proof": self.proof(method, path, sent, **proof),
            **(headers or {}),
        }
        kind = {} if isinstance(body, bytes) else {"content_type": "application/json"}
        return server.client.open(
            path, method=method, data=sent, headers=signed, **kind
        )

    def send(self, *items: Any, **more: Any) -> TestResponse:
        """Send a batch."""
        return self.call("POST", "/api/v1/submissions", {"submissions": items}, **more)


def a_field_phone(server: Server, site: str = SITE, **more: Any) -> FieldPhone:
    """A phone that was let in at a site."""
    code = enrolment.offer_device(
        server.database, site, label="Lina", by="operator", now=server.watch(), **more
    )
    return FieldPhone(server).come_in(code)


def sealed(
    instance: str = "1", to: str = SITE, ct: bytes = b"x" * 32
) -> dict[str, Any]:
    """A finished form that is sealed; what is in it nobody here can open."""
    return {
        "instance_id": f"uuid:{instance}",
        "form_id": "arrival",
        "form_version": "2026112201",
        "finalized_at": "2026-11-22T08:00:00.000+02:00",
        "sealed": {
            "to": to,
            "key_id": "0" * 16,
            "enc": b64encode(bytes(65)).decode(),
            "ct": b64encode(ct).decode(),
        },
        "attachments": [],
    }
