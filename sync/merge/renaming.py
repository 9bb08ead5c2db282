"""Answers of a property that took another name: looked at together under the new one.

Nothing is written anew and nothing moves. The cells of a property under all its names
are taken for one when a document is looked at: a head is current unless a live write
under one of the names names it. So it does not matter who still writes a former name,
nor which came first, the answers or the form that renames them.

An answer that the present rule cannot hold, and a sealed one, whose tag belongs to its
cell, stay under the name by which they were given.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import structs

from sync.merge.cells import LINK, CellState, Document, Head, Version, name_of, undone
from sync.merge.fitting import fits, is_state
from sync.merge.schema import Rule, Schema
from sync.merge.superseding import is_above, naming_rank, supersedes
from sync.values import is_sealed

History = Callable[[str], Mapping[str, Version]]
"""Gives, for a cell key, every version of it that has arrived, by change id."""

_WITHOUT_ANSWERS: Final = frozenset((LINK, "schema", "site"))
"""The kinds of documents whose cells no form names."""


def present_cell(cell: str, schema: Schema) -> str:
    """Return the key of a cell under the present name of its property."""
    name, slash, part = cell.partition("/")
    return schema.renamed.get(name, name) + slash + part


def present(
    document: Document, schema: Schema, history: History
) -> tuple[Mapping[str, CellState], History]:
    """Return the cells of a document under their present names, and their history."""
    renamed = _renamed(document, schema)
    if not renamed:
        return document.cells, history
    cells = dict(document.cells)
    known: dict[str, Mapping[str, Version]] = {}
    for cell, names in renamed.items():
        rule = schema.rule(name_of(cell))
        heads: dict[str, Head] = {}
        for name in names:
            said = cells.pop(name).heads
            taken = {id_: h for id_, h in said.items() if _takes(rule, cell, h)}
            heads |= taken
            if len(taken) < len(said):
                stay = {id_: h for id_, h in said.items() if id_ not in taken}
                cells[name] = CellState(stay)
        if cell in cells:
            heads |= cells[cell].heads
            names.append(cell)
        versions = [history(name) for name in names]
        known[cell] = {id_: v for said in versions for id_, v in said.items()}
        cells[cell] = CellState(_current(heads, versions, rule))
    return cells, lambda cell: known[cell] if cell in known else history(cell)


def _renamed(document: Document, schema: Schema) -> Mapping[str, list[str]]:
    """Return cells with heads under former names, by the key of the present one."""
    found: dict[str, list[str]] = {}
    if schema.renamed and document.kind not in _WITHOUT_ANSWERS:
        for cell in sorted(document.cells):
            if name_of(cell) in schema.renamed and document.cells[cell].heads:
                found.setdefault(present_cell(cell, schema), []).append(cell)
    return found


def _takes(rule: Rule, cell: str, head: Head) -> bool:
    """Tell whether a rule can hold what was answered under a former name."""
    value = head.version.value
    if is_sealed(value) or ("/" in cell) != rule.is_parted:
        return False
    return fits(value, rule) and is_state(value, rule)


def _current(
    heads: Mapping[str, Head], versions: Sequence[Mapping[str, Version]], rule: Rule
) -> dict[str, Head]:
    """Return those of the heads under all names that no live write names."""
    values: dict[str, Version] = {}
    named: dict[str, int] = {}
    for said in versions:
        gone = undone(said)
        for id_, version in said.items():
            values[id_] = version
            if id_ in gone or version.undoes:
                continue
            rank = naming_rank(version, rule)
            for pred in version.preds:
                named[pred] = max(rank, named.get(pred, -1))
    return {
        id_: structs.replace(head, is_regress=_is_regress(head, values, rule))
        for id_, head in heads.items()
        if id_ not in named or not supersedes(named[id_], head.version, rule)
    }


def _is_regress(head: Head, known: Mapping[str, Version], rule: Rule) -> bool:
    return head.is_regress or any(
        is_above(known[pred], head.version, rule)
        for pred in head.version.preds
        if pred in known
    )
