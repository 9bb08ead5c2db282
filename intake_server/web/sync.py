"""Where other nodes call: joining, the first word, and the exchange itself."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Final, TypeVar

from flask import Blueprint, Response, request
from msgspec import Struct

from intake_server.errors import (
    IntakeError,
    MalformedError,
    TooLargeError,
    UnknownProtocolError,
    UnsupportedTypeError,
)
from intake_server.security.policy import Action
from intake_server.services import exchange as exchanges
from intake_server.services import joining, post
from intake_server.web.arrival import arrived
from intake_server.web.auth import asking, requires
from intake_server.web.context import context
from sync.errors import (
    FrameError,
    FrameTooLargeError,
    FrameTypeError,
    VersionError,
)
from sync.protocol import frames
from sync.protocol.messages import MAX_BYTES, Exchange, Hello, Join

sync: Final = Blueprint("sync", __name__, url_prefix="/sync/v1")

_JOIN_BYTES: Final = 8 * 1024

_Message = TypeVar("_Message", bound=Struct)


def _speaks(view: Callable[[], Struct]) -> Callable[[], Response]:
    """Answer with the message that a view returns, and in our words what was wrong."""

    @wraps(view)
    def answer() -> Response:
        try:
            return _written(view())
        except FrameTooLargeError as error:
            raise TooLargeError(error.limit, error.unit) from error
        except FrameTypeError as error:
            raise UnsupportedTypeError(error.header, error.accepted) from error
        except FrameError as error:
            raise MalformedError(str(error)) from error
        except VersionError as error:
            raise UnknownProtocolError(error.spoken) from error

    return answer


@sync.post("/join")
@requires(Action.PUBLIC)
@_speaks
def join() -> Struct:
    """Let a node in that shows a one-time code."""
    here = context()
    return joining.admit(
        here.database, here.settings.keys, _read(Join, _JOIN_BYTES), now=here.now()
    )


@sync.post("/hello")
@requires(Action.EXCHANGE)
@_speaks
def hello() -> Struct:
    """Answer a node's first word."""
    return exchanges.hello(
        context().database, asking().id, _read(Hello, _JOIN_BYTES), now=arrived()
    )


@sync.post("/exchange")
@requires(Action.EXCHANGE)
@_speaks
def exchange() -> Struct:
    """Take changes and give others, in one round trip."""
    here = context()
    answer = exchanges.exchange(
        here.database,
        asking().id,
        _read(Exchange, MAX_BYTES),
        now=arrived(),
        media=request.mimetype,
        entropy=here.entropy,
    )
    with suppress(IntakeError):  # what stays closed now is opened a minute later
        post.deliver(here.database, here.keyring, now=arrived(), entropy=here.entropy)
    return answer


def _read(kind: type[_Message], limit: int) -> _Message:
    request.max_content_length = limit
    data = frames.unpack(
        request.get_data(cache=False),
        request.headers.get("Content-Encoding", ""),
        limit=limit,
    )
    return frames.read(data, kind, media=request.mimetype)


def _written(message: Struct) -> Response:
    accepted = [coding for coding, weight in request.accept_encodings if weight > 0]
    body, coding = frames.pack(
        frames.write(message, media=request.mimetype), [*accepted, "identity"]
    )
    response = Response(body, mimetype=request.mimetype)
    if coding != "identity":
        response.content_encoding = coding
    return response
