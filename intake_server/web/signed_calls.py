"""A device with a key of its own signs each call, so a stolen token alone is worth nothing.

The signature is over the method, the path, the body and the time. All calls of a device
can be repeated, so one that somebody has recorded and sends again does no harm.
"""

import re
from hashlib import sha256
from io import BytesIO
from typing import Final

from flask import request

from intake_server.clock import milliseconds
from intake_server.errors import StaleProofError
from intake_server.security import envelope
from intake_server.web.context import context

HEADER: Final = "Dodomu-Proof"
OFF_MS: Final = 10 * 60 * 1000
"""By how much a device's clock may be wrong, in milliseconds."""

_HOST: Final = re.compile(r"\Ahttps?://[^/?]*")
_PROOF: Final = re.compile(r"v1 (\d{1,16}) ([A-Za-z0-9+/]{86}==)")


def is_signed(public_key: str, challenge: str) -> bool:
    """Tell whether whoever has the other half of a key has signed the current request.

    The body is read for it, as far as the request may carry one.

    Args:
        public_key: The device's.
        challenge: What ``WWW-Authenticate`` says where the time is wrong.

    Raises:
        StaleProofError: They have, more than ten minutes ago or ahead.
    """
    proof = _PROOF.fullmatch(request.headers.get(HEADER, ""))
    if proof is None:
        return False
    at, signature = proof.groups()
    body = request.get_data()
    request.stream = BytesIO(body)
    said = "\n".join(
        ("dodomu-proof/v1", request.method, as_sent(), sha256(body).hexdigest(), at)
    )
    if not envelope.is_signed(public_key, said, signature):
        return False
    now_ms = milliseconds(context().now())
    if abs(now_ms - int(at)) > OFF_MS:
        raise StaleProofError(challenge, server_time_ms=now_ms)
    return True


def as_sent() -> str:
    """Return the path with its query as the client sent it."""
    raw = request.environ.get("RAW_URI") or request.url
    return _HOST.sub("", raw, count=1)
