"""Which writes are current: the incremental engine.

``arrive`` takes one version of one cell in any order of arrival, and repeating it is
harmless. A version is a head until a version arrives, or has arrived, that names it in
its preds. Nothing here reads a clock or a database; a store that keeps ``CellState`` in
tables and a node that keeps ``State`` in memory run the same lines.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from msgspec import UNSET

from sync import clock
from sync.change import Change, Edit, Write
from sync.merge.cells import CellState, Document, Head, Version, name_of
from sync.merge.schema import Rule, Schema
from sync.values import is_date, is_datetime, is_decimal, is_number

OUTRANKS_ALL: Final = 1 << 20
"""The rank of a naming that supersedes whatever it names."""

Past = Mapping[str, Version | None]
"""Versions of one cell that arrived, by change id; None: it wrote nothing live here."""

_NOTHING: Final[CellState] = CellState()


@dataclass(frozen=True, slots=True)
class State:
    """Everything one node has accepted, in memory.

    ``past`` holds what ever arrived, by document and cell; ``faults`` the quarantined
    changes with their code; ``logs`` the change ids by (log, sequence).
    """

    schema: Schema
    documents: Mapping[str, Document] = field(default_factory=dict)
    past: Mapping[str, Mapping[str, Past]] = field(default_factory=dict)
    faults: Mapping[str, tuple[Change, str]] = field(default_factory=dict)
    logs: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)


def apply(state: State, change: Change) -> State:
    """Return the state after ``change``; one that came before adds nothing."""
    code = fault(change, state.schema)
    documents, past = dict(state.documents), dict(state.past)
    for edit in change.edits:
        document = documents.get(edit.doc, Document(edit.type))
        if edit.w is None or change.id in document.touched:
            continue
        arrived = {} if code else versions(change, edit)
        before = past.get(edit.doc, {})
        known = {
            cell: dict.fromkeys(document.touched) | dict(before.get(cell, {}))
            for cell in arrived
        }
        documents[edit.doc] = absorb(
            document, change.id, arrived, schema=state.schema, past=known
        )
        past[edit.doc] = {
            **before,
            **{
                cell: {**before.get(cell, {}), change.id: version}
                for cell, version in arrived.items()
            },
        }
    position = (change.log, change.seq)
    ids = state.logs.get(position, frozenset()) | {change.id}
    faults = {**state.faults, change.id: (change, code)} if code else state.faults
    return State(state.schema, documents, past, faults, {**state.logs, position: ids})


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


def fault(change: Change, schema: Schema) -> str | None:
    """Return why a change is quarantined, or None when it is good.

    It depends on the change and the schema alone, so every node answers the same. The
    code is that of the first bad field in name order.
    """
    writes = (write for edit in change.edits for write in edit.w or ())
    for write in sorted(writes, key=lambda write: write.cell):
        if code := _fault(write, schema.rule(write.name)):
            return f"{code}:{write.name}"
    return None


def _fault(write: Write, rule: Rule) -> str | None:
    if write.v is UNSET or write.undoes:
        return "shape"
    if not _fits(write.v, rule):
        return "type"
    if rule.order and write.v is not None and write.v not in rule.order.states:
        return "enum"
    if rule.policy == "once" and write.p and write.act not in ("amend", "resolve"):
        return "once"
    return None


def _fits(value: Any, rule: Rule) -> bool:
    if value is None:
        return True
    if rule.policy == "set":
        return isinstance(value, bool)
    if rule.policy == "meet":
        return isinstance(value, list)
    if rule.order:
        return isinstance(value, str)
    return _FITS.get(rule.type or "", _anything)(value)


def _anything(value: Any) -> bool:
    del value
    return True


_FITS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "date": is_date,
    "datetime": is_datetime,
    "number": is_number,
    "decimal": is_decimal,
    "group": lambda value: isinstance(value, dict),
    "boolean": lambda value: isinstance(value, bool),
}


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
        key: replace(head, waiting=head.waiting - {id_})
        for key, head in cell.heads.items()
    }
    return CellState(heads, {pred: r for pred, r in cell.miss.items() if pred != id_})
