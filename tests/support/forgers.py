"""Somebody on the line who answers in the node's name, and passes on what is left."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final

_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
_PATIENCE_S: Final = 60
_ON_ITS_WAY: Final = {"connection", "transfer-encoding", "keep-alive", "date", "server"}


@dataclass(frozen=True)
class Said:
    """An answer that no node has given."""

    status: int = 200
    type: str = _JSON
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Lie = Callable[[list[dict[str, Any]]], Said]
"""What is said to a batch of finished forms."""


@dataclass
class Forger:
    """Passes calls on to ``node``; while there is a ``lie`` it answers the signed ones.

    ``told`` counts the batches that were lied to. A lie is told of every call of a
    device where ``is_thorough``, else of finished forms alone. ``loses`` is the path of
    a call whose answer, which the node has given, never arrives.
    """

    node: int
    lie: Lie | None = None
    is_thorough: bool = False
    told: int = 0
    loses: str = ""
    port: int = 0

    def answer(self, method: str, path: str, body: bytes) -> Said | None:
        """What is said instead of the node; None where it is asked itself."""
        if self.lie is None or not path.startswith("/api/v1/"):
            return None
        is_batch = (method, path) == ("POST", "/api/v1/submissions")
        if not is_batch and not self.is_thorough:
            return None
        said = self.lie(_items(body) if is_batch else [])
        self.told += is_batch
        return said


@contextmanager
def a_forger(node: int) -> Iterator[Forger]:
    """Somebody who listens in front of a node's port."""
    forger = Forger(node)

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            self.close_connection = True
            if self.raw_requestline and self.parse_request():
                _carry(self, forger)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        forger.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield forger
        finally:
            server.shutdown()


def receipts(*said: Mapping[str, Any]) -> Said:
    """An answer that looks like a node's."""
    return Said(body=json.dumps({"receipts": said}))


def problem(slug: str, status: int, **members: str) -> Said:
    """A refusal that looks like a node's."""
    said = {"type": f"https://dodomu/problems/{slug}", "status": status, **members}
    return Said(status=status, type=_PROBLEM, body=json.dumps(said))


def _carry(asked: BaseHTTPRequestHandler, forger: Forger) -> None:
    body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
    said = forger.answer(asked.command, asked.path, body)
    if said is not None:
        content = said.body.encode()
        headers = {"Content-Type": said.type, **said.headers}
        _reply(asked, said.status, tuple(headers.items()), content)
        return
    node = HTTPConnection("127.0.0.1", forger.node, timeout=_PATIENCE_S)
    node.request(asked.command, asked.path, body or None, dict(asked.headers))
    answer = node.getresponse()
    content = answer.read()
    node.close()
    if asked.path != forger.loses:
        _reply(asked, answer.status, answer.getheaders(), content)


def _reply(
    asked: BaseHTTPRequestHandler,
    status: int,
    headers: Sequence[tuple[str, str]],
    content: bytes,
) -> None:
    asked.send_response_only(status)
    names = {name.lower() for name, _ in headers}
    for name, value in headers:
        if name.lower() not in _ON_ITS_WAY:
            asked.send_header(name, value)
    if "content-length" not in names:
        asked.send_header("Content-Length", str(len(content)))
    asked.send_header("Connection", "close")
    asked.end_headers()
    asked.wfile.write(content)


def _items(body: bytes) -> list[dict[str, Any]]:
    plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    found: list[dict[str, Any]] = json.loads(plain)["submissions"]
    return found
