"""Who may change which documents: taken before anything about them is read.

Without it two transactions can each miss the other's write and leave a version that was
superseded standing as a head for ever.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from intake_server.storage import bulk
from intake_server.storage.types import doc_bytes

_MOST: Final = 1_500
"""More documents than this are locked by locking all: PostgreSQL's table of locks is
shared by everybody and holds some six thousand."""


def lock(connection: Connection, docs: Iterable[str]) -> None:
    """Keep other writers away from these documents until this transaction ends.

    A SQLite transaction excludes all other writers from its first statement on.
    """
    if connection.dialect.name == "sqlite":
        return
    keys = {int.from_bytes(doc_bytes(doc)[:8], "big", signed=True) for doc in docs}
    if len(keys) > _MOST:
        bulk.fetch(connection, "SELECT pg_advisory_xact_lock(0, 0)")
        return
    bulk.fetch(connection, "SELECT pg_advisory_xact_lock_shared(0, 0)")
    bulk.fetch(  # in the order of the array, so that no two wait for each other
        connection,
        "SELECT pg_advisory_xact_lock(k) FROM unnest(?::bigint[]) AS k",
        (sorted(keys),),
    )
