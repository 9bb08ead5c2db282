"""What is said: one struct a message, the same in JSON and in MessagePack.

Each side keeps two places of the other: how far it has read the other's feed (a cursor
that only the other can read) and how much of its own feed the other has acknowledged (a
position). An ``epoch`` names one life of a store; a store that comes back from a backup
begins a new one, and whoever notices offers everything again. Every message may be sent
twice.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Meta, Raw, Struct

from sync.errors import VersionError

VERSIONS: Final = (1,)
"""Versions of the protocol spoken here."""

MAX_CHANGES: Final = 2_000
"""Changes in one message."""

MAX_BYTES: Final = 4_000_000
"""Bytes of one message after decoding."""

FIRST_BYTES: Final = 64 * 1024
"""How much is told where nobody says how much the line carries."""

Position = Annotated[int, Meta(ge=0, lt=1 << 53)]
"""A place in a feed; 0 is before the first change."""

Epoch = Annotated[str, Meta(max_length=64)]
"""The name of one life of a store."""


class Join(Struct, frozen=True, kw_only=True):
    """A new node shows its one-time code; ``public_key`` is Ed25519, base64."""

    code: str
    node: str
    site: str
    public_key: str


class Joined(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a new node is given.

    Attributes:
        node: Id of the node that it has joined.
        site: That node's site.
        public_key: That node's key, base64.
        token: The secret of this pair of nodes.
        network_keys: What all nodes share, base64 by purpose.
        reference_block: The block of children's references that is reserved for the
            new node's site.
    """

    node: str
    site: str
    public_key: str
    token: str
    network_keys: dict[str, str]
    reference_block: str | None = None


class Limits(Struct, frozen=True, kw_only=True):
    """How much one message may carry."""

    max_changes: int = MAX_CHANGES
    max_bytes: int = MAX_BYTES


class Hello(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The first word to a peer, and the first after its epoch has changed.

    Attributes:
        node: Id of the speaker.
        epoch: This life of the speaker's store.
        proto: Versions that the speaker knows.
        wall: The speaker's clock, RFC 3339.
        peer_epoch: The listener's epoch as the speaker last knew it.
        since: Position in the speaker's feed that the listener has acknowledged.
    """

    node: str
    epoch: Epoch
    proto: tuple[int, ...] = VERSIONS
    wall: str = ""
    peer_epoch: Epoch | None = None
    since: Position = 0


class Welcome(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer to ``Hello``.

    Attributes:
        clock_offset_ms: By how much the speaker's clock is ahead of the listener's;
            None where the speaker told no time.
        reset_from: Position from which the speaker must offer its feed again; None
            where it may go on.
    """

    node: str
    site: str
    epoch: Epoch
    proto: int
    server_time: str
    limits: Limits
    clock_offset_ms: int | None = None
    reset_from: Position | None = None


class Exchange(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One round trip's question: changes for the other, and a wish for its own.

    Attributes:
        epoch: This life of the speaker's store.
        push: Changes of the speaker's feed after ``since`` up to ``upto``.
        since: Position that the listener has acknowledged, as the speaker remembers.
        upto: Position that the listener acknowledges when it has stored ``push``; None
            is ``since``.
        cursor: How far the speaker has read the listener's feed.
        max_bytes: How much the speaker wants to hear, in bytes of changes.
        wall: The speaker's clock, RFC 3339.
    """

    epoch: Epoch
    push: tuple[Raw, ...] = ()
    since: Position = 0
    upto: Position | None = None
    cursor: str = ""
    max_bytes: int = FIRST_BYTES
    wall: str = ""


class Result(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of one pushed change: ``stored``, ``duplicate``, ``quarantined``.

    ``code`` says why it is quarantined. ``id`` is empty where none could be read.
    """

    id: str
    status: str
    code: str | None = None


class Exchanged(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer to ``Exchange``, given only after what was pushed is durable.

    Attributes:
        epoch: This life of the listener's store.
        acked_to: Position in the speaker's feed that is now acknowledged.
        cursor: How far the speaker has read when it has stored ``changes``; empty
            where that is as far as it said.
        results: One per pushed change, in order.
        changes: Changes of the listener's feed after the speaker's cursor.
        more: Whether more is waiting after ``cursor``.
        reset_from: Position from which the speaker must offer its feed again; None
            where it may go on.
    """

    epoch: Epoch
    acked_to: Position = 0
    cursor: str = ""
    results: tuple[Result, ...] = ()
    changes: tuple[Raw, ...] = ()
    more: bool = False
    reset_from: Position | None = None


def common_version(offered: Sequence[int]) -> int:
    """Return the newest version that both sides speak.

    Raises:
        VersionError: There is none.
    """
    shared = set(VERSIONS).intersection(offered)
    if not shared:
        raise VersionError(VERSIONS)
    return max(shared)


def reset_from(*, since: int, acknowledged: int) -> int | None:
    """Return where a feed must be offered from again, or None to go on.

    Args:
        since: What the feed's owner believes to be acknowledged.
        acknowledged: What the other side has in fact; 0 where it never met this life
            of the owner's store, or has itself begun a new one.
    """
    return acknowledged if since > acknowledged else None
