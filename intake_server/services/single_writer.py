"""One process writes what phones hand over one by one, for all workers together.

Workers that took turns would commit for themselves alone, and each thread that writes
would fight those that answer for the interpreter. So every thread hands its post to the
process that writes and waits for what became of it; those who wait share a commit. A
writer that is gone, or cannot, costs speed and nothing else: the worker takes the post
in by itself, and sending again is harmless. One that is silent is passed by for a while,
so that not every thread comes to stand before it.
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from threading import local
from time import monotonic
from typing import Final, Protocol, cast

from intake_server.services import intake
from intake_server.services.authoring import Entropy
from intake_server.services.gathering import Gathering
from intake_server.services.intake import Post, Taken
from intake_server.storage.database import Database

AT_ONCE: Final = 64
"""So many single posts share a commit at the most: a tenth of a second's work."""

LARGEST: Final = 64 * 1024
"""Bytes of a form that is handed over; a larger one holds nobody up but its sender."""
PATIENCE_S: Final = 60.0
REST_S: Final = 60.0
"""So long nobody asks a writer again that let somebody wait for longer than that."""

_Asked = tuple[Connection, Post]


class Desk(Protocol):
    """Where forms that come one by one are taken in."""

    def ask(self, post: Post) -> Taken:
        """Return what became of a post, after it is durable.

        Raises:
            IntakeError: It could not be taken in; nothing was kept.
        """
        ...


class OwnDesk:
    """The desk of a process that takes in by itself what its threads are handed."""

    def __init__(self, database: Database, entropy: Entropy) -> None:
        self._database = database
        self._gathering = Gathering(
            partial(intake.take, database, entropy=entropy), AT_ONCE
        )

    def ask(self, post: Post) -> Taken:
        """Return what ``Desk`` says."""
        return self._gathering.ask(intake.read(self._database, post))


class HandedOver:
    """The desk of a worker that hands its posts to the process that writes.

    Args:
        entrance: The end of ``entrance()`` that is for workers.
        here: Where a post is taken in without that process.
        patience_s: How long it is waited for.
    """

    def __init__(
        self, entrance: socket.socket, here: Desk, patience_s: float = PATIENCE_S
    ) -> None:
        self._entrance = entrance
        self._here = here
        self._patience_s = patience_s
        self._mine = local()
        self._rests_until = 0.0

    def ask(self, post: Post) -> Taken:
        """Return what ``Desk`` says."""
        taken = None
        is_small = sum(len(one.xml or b"") for one in post.batch) <= LARGEST
        if is_small and monotonic() >= self._rests_until:
            taken = self._handed_over(post)
        return self._here.ask(post) if taken is None else taken

    def hang_up(self) -> None:
        """Close this thread's line; the next post opens another."""
        line = getattr(self._mine, "line", None)
        if line is not None:
            line.close()
            self._mine.line = None

    def _handed_over(self, post: Post) -> Taken | None:
        """Return None where the writer is gone, slow, or says that it could not."""
        try:
            line = self._line()
            line.send(post)
            if line.poll(self._patience_s):
                return cast("Taken | None", line.recv())
            self._rests_until = monotonic() + REST_S
        except (EOFError, OSError):
            pass
        self.hang_up()
        return None

    def _line(self) -> Connection:
        """Return this thread's own line to the writer."""
        known = getattr(self._mine, "line", None)
        if known is None:
            mine, theirs = socket.socketpair()
            with mine, theirs:
                socket.send_fds(self._entrance, [b"+"], [theirs.fileno()])
                known = self._mine.line = Connection(mine.detach())
        return known


def entrance() -> tuple[socket.socket, socket.socket]:
    """Return where workers announce themselves, and where the writer hears of them.

    Whoever has not inherited one of these two cannot speak to the writer.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    return ours, theirs


def is_left(entrance: socket.socket) -> bool:
    """Tell whether nobody can come to the writer any more."""
    try:
        return not entrance.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False


def write(entrance: socket.socket, database: Database) -> None:
    """Take in what workers hand over, until the last of them has gone.

    Args:
        entrance: The writer's end.
        database: The store.
    """
    entrance.setblocking(False)  # noqa: FBT003 - the library's own
    lines: list[Connection] = []
    waiting: list[_Asked] = []
    is_open = True
    while is_open or lines:
        listened: list[socket.socket | Connection] = [*lines]
        if is_open:
            listened.append(entrance)
        for one in wait(listened, timeout=0 if waiting else None):
            if isinstance(one, Connection):
                _hear(one, lines, waiting)
            else:
                is_open = _let_in(entrance, lines)
        company, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        if company:
            _serve(company, database)


def _let_in(entrance: socket.socket, lines: list[Connection]) -> bool:
    """Take the lines of all threads that have come; False when nobody can come more."""
    while True:
        try:
            _, descriptors, _, _ = socket.recv_fds(entrance, 1, 1)
        except BlockingIOError:
            return True
        if not descriptors:
            return False
        lines += map(Connection, descriptors)


def _hear(line: Connection, lines: list[Connection], waiting: list[_Asked]) -> None:
    try:
        waiting.append((line, line.recv()))
    except (EOFError, OSError):
        lines.remove(line)
        line.close()


def _serve(company: Sequence[_Asked], database: Database) -> None:
    taken: Sequence[Taken | None]
    try:
        posts = [intake.read(database, post) for _, post in company]
        taken = intake.take(database, lambda: posts)
    except Exception:  # noqa: BLE001 - each worker meets it itself, and says it there
        taken = [None] * len(company)
    for (line, _), answer in zip(company, taken, strict=True):
        with suppress(OSError):  # who has gone will ask again
            line.send(answer)
