"""The order in which this store accepted changes, and reading on from a position.

Positions are given out in the last statements of a transaction, under a row lock that
is held to the commit, so nobody who reads past a position can have missed one before.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection
from sqlmodel import Session

from intake_server.storage import bulk, changes
from sync.change import Change

SHARD: Final = 0


def append(connection: Connection, ids: Sequence[bytes]) -> None:
    """Add changes to the feed, in this order."""
    if not ids:
        return
    ((last,),) = bulk.fetch(
        connection,
        "INSERT INTO counter (shard, n) VALUES (?, ?) ON CONFLICT (shard)"
        " DO UPDATE SET n = counter.n + excluded.n RETURNING n",
        (SHARD, len(ids)),
    )
    first = last - len(ids) + 1
    bulk.insert(
        connection,
        "feed",
        "shard, pos, change",
        [(SHARD, first + n, id_) for n, id_ in enumerate(ids)],
    )


def newest(connection: Connection) -> int:
    """Return the position of the newest entry; 0 for an empty feed."""
    rows = bulk.fetch(connection, "SELECT n FROM counter WHERE shard = ?", (SHARD,))
    return int(rows[0][0]) if rows else 0


def end(session: Session) -> int:
    """Return the position up to which there is something to read."""
    return newest(session.connection())


def waiting(session: Session, places: Sequence[tuple[int, str]]) -> Sequence[int]:
    """Return how many changes stand behind positions that did not come from a peer.

    Args:
        session: An open session.
        places: A position and the peer whose own changes are left out, each.

    Returns:
        A number for each place, in order.
    """
    if not places:
        return ()
    one = (
        "SELECT ? AS place, count(*) FROM feed f JOIN change c ON c.id = f.change"
        " WHERE f.shard = ? AND f.pos > ? AND (c.peer IS NULL OR c.peer <> ?)"
    )
    rows = bulk.fetch(
        session.connection(),
        " UNION ALL ".join([one] * len(places)),
        [
            value
            for number, (position, not_from) in enumerate(places)
            for value in (number, SHARD, position, not_from)
        ],
    )
    return [count for _, count in sorted((int(row[0]), int(row[1])) for row in rows)]


def since(
    session: Session, position: int, *, limit: int, not_from: str | None = None
) -> tuple[Sequence[Change], int]:
    """Return the changes behind a position, oldest first, and the new position.

    Args:
        session: An open session.
        position: Where the reader stands; 0 is the beginning.
        limit: At most so many entries are looked at.
        not_from: A peer that is spared what came from itself.
    """
    connection = session.connection()
    rows = bulk.fetch(
        connection,
        "SELECT f.pos, c.id, c.envelope, c.peer FROM feed f"
        " JOIN change c ON c.id = f.change"
        " WHERE f.shard = ? AND f.pos > ? ORDER BY f.pos LIMIT ?",
        (SHARD, position, limit),
    )
    if not rows:
        return (), position
    wanted = {
        key: envelope
        for _, key, envelope, peer in rows
        if not_from is None or peer != not_from
    }
    return tuple(changes.joined(connection, wanted)), rows[-1][0]
