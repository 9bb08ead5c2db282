"""How two answers to one question meet: the merge rules that a form declares.

One rule a property, or one a group for the properties that are decided together.
Rules are plain JSON objects, in the words of the scenario files.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from forms.definition import Field, FormDefinition
from forms.errors import DefinitionError, UnknownLatticeError
from forms.lattices import LATTICES, Lattice

Rule = dict[str, Any]

GRADES: Final[Mapping[str, int]] = {
    "estimate": 0,
    "occupation_document": 1,
    "self_report": 2,
    "guardian": 3,
    "document": 4,
}
"""Evidence grades, weakest first; a paper of an occupation authority proves little."""

LEVELS: Final = ("public_stat", "restricted", "confidential", "sealed")
"""The levels, the most open first."""

DEFAULT_LEVEL: Final = "confidential"
"""The level of an answer whose form does not say one."""

_TYPES: Final = {
    "int": "number",
    "decimal": "decimal",
    "date": "date",
    "dateTime": "datetime",
    "boolean": "boolean",
}
_PHONE: Final = "phone"
_PLAIN: Final[Mapping[str, Rule]] = {
    "review": {"policy": "review"},
    "review base": {"policy": "review", "display": "base"},
    "set add": {"policy": "set", "bias": "add"},
    "set add mixed": {"policy": "set", "bias": "add", "review_mixed": True},
    "set add mixed clinician": {
        "policy": "set",
        "bias": "add",
        "review_mixed": True,
        "removal": "clinician",
    },
    "set remove": {"policy": "set", "bias": "remove"},
    "set remove mixed": {"policy": "set", "bias": "remove", "review_mixed": True},
    "meet": {"policy": "meet"},
    "log": {"policy": "log"},
    "min": {"policy": "min"},
    "max": {"policy": "max"},
    "lww": {"policy": "lww"},
    "once": {"policy": "once"},
    "derived": {"policy": "lww"},
}
"""The policies that need no name after them."""

POLICIES: Final = (*_PLAIN, "authority FIELD", "lattice NAME [clinician|two]")
"""How policies are written."""

_WITH_NAME: Final = 2
_PEOPLE: Final[Mapping[str, Rule]] = {
    "clinician": {"removal": "clinician"},
    "two": {"takes_two": True},
}
"""Behind an order: what stands highest a clinician alone takes away; a guarded state
stands once two different people have said so."""
_SEPARATOR: Final = re.compile(r"[;\r\n]")


def rules(
    definition: FormDefinition, lattices: Mapping[str, Lattice] = LATTICES
) -> dict[str, Rule]:
    """Return the merge rules of a form by the name of the cell.

    Besides what merging needs, each rule says ``home``, ``level`` and, where a wrong
    value would do harm, ``harm``. A group's level is the highest of its members.

    Raises:
        DefinitionError: A policy is unknown or does not fit its field, or two fields
            say different things about one property or one group.
        UnknownLatticeError: A policy names an order that is not in ``lattices``.
    """
    cells = _cells(definition)
    return {name: _rule(fields, definition, lattices) for name, fields in cells.items()}


def errors(
    definition: FormDefinition, lattices: Mapping[str, Lattice] = LATTICES
) -> Iterator[DefinitionError]:
    """Yield all that ``rules`` could raise, one error a cell."""
    for fields in _cells(definition).values():
        try:
            _rule(fields, definition, lattices)
        except DefinitionError as error:
            yield error
        except UnknownLatticeError as error:
            name = fields[0].name
            yield DefinitionError(f"{name}: {error}", field=name, column="policy")


def is_policy(text: str) -> bool:
    """Tell whether a text is written as a policy is; a lattice may yet be unknown."""
    words = text.split()
    if words[0] == "lattice" and " ".join(words[_WITH_NAME:]) in _PEOPLE:
        return True
    is_named = words[0] in ("authority", "lattice") and len(words) == _WITH_NAME
    return is_named or " ".join(words) in _PLAIN


def elements(asked: Field, value: str | list[str]) -> tuple[str, ...]:
    """Return the set elements that one answer names, each once, in the order given.

    Text is split at semicolons and line breaks; a choice or a file is one element.
    """
    if not isinstance(value, str):
        parts: Iterable[str] = value
    elif asked.type == "string":
        parts = (part.strip() for part in _SEPARATOR.split(value))
    else:
        parts = (value,)
    return tuple(dict.fromkeys(part for part in parts if part))


def _cells(definition: FormDefinition) -> dict[str, list[Field]]:
    cells: dict[str, list[Field]] = {}
    for asked in definition.fields:
        if asked.property is not None:
            cells.setdefault(asked.group or asked.property, []).append(asked)
    return cells


def _rule(
    fields: list[Field], definition: FormDefinition, lattices: Mapping[str, Lattice]
) -> Rule:
    first = fields[0]
    policy = _only(fields, lambda asked: asked.policy or "review", "policy")
    home = _only(fields, lambda asked: asked.home, "home")
    rule = _policy(first, policy, lattices)
    if first.group is not None:
        rule["type"] = "group"
        rule["members"] = sorted({asked.property for asked in fields if asked.property})
    else:
        _only(fields, lambda asked: asked.level, "level")
    if rule["policy"] in ("set", "meet"):
        alone = [
            c.name
            for c in definition.choices.get(first.choices or "", ())
            if c.exclusive
        ]
        rule |= {"exclusive": alone} if alone else {}
    elif first.type == "select":
        raise DefinitionError(
            f"{first.name}: several choices merge as a set or meet",
            field=first.name,
            column="policy",
        )
    former = _only(fields, lambda asked: asked.renamed_from, "renamed_from")
    if former is not None:
        rule["renamed_from"] = _former(first, former, definition)
    level = max(map(_level, fields), key=LEVELS.index)
    harms = [asked.harm for asked in fields if asked.harm]
    return rule | {"home": home, "level": level} | ({"harm": harms[0]} if harms else {})


def _former(asked: Field, former: str, definition: FormDefinition) -> str:
    """Return the former name of a property that this form alone does not ask for."""
    wrong = None
    if asked.group is not None:
        wrong = "what is decided together keeps its names"
    elif definition.has_cell(former):
        wrong = f"the form still asks for {former}"
    elif former.startswith("_") or "/" in former:
        wrong = f"no property is called {former}"
    if wrong is not None:
        raise DefinitionError(
            f"{asked.name}: {wrong}", field=asked.name, column="renamed_from"
        )
    return former


def _only(
    fields: list[Field], said: Callable[[Field], str | None], column: str
) -> str | None:
    """Return what all these fields say; they are one cell and must agree."""
    if len({said(asked) for asked in fields}) > 1:
        names = ", ".join(asked.name for asked in fields)
        raise DefinitionError(
            f"{names}: one cell, several values of {column}",
            field=fields[0].name,
            column=column,
        )
    return said(fields[0])


def _level(asked: Field) -> str:
    level = asked.level or DEFAULT_LEVEL
    if level not in LEVELS:
        raise DefinitionError(
            f"{asked.name}: there is no level {level!r}",
            field=asked.name,
            column="level",
        )
    return level


def _policy(asked: Field, policy: str | None, lattices: Mapping[str, Lattice]) -> Rule:
    words = (policy or "review").split()
    rule = _PLAIN.get(" ".join(words))
    if rule is not None:
        rule = dict(rule)
    elif words[:1] == ["authority"] and len(words) == _WITH_NAME:
        rule = {"policy": "authority", "source": words[1], "ranks": dict(GRADES)}
    elif words[:1] == ["lattice"] and len(words) == _WITH_NAME:
        rule = _lattice(words[1], lattices)
    elif words[:1] == ["lattice"] and " ".join(words[_WITH_NAME:]) in _PEOPLE:
        rule = _lattice(words[1], lattices) | _PEOPLE[words[_WITH_NAME]]
    else:
        raise DefinitionError(
            f"{asked.name}: there is no policy {policy!r}",
            field=asked.name,
            column="policy",
        )
    if asked.match == _PHONE and asked.type == "string":
        return rule | {"type": _PHONE}
    is_typed = rule["policy"] not in ("lattice", "log", "meet", "set")
    return rule | ({"type": _TYPES.get(asked.type, "text")} if is_typed else {})


def _lattice(name: str, lattices: Mapping[str, Lattice]) -> Rule:
    if name not in lattices:
        raise UnknownLatticeError(name)
    order = lattices[name]
    rule: Rule = {
        "policy": "lattice",
        "states": list(order.states),
        "edges": [list(edge) for edge in order.edges],
    }
    if order.guarded:
        rule["guarded"] = list(order.guarded)
    if order.shows_join:
        rule["conflict_display"] = "join"
    return rule
