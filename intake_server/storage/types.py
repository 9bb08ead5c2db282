"""Column types: what Python sees as text and moments, tables hold compactly."""

import re
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

_DOCUMENT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_json: Final = msgspec.json.Encoder(order="sorted")


def doc_bytes(doc: str) -> bytes:
    """Return a document id as it stands in a key."""
    return bytes.fromhex(doc.replace("-", ""))


def doc_text(key: bytes) -> str:
    """Return a document id as people and messages write it."""
    d = key.hex()
    return f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:]}"


def is_document(text: str) -> bool:
    """Tell whether a text can be the id of a document."""
    return _DOCUMENT.match(text) is not None


def to_json(value: Any) -> str:
    """Return canonical JSON: sorted keys, no spaces."""
    return _json.encode(value).decode()


def from_json(text: str) -> Any:
    """Read what ``to_json`` wrote."""
    return msgspec.json.decode(text)


class DocumentId(TypeDecorator[str]):
    """A document id: canonical lower-case UUID text, kept as 16 bytes."""

    impl = LargeBinary(16)
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else doc_bytes(value)

    @override
    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else doc_text(value)


class ChangeId(TypeDecorator[str]):
    """An id of 32 lower-case hex digits (change, queue item), kept as 16 bytes."""

    impl = LargeBinary(16)
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else bytes.fromhex(value)

    @override
    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else value.hex()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC, kept as milliseconds since 1970-01-01T00:00Z."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> int | None:
        return None if value is None else round(value.timestamp() * 1000)

    @override
    def process_result_value(
        self, value: int | None, dialect: Dialect
    ) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


class Json(TypeDecorator[Any]):
    """A JSON value, kept as canonical text."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else to_json(value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else from_json(value)


class Hlc(TypeDecorator[int]):
    """A clock value of 64 bits, kept as the signed number with the same bits.

    Values before the year 6429 keep their order; a later one is a broken clock.
    """

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return None if value is None else signed(value)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        return None if value is None else value & _MASK


_MASK: Final = (1 << 64) - 1


def signed(number: int) -> int:
    """Return the signed 64-bit number with the same low bits."""
    bits = number & _MASK
    return bits - (1 << 64) if bits >> 63 else bits
