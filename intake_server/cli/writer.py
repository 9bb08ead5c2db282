"""The process that writes for all workers of a server, and the one that watches it."""

import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from typing import Final

from intake_server.services import single_writer
from intake_server.storage.database import Database

_BREATH_S: Final = 1
_STEPS_BACK: Final = 5
_log = logging.getLogger(__name__)


def start(opened: Callable[[], Database]) -> socket.socket:
    """Start a process that writes, and one that starts it anew when it dies.

    Both end when the last process has gone that can speak to them, so nobody has to end
    them. To be called before there are threads.

    Args:
        opened: Opens the store; called in the new process.

    Returns:
        Where workers meet the writer.
    """
    ours, theirs = single_writer.entrance()
    if os.fork():
        theirs.close()
        return ours
    ours.close()
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)  # they go to the whole group; workers finish
    while not _is_done(theirs, opened):
        _log.warning("the process that writes has died; it is started again")
        time.sleep(_BREATH_S)
    os._exit(0)


def give_way() -> None:
    """Let this process, a worker, step back behind the writer that all wait for."""
    os.nice(_STEPS_BACK)


def _is_done(entrance: socket.socket, opened: Callable[[], Database]) -> bool:
    """Let a process write; False when it died while somebody could still ask for it."""
    writer = os.fork()
    if not writer:
        code = 1
        try:
            gc.freeze()  # what was loaded stays; no use in looking through it again
            with opened() as database:
                single_writer.write(entrance, database)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(writer, 0)
    return status == 0 or single_writer.is_left(entrance)
