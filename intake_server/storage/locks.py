"""Who may change which documents: taken before anything about them is read.

Without it two transactions can each miss the other's write and leave a version that was
superseded standing as a head for ever.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from intake_server.storage import bulk
from intake_server.storage.types import doc_bytes


def lock(connection: Connection, docs: Iterable[str]) -> None:
    """Keep other writers away from these documents until this transaction ends.

    A SQLite transaction excludes all other writers from its first statement on.
    """
    if connection.dialect.name == "sqlite":
        return
    keys = {int.from_bytes(doc_bytes(doc)[:8], "big", signed=True) for doc in docs}
    for key in sorted(keys):
        bulk.fetch(connection, "SELECT pg_advisory_xact_lock(?)", (key,))
