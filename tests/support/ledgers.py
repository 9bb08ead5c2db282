"""Nodes in memory that keep what they are told, for the protocol's two sides."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sync import clock
from sync.change import Change, Write, compose
from sync.client.agent import Outgoing, Standing
from sync.errors import UnreachableError
from sync.protocol import cursors, frames
from sync.protocol.cursors import Cursor
from sync.protocol.messages import (
    Exchange,
    Exchanged,
    Hello,
    Limits,
    Result,
    Welcome,
    reset_from,
)

DOC = "7b8d9a52-6a0b-5c32-9f0e-0d2f1c3b4a59"
LATER = "2026-11-25T09:11:04+02:00"


def a_change(n: int = 1, *, log: str = "tru-1", value: object = "Ремез") -> Change:
    return compose(
        log=log,
        seq=n,
        hlc=clock.at(1_764_043_881_000 + n),
        wall=LATER,
        author="d:1",
        site="truskavets",
        edits={(DOC, "person"): [Write(f="family_name", v=value)]},
        salts=lambda: b"\x07" * 16,
    )


@dataclass
class Ledger:
    """A node's feed, and what it remembers of its one upstream.

    ``origins`` holds the peer's epoch for each change that came from a peer.
    """

    node: str
    epoch: str = ""
    feed: list[Change] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    peer_epoch: str | None = None
    cursor: str = ""
    out_position: int = 0
    clock_offset_ms: int | None = None

    def __post_init__(self):
        self.epoch = self.epoch or f"{self.node}-1"

    @property
    def ids(self) -> set[str]:
        return {change.id for change in self.feed}

    def write(self, *changes: Change) -> None:
        self.feed.extend(changes)

    def standing(self) -> Standing:
        return Standing(
            node=self.node,
            epoch=self.epoch,
            peer_epoch=self.peer_epoch,
            cursor=self.cursor,
            out_position=self.out_position,
        )

    def meet(self, *, peer_epoch, out_position, clock_offset_ms) -> None:
        self.peer_epoch = peer_epoch
        self.out_position = out_position
        self.clock_offset_ms = clock_offset_ms

    def outgoing(self, position: int, max_bytes: int) -> Outgoing:
        return self.after(position, max_bytes, not_from=self.peer_epoch)

    def accept(self, changes, *, cursor, out_position):
        results = self.take(changes, self.peer_epoch)
        self.cursor, self.out_position = cursor, out_position
        return results

    def take(self, changes, origin) -> list[Result]:
        results = []
        for change in changes:
            is_known = change.id in self.ids
            results.append(
                Result(id=change.id, status="duplicate" if is_known else "stored")
            )
            if not is_known:
                self.feed.append(change)
                self.origins[change.id] = origin
        return results

    def after(self, position, max_bytes, *, not_from) -> Outgoing:
        chosen, room = [], max_bytes
        for change in self.feed[position:]:
            if self.origins.get(change.id) != not_from or not_from is None:
                room -= len(frames.wrap(change))
                if room < 0 and chosen:
                    break
                chosen.append(change)
            position += 1
        return Outgoing(tuple(chosen), position, position < len(self.feed))

    def restored(self, epoch: str) -> "Ledger":
        """Return this node as it comes back later from a backup made now."""
        return replace(self, epoch=epoch, feed=[*self.feed], origins=dict(self.origins))


@dataclass
class Desk:
    """The answering side over a ledger.

    ``line`` is called on the way there and on the way back, and may raise.
    """

    ledger: Ledger
    line: Callable[[str], None] = lambda _: None
    acknowledged: Cursor = cursors.BEGINNING
    offset_ms: int = 0
    calls: list[str] = field(default_factory=list)

    def hello(self, message: Hello) -> Welcome:
        self.calls.append("hello")
        self.line("there")
        known = self._known(message.epoch)
        if message.peer_epoch not in (None, self.ledger.epoch):
            known = 0
        self.acknowledged = Cursor(message.epoch, (known,))
        self.line("back")
        return Welcome(
            node=self.ledger.node,
            site="kyiv",
            epoch=self.ledger.epoch,
            proto=1,
            server_time=LATER,
            limits=Limits(),
            clock_offset_ms=self.offset_ms,
            reset_from=reset_from(since=message.since, acknowledged=known),
        )

    def exchange(self, message: Exchange) -> Exchanged:
        self.calls.append("exchange")
        self.line("there")
        pushed = [frames.unwrap(part) for part in message.push]
        known = self._known(message.epoch)
        restart = reset_from(since=message.since, acknowledged=known)
        results = self.ledger.take(pushed, message.epoch)
        reached = message.since if message.upto is None else message.upto
        acked = reached if restart is None else known
        self.acknowledged = Cursor(message.epoch, (acked,))
        page = self.ledger.after(
            cursors.position(
                message.cursor, epoch=self.ledger.epoch, end=len(self.ledger.feed)
            ),
            message.max_bytes,
            not_from=message.epoch,
        )
        self.line("back")
        return Exchanged(
            epoch=self.ledger.epoch,
            acked_to=acked,
            cursor=cursors.encode(Cursor(self.ledger.epoch, (page.position,))),
            results=tuple(results),
            changes=tuple(map(frames.wrap, page.changes)),
            more=page.more,
            reset_from=restart,
        )

    def _known(self, epoch: str) -> int:
        if self.acknowledged.epoch != epoch:
            return 0
        return self.acknowledged.positions[0]


def down(_: str) -> None:
    """Be a line that is down."""
    raise UnreachableError("no line")
