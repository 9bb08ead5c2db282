"""Two nodes tell each other what they know; both sides of it, over the store.

What is known of a peer moves in the transaction that stores what it sent. Each life of
a peer's store is an origin of its own: a peer is spared what it said in this life, and
hears again what it said in one that is over and that its backup may have lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_bytes
from typing import Final

from intake_server.clock import Clock, milliseconds, text
from intake_server.services import intake, post, publishing
from intake_server.services.authoring import Entropy, Pen
from intake_server.storage import feed, forms, ingest, node, peers
from intake_server.storage.changes import NOT_ITSELF
from intake_server.storage.database import Database, Session
from intake_server.storage.peers import Peer
from sync import clock
from sync.change import Change
from sync.client.agent import MOST_BYTES, Outgoing, Standing
from sync.protocol import cursors, frames
from sync.protocol.cursors import Cursor
from sync.protocol.messages import (
    MAX_CHANGES,
    Exchange,
    Exchanged,
    Hello,
    Limits,
    Result,
    Welcome,
    common_version,
    reset_from,
)

_USUAL_BYTES: Final = 1_500


def hello(
    database: Database, peer_id: str, message: Hello, *, now: datetime
) -> Welcome:
    """Answer a peer's first word, and compare the clocks.

    Raises:
        VersionError: It speaks no version of the protocol that is known here.
    """
    version = common_version(message.proto)
    with database.transaction() as session:
        here = node.read(session)
        peer = _peer(session, peer_id)
        is_same_life = message.peer_epoch in (None, here.epoch)
        known = _acknowledged(peer, message.epoch) if is_same_life else 0
        offset_ms = _offset_ms(message.wall, now)
        peer = replace(
            peer,
            epoch=message.epoch,
            in_cursor=cursors.encode(Cursor(message.epoch, (known,))),
        )
        peers.write(session, _heard(peer, offset_ms, now))
    return Welcome(
        node=here.id,
        site=here.site,
        epoch=here.epoch,
        proto=version,
        server_time=text(now),
        limits=Limits(),
        clock_offset_ms=offset_ms,
        reset_from=reset_from(since=message.since, acknowledged=known),
    )


def exchange(
    database: Database,
    peer_id: str,
    message: Exchange,
    *,
    now: datetime,
    media: str = frames.JSON,
    entropy: Entropy = token_bytes,
) -> Exchanged:
    """Store what a peer tells, then tell it what it does not know.

    Sending the same message again is harmless. What the answer acknowledges is durable
    when this returns.

    Args:
        database: The store.
        peer_id: The node that speaks.
        message: What it says.
        now: When it came.
        media: Media type of the changes in the message, and of those in the answer.
        entropy: Gives random bytes.
    """
    read = [frames.unwrap(part, media=media) for part in message.push]
    source = origin(peer_id, message.epoch)
    with database.transaction() as session:
        here = node.read(session)
        peer = _peer(session, peer_id)
        whole = [change for change in read if change]
        results = _take(session, whole, source=source, now=now, entropy=entropy)
        known = _acknowledged(peer, message.epoch)
        restart = reset_from(since=message.since, acknowledged=known)
        acked = _reached(message) if restart is None else restart
        position = cursors.position(
            message.cursor, epoch=here.epoch, end=feed.end(session)
        )
        peer = replace(
            peer,
            epoch=message.epoch,
            in_cursor=cursors.encode(Cursor(message.epoch, (acked,))),
            out_pos=position,
        )
        peers.write(session, _heard(peer, _offset_ms(message.wall, now), now))
    _witness(database, whole, results, now)
    taken = iter(results)
    with database.reading() as session:
        page = _page(
            session, position, min(message.max_bytes, MOST_BYTES), not_from=source
        )
    cursor = cursors.encode(Cursor(here.epoch, (page.position,)))
    return Exchanged(
        epoch=here.epoch,
        acked_to=acked,
        cursor=cursor if cursor != message.cursor else "",
        results=tuple(
            next(taken) if change else _unreadable(frames.id_of(part, media=media))
            for part, change in zip(message.push, read, strict=True)
        ),
        changes=tuple(frames.wrap(change, media=media) for change in page.changes),
        more=page.more,
        reset_from=restart,
    )


@dataclass(frozen=True, slots=True)
class PeerStore:
    """This node's store as the agent sees it that talks to one peer."""

    database: Database
    peer_id: str
    now: Clock
    entropy: Entropy = token_bytes

    def standing(self) -> Standing:
        """Return how far this node and the peer have come."""
        with self.database.reading() as session:
            here = node.read(session)
            peer = _peer(session, self.peer_id)
        return Standing(
            node=here.id,
            epoch=here.epoch,
            peer_epoch=peer.epoch,
            cursor=peer.in_cursor or "",
            out_position=peer.out_pos,
        )

    def meet(
        self, *, peer_epoch: str, out_position: int, clock_offset_ms: int | None
    ) -> None:
        """Remember the peer's epoch, its clock, and from where it must be told."""
        now = self.now()
        with self.database.transaction() as session:
            peer = _peer(session, self.peer_id)
            met = replace(peer, epoch=peer_epoch, out_pos=out_position)
            peers.write(session, _heard(met, clock_offset_ms, now))

    def outgoing(self, position: int, max_bytes: int) -> Outgoing:
        """Return changes after a position that did not come from the peer."""
        with self.database.reading() as session:
            peer = _peer(session, self.peer_id)
            source = origin(peer.id, peer.epoch or "")
            return _page(session, position, max_bytes, not_from=source)

    def accept(
        self, changes: Sequence[Change], *, cursor: str, out_position: int
    ) -> tuple[Result, ...]:
        """Store changes together with how far the two have come."""
        now = self.now()
        with self.database.transaction() as session:
            peer = _peer(session, self.peer_id)
            source = origin(peer.id, peer.epoch or "")
            results = _take(
                session, changes, source=source, now=now, entropy=self.entropy
            )
            moved = replace(peer, in_cursor=cursor, out_pos=out_position)
            peers.write(session, _heard(moved, None, now))
        _witness(self.database, changes, results, now)
        return results


