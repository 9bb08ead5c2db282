"""A file that came sealed is opened, compared with its digest, and kept like any other.

What does not open, or is another file than was said, stays kept as it came; its sender
is told that it is damaged, for sending it again would change nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from intake_server.security import envelope
from intake_server.storage import attachments, blobs
from intake_server.storage.attachments import Named
from intake_server.storage.database import Session


def keep(
    session: Session, digest: bytes, data: bytes, named: Sequence[Named], now: datetime
) -> None:
    """Keep a whole file that a site has handed in: opened, where it is sealed.

    Args:
        session: An open transaction.
        digest: The SHA-256 of the bytes that came.
        data: These bytes.
        named: Where that site has named them; at least once.
        now: When the last of them came.
    """
    site = named[0].site
    plain = _opened(digest, data, named)
    is_meant = any(one.sha256 == digest for one in named)
    kept = {sha256(one).digest(): one for one in plain}
    if is_meant or not kept:
        kept[digest] = data
    blobs.add_all(session, kept)
    blobs.deliver(session, kept, site=site, at=now)


def open_here(
    session: Session, site: str, files: Iterable[Mapping[str, Any]], now: datetime
) -> None:
    """Open those of the files that a form names which came sealed before it.

    Args:
        session: An open transaction.
        site: The form's site.
        files: What the form names.
        now: When.
    """
    wanted = {bytes.fromhex(file["sealed"]) for file in files if "sealed" in file}
    if not wanted:
        return
    for digest in sorted(blobs.delivered(session, wanted, site=site)):
        data = blobs.find(session, digest)
        named = [one for one in attachments.naming(session, digest) if one.site == site]
        if data is not None and _opened(digest, data, named):
            keep(session, digest, data, named, now)
            blobs.drop_opened(session.connection(), [digest])


def _opened(digest: bytes, data: bytes, named: Sequence[Named]) -> list[bytes]:
    """Return what is in sealed bytes, where it is what was said."""
    keys = {(one.key, one.sha256) for one in named if one.sealed == digest and one.key}
    tried = ((envelope.opened_file(key, data), plain) for key, plain in sorted(keys))
    return [
        found
        for found, plain in tried
        if found is not None and sha256(found).digest() == plain
    ]
