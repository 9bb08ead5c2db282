"""A server of letters on this machine: it speaks SMTP and keeps what it is given."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import Any


class Mailbox(socketserver.ThreadingTCPServer):
    """What came; ``refused`` are addresses to which nothing is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, refused: frozenset[str] = frozenset()) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.refused = refused
        self.letters: list[tuple[str, EmailMessage]] = []
        self.calls = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def place(self) -> dict[str, Any]:
        """The settings that lead here."""
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_security": "none",
            "smtp_sender": "dodomu@example.org",
        }


class _Talk(socketserver.StreamRequestHandler):
    timeout = 10
    server: Mailbox

    def handle(self) -> None:
        """Answer as RFC 5321 wants, without extensions."""
        self.server.calls += 1
        self._say("220 mailbox")
        to: list[str] = []
        while line := self.rfile.readline():
            text = line.decode("ascii", "replace").strip()
            word = text[:4].upper()
            if word == "QUIT":
                self._say("221 bye")
                return
            if word == "RCPT":
                address = text.partition("<")[2].partition(">")[0]
                if address in self.server.refused:
                    self._say(f"550 no such box: {address}")
                    continue
                to.append(address)
            if word == "DATA":
                self._say("354 go on")
                self._keep(to)
                to = []
            self._say("250 ok")

    def _keep(self, to: list[str]) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        letter = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.letters += [(address, letter) for address in to]

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode("ascii") + b"\r\n")


@contextmanager
def a_mailbox(*refused: str) -> Iterator[Mailbox]:
    """Serve a mailbox for a while."""
    with Mailbox(frozenset(refused)) as mailbox:
        thread = Thread(target=mailbox.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield mailbox
        finally:
            mailbox.shutdown()
            thread.join()
