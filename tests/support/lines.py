"""A line between two programs on this machine that can be watched, and cut."""

import socket
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field


@dataclass
class Line:
    """Forwards 127.0.0.1:``port`` to ``target``, one request a connection at a time.

    ``cuts`` holds, for each connection to come, how many bytes of the reply get
    through; None or nothing left lets all of it through. ``is_down`` refuses everybody.
    """

    target: tuple[str, int]
    cuts: list[int | None] = field(default_factory=list)
    is_down: bool = False
    connections: int = 0
    sent: int = 0
    received: int = 0
    port: int = 0

    def __enter__(self) -> "Line":
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            if self.is_down:
                caller.close()
                continue
            self.connections += 1
            cut = self.cuts.pop(0) if self.cuts else None
            threading.Thread(
                target=self._carry, args=(caller, cut), daemon=True
            ).start()

    def _carry(self, caller: socket.socket, cut: int | None) -> None:
        callee = socket.create_connection(self.target)
        with closing(caller), closing(callee), suppress(OSError):
            threading.Thread(
                target=self._there, args=(caller, callee), daemon=True
            ).start()
            self._back(callee, caller, cut)

    def _there(self, caller: socket.socket, callee: socket.socket) -> None:
        with suppress(OSError):
            while data := caller.recv(65_536):
                self.sent += len(data)
                callee.sendall(data)
            callee.shutdown(socket.SHUT_WR)

    def _back(
        self, callee: socket.socket, caller: socket.socket, cut: int | None
    ) -> None:
        room = cut
        while data := callee.recv(65_536):
            if room is not None:
                data = data[:room]
                room -= len(data)
            self.received += len(data)
            caller.sendall(data)
            if room == 0:
                caller.shutdown(socket.SHUT_RDWR)
                return
