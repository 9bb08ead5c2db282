"""The whole set at once: the reference that every store is compared with.

It knows nothing of arrival. A version is a head when no accepted change names it; that
is a set difference, so the answer cannot depend on order, repetition or batches.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.change import Change
from sync.merge import identity, queue
from sync.merge.cells import CellState, Document, Head, Version, name_of
from sync.merge.heads import (
    State,
    complete,
    fault,
    is_above,
    naming_rank,
    supersedes,
    versions,
)
from sync.merge.identity import Identity
from sync.merge.queue import Item
from sync.merge.schema import Schema
from sync.merge.view import View, look

Cells = dict[str, dict[str, dict[str, Version]]]
"""Every version, by document, cell and change id."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a set of changes amounts to: what people see and what they are asked."""

    documents: Mapping[str, Document]
    views: Mapping[str, View]
    items: tuple[Item, ...]
    identity: Identity


def fold(changes: Iterable[Change], schema: Schema) -> Picture:
    """Return what a set of changes amounts to."""
    every: dict[str, Change] = {}
    for change in changes:
        known = every.get(change.id)
        every[change.id] = complete(known, change) if known else change
    faults = {id_: code for id_, c in every.items() if (code := fault(c, schema))}
    kinds: dict[str, str] = {}
    touched: dict[str, set[str]] = {}
    written: Cells = {}
    for id_, change in every.items():
        for edit in change.edits:
            if edit.w is None:
                continue
            kinds[edit.doc] = min(edit.type, kinds.get(edit.doc, edit.type))
            touched.setdefault(edit.doc, set()).add(id_)
            if id_ in faults:
                continue
            for cell, version in versions(change, edit).items():
                cells = written.setdefault(edit.doc, {})
                cells.setdefault(cell, {})[id_] = version
    documents = {
        doc: Document(
            kind,
            {
                cell: _heads(said, touched[doc], cell, schema)
                for cell, said in written.get(doc, {}).items()
            },
            frozenset(touched[doc]),
        )
        for doc, kind in kinds.items()
    }
    return picture(documents, written, _about_changes(every, faults), schema)


def picture(
    documents: Mapping[str, Document],
    past: Mapping[str, Mapping[str, Mapping[str, Version]]],
    extra: Iterable[Item],
    schema: Schema,
) -> Picture:
    """Return what documents look like, with ``extra`` items about whole changes."""
    views = {
        doc: look(document, schema, lambda cell, doc=doc: past[doc][cell])  # type: ignore[misc]
        for doc, document in documents.items()
    }
    who = identity.resolve(documents.values())
    items = [
        item
        for doc, document in documents.items()
        for item in queue.ask(doc, document, views[doc], schema)
    ]
    everything = sorted([*items, *extra, *who.items], key=lambda item: item.qid)
    return Picture(documents, views, tuple(everything), who)


def picture_of(state: State) -> Picture:
    """Return what an incremental state amounts to."""
    extra = [queue.quarantined(change, code) for change, code in state.faults.values()]
    extra += [queue.fork(*at, ids) for at, ids in state.logs.items() if len(ids) > 1]
    return picture(state.documents, state.past, extra, state.schema)


def _heads(
    said: Mapping[str, Version], arrived: set[str], cell: str, schema: Schema
) -> CellState:
    rule = schema.rule(name_of(cell))
    superseded: set[str] = set()
    miss: dict[str, int] = {}
    for version in said.values():
        rank = naming_rank(version, rule)
        for pred in version.preds:
            if pred not in arrived:
                miss[pred] = max(rank, miss.get(pred, -1))
            elif pred in said and supersedes(rank, said[pred], rule):
                superseded.add(pred)
    heads = {
        id_: Head(
            version,
            frozenset(pred for pred in version.preds if pred not in arrived),
            any(
                is_above(said[pred], version, rule)
                for pred in version.preds
                if pred in said
            ),
        )
        for id_, version in said.items()
        if id_ not in superseded
    }
    return CellState(heads, miss)


def _about_changes(
    every: Mapping[str, Change], faults: Mapping[str, str]
) -> list[Item]:
    items = [queue.quarantined(every[id_], code) for id_, code in faults.items()]
    places: dict[tuple[str, int], list[str]] = {}
    for id_, change in every.items():
        places.setdefault((change.log, change.seq), []).append(id_)
    items += [queue.fork(*place, ids) for place, ids in places.items() if len(ids) > 1]
    return items
