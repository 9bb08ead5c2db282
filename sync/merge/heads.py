"""Which writes are current: the incremental engine.

``arrive`` takes one version of one cell in any order of arrival, and repeating it is
harmless. A version is a head until a version arrives, or has arrived, that names it in
its preds. Nothing here reads a clock or a database; a store that keeps ``CellState`` in
tables and a node that keeps ``State`` in memory run the same lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from msgspec import UNSET, structs

from sync import clock
from sync.change import Change, Edit, Write
from sync.merge.cells import CellState, Document, Head, Version, name_of
from sync.merge.faults import fault
from sync.merge.schema import Rule, Schema

__all__ = [
    "OUTRANKS_ALL",
    "Past",
    "Said",
    "State",
    "absorb",
    "apply",
    "arrive",
    "complete",
    "fault",
    "is_above",
    "is_partial",
    "naming_rank",
    "supersedes",
    "versions",
]

OUTRANKS_ALL: Final = 1 << 20
"""The rank of a naming that supersedes whatever it names."""

Past = Mapping[str, Version | None]
"""Versions of one cell that arrived, by change id; None: it wrote nothing live here."""

Said = Mapping[str, Mapping[str, Version]]
"""Every version of one document that arrived, by cell and change id."""

_NOTHING: Final[CellState] = CellState()


@dataclass(frozen=True, slots=True)
class State:
    """Everything one node has accepted, in memory.

    ``past`` holds what ever arrived, by document and cell; ``faults`` the quarantined
    changes with their code; ``logs`` the change ids by (log, sequence); ``partial`` the
    changes of which the content of some document is still withheld.
    """

    schema: Schema
    documents: Mapping[str, Document] = field(default_factory=dict)
    past: Mapping[str, Said] = field(default_factory=dict)
    faults: Mapping[str, tuple[Change, str]] = field(default_factory=dict)
    logs: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    partial: Mapping[str, Change] = field(default_factory=dict)


def apply(state: State, change: Change) -> State:
    """Return the state after ``change``; one that came before adds nothing."""
    faulty = state.faults.get(change.id)
    before = faulty[0] if faulty else state.partial.get(change.id)
    whole = complete(before, change) if before else change
    code = fault(whole, state.schema)
    documents, past = dict(state.documents), dict(state.past)
    for edit in whole.edits:
        if edit.w is None:
            continue
        known_as = documents.get(edit.doc, Document(edit.type))
        document = replace(known_as, kind=min(known_as.kind, edit.type))
        documents[edit.doc] = document
        cells = past.get(edit.doc, {})
        if change.id not in document.touched:
            arrived = {} if code else versions(whole, edit)
            known = {
                cell: dict.fromkeys(document.touched) | dict(cells.get(cell, {}))
                for cell in arrived
            }
            documents[edit.doc] = absorb(
                document, change.id, arrived, schema=state.schema, past=known
            )
            past[edit.doc] = {
                **cells,
                **{
                    cell: {**cells.get(cell, {}), change.id: version}
                    for cell, version in arrived.items()
                },
            }
        elif code and before and change.id not in state.faults:
            past[edit.doc] = _struck(cells, change.id)
            documents[edit.doc] = _again(document, past[edit.doc], state.schema)
    position = (change.log, change.seq)
    ids = state.logs.get(position, frozenset()) | {change.id}
    return State(
        state.schema,
        documents,
        past,
        {**state.faults, change.id: (whole, code)} if code else state.faults,
        {**state.logs, position: ids},
        {**state.partial, change.id: whole} if is_partial(whole) else state.partial,
    )


def complete(known: Change, again: Change) -> Change:
    """Return a change with all the content that either copy of it has.

    Its id is a hash of the envelope, so both copies name the same documents.
    """
    others = dict(enumerate(again.edits))
    edits = tuple(
        others.get(place, edit) if edit.w is None else edit
        for place, edit in enumerate(known.edits)
    )
    return structs.replace(known, edits=edits)


def is_partial(change: Change) -> bool:
    """Tell whether the content of some document is withheld."""
    return any(edit.w is None for edit in change.edits)


def absorb(
    document: Document,
    change_id: str,
    arrived: Mapping[str, Version],
    *,
    schema: Schema,
    past: Mapping[str, Past],
) -> Document:
    """Return a document after one change arrived on it.

    Args:
        document: What is known; its ``touched`` does not hold the change.
        change_id: The change.
        arrived: Its live versions by cell; empty when the change is quarantined.
        schema: The rules.
        past: By cell, every named pred that has arrived and is no head.
    """
    cells = dict(document.cells)
    for cell, version in arrived.items():
        rule = schema.rule(name_of(cell))
        state = cells.get(cell, _NOTHING)
        cells[cell] = arrive(state, version, rule, past.get(cell, {}))
    for cell, state in document.cells.items():
        if change_id in state.miss and cell not in arrived:
            cells[cell] = _stop_waiting(state, change_id)
    return Document(document.kind, cells, document.touched | {change_id})


def arrive(cell: CellState, version: Version, rule: Rule, past: Past) -> CellState:
    """Return a cell after one version arrived.

    Args:
        cell: What is known.
        version: A version that has not arrived before.
        rule: The cell's rule.
        past: Every pred of ``version`` that has arrived and is no head.
    """
    if not (version.preds or cell.heads or cell.miss):
        return CellState({version.id: Head(version)})
    rank = naming_rank(version, rule)
    heads, miss = dict(cell.heads), dict(cell.miss)
    waiting: set[str] = set()
    is_regress = False
    for pred in version.preds:
        head = heads.get(pred)
        target = head.version if head else past.get(pred)
        if head is None and pred not in past:
            waiting.add(pred)
            miss[pred] = max(rank, miss.get(pred, -1))
        elif target is not None:
            is_regress = is_regress or is_above(target, version, rule)
            if head and supersedes(rank, target, rule):
                del heads[pred]
    named_by = miss.pop(version.id, None)
    if named_by is not None:
        heads = {id_: _met(head, version, rule) for id_, head in heads.items()}
    if named_by is None or not supersedes(named_by, version, rule):
        heads[version.id] = Head(version, frozenset(waiting), is_regress)
    return CellState(heads, miss)


def naming_rank(version: Version, rule: Rule) -> int:
    """Return the rank with which a version supersedes what it names."""
    if rule.policy != "authority" or version.act == "override":
        return OUTRANKS_ALL
    return rule.grade(version.src)


def supersedes(rank: int, target: Version, rule: Rule) -> bool:
    """Tell whether a naming of that rank supersedes ``target``.

    Weaker evidence never supersedes stronger, even when its author knew it (I18).
    """
    return rule.policy != "authority" or rank >= rule.grade(target.src)


def is_above(target: Version, version: Version, rule: Rule) -> bool:
    """Tell whether ``version`` went below a value of the order that it names."""
    return rule.order is not None and rule.order.is_below(version.value, target.value)


def versions(change: Change, edit: Edit) -> dict[str, Version]:
    """Return the versions that a change writes on one document, by cell."""
    hlc = clock.parse(change.hlc)
    return {write.cell: _version(change, hlc, write) for write in edit.w or ()}


def _version(change: Change, hlc: int, write: Write) -> Version:
    return Version(
        id=change.id,
        hlc=hlc,
        value=None if write.v is UNSET else write.v,
        preds=write.p,
        src=write.src,
        act=write.act,
        why=write.why,
        element=write.e,
        saw=write.saw,
        author=change.author,
        device=change.device,
        site=change.site,
        form=change.form,
        at=change.wall,
        off=change.off,
    )


def _met(head: Head, version: Version, rule: Rule) -> Head:
    """Return a head after a version that it may have waited for has come."""
    if version.id not in head.waiting:
        return head
    return Head(
        head.version,
        head.waiting - {version.id},
        head.is_regress or is_above(version, head.version, rule),
    )


def _stop_waiting(cell: CellState, id_: str) -> CellState:
    heads = {
        key: structs.replace(head, waiting=head.waiting - {id_})
        for key, head in cell.heads.items()
    }
    return CellState(heads, {pred: r for pred, r in cell.miss.items() if pred != id_})


def _struck(past: Said, id_: str) -> Said:
    """Return the past of a document without what one change wrote."""
    return {
        cell: {key: version for key, version in said.items() if key != id_}
        for cell, said in past.items()
        if said.keys() != {id_}
    }


def _again(document: Document, past: Said, schema: Schema) -> Document:
    """Return a document as if its past had just arrived."""
    cells = {}
    for cell, said in past.items():
        rule, state = schema.rule(name_of(cell)), _NOTHING
        known: dict[str, Version | None] = dict.fromkeys(document.touched - said.keys())
        for id_, version in said.items():
            state = arrive(state, version, rule, known)
            known[id_] = version
        cells[cell] = state
    return replace(document, cells=cells)
