"""What a revoked device sent is kept and set aside: a person decides whether to trust it.

It may be a child's only record, or a lie of whoever has the device now.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from intake_server.services.reading import UNKNOWN_KEY, Problem, Read
from intake_server.storage import devices
from intake_server.storage.database import Session

REVOKED: Final = "revoked-device"
"""The problem of what came from a device that had been put out."""


def was_out(session: Session, device_id: str, *, at: datetime) -> bool:
    """Tell whether a device had been revoked at a moment."""
    found = devices.find(session, device_id) if device_id else None
    return bool(found and found.revoked and found.revoked <= at)


def doubted(read: Read) -> Read:
    """Return a submission of a revoked device, set aside with what else is odd about it.

    What no key opens is set aside for that alone: this is looked at when one does.
    """
    if read.problem is not None and read.problem.slug == UNKNOWN_KEY:
        return read
    detail = "the device that sent it had been put out"
    if read.problem is not None:
        detail = f"{detail}; {read.problem.detail}"
    return replace(read, problem=Problem(REVOKED, detail))
