"""Files that come with a submission are kept before its receipt says so.

Files come in any order, in several posts, and again; a form is never lost because of
them. What is past a limit is left out, and the sender is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from intake_server.config import Settings
from intake_server.errors import DailyLimitError
from intake_server.security.policy import Principal
from intake_server.services import completion, unwrapping
from intake_server.services.authoring import Entropy, Pen
from intake_server.services.receipts import LeftOut, Receipt
from intake_server.storage import allowances, attachments, blobs, submissions
from intake_server.storage.attachments import Named, Place
from intake_server.storage.database import Database, Session
from intake_server.storage.submissions import Submission

TOO_LARGE: Final = "too-large"
TOO_MANY: Final = "too-many"
DAILY_LIMIT: Final = "daily-limit"
DAMAGED: Final = "damaged"
"""It came sealed and could not be opened; it is kept as it came."""

_DAY_S: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came; ``data`` is None of one that was too large to be read."""

    name: str
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a submission says of each file that was kept, and what was left out."""

    files: tuple[Mapping[str, Any], ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def keep(
    database: Database,
    files: Sequence[File],
    *,
    sender: Principal,
    now: datetime,
    settings: Settings,
) -> Kept:
    """Keep files; what is kept is durable when this returns, and again is harmless."""
    fitting, left_out = _fitting(files, settings)
    if not fitting:
        return Kept(left_out=tuple(left_out))
    digests = {data: sha256(data).digest() for _, data in fitting}
    said: list[Mapping[str, Any]] = []
    with database.transaction() as session:
        here = blobs.delivered(session, digests.values(), site=sender.site)
        new: dict[bytes, bytes] = {}
        for name, data in fitting:
            digest = digests[data]
            if digest not in here | new.keys():
                try:
                    spend(session, sender, len(data), now=now, settings=settings)
                except DailyLimitError:
                    left_out.append(LeftOut(DAILY_LIMIT, name=name))
                    continue
                new[digest] = data
            said.append({"name": name, "sha256": digest.hex(), "size": len(data)})
        blobs.add_all(session, new)
        kept = [bytes.fromhex(file["sha256"]) for file in said]
        blobs.deliver(session, kept, site=sender.site, at=now)
    return Kept(tuple(said), tuple(left_out))


def _fitting(
    files: Sequence[File], settings: Settings
) -> tuple[list[tuple[str, bytes]], list[LeftOut]]:
    """Return names and content of the files that may be kept, and the others."""
    fitting: list[tuple[str, bytes]] = []
    left_out: list[LeftOut] = []
    for file in files:
        if file.data is None or len(file.data) > settings.max_attachment_bytes:
            left_out.append(LeftOut(TOO_LARGE, name=file.name))
        elif len(fitting) >= settings.max_attachments:
            left_out.append(LeftOut(TOO_MANY, name=file.name))
        else:
            fitting.append((file.name, file.data))
    return fitting, left_out


def spend(
    session: Session,
    sender: Principal,
    size: int,
    *,
    now: datetime,
    settings: Settings,
) -> None:
    """Count bytes of files towards what a device hands in on a day (UTC).

    Raises:
        DailyLimitError: It would be more than that; nothing was counted.
    """
    if sender.kind != "device":
        return
    day = now.date().isoformat()
    if allowances.used(session, sender.actor, day) + size > settings.max_daily_bytes:
        past = now.hour * 3600 + now.minute * 60 + now.second
        raise DailyLimitError(settings.max_daily_bytes, retry_after_s=_DAY_S - past)
    allowances.use(session, sender.actor, day, size)


def add_to(
    database: Database,
    place: Place,
    files: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
    settings: Settings,
    entropy: Entropy,
) -> Sequence[Mapping[str, Any]]:
    """Note further files of a submission that is here already; repeating is harmless.

    Where the submission is erased they are not kept.

    Returns:
        All files that the submission names by now.
    """
    instance_id, digest = place
    if not files:
        with database.reading() as session:
            return _kept(session, place).attachments
    with database.transaction() as session:
        was = _kept(session, place)
        room = max(0, settings.max_attachments - len(was.attachments))
        new = [file for file in files if file not in was.attachments][:room]
        names = submissions.attach(session, instance_id, digest, new)
        if new and names:
            unwrapping.open_here(session, was.site, new, now)
        if names is None or len(new) < len(files):
            digests = [str(file["sha256"]) for file in files]
            blobs.drop_unnamed(session.connection(), digests)
        if new and names:
            pen = Pen(session, now=now, entropy=entropy)
            completion.complete(session, was, pen=pen)
    return names or ()


def _kept(session: Session, place: Place) -> Submission:
    instance_id, digest = place
    known = submissions.known(session, [instance_id])[instance_id]
    return next(one for one in known if one.sha256 == digest)


def awaited(
    named: Iterable[str], files: Sequence[Mapping[str, Any]]
) -> tuple[str, ...]:
    """Return the names of files that a form names, and that did not come.

    Args:
        named: What the form names.
        files: All files that came with it, by now.
    """
    here = {file["name"] for file in files}
    return tuple(name for name in named if name not in here)


def outstanding(
    database: Database, receipts: Sequence[Receipt], settings: Settings
) -> Mapping[Place, tuple[tuple[str, ...], tuple[LeftOut, ...]]]:
    """Return by submission which of its files are missing, and which never come.

    Missing ones are SHA-256, of the bytes that shall come, in the order in which the submission names them, each once.
    """
    places = [one.place for one in receipts]
    with database.reading() as session:
        missing = attachments.missing(session, places)
    return {place: _sorted(named, settings) for place, named in missing.items()}


def _sorted(
    named: Sequence[Named], settings: Settings
) -> tuple[tuple[str, ...], tuple[LeftOut, ...]]:
    missing: dict[str, None] = {}
    left_out: dict[str, LeftOut] = {}
    for one in named:
        digest = one.sent_as.hex()
        reason = DAMAGED if one.is_damaged else past(one, settings)
        if reason is None:
            missing[digest] = None
        else:
            left_out[digest] = LeftOut(reason, sha256=digest)
    rest = (one for digest, one in left_out.items() if digest not in missing)
    return tuple(missing), tuple(rest)


def past(one: Named, settings: Settings) -> str | None:
    """Return which limit a named file is past, None for one that may come."""
    if not 0 <= one.size <= settings.max_attachment_bytes:
        return TOO_LARGE
    return TOO_MANY if one.number >= settings.max_attachments else None
