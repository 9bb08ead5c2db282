"""A line between a centre and Kyiv that can be cut, for the whole machine to see.

The centre knows Kyiv only by the line's own address. While the line is cut, nothing
passes: what is under way is torn, and whoever calls is hung up on.
"""

import socket
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

_LOOPBACK: Final = "127.0.0.1"
_CHUNK: Final = 65_536


class Line:
    """A line on this machine to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._target = (_LOOPBACK, port)
        self._listener = socket.create_server((_LOOPBACK, 0))
        self._lock = Lock()
        self._ends: set[socket.socket] = set()
        self._is_cut = False
        Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        """The address at which the centre finds Kyiv."""
        return f"http://{_LOOPBACK}:{self._listener.getsockname()[1]}"

    @property
    def is_cut(self) -> bool:
        """Whether nothing passes at present."""
        return self._is_cut

    def cut(self) -> None:
        """Let nothing pass; tear what is under way."""
        with self._lock:
            self._is_cut = True
            ends, self._ends = self._ends, set()
        for end in ends:
            _hang_up(end)

    def join(self) -> None:
        """Let calls pass again."""
        self._is_cut = False

    def close(self) -> None:
        """Take the line down."""
        self.cut()
        _hang_up(self._listener)

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self._connect(caller)

    def _connect(self, caller: socket.socket) -> None:
        with self._lock:
            if self._is_cut:
                _hang_up(caller)
                return
            try:
                called = socket.create_connection(self._target)
            except OSError:
                _hang_up(caller)
                return
            self._ends |= {caller, called}
        for source, sink in ((caller, called), (called, caller)):
            Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                sink.sendall(data)
        with self._lock:
            self._ends -= {source, sink}
        _hang_up(source)
        _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
