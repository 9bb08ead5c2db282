"""Reading a body that anybody may have written: bounded before anything is parsed."""

import json
import zlib
from io import BytesIO
from typing import Any, Final, NoReturn

import zstandard
from flask import Request, request
from typing_extensions import override

from intake_server.errors import MalformedError, TooLargeError, UnsupportedTypeError
from intake_server.web import signed_calls
from intake_server.web.context import context

JSON: Final = "application/json"
ENCODINGS: Final = ("gzip", "zstd", "identity")

_ROOM: Final = "dodomu.room"
_GZIP_ONLY: Final = 16 + zlib.MAX_WBITS
_LARGEST_WINDOW: Final = 8 * 1024 * 1024


class Bounded(BytesIO):
    """A part of a form that keeps no more than a file may have, or a post has room for.

    Args:
        room: How many bytes all parts of the post may still take together.
        most: How many bytes this one may have.
    """

    def __init__(self, room: list[int], most: int) -> None:
        super().__init__()
        self._room = room
        self._most = most
        self.is_cut = False

    @override
    def write(self, data: Any, /) -> int:
        if not self.is_cut:
            self._room[0] -= len(data)
            self.is_cut = self.tell() + len(data) > self._most or self._room[0] < 0
            if self.is_cut:
                self._room[0] += self.tell() + len(data)
                self.seek(0)
                self.truncate()
            else:
                super().write(data)
        return len(data)


class InMemoryRequest(Request):
    """A request whose files never touch the disk: it is bounded, and they are secret.

    What is too large is read past and not kept.
    """

    @override
    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> BytesIO:
        settings = context().settings
        most = settings.max_attachment_bytes
        room = self.environ.setdefault(_ROOM, [settings.max_post_bytes + most])
        return Bounded(room, most)


def read_json() -> Any:
    """Return the JSON value of the request's body.

    Lone surrogates pass: they are the fault of one value, not of the request.

    Raises:
        UnsupportedTypeError: The body is not said to be JSON, or is encoded otherwise.
        TooLargeError: It has more bytes than a request may, after decoding.
        MalformedError: It is not UTF-8, not JSON, or not what its encoding says.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != JSON or charset not in ("utf-8", "utf8"):
        raise UnsupportedTypeError("Content-Type", [JSON])
    is_signed = signed_calls.HEADER in request.headers  # and so is read once more
    data = _decoded(request.get_data(cache=is_signed))
    try:
        return json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise MalformedError("the JSON is nested too deeply") from error
    except ValueError as error:
        raise MalformedError("the body is not JSON in UTF-8") from error


def _decoded(data: bytes) -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    limit = context().settings.max_batch_bytes
    match encoding:
        case "identity" | "":
            decoded = data
        case "gzip":
            decoded = _gunzipped(data, limit)
        case "zstd":
            decoded = _unzstd(data, limit)
        case _:
            raise UnsupportedTypeError("Content-Encoding", ENCODINGS)
    if len(decoded) > limit:
        raise TooLargeError(limit, "bytes after decoding")
    return decoded


def _gunzipped(data: bytes, limit: int) -> bytes:
    reader = zlib.decompressobj(_GZIP_ONLY)
    try:
        decoded = reader.decompress(data, limit + 1)
    except zlib.error as error:
        raise MalformedError("the body is not gzip") from error
    if len(decoded) <= limit and (not reader.eof or reader.unused_data):
        raise MalformedError("the body is not one whole gzip member")
    return decoded


def _unzstd(data: bytes, limit: int) -> bytes:
    reader = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
    try:
        with reader.stream_reader(BytesIO(data)) as stream:
            return stream.read(limit + 1)
    except zstandard.ZstdError as error:
        raise MalformedError("the body is not zstd") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
