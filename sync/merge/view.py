"""From the heads of a document to what people see of it.

A pure function of the heads and the schema: nodes that hold the same changes show the
same bytes. A contested cell is shown with all its values beside the one displayed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import structs

from sync.merge.cells import (
    DELETED,
    DISMISS,
    ERASED,
    HOLD,
    CellState,
    Document,
    Head,
    Version,
    name_of,
)
from sync.merge.policies import Contested, Outcome, decide, newest, value_key
from sync.merge.renaming import History, present
from sync.merge.schema import Rule, Schema
from sync.values import key, text_key


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
    the change ids behind each cell key, which a form that shows it sends back;
    ``cells`` what was looked at, under present names.
    """

    values: Mapping[str, Any]
    questions: tuple[Question, ...]
    heads: Mapping[str, tuple[str, ...]]
    cells: Mapping[str, CellState] = field(
        default_factory=dict, compare=False, repr=False
    )


def look(document: Document, schema: Schema, history: History) -> View:
    """Return what people see of a document."""
    if is_erased(document):
        return View({ERASED: True}, (), {})
    cells, history = present(document, schema, history)
    document = structs.replace(document, cells=cells)
    values: dict[str, Any] = {}
    questions: list[Question] = []
    for name, parts in _by_name(cells).items():
        rule = _rule(schema, name, parts)
        if name.startswith(DISMISS):
            continue
        if name == DELETED:
            values[name] = is_voided(document)
        elif rule.policy == "set":
            values[name] = _set(parts, rule, history, questions)
        elif rule.policy == "log":
            values[name] = _log(parts, rule)
        else:
            (cell, state) = parts[0]
            outcome = _decide(cell, state, rule, history)
            values[name] = outcome.value
            if isinstance(outcome, Contested):
                questions.append(_question(cell, rule, outcome))
    return View(values, tuple(questions), _ids(cells), cells)


def is_erased(document: Document) -> bool:
    """Tell whether the document's content was erased."""
    return bool(_heads(document, ERASED))


def is_held(document: Document) -> bool:
    """Tell whether the document may not be erased: one head that says so is enough."""
    return any(head.version.value for head in _heads(document, HOLD))


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


def _ids(cells: Mapping[str, CellState]) -> dict[str, tuple[str, ...]]:
    return {c: tuple(sorted(s.heads)) for c, s in cells.items() if s.heads}


def _heads(document: Document, cell: str) -> tuple[Head, ...]:
    state = document.cells.get(cell)
    return state.ordered() if state else ()


def _by_name(
    cells: Mapping[str, CellState],
) -> Mapping[str, list[tuple[str, CellState]]]:
    grouped: dict[str, list[tuple[str, CellState]]] = {}
    for cell in sorted(cells):
        if cells[cell].heads:
            grouped.setdefault(name_of(cell), []).append((cell, cells[cell]))
    return grouped


def _decide(cell: str, state: CellState, rule: Rule, history: History) -> Outcome:
    return decide(state.ordered(), rule, lambda: history(cell))


def _rule(schema: Schema, name: str, cells: list[tuple[str, CellState]]) -> Rule:
    """Return the rule of a name; what nobody declared is taken for what it looks like.

    A newer form may have a set or a log that this node does not know. Its elements are
    shown, and asked about where they are contested.
    """
    rule = schema.rule(name)
    if rule.is_declared or cells[0][0] == name:
        return rule
    heads = [head for _, state in cells for head in state.heads.values()]
    if all(isinstance(head.version.value, bool | None) for head in heads):
        return structs.replace(rule, policy="set", asks_when_mixed=True)
    return structs.replace(rule, policy="log")


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
    if rule.type is not None:
        present = _distinct(present, rule.type)
    alone = rule.exclusive and {e for e in present if text_key(e) in rule.exclusive}
    if alone and len(present) > len(alone):
        if rule.asks_when_mixed:
            questions.append(_exclusive_question(rule, alone, present))
        present = {e: heads for e, heads in present.items() if e not in alone}
    return sorted(present)


def _distinct(
    present: Mapping[str, tuple[Head, ...]], kind: str
) -> dict[str, tuple[Head, ...]]:
    """Return elements of a type that compares by what it means, each once, as last typed."""
    oldest_first = sorted(present, key=lambda e: newest(present[e]).version.rank)
    spelled = {key(element, kind): element for element in oldest_first}
    return {element: present[element] for element in spelled.values()}


def _exclusive_question(
    rule: Rule, alone: set[str], present: Mapping[str, tuple[Head, ...]]
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


def _log(cells: list[tuple[str, CellState]], rule: Rule) -> list[dict[str, Any]]:
    """Return all entries by (hlc, id); one that was corrected twice stands twice."""
    entries = [
        answer.by for _, state in cells for answer in candidates(state.ordered(), rule)
    ]
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
