"""The heads of a document as bytes: what ``document.heads`` holds.

Facts that all writes of one change share (author, site, time) are kept once per
change, not once per cell.
"""

from collections.abc import Mapping, Sequence
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


class _Head(Struct, frozen=True, array_like=True, gc=False):
    """One head of one cell; ``by`` counts along the changes, ``preds`` along the names."""

    by: int
    value: Any
    preds: tuple[int, ...] = ()
    src: str | None = None
    act: str | None = None
    why: str | None = None
    element: str | None = None
    saw: tuple[str, ...] | None = None
    waiting: tuple[str, ...] = ()
    is_regress: bool = False


class _Cell(Struct, frozen=True, array_like=True, gc=False):
    """The heads of a cell and what they wait for."""

    heads: tuple[_Head, ...]
    miss: dict[str, int] = {}


class _State(Struct, frozen=True, array_like=True, gc=False):
    changes: tuple[_Change, ...]
    names: tuple[str, ...]
    cells: dict[str, _Cell]
    awaited: tuple[str, ...] = ()


_PLAIN: Final = _Head(0, None).__struct_defaults__[1:]
_encode: Final = msgspec.msgpack.Encoder(order="sorted").encode
_decode: Final = msgspec.msgpack.Decoder(_State).decode


def pack(document: Document) -> bytes:
    """Return the bytes of a document's heads; equal heads give equal bytes.

    What a change and a name are said in often stands there once, and most heads have
    no more than their value.
    """
    cells = document.cells
    authors: dict[str, Version] = {}
    named: set[str] = set()
    for state in cells.values():
        for id_, head in state.heads.items():
            authors[id_] = head.version
            named.update(head.version.preds)
    by = {id_: place for place, id_ in enumerate(sorted(authors))}
    names = {name: place for place, name in enumerate(sorted(named))}
    packed = {
        cell: (
            [_packed(by[id_], state.heads[id_], names) for id_ in sorted(state.heads)],
            *((state.miss,) if state.miss else ()),
        )
        for cell, state in cells.items()
    }
    changes = [_change(authors[id_]) for id_ in by]
    return _encode((changes, [*names], packed, sorted(document.awaited)))


def unpack(kind: str, data: bytes) -> Document:
    """Return the document that ``pack`` was given, but for all that touched it."""
    state = _decode(data)
    by = [(change.id.hex(), change) for change in state.changes]
    cells = {
        cell: CellState(
            {
                by[head.by][0]: _unpacked(*by[head.by], head, state.names)
                for head in said.heads
            },
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


def _packed(by: int, head: Head, names: Mapping[str, int]) -> tuple[Any, ...]:
    version = head.version
    preds = [names[pred] for pred in version.preds]
    more = (
        version.src,
        version.act,
        version.why,
        version.element,
        version.saw,
        tuple(sorted(head.waiting)),
        head.is_regress,
    )
    if more != _PLAIN:
        return (by, version.value, preds, *more)
    return (by, version.value, preds) if preds else (by, version.value)


def _unpacked(id_: str, change: _Change, head: _Head, names: Sequence[str]) -> Head:
    return Head(
        Version(
            id=id_,
            hlc=change.hlc,
            value=head.value,
            preds=tuple([names[place] for place in head.preds]),
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
