"""Files by their SHA-256: they come in parts (tus 1.0, its core), and are given to people.

There is nothing to create: an upload begins with the submission that names the file.
"""

import re
from collections.abc import Iterator
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from flask import Response, request
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate
from werkzeug.exceptions import ClientDisconnected

from intake_server.errors import (
    DailyLimitError,
    InvalidRequestError,
    NotFoundError,
    ResumableVersionError,
    TooLargeError,
    UnsupportedTypeError,
    WrongFileError,
    WrongOffsetError,
)
from intake_server.security.policy import Action
from intake_server.services import files, uploads
from intake_server.services.files import Purpose
from intake_server.services.uploads import PART_BYTES, Bringing
from intake_server.storage.uploads import Upload
from intake_server.web import arrival
from intake_server.web.api.endpoint import Call, View, blueprint, offer
from intake_server.web.api.schemas import Message
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.downloads import download

blobs = blueprint("blobs", "Files")

VERSION: Final = "1.0.0"
"""The version of tus that is spoken here."""
PART: Final = "application/offset+octet-stream"

_PATH: Final = "/blobs/<string(length=64):sha256>"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
_WHOLE: Final = re.compile(r"[0-9]{1,18}\Z")


def _number(name: str, text: str, *, required: bool) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
    return {
        "in": "header",
        "name": name,
        "description": text,
        "required": required,
        "schema": schema,
    }


_SPOKEN: Final = {
    "in": "header",
    "name": "Tus-Resumable",
    "required": True,
    "schema": {"type": "string", "enum": [VERSION]},
}
_OFFSET: Final = _number("Upload-Offset", "where this part begins", required=True)
_LENGTH: Final = _number("Upload-Length", "bytes of the whole file", required=False)
_RANGE: Final = {"in": "header", "name": "Range", "schema": {"type": "string"}}
_STATED: Final = {
    name: {"schema": {"type": "integer"}} for name in ("Upload-Offset", "Upload-Length")
}
_FILE: Final = {
    "200": {
        "description": "The file",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    "206": {"description": "The range that was asked for"},
    "304": {"description": "It is the one that you have"},
    "416": {"description": "There is no such range"},
}


def _resumable(view: View) -> View:
    """Let a view speak tus, in the one version that is spoken here."""

    @wraps(view)
    def run(**path: Any) -> ResponseReturnValue:
        if request.headers.get("Tus-Resumable") != VERSION:
            raise ResumableVersionError(VERSION)
        return view(**path)

    return run


@offer(
    blobs,
    "HEAD",
    _PATH,
    Call(
        action=Action.SUBMIT,
        failures=(ResumableVersionError, TooLargeError),
        headers=(_SPOKEN,),
        responses={"200": {"description": "How much is here", "headers": _STATED}},
    ),
)
@_resumable
def standing(sha256: str) -> ResponseReturnValue:
    """Say how much of a file is here; only of files that the sender's site has named."""
    upload = uploads.standing(context().database, _bringing(sha256))
    return _said(upload, HTTPStatus.OK)


@offer(
    blobs,
    "PATCH",
    _PATH,
    Call(
        action=Action.SUBMIT,
        failures=(
            DailyLimitError,
            InvalidRequestError,
            ResumableVersionError,
            TooLargeError,
            UnsupportedTypeError,
            WrongFileError,
            WrongOffsetError,
        ),
        headers=(_SPOKEN, _OFFSET, _LENGTH),
        responses={"204": {"description": "It is kept", "headers": _STATED}},
        raw=PART,
    ),
)
@_resumable
def append(sha256: str) -> ResponseReturnValue:
    """Take the next part of a file; it is durable before it is acknowledged.

    What comes before a line breaks is kept too. The last part is followed by a
    comparison with the SHA-256; what is another file is discarded.
    """
    if request.mimetype != PART:
        raise UnsupportedTypeError("Content-Type", [PART])
    here = context()
    request.max_content_length = uploads.most_bytes(here.settings)
    size = _header("Upload-Length") if "Upload-Length" in request.headers else None
    offset = _header("Upload-Offset")
    file = _bringing(sha256, size)
    upload = uploads.standing(here.database, file)
    _refuse_ill_fitting(upload, offset, size)
    for part in _parts():
        upload = uploads.append(here.database, file, offset, part)
        offset += len(part)
    return _said(upload, HTTPStatus.NO_CONTENT)


@offer(
    blobs,
    "GET",
    _PATH,
    Call(action=Action.READ_RECORDS, headers=(_RANGE,), responses=_FILE),
)
def read(sha256: str) -> ResponseReturnValue:
    """Give a file to somebody who may read an answer that means it.

    A picture is given as the copy that was made of it, anything else as it came.
    """
    file = files.copy(context().database, sha256, viewer=asking(), now=context().now())
    return download(file, etag=f"{sha256}-copy" if file.is_ours else sha256)


class ReadingSchema(Message):
    """What an original is read for."""

    purpose = fields.String(
        required=True, validate=validate.OneOf([each.value for each in Purpose])
    )


@offer(
    blobs,
    "GET",
    f"{_PATH}/original",
    Call(
        action=Action.READ_ORIGINALS,
        query=ReadingSchema(),
        headers=(_RANGE,),
        responses=_FILE,
    ),
)
def original(sha256: str, query: dict[str, Any]) -> ResponseReturnValue:
    """Give a file as it came; who reads it, and what for, is noted."""
    file = files.original(
        context().database,
        sha256,
        viewer=asking(),
        purpose=Purpose(query["purpose"]),
        now=context().now(),
    )
    return download(file, etag=sha256)


def _bringing(sha256: str, size: int | None = None) -> Bringing:
    if not _DIGEST.match(sha256):
        raise NotFoundError("file")
    return Bringing(
        bytes.fromhex(sha256),
        asking(),
        arrival.arrived(),
        context().settings,
        size,
    )


def _header(name: str) -> int:
    text = request.headers.get(name, "")
    if not _WHOLE.match(text):
        raise InvalidRequestError({name: ["must be a whole number, not below 0"]})
    return int(text)


def _refuse_ill_fitting(upload: Upload, offset: int, size: int | None) -> None:
    """Refuse what will not fit, before it is read."""
    if offset != upload.received or size not in (None, upload.size):
        raise WrongOffsetError(upload.received, upload.size)
    left = upload.size - upload.received
    if (request.content_length or 0) > left:
        raise TooLargeError(left, "bytes of this file are left")


def _parts() -> Iterator[bytes]:
    """Yield what comes, in parts that are kept one by one; at least one, maybe empty.

    A line that breaks ends it; what has come is kept.
    """
    is_first, is_open = True, True
    while is_open:
        part = bytearray()
        try:
            while len(part) < PART_BYTES:
                read = request.stream.read(PART_BYTES - len(part))
                if not read:
                    is_open = False
                    break
                part += read
        except (ClientDisconnected, OSError):
            is_open = False
        if part or is_first:
            yield bytes(part)
        is_first = False


def _said(upload: Upload, status: HTTPStatus) -> Response:
    response = Response(status=status)
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Upload-Offset"] = str(upload.received)
    response.headers["Upload-Length"] = str(upload.size)
    return response
