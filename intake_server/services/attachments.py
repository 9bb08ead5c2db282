"""Files that come with a submission are kept before its receipt says so."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from intake_server.storage import blobs, submissions
from intake_server.storage.database import Database


def keep(
    database: Database, files: Sequence[tuple[str, bytes]]
) -> tuple[Mapping[str, Any], ...]:
    """Keep files; return what a submission says of each: name, SHA-256 and size.

    They are durable when this returns; keeping one again is harmless.
    """
    if not files:
        return ()
    digests = [sha256(data).digest() for _, data in files]
    contents = [data for _, data in files]
    with database.transaction() as session:
        blobs.add_all(session, dict(zip(digests, contents, strict=True)))
    return tuple(
        {"name": name, "sha256": digest.hex(), "size": len(data)}
        for (name, data), digest in zip(files, digests, strict=True)
    )


def add_to(
    database: Database,
    instance_id: str,
    digest: str,
    files: Sequence[Mapping[str, Any]],
) -> None:
    """Note further files of a submission that came in several posts; repeating is harmless.

    Where the submission is erased they are not kept.

    Args:
        database: The store.
        instance_id: As the receipt says it.
        digest: SHA-256 of the submission, as the receipt says it.
        files: As ``keep`` returned them.
    """
    if not files:
        return
    with database.transaction() as session:
        if not submissions.attach(session, instance_id, bytes.fromhex(digest), files):
            digests = [str(file["sha256"]) for file in files]
            blobs.drop_unnamed(session.connection(), digests)
