"""The order in which this store accepted changes, and reading on from a position.

Positions are given out in the last statements of a transaction, under a row lock that
is held to the commit, so nobody who reads past a position can have missed one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, and_, col, func, or_, select

from intake_server.storage import bulk, changes
from intake_server.storage.tables import ChangeRow, FeedRow, PeerRow
from sync.change import Change

SHARD: Final = 0
MOST_COUNTED: Final = 1_000
"""Where a page stops counting what waits for a peer."""
_ORIGIN: Final = col(PeerRow.id) + "/" + func.coalesce(col(PeerRow.epoch), "")
_BEHIND: Final = (
    select(col(FeedRow.pos))
    .join(ChangeRow, col(ChangeRow.id) == col(FeedRow.change))
    .where(
        and_(
            col(FeedRow.shard) == SHARD,
            col(FeedRow.pos) > col(PeerRow.out_pos),
            or_(col(ChangeRow.peer).is_(None), col(ChangeRow.peer) != _ORIGIN),
        )
    )
    .limit(MOST_COUNTED)
    .correlate(PeerRow)
    .subquery()
)
_LINES: Final = (
    sa.select(
        col(PeerRow.site),
        col(PeerRow.last_ok),
        sa.select(func.count())
        .select_from(_BEHIND)
        .correlate(PeerRow)
        .scalar_subquery()
        .label("unsent"),
    )
    .where(col(PeerRow.revoked).is_(None))
    .order_by(col(PeerRow.site), col(PeerRow.id))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many changes wait for a peer, ``MOST_COUNTED`` at the most, and its last sign."""

    site: str
    last_ok: datetime | None
    unsent: int


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


def lines(session: Session) -> Sequence[Waiting]:
    """Return how many changes wait for each peer that still takes part, by site and id."""
    rows = session.connection().execute(_LINES).mappings()
    return [Waiting(**row) for row in rows]


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
