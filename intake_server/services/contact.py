"""Calling a peer, by the clock or by hand, and how things stand with all of them.

A lease in the store sees to it that no two call the same peer at once, whether in one
process or in several. It is renewed with each round trip and ends by itself when its
holder dies.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Final

from intake_server.clock import Clock, text
from intake_server.errors import HeldError, NotFoundError
from intake_server.services.authoring import Entropy
from intake_server.services.exchange import PeerStore, origin
from intake_server.storage import feed, leases, node, peers, queue
from intake_server.storage.database import Database, Session
from sync.client.agent import Agent, Summary
from sync.client.transport import Transport

MOST_COUNTED: Final = feed.MOST_COUNTED
"""Where a page stops counting what waits for a peer."""
LEASE_S: Final = 120.0
"""After so many seconds without a sign a holder is taken for dead."""

_CONFLICTS: Final = (
    "field_conflict",
    "set_conflict",
    "delete_conflict",
    "edit_on_erased",
    "link_conflict",
    "link_blocked",
    "link_proposed",
)


@dataclass(frozen=True, slots=True)
class Contact:
    """How things stand with one peer.

    ``unsent`` counts changes that it has not acknowledged, ``last_ok`` is the last time
    it was heard, ``clock_off_ms`` by how much its clock is ahead of this node's.
    """

    node: str
    site: str
    is_upstream: bool
    unsent: int
    last_ok: datetime | None
    clock_off_ms: int | None
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """How far one peer has heard this node, and when it was heard last.

    ``unsent`` counts no further than ``MOST_COUNTED``.
    """

    site: str
    unsent: int
    last_ok: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: what waits for people here, and each peer by site."""

    quarantined: int
    conflicts: int
    contacts: tuple[Contact, ...]


def call(  # noqa: PLR0913 - most are for who looks on
    database: Database,
    peer_id: str | None = None,
    *,
    url: str = "",
    holder: str,
    now: Clock,
    progress: Callable[[Summary], None] = lambda _: None,
    wait: Callable[[float], None] = time.sleep,
    entropy: Entropy = token_bytes,
) -> Summary:
    """Exchange with a peer until neither side has anything left.

    Args:
        database: The store.
        peer_id: The peer; None is the upstream.
        url: Where it is reached; the address that it was joined at when empty.
        holder: Who calls, as others are told who must wait.
        now: Tells the time.
        progress: Told after each round what has been moved so far.
        wait: Sleeps that many seconds, between two tries.
        entropy: Gives random bytes.

    Raises:
        HeldError: Somebody else is calling it.
        NotFoundError: There is no such peer, or it is one that calls here.
        UnreachableError: The line is down; what was exchanged so far is kept.
        RefusedError: The peer refuses; a person must look.
    """
    peer = _callable(database, peer_id)
    job = f"sync with {peer.site}"
    take(database, job, holder, now=now())

    def renew(summary: Summary) -> None:
        take(database, job, holder, now=now())
        progress(summary)

    transport = Transport(url or peer.url or "", peer.token or "")
    store = PeerStore(database, peer.id, now, entropy)
    try:
        agent = Agent(store, transport, lambda: text(now()), wait=wait)
        return agent.run(renew)
    finally:
        transport.close()
        give_back(database, job, holder)


def take(database: Database, job: str, holder: str, *, now: datetime) -> None:
    """Take or renew the lease on a job.

    Raises:
        HeldError: Somebody else has it.
    """
    with database.transaction() as session:
        if leases.take(session, job, holder, now=now, seconds=LEASE_S):
            return
        other = leases.holder(session, job, now=now)
    raise HeldError(job, other or "somebody")


def give_back(database: Database, job: str, holder: str) -> None:
    """Give the lease on a job back; harmless when somebody else has it."""
    with database.transaction() as session:
        leases.release(session, job, holder)


def standing(database: Database) -> Standing:
    """Return how things stand with all peers."""
    with database.reading() as session:
        upstream = node.read(session).upstream
        counts = queue.counts(session)
        contacts = tuple(
            Contact(
                node=peer.id,
                site=peer.site,
                is_upstream=peer.id == upstream,
                unsent=unsent,
                last_ok=peer.last_ok,
                clock_off_ms=peer.clock_off_ms,
                is_revoked=peer.revoked is not None,
            )
            for peer, unsent in _unsent(session)
        )
    conflicts = sum(counts.get(kind, 0) for kind in _CONFLICTS)
    return Standing(counts.get("quarantine", 0), conflicts, contacts)


def lines(database: Database) -> tuple[Line, ...]:
    """Return how the line to each peer stands that still takes part; one statement."""
    with database.reading() as session:
        return tuple(
            Line(one.site, one.unsent, one.last_ok) for one in feed.lines(session)
        )


def _unsent(session: Session) -> Iterable[tuple[peers.Peer, int]]:
    every = peers.all_of(session)
    places = [(peer.out_pos, origin(peer.id, peer.epoch or "")) for peer in every]
    return zip(every, feed.waiting(session, places), strict=True)


def _callable(database: Database, peer_id: str | None) -> peers.Peer:
    with database.reading() as session:
        wanted = peer_id or node.read(session).upstream
        if wanted is None:
            raise NotFoundError("upstream of this node")
        named = [
            peer
            for peer in peers.all_of(session)
            if wanted in (peer.id, peer.site) and peer.token
        ]
    if not named:
        raise NotFoundError("peer that this node can call", wanted)
    return named[0]
