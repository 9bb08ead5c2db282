"""Makes what everybody who may see a file gets of it.

Nothing that a file holds is decoded in this process, and no sender waits for it: copies
are made by the background job, or by whoever is the first to ask for one. A picture that
cannot be decoded stays kept, and is said to be unreadable.
"""

import logging
import os
import subprocess
import sys
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Final

from intake_server.services import darkroom
from intake_server.services.kinds import LOOKED_AT, State, look
from intake_server.storage import blobs, copies
from intake_server.storage.copies import Copy
from intake_server.storage.database import Database

AT_ONCE: Final = 20
"""So many copies are made before the job looks again what else there is to do."""

_log = logging.getLogger(__name__)

_one_by_one = BoundedSemaphore(1)
"""A picture may take a gigabyte while it is decoded, so no two do at once."""


def make(database: Database, digest: bytes) -> Copy | None:
    """Make and keep what everybody gets of a file; None where it has not come.

    Making it again is harmless: the first one stays.
    """
    with database.reading() as session:
        made = copies.find(session, digest)
        original = None if made else blobs.find(session, digest)
    if made is not None or original is None:
        return made
    with _one_by_one:
        made = of(original)
    with database.transaction() as session:
        copies.keep(session, made)
    return made


def make_waiting(database: Database) -> int:
    """Make copies of files that have none, some at a time; return how many."""
    with database.reading() as session:
        waiting = copies.wanting(session, limit=AT_ONCE)
    for digest in waiting:
        make(database, digest)
    return len(waiting)


def of(original: bytes) -> Copy:
    """Return what everybody gets of a file."""
    digest = sha256(original).digest()
    media, state = look(original[:LOOKED_AT])
    if state is not State.PICTURE:
        return Copy(digest, media, state.value)
    developed = _developed(original)
    if developed is None:
        return Copy(digest, media, State.UNREADABLE.value)
    return Copy(digest, media, state.value, *developed)


def _developed(original: bytes) -> tuple[bytes, bytes] | None:
    """Return the copies of a picture; None where it cannot be decoded."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-B", "-m", darkroom.__name__],
            input=original,
            capture_output=True,
            timeout=darkroom.MOST_SECONDS,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            check=False,
        )
    except subprocess.TimeoutExpired:
        _log.warning("a picture took too long and is kept as unreadable")
        return None
    if done.returncode:
        _log.info("a picture is kept as unreadable: exit code %d", done.returncode)
        return None
    whole, small = darkroom.LENGTHS.unpack_from(done.stdout)
    start = darkroom.LENGTHS.size
    return done.stdout[start : start + whole], done.stdout[start + whole :][:small]
