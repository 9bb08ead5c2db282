"""The two keys by which a node is known to phones: one opens, one signs.

They are files beside the others. A node that has none yet opens nothing and signs
nothing; as soon as they are made they are found.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from intake_server.config import read_key
from intake_server.errors import UnsafeConfigError
from intake_server.security import envelope
from intake_server.security.envelope import PrivateKey

SEAL_KEY: Final = "seal.key"
"""Opens what is sealed for this node's site."""

_FORMER: Final = "seal-*.key"

RECEIPT_KEY: Final = "receipt.key"
"""Signs receipts, passes and orders to wipe."""


@dataclass(frozen=True)
class KeyPair:
    """A private key with what is said of its public half."""

    private: PrivateKey = field(repr=False)

    @cached_property
    def public(self) -> str:
        """The public half, as it is written."""
        return envelope.public_text(self.private)

    @cached_property
    def id(self) -> str:
        """The short name of the public half."""
        return envelope.key_id(self.public)


class Keyring:
    """The keys in one directory, each read once.

    Args:
        folder: Where they lie, each with mode 0600.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, KeyPair] = {}

    @property
    def seal(self) -> KeyPair | None:
        """The key that opens; None where there is none yet."""
        return self._pair(SEAL_KEY)

    @property
    def receipt(self) -> KeyPair | None:
        """The key that signs; None where there is none yet."""
        return self._pair(RECEIPT_KEY)

    def opening(self, key_id: str) -> KeyPair | None:
        """Return the key of this short name that opens; None where there is none.

        Beside the node's own these are former ones, put back as ``seal-*.key``. One that
        cannot be used opens nothing.
        """
        names = [SEAL_KEY, *(path.name for path in self._folder.glob(_FORMER))]
        for name in names:
            with suppress(UnsafeConfigError):
                pair = self._pair(name)
                if pair is not None and pair.id == key_id:
                    return pair
        return None

    def _pair(self, name: str) -> KeyPair | None:
        if name not in self._known:
            path = self._folder / name
            if not path.exists():
                return None
            kept = read_key(path, size=envelope.KEY_BYTES)
            try:
                self._known[name] = KeyPair(envelope.private(kept))
            except ValueError as error:
                raise UnsafeConfigError(str(path), "is no key of P-256") from error
        return self._known[name]
