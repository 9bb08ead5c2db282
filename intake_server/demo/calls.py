"""Talking to a node as anybody would: over HTTP, with a token of one's own."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from intake_server.clock import Clock

_API: Final = "/api/v1"
_TIMEOUT_S: Final = 30
_FIRST_WORD: Final = 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node said."""

    status: int
    body: Any
    raw: bytes

    @property
    def problem(self) -> str:
        """The slug of the problem that it told of; empty where it told of none."""
        kind = self.body.get("type", "") if isinstance(self.body, dict) else ""
        return kind.rpartition("/")[2] if self.status >= HTTPStatus.BAD_REQUEST else ""


class Caller:
    """Somebody who calls one node.

    Args:
        url: The node's address.
        token: The bearer token; empty before enrolling.
        clock: Tells the time.
        ahead: By how much the caller's clock is ahead of that.
    """

    def __init__(
        self, url: str, token: str, *, clock: Clock, ahead: timedelta = timedelta()
    ) -> None:
        self.url = url
        self.token = token
        self._clock = clock
        self._ahead = ahead
        self._session = requests.Session()
        self._session.trust_env = False

    def now(self) -> datetime:
        """Return the time that the caller's own clock tells."""
        return self._clock() + self._ahead

    def get(self, path: str, **query: str) -> Answer:
        """Ask for something under ``/api/v1``."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Any) -> Answer:
        """Send JSON to something under ``/api/v1``."""
        return self._call("POST", path, data=_bytes(body))

    def every(self, path: str, member: str, **query: str) -> list[dict[str, Any]]:
        """Return all of a list that comes in pages."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(path, **query).body
            found += page[member]
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]

    def post_and_lose(self, path: str, body: Any) -> bytes:
        """Send JSON and cut the line in the first word of the answer; return that.

        A node answers after what it says is durable, so it has taken the body in.
        """
        said = _bytes(body)
        host = urlsplit(self.url)
        headers = {
            **self._headers(),
            "Host": host.netloc,
            "Content-Length": str(len(said)),
        }
        lines = [f"POST {_API}{path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with socket.create_connection(
            (host.hostname or "", host.port or 80), timeout=_TIMEOUT_S
        ) as line:
            line.sendall("\r\n".join([*lines, "", ""]).encode() + said)
            return line.recv(_FIRST_WORD)

    def close(self) -> None:
        """Close the connection that is kept for the next call."""
        self._session.close()

    def _call(self, method: str, path: str, **more: Any) -> Answer:
        answer = self._session.request(
            method,
            self.url + _API + path,
            headers=self._headers(),
            timeout=_TIMEOUT_S,
            **more,
        )
        is_json = "json" in answer.headers.get("Content-Type", "")
        body = answer.json() if is_json else None
        return Answer(answer.status_code, body, answer.content)

    def _headers(self) -> Mapping[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Date": format_datetime(self.now(), usegmt=True),
        }
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers


def _bytes(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