def _take(
    session: Session,
    changes: Sequence[Change],
    *,
    source: str,
    now: datetime,
    entropy: Entropy,
) -> tuple[Result, ...]:
    """Store changes of another node.

    What was held here for want of a form that is among them is taken in.
    """
    brings_forms = any(e.type == forms.KIND for c in changes for e in c.edits)
    if brings_forms:
        node.alone(session)
    outcomes = ingest.ingest(
        session,
        changes,
        peer=source,
        received_ms=milliseconds(now),
        schema=publishing.schema(session),
    )
    news = zip(changes, outcomes, strict=True)
    post.expect(
        session, [one for one, outcome in news if outcome.status != "duplicate"]
    )
    if brings_forms:
        pen = Pen(session, now=now, entropy=entropy)
        intake.take_in_waiting(session, pen=pen, now=now)
        pen.close()
    return tuple(Result(id=o.id, status=o.status, code=o.code) for o in outcomes)


def _witness(
    database: Database,
    changes: Sequence[Change],
    results: Sequence[Result],
    now: datetime,
) -> None:
    """Let the clock of another node move this one's.

    This is a transaction of its own: whoever writes in this node's name holds its row,
    and no exchange shall wait for that with documents locked.
    """
    times = [
        clock.parse(change.hlc)
        for change, result in zip(changes, results, strict=True)
        if result.code != NOT_ITSELF
    ]
    if times:
        with database.transaction() as session:
            node.witness(session, milliseconds(now), max(times))


def _page(
    session: Session, position: int, max_bytes: int, *, not_from: str
) -> Outgoing:
    """Return changes behind a position, as many as fit and at least one.

    What came from ``not_from`` is passed over without ending the page.
    """
    chosen: list[Change] = []
    room, end = max_bytes, feed.end(session)
    limit = max(1, min(max_bytes // _USUAL_BYTES, MAX_CHANGES))
    while position < end and len(chosen) < MAX_CHANGES:
        found, reached = feed.since(
            session,
            position,
            limit=min(limit, MAX_CHANGES - len(chosen)),
            not_from=not_from,
        )
        if reached == position:
            break
        size = sum(len(frames.wrap(change)) for change in found)
        if size > room and chosen:
            break
        if size > room and limit > 1:
            limit = max(1, limit * room // (size + 1))
            continue
        chosen += found
        room -= size
        position = reached
    return Outgoing(tuple(chosen), position, position < end)


def _peer(session: Session, peer_id: str) -> Peer:
    peer = peers.find(session, peer_id)
    assert peer is not None  # noqa: S101 - peers are revoked, never removed
    return peer


def _heard(peer: Peer, offset_ms: int | None, now: datetime) -> Peer:
    """Return a peer that was just heard; an unknown clock offset leaves the last."""
    known = peer.clock_off_ms if offset_ms is None else offset_ms
    return replace(peer, last_ok=now, clock_off_ms=known)


def _acknowledged(peer: Peer, epoch: str) -> int:
    """Return how far this life of the peer's feed has been stored here."""
    return cursors.position(peer.in_cursor or "", epoch=epoch)


def origin(peer_id: str, epoch: str) -> str:
    """Return what changes carry as their peer that came from this life of it."""
    return f"{peer_id}/{epoch}"


def _reached(message: Exchange) -> int:
    return message.since if message.upto is None else message.upto


def _unreadable(id_: str) -> Result:
    return Result(id=id_, status="quarantined", code="malformed")


def _offset_ms(wall: str, now: datetime) -> int | None:
    """Return by how much a clock is ahead; None where it tells no time."""
    try:
        said = datetime.fromisoformat(wall)
    except ValueError:
        return None
    return None if said.tzinfo is None else milliseconds(said) - milliseconds(now)
