"""How a message looks as bytes: JSON or MessagePack, compressed or not, never endless.

Decompression stops at the limit, so a small body cannot become a large one. Each change
is decoded by itself: one that cannot be read spoils nothing beside it.
"""

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec
import zstandard
from msgspec import UNSET, Raw, Struct

from sync.change import Change, is_keepable
from sync.errors import FrameError, FrameTooLargeError, FrameTypeError
from sync.protocol.messages import MAX_BYTES, MAX_CHANGES, Exchange, Exchanged

JSON: Final = "application/json"
MSGPACK: Final = "application/msgpack"
MEDIA: Final = (JSON, MSGPACK)
"""Media types in which a message is written."""

CODINGS: Final = ("zstd", "gzip", "identity")
"""Content codings that are read and written, the preferred one first."""

SMALL: Final = 256
"""Bytes up to which compressing is not worth a header."""

_MAX_DEPTH: Final = 64
_MAX_WINDOW: Final = 1 << 23
# Ids and hashes make most of a frame; higher levels make it no smaller.
_LEVEL: Final = 1

_Message = TypeVar("_Message", bound=Struct)


def write(message: Struct, *, media: str = JSON) -> bytes:
    """Return a message as bytes, not compressed."""
    return _encode(message, media)


def read(data: bytes, kind: type[_Message], *, media: str = JSON) -> _Message:
    """Read a message that is already decompressed.

    Raises:
        FrameError: The bytes are no such message.
        FrameTooLargeError: There are too many bytes, or too many changes.
        FrameTypeError: Nothing is written in that media type.
    """
    if len(data) > MAX_BYTES:
        raise FrameTooLargeError(MAX_BYTES, "bytes")
    try:
        message = _decode(data, kind, media)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"not a message of the kind {kind.__name__}") from error
    if _change_count(message) > MAX_CHANGES:
        raise FrameTooLargeError(MAX_CHANGES, "changes")
    return message


def pack(data: bytes, accepted: Iterable[str] = CODINGS) -> tuple[bytes, str]:
    """Return the bytes in the best coding that the other side accepts, and its name."""
    if len(data) <= SMALL:
        return data, "identity"
    for coding in CODINGS:
        if coding in accepted:
            return _PACK[coding](data), coding
    return data, "identity"


def unpack(data: bytes, coding: str, *, limit: int = MAX_BYTES) -> bytes:
    """Return what was compressed.

    Raises:
        FrameError: The bytes are not in that coding.
        FrameTooLargeError: They would become more than ``limit`` bytes.
        FrameTypeError: The coding is not known.
    """
    name = coding.strip().lower() or "identity"
    if name not in _UNPACK:
        raise FrameTypeError("Content-Encoding", CODINGS)
    try:
        unpacked = _UNPACK[name](data, limit)
    except (zlib.error, zstandard.ZstdError) as error:
        raise FrameError(f"not in the coding {name}, or cut") from error
    if len(unpacked) > limit:
        raise FrameTooLargeError(limit, "bytes")
    return unpacked


def wrap(change: Change, *, media: str = JSON) -> Raw:
    """Return a change as a part of a message."""
    return Raw(_encode(change, media))


def unwrap(part: Raw, *, media: str = JSON) -> Change | None:
    """Read one change of a message; None where it is none.

    A value that some node could not keep (a number of more than 64 bits, an answer
    nested deeper than any form, NUL in a text) makes it none, and so does its size.
    """
    try:
        change = _decode(part, Change, media)
        values = [write.v for edit in change.edits for write in edit.w or ()]
    except (ValueError, RecursionError):
        return None
    return change if all(map(_is_plain, values)) and is_keepable(change) else None


def id_of(part: Raw, *, media: str = JSON) -> str:
    """Return the id that a part claims, also where it is no change; empty for none."""
    try:
        return _decode(part, _Named, media).id[:64]
    except (ValueError, RecursionError):
        return ""


class _Named(Struct):
    id: str = ""


def _encode(value: Struct, media: str) -> bytes:
    match media:
        case "application/json":
            return msgspec.json.encode(value)
        case "application/msgpack":
            return msgspec.msgpack.encode(value)
        case _:
            raise FrameTypeError("Content-Type", MEDIA)


def _decode(data: bytes | Raw, kind: type[_Message], media: str) -> _Message:
    match media:
        case "application/json":
            return msgspec.json.decode(data, type=kind)
        case "application/msgpack":
            return msgspec.msgpack.decode(data, type=kind)
        case _:
            raise FrameTypeError("Content-Type", MEDIA)


def _change_count(message: Struct) -> int:
    if isinstance(message, Exchange):
        return len(message.push)
    return len(message.changes) if isinstance(message, Exchanged) else 0


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Tell whether a value is JSON that every store can keep."""
    match value:
        case int():
            return -(1 << 63) <= value < 1 << 63
        case float():
            return math.isfinite(value)
        case list():
            nested = value
        case dict() if all(isinstance(name, str) for name in value):
            nested = list(value.values())
        case _:
            return value is None or value is UNSET or isinstance(value, str)
    return depth < _MAX_DEPTH and all(_is_plain(item, depth + 1) for item in nested)


def _unzstd(data: bytes, limit: int) -> bytes:
    if zstandard.frame_content_size(data) > limit:
        raise FrameTooLargeError(limit, "bytes")
    inflator = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    return inflator.decompress(data, max_output_size=limit, allow_extra_data=False)


def _gzip(data: bytes) -> bytes:
    return zlib.compress(data, wbits=31)


def _gunzip(data: bytes, limit: int) -> bytes:
    inflator = zlib.decompressobj(wbits=31)
    unpacked = inflator.decompress(data, limit + 1)
    if not inflator.eof and len(unpacked) <= limit:
        raise FrameError("not in the coding gzip, or cut")
    return unpacked


def _zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL).compress(data)


_PACK: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "zstd": _zstd,
    "gzip": _gzip,
    "identity": bytes,
}

_UNPACK: Final[Mapping[str, Callable[[bytes, int], bytes]]] = {
    "zstd": _unzstd,
    "gzip": _gunzip,
    "identity": lambda data, _: data,
}
