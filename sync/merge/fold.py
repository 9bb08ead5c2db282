"""The whole set at once: the reference that every store is compared with.

It knows nothing of arrival. A version is a head when it is live and no live version names
it; that is a set difference, so the answer cannot depend on order, repetition or batches.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from sync.change import Change
from sync.merge import identity, queue, siblings
from sync.merge.cells import CellState, Document, Head, Version, name_of, undone
from sync.merge.heads import (
    State,
    complete,
    fact,
    is_above,
    judge,
    naming_rank,
    supersedes,
    versions,
)
from sync.merge.identity import Identity
from sync.merge.queue import Item
from sync.merge.rights import names
from sync.merge.schema import Schema
from sync.merge.view import View, look

Cells = dict[str, dict[str, dict[str, Version]]]
"""Every version, by document, cell and change id."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a set of changes amounts to: what people see and what they are asked.

    ``faults`` says why changes are quarantined, by id.
    """

    documents: Mapping[str, Document]
    views: Mapping[str, View]
    items: tuple[Item, ...]
    identity: Identity
    faults: Mapping[str, str]


def fold(changes: Iterable[Change], schema: Schema) -> Picture:
    """Return what a set of changes amounts to."""
    every = united(changes)
    faults = judged(every, schema)
    documents, written = told(every, faults, schema)
    return picture(documents, written, _about_changes(every, faults), faults, schema)


def united(changes: Iterable[Change]) -> dict[str, Change]:
    """Return changes by id, each with all the content that some copy of it has."""
    every: dict[str, Change] = {}
    for change in changes:
        known = every.get(change.id)
        every[change.id] = complete(known, change) if known else change
    return every


def judged(every: Mapping[str, Change], schema: Schema) -> dict[str, str]:
    """Return why changes are quarantined, by id; the good ones are left out."""
    return {
        id_: code
        for id_, change in every.items()
        if (code := judge(change, lambda d, n: fact(every, d, n), schema))
    }


def told(
    every: Mapping[str, Change], faults: Container[str], schema: Schema
) -> tuple[dict[str, Document], Cells]:
    """Return the documents that changes make, and all accepted versions.

    Args:
        every: Changes by id.
        faults: Ids of those that are quarantined.
        schema: The rules.
    """
    kinds: dict[str, str] = {}
    touched: dict[str, set[str]] = {}
    named: dict[str, set[str]] = {}
    written: Cells = {}
    for id_, change in every.items():
        for edit in change.edits:
            if edit.w is None:
                continue
            kinds[edit.doc] = min(edit.type, kinds.get(edit.doc, edit.type))
            touched.setdefault(edit.doc, set()).add(id_)
            named.setdefault(edit.doc, set()).update(names(change, edit))
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
            frozenset(named.get(doc, set()) - touched[doc]),
        )
        for doc, kind in kinds.items()
    }
    return documents, written


def picture(
    documents: Mapping[str, Document],
    past: Mapping[str, Mapping[str, Mapping[str, Version]]],
    extra: Iterable[Item],
    faults: Mapping[str, str],
    schema: Schema,
) -> Picture:
    """Return what documents look like, with ``extra`` items about whole changes."""
    views = {
        doc: look(document, schema, lambda cell, doc=doc: past[doc][cell])  # type: ignore[misc]
        for doc, document in documents.items()
    }
    who = identity.resolve(documents.values())
    looked = {doc: (document, views[doc]) for doc, document in documents.items()}
    items = [
        item
        for doc, document in documents.items()
        for item in queue.ask(doc, document, views[doc], schema, looked.get)
    ]
    items += [one.item for one in siblings.parted(looked, who.aliases)]
    everything = sorted([*items, *extra, *who.items], key=lambda item: item.qid)
    return Picture(documents, views, tuple(everything), who, faults)


def picture_of(state: State) -> Picture:
    """Return what an incremental state amounts to."""
    extra = _about_changes(state.changes, state.faults)
    return picture(state.documents, state.past, extra, state.faults, state.schema)


def _heads(
    said: Mapping[str, Version], arrived: set[str], cell: str, schema: Schema
) -> CellState:
    rule = schema.rule(name_of(cell))
    gone = undone(said)
    live = {id_: v for id_, v in said.items() if id_ not in gone and not v.undoes}
    superseded: set[str] = set()
    miss: dict[str, int] = {}
    for version in live.values():
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
        for id_, version in live.items()
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
