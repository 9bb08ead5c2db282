"""What a revoked or forgotten device sent is set aside: a person decides on its trust.

It may be a child's only record, or a lie of whoever has the device now.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from intake_server.security.policy import Standing
from intake_server.services.reading import PRACTISED, UNKNOWN_KEY, Problem, Read
from intake_server.storage import devices
from intake_server.storage.database import Session

REVOKED: Final = "revoked-device"
"""The problem of what came from a device that had been put out."""

FORGOTTEN: Final = "unknown-device"
"""The problem of what came from a device that a node let in and does not know."""

DOUBTS: Final[Mapping[Standing, str]] = {
    Standing.REVOKED: REVOKED,
    Standing.FORGOTTEN: FORGOTTEN,
}
"""Whose submissions are set aside, and as what."""

_WHY: Final = {
    REVOKED: "the device that sent it had been put out",
    FORGOTTEN: "this node let the device in that sent it, and no longer knows it",
}


def was_out(session: Session, device_id: str, *, at: datetime) -> bool:
    """Tell whether a device had been revoked at a moment."""
    found = devices.find(session, device_id) if device_id else None
    return bool(found and found.revoked and found.revoked <= at)


def doubted(read: Read, slug: str = REVOKED) -> Read:
    """Return a submission of such a device, set aside with what else is odd about it.

    What no key opens is set aside for that alone: this is looked at when one does. And
    what was filled in to practise is so for that, whoever sent it.
    """
    if read.problem is not None and read.problem.slug in (UNKNOWN_KEY, PRACTISED):
        return read
    detail = _WHY[slug]
    if read.problem is not None:
        detail = f"{detail}; {read.problem.detail}"
    return replace(read, problem=Problem(slug, detail))
