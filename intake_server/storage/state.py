"""The heads of a document as bytes: what ``document.heads`` holds.

Facts that all writes of one change share (author, site, time) are kept once per
change, not once per cell.
"""

from typing import Any, Final

import msgspec
from msgspec import Struct

from sync.merge.cells import CellState, Document, Head, Version


class _Change(Struct, frozen=True, array_like=True, gc=False):
    """What all writes of one change have in common."""

    id: bytes
    hlc: int
    author: str
    device: str
    site: str
    form: str
    at: str
    off: int | None


class _Head(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """One head of one cell; ``by`` counts along the changes."""

    by: int
    value: Any
    preds: tuple[str, ...] = ()
    src: str | None = None
    act: str | None = None
    why: str | None = None
    element: str | None = None
    saw: tuple[str, ...] | None = None
    waiting: tuple[str, ...] = ()
    is_regress: bool = False


class _Cell(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """The heads of a cell and what they wait for."""

    heads: tuple[_Head, ...]
    miss: dict[str, int] = {}


class _State(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    changes: tuple[_Change, ...]
    cells: dict[str, _Cell]
    awaited: tuple[str, ...] = ()


_encode: Final = msgspec.msgpack.Encoder(order="sorted").encode
_decode: Final = msgspec.msgpack.Decoder(_State).decode


def pack(document: Document) -> bytes:
    """Return the bytes of a document's heads; equal heads give equal bytes."""
    cells = document.cells
    authors: dict[str, Version] = {}
    for state in cells.values():
        for id_, head in state.heads.items():
            authors[id_] = head.version
    places = {id_: place for place, id_ in enumerate(sorted(authors))}
    packed = {
        cell: _Cell(
            tuple(
                [_packed(places[id_], state.heads[id_]) for id_ in sorted(state.heads)]
            ),
            dict(state.miss),
        )
        for cell, state in cells.items()
    }
    changes = tuple(_change(authors[id_]) for id_ in places)
    return _encode(_State(changes, packed, tuple(sorted(document.awaited))))


def unpack(kind: str, data: bytes) -> Document:
    """Return the document that ``pack`` was given, but for all that touched it."""
    state = _decode(data)
    by = [(change.id.hex(), change) for change in state.changes]
    cells = {
        cell: CellState(
            {by[head.by][0]: _unpacked(*by[head.by], head) for head in said.heads},
            said.miss,
        )
        for cell, said in state.cells.items()
    }
    return Document(kind, cells, awaited=frozenset(state.awaited))


def ids(data: bytes) -> dict[str, list[str]]:
    """Return the ids of the heads of each cell, in order, from what ``pack`` made."""
    state = _decode(data)
    by = [change.id.hex() for change in state.changes]
    return {
        cell: [by[head.by] for head in said.heads]
        for cell, said in state.cells.items()
        if said.heads
    }


def _change(version: Version) -> _Change:
    return _Change(
        bytes.fromhex(version.id),
        version.hlc,
        version.author,
        version.device,
        version.site,
        version.form,
        version.at,
        version.off,
    )


def _packed(by: int, head: Head) -> _Head:
    version = head.version
    return _Head(
        by,
        version.value,
        version.preds,
        version.src,
        version.act,
        version.why,
        version.element,
        version.saw,
        tuple(sorted(head.waiting)) if head.waiting else (),
        head.is_regress,
    )


def _unpacked(id_: str, change: _Change, head: _Head) -> Head:
    return Head(
        Version(
            id=id_,
            hlc=change.hlc,
            value=head.value,
            preds=head.preds,
            src=head.src,
            act=head.act,
            why=head.why,
            element=head.element,
            saw=head.saw,
            author=change.author,
            device=change.device,
            site=change.site,
            form=change.form,
            at=change.at,
            off=change.off,
        ),
        frozenset(head.waiting),
        head.is_regress,
    )
