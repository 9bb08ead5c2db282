"""What is noted of a request before its body is read: when, and whether there is room."""

import shutil
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from flask import current_app, g, request

from intake_server.clock import milliseconds
from intake_server.errors import StorageFullError
from intake_server.security.policy import Action
from intake_server.web.auth import required
from intake_server.web.context import context

_BRINGING: Final = frozenset({"POST", "PATCH", "PUT"})
_FORMS: Final = frozenset({Action.SUBMIT, Action.FILL_IN})


def note_arrival() -> None:
    """Note when the request came; a slow body shall not make its sender's clock wrong."""
    g.arrived = context().now()


def arrived() -> datetime:
    """Return when the request came."""
    moment: datetime = g.arrived
    return moment


def clock_off_ms() -> int | None:
    """Return by how much the sender's clock is ahead; None when it does not say.

    The ``Date`` header tells whole seconds, so the answer is good to a second.
    """
    said = request.headers.get("Date")
    if said is None:
        return None
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return milliseconds(moment) - milliseconds(arrived())
    except (OverflowError, OSError):
        return None


def refuse_when_full() -> None:
    """Refuse to take anything in while the disk is nearly full; before each request.

    Raises:
        StorageFullError: There is less room than ``min_free_bytes``, or less of the
            disk is free than ``min_free_percent``.
    """
    if request.endpoint is None or request.method not in _BRINGING:
        return
    if required(current_app, request.endpoint) not in _FORMS:
        return
    settings = context().settings
    disk = shutil.disk_usage(settings.data)
    if disk.free < settings.least_free(disk.total):
        raise StorageFullError
