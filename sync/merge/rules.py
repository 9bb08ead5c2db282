"""Rules between two fields, checked on the merged view.

A merge that every policy allows may still break one. It is reported, every time and
in full, and never undone. A dismissal names the heads it saw, so it lapses when the
facts change.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync.merge.cells import DISMISS, Document, Head
from sync.merge.schema import Check, Schema
from sync.merge.view import View
from sync.values import order

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
    """A check that does not hold, and the heads of both fields."""

    check: Check
    heads: tuple[Head, ...]


def violations(document: Document, view: View, schema: Schema) -> tuple[Violation, ...]:
    """Return every violated check that nobody dismissed in its present state."""
    found = []
    for check in schema.checks:
        left, right = view.values.get(check.a), view.values.get(check.b)
        if left is None or right is None or _holds(check, left, right, schema):
            continue
        heads = heads_of(document, check)
        if {head.version.id for head in heads} not in _dismissed(document, check):
            found.append(Violation(check, heads))
    return tuple(found)


def heads_of(document: Document, check: Check) -> tuple[Head, ...]:
    """Return the heads of both fields, what a dismissal must name."""
    return tuple(
        head
        for name in (check.a, check.b)
        if name in document.cells
        for head in document.cells[name].ordered()
    )


def _holds(check: Check, left: Any, right: Any, schema: Schema) -> bool:
    a = order(left, schema.rule(check.a).type)
    b = order(right, schema.rule(check.b).type)
    return _OPERATORS[check.op](a, b)


def _dismissed(document: Document, check: Check) -> list[set[str]]:
    state = document.cells.get(DISMISS + check.id)
    heads = state.heads.values() if state else ()
    return [set(map(str, head.version.value or ())) for head in heads]
