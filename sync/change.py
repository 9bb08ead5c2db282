"""A change: an immutable, content-addressed set of cell writes, applied as a whole.

The id is 48 bits of clock and 80 bits of SHA-256 over the envelope, in which every
document's writes stand only as a salted hash. So one document of a change can be
withheld or erased and the rest still verifies. Values are kept as typed; they are
normalised for comparison only (``sync.values``).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from sync import clock
from sync.errors import MalformedChangeError
from sync.values import element_key, is_plain

VERSION: Final = 1
_ID: Final = re.compile(r"[0-9a-f]{32}\Z")

DEEPEST: Final = 256
"""How deep a value may lie to be readable at all; less is quarantined (``faults``)."""

LARGEST: Final = 3_500_000
"""How many bytes of JSON a change may have, so that one message can carry it."""

_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_MOST: Final = 1 << 63


class Write(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One write of one cell.

    Exactly one of ``f`` (field), ``g`` (group), ``s`` (set, with ``e`` the element)
    and ``n`` (log, with ``e`` the entry's id) names the cell. ``p`` holds the ids of
    the versions that its author saw. An undo says no ``v``: ``undoes`` holds the ids of
    the versions that it takes back.
    """

    f: str | None = None
    g: str | None = None
    s: str | None = None
    n: str | None = None
    e: str | None = None
    v: Any | UnsetType = UNSET
    p: tuple[str, ...] = ()
    src: str | None = None
    act: str | None = None
    why: str | None = None
    undoes: tuple[str, ...] = ()
    saw: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """The property, group, set or log that is written."""
        return self.f or self.g or self.s or self.n or ""

    @property
    def cell(self) -> str:
        """The key of the cell within its document."""
        if self.s is not None:
            return element_key(self.s, self.e or "")
        if self.n is not None:
            return f"{self.n}/{self.e or ''}"
        return self.f or self.g or ""


class Edit(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What a change says on one document; ``w`` is None where it is withheld."""

    doc: str
    type: str
    ph: str = ""
    salt: str | None = None
    w: tuple[Write, ...] | None = None


class Change(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """Cell writes on one or more documents, by one author at one time.

    ``wall`` is RFC 3339 text from the author's device, ``off`` the milliseconds by
    which that device's clock was ahead when it delivered, ``form`` is
    ``form_id@version`` or empty for a decision. ``role`` says of a decision what its
    author is here for.
    """

    v: int = VERSION
    id: str = ""
    log: str
    seq: int
    prev: str = ""
    hlc: str
    wall: str
    author: str
    role: str = ""
    device: str = ""
    site: str
    form: str = ""
    off: int | None = None
    edits: tuple[Edit, ...]
    sig: str | None = None


class _Body(Struct, frozen=True, omit_defaults=True, array_like=True, gc=False):
    """What is kept per (change, document)."""

    salt: str
    w: tuple[Write, ...]


_json = msgspec.json.Encoder(order="sorted")
_pack = msgspec.msgpack.Encoder()
_read_json = msgspec.json.Decoder(Change)
_read_envelope = msgspec.msgpack.Decoder(Change)
_read_body = msgspec.msgpack.Decoder(_Body)


def is_id(text: str) -> bool:
    """Tell whether a text can be the id of a change."""
    return _ID.match(text) is not None


def canonical(value: Any) -> bytes:
    """Return sorted-key UTF-8 JSON without spaces, the form that hashes are taken of."""
    return _json.encode(value)


def compose(
    *,
    hlc: int,
    edits: Mapping[tuple[str, str], Sequence[Write]],
    salts: Callable[[], bytes],
    **envelope: Any,
) -> Change:
    """Make a change and give it its id.

    Args:
        hlc: Clock value of the author.
        edits: Writes by (document id, document kind).
        salts: Gives 16 random bytes at each call.
        envelope: The other members of ``Change``.
    """
    sealed = tuple(
        _salted(doc, kind, tuple(writes), salts().hex())
        for (doc, kind), writes in edits.items()
    )
    change = Change(hlc=clock.text(hlc), edits=sealed, **envelope)
    return msgspec.structs.replace(change, id=_identify(change))


def verify(change: Change) -> str | None:
    """Return why the change is not what its id says, or None when it is."""
    try:
        if _identify(change) != change.id:
            return "id"
    except ValueError:
        return "hlc"
    for edit in change.edits:
        if edit.w is not None and _hash(edit.salt or "", edit.w) != edit.ph:
            return "hash"
    return None


def encode(change: Change) -> bytes:
    """Return the wire form."""
    return _json.encode(change)


def decode(data: bytes) -> Change:
    """Read the wire form.

    Raises:
        MalformedChangeError: The bytes are not a change.
    """
    try:
        change = _read_json.decode(data)
        _pack.encode(change)  # what cannot be packed here cannot be kept anywhere
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedChangeError("not a change") from error
    except (OverflowError, RecursionError) as error:
        raise MalformedChangeError("a change that cannot be kept") from error
    if not all(is_plain(write.v, DEEPEST) for write in _nested(change)):
        raise MalformedChangeError("a change that is too deep")
    if not is_keepable(change):
        raise MalformedChangeError("a change that cannot be kept")
    return change


def is_keepable(change: Change) -> bool:
    """Tell whether every store can keep a change and every line carry it.

    One that some node could keep and another could not would stop all that comes behind
    it: what no database holds as text (NUL) or as a number, and what no message holds.
    """
    if not 0 <= change.seq < 2 * _MOST or abs(change.off or 0) >= _MOST:
        return False
    if not 0 <= change.v < _MOST:
        return False
    data = _json.encode(change)
    return len(data) <= LARGEST and not (b"u0000" in data and _NUL.search(data))


def envelope(change: Change) -> bytes:
    """Return the part that is kept once: everything but salts and writes."""
    return _pack.encode(_bare(change))


def body(edit: Edit) -> bytes:
    """Return the part that is kept per (change, document)."""
    return _pack.encode(_Body(edit.salt or "", edit.w or ()))


def writes_of(body: bytes) -> tuple[Write, ...]:
    """Return the writes of a kept body."""
    return _read_body.decode(body).w


def join(envelope: bytes, bodies: Mapping[str, bytes]) -> Change:
    """Put a change together again; a document without a body stays withheld."""
    change = _read_envelope.decode(envelope)
    edits = tuple(_with_body(edit, bodies.get(edit.doc)) for edit in change.edits)
    return msgspec.structs.replace(change, edits=edits)


def _nested(change: Change) -> Iterator[Write]:
    for edit in change.edits:
        for write in edit.w or ():
            if isinstance(write.v, dict | list):
                yield write


def _with_body(edit: Edit, body: bytes | None) -> Edit:
    if body is None:
        return edit
    kept = _read_body.decode(body)
    return msgspec.structs.replace(edit, salt=kept.salt, w=kept.w)


def _salted(doc: str, kind: str, writes: tuple[Write, ...], salt: str) -> Edit:
    return Edit(doc=doc, type=kind, ph=_hash(salt, writes), salt=salt, w=writes)


def _hash(salt: str, writes: Sequence[Write]) -> str:
    return sha256(salt.encode() + _json.encode(writes)).hexdigest()


def _bare(change: Change) -> Change:
    edits = tuple(Edit(doc=e.doc, type=e.type, ph=e.ph) for e in change.edits)
    return msgspec.structs.replace(change, edits=edits)


def _identify(change: Change) -> str:
    hashed = msgspec.structs.replace(_bare(change), id="", sig=None)
    digest = sha256(_json.encode(hashed)).hexdigest()
    return clock.text(clock.parse(change.hlc))[:12] + digest[:20]
