"""A line between two programs on this machine that can be watched, and cut."""

import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field

_PACKET = 1_400


@dataclass
class Line:
    """Forwards 127.0.0.1:``port`` to ``target``, one request a connection at a time.

    ``cuts`` holds, for each connection to come, how many bytes of the reply get
    through; None or nothing left lets all of it through. ``is_down`` refuses everybody.
    ``pace`` is how many bytes of replies a second get through, all connections
    together, None as many as come; ``wait_s`` how long each reply takes to set out.
    """

    target: tuple[str, int]
    cuts: list[int | None] = field(default_factory=list)
    is_down: bool = False
    pace: int | None = None
    wait_s: float = 0
    connections: int = 0
    sent: int = 0
    received: int = 0
    port: int = 0

    def __enter__(self) -> "Line":
        self._server = socket.create_server(("127.0.0.1", 0))
        self._turn = threading.Lock()
        self._open: set[socket.socket] = set()
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

    def tear(self) -> None:
        """Take the line down, in the middle of whatever is said."""
        self.is_down = True
        for caller in tuple(self._open):
            with suppress(OSError):
                caller.shutdown(socket.SHUT_RDWR)

    def lead(self, port: int) -> None:
        """Have it end elsewhere on this machine, for whoever speaks from now on."""
        self.tear()
        self.target = ("127.0.0.1", port)
        self.is_down = False

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            self._open.add(caller)
            if self.is_down:
                self._open.discard(caller)
                caller.close()
                continue
            self.connections += 1
            cut = self.cuts.pop(0) if self.cuts else None
            threading.Thread(
                target=self._carry, args=(caller, cut), daemon=True
            ).start()

    def _carry(self, caller: socket.socket, cut: int | None) -> None:
        with (
            closing(caller),
            suppress(OSError),
            socket.create_connection(self.target) as callee,
        ):
            threading.Thread(
                target=self._there, args=(caller, callee), daemon=True
            ).start()
            self._back(callee, caller, cut)
            caller.shutdown(socket.SHUT_RDWR)
        self._open.discard(caller)

    def _there(self, caller: socket.socket, callee: socket.socket) -> None:
        with suppress(OSError):
            while data := caller.recv(65_536):
                self.sent += len(data)
                time.sleep(self.wait_s)
                callee.sendall(data)
            callee.shutdown(socket.SHUT_WR)

    def _back(
        self, callee: socket.socket, caller: socket.socket, cut: int | None
    ) -> None:
        room = cut
        while data := callee.recv(65_536 if self.pace is None else _PACKET):
            self._take_time(len(data))
            if room is not None:
                data = data[:room]
                room -= len(data)
            self.received += len(data)
            caller.sendall(data)
            if room == 0:
                caller.shutdown(socket.SHUT_RDWR)
                return

    def _take_time(self, size: int) -> None:
        if self.pace is not None:
            with self._turn:
                time.sleep(size / self.pace)
