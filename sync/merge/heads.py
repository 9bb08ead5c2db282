"""Which writes are current: the incremental engine.

``arrive`` takes one version of one cell in any order of arrival, and repeating it is
harmless. A version is a head until a version arrives, or has arrived, that names it in
its preds, or that undoes it. Nothing here reads a clock or a database; a store that keeps ``CellState`` in
tables and a node that keeps ``State`` in memory run the same lines.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from msgspec import UNSET, structs

from sync import clock
from sync.change import Change, Edit, Write
from sync.merge.cells import CellState, Document, Head, Version, name_of, undone
from sync.merge.faults import fault
from sync.merge.rights import Facts, is_checked, names, trespass
from sync.merge.schema import Rule, Schema
from sync.merge.superseding import OUTRANKS_ALL, is_above, naming_rank, supersedes

__all__ = [
    "OUTRANKS_ALL",
    "Past",
    "Said",
    "State",
    "absorb",
    "apply",
    "arrive",
    "complete",
    "fact",
    "fault",
    "is_above",
    "judge",
    "naming_rank",
    "supersedes",
    "versions",
]

Past = Mapping[str, Version | None]
"""Versions of one cell that arrived, by change id; None: it wrote nothing live here."""

Said = Mapping[str, Mapping[str, Version]]
"""Every version of one document that arrived, by cell and change id."""

_NOTHING: Final[CellState] = CellState()


@dataclass(frozen=True, slots=True)
class State:
    """Everything one node has accepted, in memory.

    ``past`` holds every accepted version that ever arrived, by document and cell;
    ``faults`` why changes are quarantined; ``logs`` the ids by (log, sequence).
    """

    schema: Schema
    changes: Mapping[str, Change] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    past: Mapping[str, Said] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    logs: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)


def apply(state: State, change: Change) -> State:
    """Return the state after ``change``; one that came before adds nothing.

    Most changes touch the heads of their own cells alone. A document is told again from
    its past where a change takes others back, where it was named before it came, and
    where a change turns out to be bad.
    """
    known = state.changes.get(change.id)
    whole = complete(known, change) if known else change
    if whole == known:
        return state
    told = _Telling(state, whole)
    again = told.judge_again() | told.take_in()
    for doc in again:
        told.tell_again(doc)
    position = (change.log, change.seq)
    ids = state.logs.get(position, frozenset()) | {change.id}
    return State(
        state.schema,
        told.changes,
        told.documents,
        told.past,
        told.faults,
        {**state.logs, position: ids},
    )


class _Telling:
    """One change on its way into a state."""

    def __init__(self, state: State, change: Change) -> None:
        self.schema = state.schema
        self.change = change
        self.changes = {**state.changes, change.id: change}
        self.documents = dict(state.documents)
        self.past = dict(state.past)
        self.faults = dict(state.faults)

    def take_in(self) -> set[str]:
        """Note what the change says; return the documents to tell again."""
        id_, again = self.change.id, set()
        for edit in self.change.edits:
            if edit.w is None:
                continue
            known = self.documents.get(edit.doc, Document(edit.type))
            document = structs.replace(known, kind=min(known.kind, edit.type))
            self.documents[edit.doc] = document
            if id_ in document.touched:
                continue
            if is_checked(self.change) or id_ in document.awaited:
                again.add(edit.doc)
            else:
                self._add(document, edit)
        return again

    def judge_again(self) -> set[str]:
        """Judge the change, and all that were judged without it; return their documents.

        What was accepted may be bad now that more is known; the other way round a
        change may never go.
        """
        docs = {edit.doc for edit in self.change.edits if edit.w is not None}
        named = {
            other
            for doc in docs & self.documents.keys()
            if self.change.id in self.documents[doc].awaited
            for other in self.documents[doc].touched
        }
        again: set[str] = set()
        for id_ in named | {self.change.id}:
            code = judge(self.changes[id_], self.fact, self.schema)
            if code and code != self.faults.get(id_):
                self.faults[id_] = code
                again |= {edit.doc for edit in self.changes[id_].edits if edit.w}
        return again & self.documents.keys()

    def fact(self, doc: str, id_: str) -> tuple[Change, Edit] | None:
        """Return what a change says on a document, where that has arrived."""
        return fact(self.changes, doc, id_)

    def tell_again(self, doc: str) -> None:
        """Make a document again from its past, as if it had just arrived."""
        touching = {
            id_: edit
            for id_, change in self.changes.items()
            for edit in change.edits
            if edit.doc == doc and edit.w is not None
        }
        good = [id_ for id_ in touching if id_ not in self.faults]
        past: dict[str, dict[str, Version]] = {}
        for id_ in good:
            said = versions(self.changes[id_], touching[id_])
            for cell, version in said.items():
                past.setdefault(cell, {})[id_] = version
        named = {n for id_, e in touching.items() for n in names(self.changes[id_], e)}
        self.past[doc] = past
        self.documents[doc] = Document(
            self.documents[doc].kind,
            {
                cell: _replay(said, touching.keys(), self.schema.rule(name_of(cell)))
                for cell, said in past.items()
            },
            frozenset(touching),
            frozenset(named - touching.keys()),
        )

    def _add(self, document: Document, edit: Edit) -> None:
        id_ = self.change.id
        arrived = {} if id_ in self.faults else versions(self.change, edit)
        cells = self.past.get(edit.doc, {})
        known = {
            cell: dict.fromkeys(document.touched) | dict(cells.get(cell, {}))
            for cell in arrived
        }
        self.documents[edit.doc] = absorb(
            document, id_, arrived, schema=self.schema, past=known
        )
        self.past[edit.doc] = {
            **cells,
            **{c: {**cells.get(c, {}), id_: version} for c, version in arrived.items()},
        }


def judge(change: Change, facts: Facts, schema: Schema) -> str | None:
    """Return why a change is quarantined, or None when it is good."""
    return fault(change, schema) or trespass(change, facts, schema)


def fact(
    changes: Mapping[str, Change], doc: str, id_: str
) -> tuple[Change, Edit] | None:
    """Return one of ``changes`` and what it says on a document, if that is here."""
    change = changes.get(id_)
    for edit in change.edits if change else ():
        if change and edit.doc == doc and edit.w is not None:
            return change, edit
    return None


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
    return structs.replace(
        document, cells=cells, touched=document.touched | {change_id}
    )


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
        undoes=write.undoes,
        author=change.author,
        device=change.device,
        site=change.site,
        form=change.form,
        at=change.wall,
        off=change.off,
        role=change.role,
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


def _replay(said: Mapping[str, Version], arrived: Set[str], rule: Rule) -> CellState:
    """Return a cell whose versions have all arrived, in whatever order."""
    gone = undone(said)
    state = _NOTHING
    known: dict[str, Version | None] = {
        **dict.fromkeys(arrived - said.keys()),
        **{id_: v for id_, v in said.items() if id_ in gone or v.undoes},
    }
    for id_, version in said.items():
        if id_ not in known:
            state = arrive(state, version, rule, known)
            known[id_] = version
    return state
