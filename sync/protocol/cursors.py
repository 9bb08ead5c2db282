"""How far a peer has read a feed: text that only the node that made it can read.

A cursor holds the epoch of the feed's store and a position per shard of the feed; it is
never a time. One that cannot be read, or belongs to another epoch, or lies past the end
of the feed means the beginning: that costs bandwidth, never data.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

import msgspec
from msgspec import Struct

_VERSION: Final = 1
_MAX_LENGTH: Final = 512


class Cursor(Struct, frozen=True, array_like=True):
    """A place in the feed of one life of a store."""

    epoch: str = ""
    positions: tuple[int, ...] = ()


BEGINNING: Final = Cursor()
"""Where everybody starts who has read nothing."""

_read = msgspec.msgpack.Decoder(tuple[int, Cursor])


def encode(cursor: Cursor) -> str:
    """Return the text that a peer keeps and gives back; it has no padding."""
    packed = msgspec.msgpack.encode((_VERSION, cursor))
    return urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode(text: str) -> Cursor:
    """Read what a peer gave back; ``BEGINNING`` where it is no cursor."""
    if not text.isascii() or len(text) > _MAX_LENGTH:
        return BEGINNING
    try:
        version, cursor = _read.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return BEGINNING
    if version != _VERSION or any(position < 0 for position in cursor.positions):
        return BEGINNING
    return cursor


def position(text: str, *, epoch: str, end: int | None = None) -> int:
    """Return the position after which a peer must be told the feed.

    Args:
        text: The cursor that it gave back.
        epoch: This life of the store.
        end: The last position of the feed, where that is known.
    """
    cursor = decode(text)
    if cursor.epoch != epoch or len(cursor.positions) != 1:
        return 0
    [reached] = cursor.positions
    return reached if end is None or reached <= end else 0
