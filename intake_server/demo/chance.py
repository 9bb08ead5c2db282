"""Bytes by which two runs of the story are alike; no secret is made of them elsewhere."""

from hashlib import sha256
from itertools import count
from threading import Lock


class Seeded:
    """A source of bytes that is the same for the same seed, whoever draws."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._blocks = count()
        self._lock = Lock()

    def __call__(self, size: int) -> bytes:
        """Return the next bytes."""
        drawn = b""
        with self._lock:
            while len(drawn) < size:
                block = next(self._blocks).to_bytes(8, "big")
                drawn += sha256(self._seed + block).digest()
        return drawn[:size]
