"""One request to a peer, and what its failure means.

The transport neither sleeps nor tries again: it says whether trying again can help.
"""

from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3
from msgspec import Struct

from sync.errors import FrameError, RefusedError, UnreachableError
from sync.protocol import frames
from sync.protocol.messages import (
    MAX_BYTES,
    Exchange,
    Exchanged,
    Hello,
    Join,
    Joined,
    Welcome,
)

_PATH: Final = "/sync/v1/"
_CLIENT_ERRORS: Final = range(400, 500)
_TRY_LATER: Final = (408, 425, 429)
_REASON_LENGTH: Final = 200
_THIS_MACHINE: Final = ("127.0.0.1", "::1", "localhost")

_Answer = TypeVar("_Answer", bound=Struct)


@dataclass(frozen=True, slots=True)
class Transport:
    """The way to one peer.

    Attributes:
        url: Its address, without a path.
        token: The secret of the pair; empty before joining.
        timeout_s: Seconds to connect, and seconds without a byte of the answer.
    """

    url: str
    token: str = field(default="", repr=False)
    timeout_s: tuple[float, float] = (5.0, 60.0)
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        """Ask a node on this machine directly, whatever proxy leads to others."""
        if urlsplit(self.url).hostname in _THIS_MACHINE:
            self._session.trust_env = False

    def join(self, message: Join) -> Joined:
        """Give a one-time code and receive the secret of the pair.

        Raises:
            UnreachableError: No answer came; try later.
            RefusedError: The code is not good, or the peer does not take it here.
        """
        return self._ask("join", message, Joined)

    def hello(self, message: Hello) -> Welcome:
        """Say who is speaking.

        Raises:
            UnreachableError: No answer came; try later.
            RefusedError: The peer does not know the speaker or the protocol.
        """
        return self._ask("hello", message, Welcome)

    def exchange(self, message: Exchange) -> Exchanged:
        """Give changes and receive others; what the answer says is durable there.

        Raises:
            UnreachableError: No whole answer came; sending again is harmless.
            RefusedError: The message was refused as a whole.
        """
        return self._ask("exchange", message, Exchanged)

    def close(self) -> None:
        """Close the connection that is kept for the next request."""
        self._session.close()

    def _ask(self, call: str, message: Struct, kind: type[_Answer]) -> _Answer:
        body, coding = frames.pack(frames.write(message))
        # What a session says by default is spared the thin line.
        self._session.headers.clear()
        headers = {
            "User-Agent": "dodomu",
            "Accept-Encoding": "zstd",
            "Content-Type": frames.JSON,
        }
        if coding != "identity":
            headers["Content-Encoding"] = coding
        try:
            with self._session.post(
                self.url + _PATH + call,
                data=body,
                headers=headers,
                auth=self._sign,
                timeout=self.timeout_s,
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = _body(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise UnreachableError(f"no whole answer: {type(error).__name__}") from None
        except FrameError as error:
            raise UnreachableError("something else answered") from error
        _raise_for(response, answer)
        try:
            return frames.read(answer, kind, media=_media(response))
        except FrameError as error:
            raise UnreachableError("something else answered") from error

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # As an auth hook, or the user's .netrc would speak instead.
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _body(response: requests.Response) -> bytes:
    """Return the answer's bytes, never more than a message may have."""
    sent = response.raw.read(MAX_BYTES + 1, decode_content=False)
    return frames.unpack(sent, response.headers.get("Content-Encoding", ""))


def _media(response: requests.Response) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _raise_for(response: requests.Response, answer: bytes) -> None:
    status = response.status_code
    if status == requests.codes.ok:
        return
    if status in _TRY_LATER or status not in _CLIENT_ERRORS:
        raise UnreachableError(
            f"answered with status {status}",
            retry_after_s=_seconds(response.headers.get("Retry-After", "")),
        )
    raise RefusedError(status, _reason(answer) or str(response.reason))


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None


def _reason(answer: bytes) -> str:
    try:
        problem = msgspec.json.decode(answer, type=_Problem)
    except (ValueError, RecursionError):
        return ""
    words = problem.detail or problem.title
    return "".join(filter(str.isprintable, words))[:_REASON_LENGTH]


class _Problem(Struct):
    title: str = ""
    detail: str = ""
