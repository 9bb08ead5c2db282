"""The second factor: six digits that a phone shows for half a minute (RFC 6238).

Which step a code belongs to is said, so that the store can let nobody use it twice.
"""

import hmac
from datetime import datetime
from typing import Final

import pyotp

_STEP_S: Final = 30
_OFF: Final = (0, -1, 1)
_SECRET: Final = 32
_BASE32: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def new_secret() -> str:
    """Return a secret of 160 random bits, in base32."""
    return pyotp.random_base32(_SECRET)


def is_secret(text: str) -> bool:
    """Tell whether a text is built as ``new_secret`` builds one."""
    return len(text) == _SECRET and set(text) <= _BASE32


def uri(secret: str, *, name: str, site: str) -> str:
    """Return what a phone's authenticator is set up with."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"Dodomu {site}")


def step_of(secret: str, digits: str, *, now: datetime) -> int | None:
    """Return the step that a code is of; None where it is of no step near now.

    A phone's clock may be a step fast or slow.
    """
    here = int(now.timestamp()) // _STEP_S
    totp, typed = pyotp.TOTP(secret), "".join(digits.split()).encode()
    found = None
    for off in _OFF:
        shown = totp.generate_otp(here + off).encode()
        if hmac.compare_digest(shown, typed) and found is None:
            found = here + off
    return found


def step(now: datetime) -> int:
    """Return the step that it is."""
    return int(now.timestamp()) // _STEP_S
