"""Who may change what: taken before anything about it is read.

Without it two transactions can each miss the other's write and leave a version that was
superseded standing as a head for ever. Most of them change only the documents they
name, and share the store. One that turns out to reach further gives its locks back and
starts again with the store to itself: who is one child, and the rules, concern all.

A SQLite transaction excludes all other writers from its first statement on.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from intake_server.storage import bulk
from intake_server.storage.types import doc_bytes
from sync.merge.cells import LINK, Document

_FAR_REACHING: Final = frozenset((LINK, "schema"))

_MOST: Final = 1_500
"""More documents than this are locked by locking all: PostgreSQL's table of locks is
shared by everybody and holds some six thousand."""


class NotLockedError(Exception):
    """What is about to be written is not locked; it takes ``lock_all``."""


@dataclass(frozen=True, slots=True)
class Locked:
    """The documents that nobody else changes meanwhile; None for all there are."""

    docs: Collection[str] | None = None

    def need(self, documents: Mapping[str, Document]) -> None:
        """Make sure that these may be written, and what follows from them.

        Raises:
            NotLockedError: They may not.
        """
        if self.docs is not None and any(
            doc not in self.docs or document.kind in _FAR_REACHING
            for doc, document in documents.items()
        ):
            raise NotLockedError


def are_needed(connection: Connection) -> bool:
    """Tell whether others may be writing at the same time."""
    return connection.dialect.name != "sqlite"


def lock(
    connection: Connection, docs: Collection[str], logs: Iterable[str] = ()
) -> Locked:
    """Keep other writers away from documents and logs until this transaction ends."""
    keys = {_key(doc_bytes(doc)) for doc in docs}
    keys |= {_key(sha256(log.encode()).digest()) for log in logs}
    if len(keys) > _MOST:
        return lock_all(connection)
    bulk.fetch(connection, "SELECT pg_advisory_xact_lock_shared(0, 0)")
    bulk.fetch(  # in the order of the array, so that no two wait for each other
        connection,
        "SELECT pg_advisory_xact_lock(k) FROM unnest(?::bigint[]) AS k",
        (sorted(keys),),
    )
    return Locked(docs)


def lock_all(connection: Connection) -> Locked:
    """Keep all other writers away until this transaction ends.

    Whoever reads what it is about to write before ``ingest`` does this first.
    """
    if are_needed(connection):
        bulk.fetch(connection, "SELECT pg_advisory_xact_lock(0, 0)")
    return Locked()


def _key(data: bytes) -> int:
    return int.from_bytes(data[:8], "big", signed=True)
