"""A file comes in parts, and goes on where it stopped.

Who hands in files brings only what a submission of their own site names, and reads
nothing. Each sender's parts stand by themselves, so nobody spoils what another sends. A
part is durable before it is acknowledged; what is whole is compared with its SHA-256
before it counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from intake_server.config import Settings
from intake_server.errors import (
    NotFoundError,
    TooLargeError,
    WrongFileError,
    WrongOffsetError,
)
from intake_server.security.envelope import sealed_size
from intake_server.security.policy import Principal
from intake_server.services import attachments, unwrapping
from intake_server.storage import attachments as named
from intake_server.storage import blobs, uploads
from intake_server.storage.attachments import Named
from intake_server.storage.database import Database, Session
from intake_server.storage.uploads import Upload

ABANDONED: Final = timedelta(days=7)
"""After so long nobody goes on with a file that came in part."""
PART_BYTES: Final = 1_000_000
"""So many bytes of a part are kept at once."""


@dataclass(frozen=True, slots=True)
class Bringing:
    """Who brings which file, and when; ``size`` is what they say of it themselves."""

    digest: bytes
    sender: Principal
    now: datetime
    settings: Settings
    size: int | None = None


def most_bytes(settings: Settings) -> int:
    """Return how many bytes may come of one file, which may be sealed."""
    return sealed_size(settings.max_attachment_bytes)


def standing(database: Database, file: Bringing) -> Upload:
    """Return how much of a file is here.

    Raises:
        NotFoundError: No submission of the sender's site names it.
        TooLargeError: It is larger than a file may be, or one too many of its form.
    """
    with database.reading() as session:
        return _standing(session, file)


def append(database: Database, file: Bringing, offset: int, data: bytes) -> Upload:
    """Keep the next part of a file; return how much is here.

    Raises:
        NotFoundError: No submission of the sender's site names it.
        TooLargeError: It is larger than a file may be, or than was said.
        WrongOffsetError: This part does not go on where the last one stopped.
        WrongFileError: It is whole and another file; nothing of it was kept.
        DailyLimitError: The sender has handed in enough for today.
    """
    with database.transaction() as session:
        before = _standing(session, file)
        if offset != before.received or file.size not in (None, before.size):
            raise WrongOffsetError(before.received, before.size)
        if offset + len(data) > before.size:
            raise TooLargeError(before.size - offset, "bytes of this file are left")
        if _is_here(session, file):
            return before
        attachments.spend(
            session, file.sender, len(data), now=file.now, settings=file.settings
        )
        after = uploads.append(session, before, data, now=file.now)
        if after.received < after.size:
            return after
        is_right = _finish(session, file, after)
    if not is_right:
        raise WrongFileError
    return after


def expire(session: Session, *, now: datetime) -> None:
    """Forget what came in part and was not gone on with; what no form came for, too."""
    uploads.drop_untouched(session, since=now - ABANDONED)
    blobs.drop_abandoned(session, before=now - ABANDONED)


def _standing(session: Session, file: Bringing) -> Upload:
    """Return how much is here, in the eyes of the sender's site."""
    own = _named(session, file)
    if not own:
        raise NotFoundError("file", file.digest.hex())
    fitting = [one for one in own if attachments.past(one, file.settings) is None]
    if not fitting:
        raise TooLargeError(file.settings.max_attachment_bytes, "bytes of one file")
    actor = file.sender.actor
    said = _size(fitting[0], file.digest)
    if _is_here(session, file):
        here = blobs.beginning(session, file.digest, 1)
        size = here[0] if here else said
        return Upload(file.digest, actor, size, size)
    begun = uploads.find(session, file.digest, actor)
    if begun is not None and begun.received:
        return begun
    size = said if file.size is None else file.size
    most = file.settings.max_attachment_bytes
    if any(one.sealed == file.digest for one in fitting):
        most = most_bytes(file.settings)
    if not 0 <= size <= most:
        raise TooLargeError(file.settings.max_attachment_bytes, "bytes of one file")
    return Upload(file.digest, actor, size, 0)


def _is_here(session: Session, file: Bringing) -> bool:
    wanted = {file.digest, *(one.sha256 for one in _named(session, file))}
    return bool(blobs.delivered(session, wanted, site=file.sender.site))


def _named(session: Session, file: Bringing) -> list[Named]:
    """Return where the sender's site names a file."""
    every = named.naming(session, file.digest)
    return [one for one in every if one.site == file.sender.site]


def _size(one: Named, digest: bytes) -> int:
    """Return how many bytes come of a file, as its form says."""
    return sealed_size(one.size) if one.sealed == digest else one.size


def _finish(session: Session, file: Bringing, upload: Upload) -> bool:
    """Keep a file that is whole; return whether it is what it should be."""
    whole = uploads.whole(session, upload)
    uploads.drop(session, upload.sha256, upload.sender)
    if sha256(whole).digest() != file.digest:
        return False
    unwrapping.keep(session, file.digest, whole, _named(session, file), file.now)
    return True
