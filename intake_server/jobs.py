"""What happens because time passed, wired in one place."""

import logging
import os
import socket
import time
from collections.abc import Callable
from typing import Any, Final

from apscheduler.schedulers.background import BackgroundScheduler

from intake_server import clock
from intake_server.clock import Clock
from intake_server.config import Settings
from intake_server.errors import BusyError, HeldError, IntakeError, NotFoundError
from intake_server.security.keyring import Keyring
from intake_server.services import (
    contact,
    copies,
    housekeeping,
    noticing,
    post,
    reopening,
)
from intake_server.storage.database import Database
from intake_server.storage.practice import PracticeStore
from sync.errors import RefusedError, UnreachableError

SYNC_EVERY_S: Final = 60
"""Seconds between two exchanges with the upstream."""

WORK: Final = "work"
"""The lease of the one job process."""

COPY_EVERY_S: Final = 15
"""Seconds between two looks for pictures that have no copy yet."""

OPEN_EVERY_S: Final = 60
"""Seconds between two looks for what is sealed and can be opened by now."""

NOTICE_EVERY_S: Final = 300
"""Seconds between two looks for whom something new waits."""

_DAY_S: Final = 24 * 3600
_ONE_AT_A_TIME: Final[dict[str, Any]] = {"coalesce": True, "max_instances": 1}

_log = logging.getLogger(__name__)


def schedule(
    database: Database,
    *,
    settings: Settings,
    holder: str,
    now: Clock = clock.now,
    practice: PracticeStore | None = None,
) -> BackgroundScheduler:
    """Return a scheduler that is wired up but not started.

    Args:
        database: The store.
        settings: Where the upstream is reached, at the address of joining where that is
            not said, and by whom notices are sent.
        holder: Who does the jobs, as others are told who must wait.
        now: Tells the time.
        practice: The store of those who practise; it is tidied and never exchanged.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        exchange_with_upstream,
        trigger="interval",
        seconds=SYNC_EVERY_S,
        next_run_time=now(),
        args=[database],
        kwargs={
            "url": settings.upstream,
            "holder": holder,
            "ring": Keyring(settings.keys),
            "now": now,
        },
        id="exchange_with_upstream",
        **_ONE_AT_A_TIME,
        misfire_grace_time=SYNC_EVERY_S,
    )
    scheduler.add_job(
        open_sealed,
        trigger="interval",
        seconds=OPEN_EVERY_S,
        next_run_time=now(),
        args=[database, Keyring(settings.keys)],
        kwargs={"now": now},
        id="open_sealed",
        **_ONE_AT_A_TIME,
        misfire_grace_time=OPEN_EVERY_S,
    )
    scheduler.add_job(
        make_copies,
        trigger="interval",
        seconds=COPY_EVERY_S,
        next_run_time=now(),
        args=[database, practice],
        id="make_copies",
        **_ONE_AT_A_TIME,
        misfire_grace_time=COPY_EVERY_S,
    )
    scheduler.add_job(
        send_notices,
        trigger="interval",
        seconds=NOTICE_EVERY_S,
        next_run_time=now(),
        args=[database, settings],
        kwargs={"now": now},
        id="send_notices",
        **_ONE_AT_A_TIME,
        misfire_grace_time=NOTICE_EVERY_S,
    )
    scheduler.add_job(
        tidy,
        trigger="cron",
        hour=1,
        args=[database, practice],
        kwargs={"now": now},
        id="tidy",
        **_ONE_AT_A_TIME,
        misfire_grace_time=_DAY_S,
    )
    return scheduler


def exchange_with_upstream(
    database: Database,
    *,
    url: str = "",
    holder: str,
    ring: Keyring | None = None,
    now: Clock = clock.now,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Exchange with the upstream; what stands in the way is noted and waits its turn.

    The letters that came are opened.
    """
    try:
        done = contact.call(database, url=url, holder=holder, now=now, wait=wait)
    except NotFoundError:
        return
    except HeldError as held:
        _log.info("not now: %s", held)
    except UnreachableError as trouble:
        _log.warning("the upstream does not answer: %s", trouble)
    except (RefusedError, IntakeError) as failure:
        _log.error("not exchanged: %s", failure)
    else:
        _log.info("sent %d, received %d", done.pushed, done.pulled)
        if ring is not None:
            open_sealed(database, ring, now=now)


def open_sealed(database: Database, ring: Keyring, *, now: Clock = clock.now) -> None:
    """Take in what is sealed and could not be opened until now."""
    try:
        post.deliver(database, ring, now=now())
        reopening.open_waiting(database, ring, now=now())
    except IntakeError as failure:
        _log.warning("nothing opened for now: %s", failure)


def make_copies(database: Database, practice: PracticeStore | None = None) -> None:
    """Make the copies of pictures that people are shown, until none is wanting."""
    try:
        for store in _used(database, practice):
            while copies.make_waiting(store) == copies.AT_ONCE:
                pass
    except IntakeError as failure:
        _log.warning("no copies for now: %s", failure)


def send_notices(
    database: Database, settings: Settings, *, now: Clock = clock.now
) -> None:
    """Write to those for whom something new waits; what fails is said by its number."""
    try:
        sent = noticing.send_due(database, settings, now=now())
    except IntakeError as failure:
        _log.warning("no notices for now: %s", failure)
        return
    if sent.failed:
        _log.warning("%d notices did not go: see dodomu doctor", sent.failed)


def tidy(
    database: Database,
    practice: PracticeStore | None = None,
    *,
    now: Clock = clock.now,
) -> None:
    """Throw away what is over, and every trace of what is erased."""
    housekeeping.tidy(database, now=now())
    if practice is not None and practice.is_begun:
        housekeeping.tidy_uploads(practice, now=now())
    try:
        housekeeping.scrub(database)
    except BusyError as busy:
        _log.warning("not now, but tomorrow: %s", busy)


def _used(database: Database, practice: PracticeStore | None) -> tuple[Database, ...]:
    """Return the stores that there are; that of practice only once it is begun."""
    if practice is None or not practice.is_begun:
        return (database,)
    return database, practice


def this_process(doing: str) -> str:
    """Return how this process is named to others that must wait for it."""
    return f"{doing}, process {os.getpid()} on {socket.gethostname()}"
