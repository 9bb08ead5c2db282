"""Exchange with one peer until neither side has anything left to tell.

A message may be lost on its way there or back. What is known of the peer moves only
together with the changes that it belongs to, in the store's own transaction, so sending
again is always right and nothing is ever skipped.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from msgspec import Raw

from sync.change import Change
from sync.errors import RefusedError, UnreachableError
from sync.protocol import frames
from sync.protocol.messages import (
    FIRST_BYTES,
    MAX_BYTES,
    Exchange,
    Exchanged,
    Hello,
    Result,
    Welcome,
)

LEAST_BYTES: Final = 8 * 1024
"""What a message carries on the worst of lines."""

MOST_BYTES: Final = MAX_BYTES - 64 * 1024
"""What a message carries on the best of lines; the rest is for its envelope."""

QUICK_S: Final = 2.0
"""A round trip that takes less makes the next message twice as large."""

_TRIES: Final = 3
_LONGEST_WAIT_S: Final = 30.0
_MEETINGS: Final = 3
_TOO_LARGE: Final = 413

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far this node and the peer have come.

    Attributes:
        node: This node.
        epoch: This life of its store.
        peer_epoch: The peer's as it was last met; None before that.
        cursor: How far the peer's feed has been read.
        out_position: Position in this node's feed that the peer has acknowledged.
    """

    node: str
    epoch: str
    peer_epoch: str | None
    cursor: str
    out_position: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Changes that the peer is to be told.

    ``position`` is what it acknowledges with them; ``more`` says that others follow.
    """

    changes: tuple[Change, ...]
    position: int
    more: bool


class Store(Protocol):
    """What the agent needs of a node's store, for one peer."""

    def standing(self) -> Standing:
        """Return how far the two have come."""
        ...

    def meet(
        self, *, peer_epoch: str, out_position: int, clock_offset_ms: int | None
    ) -> None:
        """Remember the peer's epoch, and from where it must be told.

        ``clock_offset_ms`` is by how much the peer's clock is ahead.
        """
        ...

    def outgoing(self, position: int, max_bytes: int) -> Outgoing:
        """Return changes after ``position`` that did not come from the peer.

        As many as ``max_bytes`` hold, and at least one if there is any.
        """
        ...

    def accept(
        self, changes: Sequence[Change], *, cursor: str, out_position: int
    ) -> Sequence[Result]:
        """Store changes and, in the same transaction, how far the two have come."""
        ...


class Peer(Protocol):
    """The way to a peer; ``Transport`` is one."""

    def hello(self, message: Hello) -> Welcome:
        """Say who is speaking."""
        ...

    def exchange(self, message: Exchange) -> Exchanged:
        """Give changes and receive others."""
        ...


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run has moved; what the other side already had is not counted."""

    pushed: int = 0
    pulled: int = 0
    quarantined: int = 0
    rounds: int = 0


@dataclass(slots=True)
class Agent:
    """The calling side of an exchange.

    Attributes:
        store: The node's store, seen for this one peer.
        transport: The way to the peer.
        wall: Tells the time as RFC 3339, for the peer to compare with its own.
        clock: Seconds that only ever grow.
        wait: Sleeps that many seconds.
        chance: Between 0 and 1, so that nodes do not knock all at once.
    """

    store: Store
    transport: Peer
    wall: Callable[[], str]
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    _bytes: int = field(default=FIRST_BYTES, init=False)

    def run(self, progress: Callable[[Summary], None] = lambda _: None) -> Summary:
        """Exchange until nothing is left on either side.

        Args:
            progress: Told after each round what has been moved so far.

        Raises:
            UnreachableError: The line is down; what was exchanged so far is kept.
            RefusedError: The peer refuses; a person must look.
        """
        standing = self.store.standing()
        if standing.peer_epoch is None:
            standing = self._meet(standing)
        done, meetings = Summary(), 0
        while True:
            batch, reply = self._round(standing)
            heard = self._accept(reply, reply.cursor or standing.cursor)
            done = _add(done, reply.results, heard)
            progress(done)
            if reply.epoch != standing.peer_epoch or reply.reset_from is not None:
                meetings += 1
                _refuse_endless(meetings > _MEETINGS)
                standing = self._meet(self.store.standing())
                continue
            # Who heard something says so in a last round, or the peer would not know.
            if not (batch.more or reply.more or reply.changes):
                return done
            reached = self.store.standing()
            _refuse_endless(reached == standing)
            standing = reached

    def _meet(self, standing: Standing) -> Standing:
        message = Hello(
            node=standing.node,
            epoch=standing.epoch,
            wall=self.wall(),
            peer_epoch=standing.peer_epoch,
            since=standing.out_position,
        )
        welcome = self._insist(lambda: self.transport.hello(message))
        offset, restart = welcome.clock_offset_ms, welcome.reset_from
        self.store.meet(
            peer_epoch=welcome.epoch,
            out_position=standing.out_position if restart is None else restart,
            clock_offset_ms=None if offset is None else -offset,
        )
        return self.store.standing()

    def _round(self, standing: Standing) -> tuple[Outgoing, Exchanged]:
        def attempt() -> tuple[Outgoing, Exchanged]:
            batch = self.store.outgoing(standing.out_position, self._bytes)
            message = Exchange(
                epoch=standing.epoch,
                push=tuple(map(frames.wrap, batch.changes)),
                since=standing.out_position,
                upto=_moved(batch.position, standing.out_position),
                cursor=standing.cursor,
                max_bytes=self._bytes,
                wall=self.wall(),
            )
            began = self.clock()
            reply = self.transport.exchange(message)
            if self.clock() - began < QUICK_S:
                self._bytes = min(self._bytes * 2, MOST_BYTES)
            return batch, reply

        return self._insist(attempt)

    def _accept(self, reply: Exchanged, cursor: str) -> Sequence[Result]:
        read = [(part, frames.unwrap(part)) for part in reply.changes]
        stored = self.store.accept(
            [change for _, change in read if change is not None],
            cursor=cursor,
            out_position=reply.acked_to,
        )
        return [*stored, *(_unreadable(part) for part, change in read if not change)]

    def _insist(self, attempt: Callable[[], _T]) -> _T:
        """Try with ever smaller messages; give up when that does not help."""
        failures = 0
        while True:
            try:
                return attempt()
            except UnreachableError as trouble:
                failures += 1
                delay = trouble.retry_after_s or self.chance() * 2**failures
                if failures >= _TRIES or delay > _LONGEST_WAIT_S:
                    raise
                self._bytes = max(self._bytes // 2, LEAST_BYTES)
                self.wait(delay)
            except RefusedError as refusal:
                if refusal.status != _TOO_LARGE or self._bytes <= LEAST_BYTES:
                    raise
                self._bytes = max(self._bytes // 2, LEAST_BYTES)


def _add(done: Summary, told: Sequence[Result], heard: Sequence[Result]) -> Summary:
    return Summary(
        pushed=done.pushed + _new(told),
        pulled=done.pulled + _new(heard),
        quarantined=done.quarantined
        + sum(result.status == "quarantined" for result in [*told, *heard]),
        rounds=done.rounds + 1,
    )


def _moved(position: int, before: int) -> int | None:
    return position if position != before else None


def _new(results: Sequence[Result]) -> int:
    return sum(result.status != "duplicate" for result in results)


def _unreadable(part: Raw) -> Result:
    return Result(id=frames.id_of(part), status="quarantined", code="malformed")


def _refuse_endless(is_endless: bool) -> None:  # noqa: FBT001
    if is_endless:
        raise UnreachableError("the other side answers, but nothing moves on")
