"""From the heads of a document to what people see of it.

A pure function of the heads and the schema: nodes that hold the same changes show the
same bytes. A contested cell is shown with all its values beside the one displayed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.merge.cells import (
    DELETED,
    DISMISS,
    ERASED,
    SCOPE,
    CellState,
    Document,
    Head,
    Version,
    name_of,
)
from sync.merge.policies import Contested, Outcome, decide, newest, value_key
from sync.merge.schema import Rule, Schema

History = Callable[[str], Mapping[str, Version]]
"""Gives, for a cell key, every version of it that has arrived, by change id."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several answers: its newest spelling, and all heads that say it."""

    value: Any
    heads: tuple[str, ...]
    by: Version


@dataclass(frozen=True, slots=True)
class Question:
    """A cell that a person must decide."""

    cell: str
    rule: Rule
    candidates: tuple[Candidate, ...]
    heads: tuple[Head, ...]
    displayed: Any
    element: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What people see of a document.

    ``values`` by property, group, set or log; ``questions`` in cell order; ``heads``
    the change ids behind each cell key, which a form that shows it sends back.
    """

    values: Mapping[str, Any]
    questions: tuple[Question, ...]
    heads: Mapping[str, tuple[str, ...]]


def look(document: Document, schema: Schema, history: History) -> View:
    """Return what people see of a document."""
    if is_erased(document):
        return View({ERASED: True}, (), {})
    values: dict[str, Any] = {}
    questions: list[Question] = []
    heads: dict[str, tuple[str, ...]] = {}
    for name, cells in _by_name(document.cells):
        rule = rule_of(schema, name)
        heads.update((cell, tuple(sorted(state.heads))) for cell, state in cells)
        if name.startswith(DISMISS):
            continue
        if name == DELETED:
            values[name] = is_voided(document)
        elif rule.policy == "set":
            values[name] = _set(cells, rule, history, questions)
        elif rule.policy == "log":
            values[name] = _log(cells)
        else:
            (cell, state) = cells[0]
            outcome = _decide(cell, state, rule, history)
            values[name] = outcome.value
            if isinstance(outcome, Contested):
                questions.append(_question(cell, rule, outcome))
    return View(values, tuple(questions), heads)


def rule_of(schema: Schema, name: str) -> Rule:
    """Return the rule of a name; the special cells have rules of their own."""
    if name == SCOPE:
        return Rule(name=SCOPE, policy="set", level="restricted")
    return schema.rule(name)


def is_erased(document: Document) -> bool:
    """Tell whether the document's content was erased."""
    return bool(_heads(document, ERASED))


def is_voided(document: Document) -> bool:
    """Tell whether the document counts as wrongly made, and nothing speaks against it."""
    voids = _heads(document, DELETED)
    if not voids or not all(head.version.value for head in voids):
        return False
    return not unseen_by_void(document)


def unseen_by_void(document: Document) -> tuple[Head, ...]:
    """Return the live heads that no void of the document saw."""
    saw = {id_ for head in _heads(document, DELETED) for id_ in head.version.saw or ()}
    return tuple(
        head
        for cell, state in sorted(document.cells.items())
        if cell != DELETED
        for head in state.ordered()
        if head.version.id not in saw
    )


def candidates(heads: Sequence[Head], rule: Rule) -> tuple[Candidate, ...]:
    """Return the different answers, the newest spelling of each, oldest answer first."""
    answers: dict[Any, list[Head]] = {}
    for head in heads:
        answers.setdefault(value_key(head, rule), []).append(head)
    found = [
        Candidate(
            newest(said).version.value,
            tuple(sorted(head.version.id for head in said)),
            newest(said).version,
        )
        for said in answers.values()
    ]
    return tuple(sorted(found, key=lambda candidate: candidate.by.rank))


def _heads(document: Document, cell: str) -> tuple[Head, ...]:
    state = document.cells.get(cell)
    return state.ordered() if state else ()


def _by_name(
    cells: Mapping[str, CellState],
) -> Iterator[tuple[str, list[tuple[str, CellState]]]]:
    grouped: dict[str, list[tuple[str, CellState]]] = {}
    for cell in sorted(cells):
        if cells[cell].heads:
            grouped.setdefault(name_of(cell), []).append((cell, cells[cell]))
    yield from grouped.items()


def _decide(cell: str, state: CellState, rule: Rule, history: History) -> Outcome:
    return decide(state.ordered(), rule, lambda: history(cell))


def _set(
    cells: list[tuple[str, CellState]],
    rule: Rule,
    history: History,
    questions: list[Question],
) -> list[str]:
    present: dict[str, tuple[Head, ...]] = {}
    for cell, state in cells:
        outcome = _decide(cell, state, rule, history)
        heads = state.ordered()
        element = newest(heads).version.element or ""
        if isinstance(outcome, Contested):
            questions.append(_question(cell, rule, outcome, element))
        if outcome.value:
            present[element] = heads
    alone = rule.exclusive & present.keys()
    if alone and len(present) > len(alone):
        if rule.asks_when_mixed:
            questions.append(_exclusive_question(rule, alone, present))
        present = {e: heads for e, heads in present.items() if e not in alone}
    return sorted(present)


def _exclusive_question(
    rule: Rule, alone: frozenset[str], present: Mapping[str, tuple[Head, ...]]
) -> Question:
    """Ask about an answer that cannot stand beside the others it stands beside."""
    heads = tuple(head for said in present.values() for head in said)
    answers = tuple(
        Candidate(
            element,
            tuple(sorted(head.version.id for head in said)),
            newest(said).version,
        )
        for element, said in sorted(present.items())
    )
    displayed = sorted(present.keys() - alone)
    return Question(rule.name, rule, answers, heads, displayed, min(alone))


def _log(cells: list[tuple[str, CellState]]) -> list[dict[str, Any]]:
    entries = [newest(state.ordered()).version for _, state in cells]
    return [
        {"value": entry.value, "at": entry.at, "author": entry.author}
        for entry in sorted(entries, key=lambda entry: entry.rank)
        if entry.value is not None
    ]


def _question(
    cell: str, rule: Rule, outcome: Contested, element: str | None = None
) -> Question:
    return Question(
        cell,
        rule,
        candidates(outcome.heads, rule),
        outcome.heads,
        outcome.value,
        element,
    )
