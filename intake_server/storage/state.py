"""The heads of a document as bytes: what ``document.heads`` holds.

Facts that all writes of one change share (author, site, time) are kept once per
change, not once per cell.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from sync.merge.cells import CellState, Head, Version


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


class _State(Struct, frozen=True, array_like=True, gc=False):
    changes: tuple[_Change, ...]
    cells: dict[str, _Cell]


_encode: Final = msgspec.msgpack.Encoder(order="sorted").encode
_decode: Final = msgspec.msgpack.Decoder(_State).decode


def pack(cells: Mapping[str, CellState]) -> bytes:
    """Return the bytes of a document's cells; equal cells give equal bytes."""
    authors = {
        id_: head.version
        for state in cells.values()
        for id_, head in state.heads.items()
    }
    places = {id_: place for place, id_ in enumerate(sorted(authors))}
    packed = {
        cell: _Cell(
            tuple(
                _packed(places[id_], state.heads[id_]) for id_ in sorted(state.heads)
            ),
            dict(state.miss),
        )
        for cell, state in cells.items()
    }
    return _encode(_State(tuple(_change(authors[id_]) for id_ in places), packed))


def unpack(data: bytes) -> dict[str, CellState]:
    """Return the cells that ``pack`` was given."""
    state = _decode(data)
    by = [(change.id.hex(), change) for change in state.changes]
    return {
        cell: CellState(
            {by[head.by][0]: _unpacked(*by[head.by], head) for head in said.heads},
            said.miss,
        )
        for cell, said in state.cells.items()
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
        tuple(sorted(head.waiting)),
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
