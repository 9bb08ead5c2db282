"""Secrets that open doors: made here, shown once, kept as a digest.

They are random and long enough that a plain SHA-256 keeps them (ASVS 5, 6.5.2).
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from forms.reference import ALPHABET, fold

_TOKEN_BYTES: Final = 32
_CODE_BYTES: Final = 16
_ID_BYTES: Final = 8
_SPOKEN: Final = 10
_HALF: Final = 5


def new_token() -> str:
    """Return a token of 256 random bits that may stand in a URL."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def derived_token(secret: str, *of: str) -> str:
    """Return the one token that a secret makes of some texts, as long as a new one.

    Whoever lacks the secret cannot tell it from a random one.
    """
    said = "\0".join(("dodomu/token/v1", *of)).encode("utf-8", "surrogatepass")
    made = hmac.digest(secret.encode(), said, sha256)
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def new_code() -> str:
    """Return a one-time code of 128 random bits that may stand in a URL.

    On a command line it is not taken for an option.
    """
    while (code := secrets.token_urlsafe(_CODE_BYTES)).startswith("-"):
        continue
    return code


def new_spoken_code() -> str:
    """Return a one-time code that is read aloud and typed on either keyboard.

    It has 41 random bits: enough for a code that lasts hours where wrong guesses are
    counted, and for nothing else.

    Example:
        ``4KH7T-29XPA``
    """
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(_SPOKEN))
    return f"{drawn[:_HALF]}-{drawn[_HALF:]}"


def heard(text: str) -> str:
    """Return the code that somebody typed, as ``new_spoken_code`` wrote it.

    Spaces, hyphens, case and the keyboard layout do not matter.
    """
    folded = fold(text)
    return f"{folded[:_HALF]}-{folded[_HALF:]}"


def new_id(entropy: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return an id that nobody can guess or count, out of random bytes."""
    return entropy(_ID_BYTES).hex()


def digest(secret: str) -> bytes:
    """Return what is kept of a token or code; text that cannot be one has a digest too."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
