"""Rules between two answers, checked on the merged view.

Both stand in one document, or one of them in the document that the other's belongs to.
A merge that every policy allows may still break a rule. It is reported, every time and
in full, and never undone. A dismissal names the heads it saw, so it lapses when the
facts change.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync.merge.cells import DELETED, DISMISS, Document, Head
from sync.merge.schema import Check, Schema
from sync.merge.view import View
from sync.values import is_sealed, order

STANDS_ALONE: Final = frozenset(("person", "link", "schema", "site"))
"""Kinds of documents that belong to no other: what they call ``subject`` is an answer."""

Looked = tuple[Document, View]
"""A document and what people see of it."""
Other = Callable[[str], Looked | None]
"""Gives a document by its id; None where there is none here."""

_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A check that does not hold, and the heads of both answers."""

    check: Check
    heads: tuple[Head, ...]


def violations(one: Looked, schema: Schema, other: Other) -> tuple[Violation, ...]:
    """Return every violated check that nobody dismissed in its present state.

    Args:
        one: The document that holds the check's ``a``, and where it is dismissed.
        schema: The rules.
        other: Gives the document that ``one`` belongs to; a voided one feeds no rule.
    """
    found = []
    for check in schema.checks:
        left = answer(one[1].values, check.a, schema)
        there = counterpart(one, check, other) if left is not None else None
        if there is None or there[1].values.get(DELETED):
            continue
        right = answer(there[1].values, check.b, schema)
        if right is None or _holds(check, left, right, schema):
            continue
        heads = heads_of(one, there, check, schema)
        if {head.version.id for head in heads} not in _dismissed(one[0], check):
            found.append(Violation(check, heads))
    return tuple(found)


def counterpart(one: Looked, check: Check, other: Other) -> Looked | None:
    """Return the document that holds a check's ``b``."""
    if check.of is None:
        return one
    named = pointer(one[0].kind, one[1].values, check.of)
    return None if named is None else other(named)


def pointer(kind: str, values: Mapping[str, Any], of: str) -> str | None:
    """Return which document one of this kind says is its ``of``."""
    named = values.get(of)
    is_one = isinstance(named, str) and kind not in STANDS_ALONE
    return named if is_one else None


def answer(values: Mapping[str, Any], name: str, schema: Schema) -> Any:
    """Return what is shown under a property; one of a group stands in the group's cell.

    What is sealed says nothing here.
    """
    cell = schema.cell(name)
    value = values.get(cell)
    if cell != name and name in schema.rule(cell).members:
        value = value.get(name) if isinstance(value, dict) else None
    return None if is_sealed(value) else value


def heads_of(
    one: Looked, there: Looked, check: Check, schema: Schema
) -> tuple[Head, ...]:
    """Return the heads of both answers, what a dismissal must name."""
    sides = ((one[1].cells, check.a), (there[1].cells, check.b))
    return tuple(
        head
        for cells, name in sides
        if (cell := schema.cell(name)) in cells
        for head in cells[cell].ordered()
    )


def _holds(check: Check, left: Any, right: Any, schema: Schema) -> bool:
    a = order(left, schema.rule(schema.cell(check.a)).type)
    b = order(right, schema.rule(schema.cell(check.b)).type)
    return _OPERATORS[check.op](a, b)


def _dismissed(document: Document, check: Check) -> list[set[str]]:
    state = document.cells.get(DISMISS + check.id)
    heads = state.heads.values() if state else ()
    return [set(map(str, head.version.value or ())) for head in heads]
