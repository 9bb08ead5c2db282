"""The rules by which answers meet: one ``Rule`` a cell name, made from the forms.

The JSON form is what a published form carries and what scenario files use::

    {"fields": {name: {"policy": …}}, "rules": [{"id", "a", "op", "b", "of"?}]}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

import msgspec
from msgspec import Struct

from sync.errors import SchemaError
from sync.merge.cells import DELETED, DISMISS, ERASED, HOLD, SCOPE

POLICY_NAMES: Final = frozenset(
    {
        "review",
        "authority",
        "lattice",
        "set",
        "meet",
        "log",
        "min",
        "max",
        "lww",
        "once",
    }
)
TYPES: Final = frozenset(
    {
        "text",
        "number",
        "decimal",
        "date",
        "datetime",
        "phone",
        "boolean",
        "group",
        "list",
    }
)
GRADES: Final = {
    "estimate": 0,
    "occupation_document": 1,
    "self_report": 2,
    "guardian": 3,
    "document": 4,
}
"""Evidence grades, weakest first; what says nothing of its source is self-report."""
UNGRADED: Final = "self_report"

CLINICIAN: Final = "clinician"
"""The role that decides on what a child is treated for."""

_PARTED: Final = frozenset(("set", "log"))
MOST_STATES: Final = 256
"""How many states an order may have: it is kept with all that stands above each."""

_WORDS: Final = {
    "display": ("base",),
    "conflict_display": ("join",),
    "bias": ("add", "remove"),
}
_OPERATORS: Final = frozenset(("<", "<=", ">", ">=", "==", "!="))
_POINTERS: Final = ("subject", "parent")


@dataclass(frozen=True, slots=True)
class Order:
    """A partial order of states; ``above[s]`` holds every state strictly above s."""

    states: frozenset[str]
    above: Mapping[str, frozenset[str]]
    guarded: frozenset[str] = frozenset()

    def is_below(self, low: Any, high: Any) -> bool:
        """Tell whether ``low`` is strictly below ``high``; null is below all."""
        if low is None:
            return high is not None
        return high in self.above.get(low, frozenset())

    def join(self, states: frozenset[Any]) -> str | None:
        """Return the unique least upper bound, or None when there is none."""
        bounds = {
            bound
            for bound in self.states
            if all(s == bound or self.is_below(s, bound) for s in states)
        }
        least = [
            b for b in bounds if all(b == o or self.is_below(b, o) for o in bounds)
        ]
        return least[0] if len(least) == 1 else None


class Rule(Struct, frozen=True, kw_only=True):
    """How concurrent values of one cell meet, and who may read them.

    ``removal`` is the role that alone takes away an element of a set, or the answer
    that stands above all others of an order. ``takes_two`` says that a guarded state
    of an order stands once two different people have said so.
    """

    name: str
    policy: str = "review"
    type: str | None = None
    holds_base: bool = False
    shows_join: bool = False
    order: Order | None = None
    grades: Mapping[str, int] = msgspec.field(default_factory=lambda: GRADES)
    add_wins: bool = True
    asks_when_mixed: bool = False
    exclusive: frozenset[str] = frozenset()
    members: tuple[str, ...] = ()
    level: str = "confidential"
    harm: str | None = None
    home: str | None = None
    source: str | None = None
    renamed_from: str | None = None
    removal: str | None = None
    takes_two: bool = False
    is_declared: bool = True

    @property
    def is_parted(self) -> bool:
        """Whether the name has a cell for each element or entry."""
        return self.policy in _PARTED

    def grade(self, src: str | None) -> int:
        """Return the rank of a piece of evidence; higher outranks lower."""
        ungraded = self.grades.get(UNGRADED, 0)
        return self.grades.get(src or UNGRADED, ungraded)


class _Spec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON form of a rule."""

    policy: str = "review"
    type: str | None = None
    display: str | None = None
    ranks: dict[str, int] = msgspec.field(default_factory=lambda: GRADES)
    bias: str = "add"
    review_mixed: bool = False
    states: tuple[str, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    guarded: tuple[str, ...] = ()
    conflict_display: str | None = None
    exclusive: tuple[str, ...] = ()
    critical: bool = False
    members: tuple[str, ...] = ()
    level: str = "confidential"
    harm: str | None = None
    home: str | None = None
    source: str | None = None
    renamed_from: str | None = None
    removal: str | None = None
    takes_two: bool = False


class _Json(Struct, frozen=True):
    """The JSON form of a schema."""

    fields: dict[str, dict[str, Any]] = {}
    rules: tuple["Check", ...] = ()


_SPECIAL: Final = {
    DELETED: Rule(name=DELETED, type="boolean"),
    ERASED: Rule(name=ERASED, type="boolean"),
    HOLD: Rule(name=HOLD, type="boolean"),
    SCOPE: Rule(name=SCOPE, policy="set", level="restricted"),
}


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule between two answers, e.g. deported <= returned.

    ``of`` is None where one document holds both; else ``b`` stands in the document that
    the one with ``a`` names as its ``subject`` or its ``parent``.
    """

    id: str
    a: str
    op: str
    b: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """All rules a node knows; a name nobody declared is held under ``review``.

    ``renamed`` gives the present name of each property that took another one. What was
    published has ``sources``: the changes it follows from, to see whether there are more.
    """

    rules: Mapping[str, Rule]
    checks: tuple[Check, ...] = ()
    sources: tuple[bytes, ...] | None = field(default=None, repr=False, compare=False)
    pointers: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The cells by which some check finds another document; mostly there is none."""
    renamed: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _groups: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the groups by their members, the pointers that matter, the renamings."""
        named = {check.of for check in self.checks}
        used = tuple(pointer for pointer in _POINTERS if pointer in named)
        object.__setattr__(self, "pointers", used)
        object.__setattr__(self, "renamed", _renamed(self.rules))
        groups = {
            member: name
            for name, rule in sorted(self.rules.items())
            for member in rule.members
        }
        object.__setattr__(self, "_groups", groups)

    def cell(self, name: str) -> str:
        """Return the cell that holds a property now: its own, or that of its group."""
        name = self.renamed.get(name, name)
        return name if name in self.rules else self._groups.get(name, name)

    def rule(self, name: str) -> Rule:
        """Return the rule of a property, group, set or log, or of a special cell."""
        found = self.rules.get(name) or _SPECIAL.get(name)
        if found is not None:
            return found
        if name.startswith(DISMISS):
            return Rule(name=name, type="list")
        return Rule(name=name, is_declared=False)

    @classmethod
    def from_json(cls, schema: Mapping[str, Any]) -> Self:
        """Read the JSON form.

        Raises:
            SchemaError: A policy, type, key or operator is unknown, or an order has
                a cycle or a state that it does not list.
        """
        try:
            said = msgspec.convert(schema, _Json)
        except msgspec.ValidationError as error:
            raise SchemaError("rules", str(error)) from error
        for check in said.rules:
            if check.op not in _OPERATORS or check.of not in (None, *_POINTERS):
                raise SchemaError(check.id, "unknown operator or pointer")
        rules = {name: rule(name, spec) for name, spec in said.fields.items()}
        return cls(rules, said.rules)


def rule(name: str, spec: Mapping[str, Any]) -> Rule:
    """Read the rule of one cell name.

    Raises:
        SchemaError: The rule does not hold.
    """
    try:
        said = msgspec.convert(spec, _Spec)
    except msgspec.ValidationError as error:
        raise SchemaError(name, str(error)) from error
    if said.policy not in POLICY_NAMES:
        raise SchemaError(name, "unknown policy")
    for word, allowed in _WORDS.items():
        if getattr(said, word) not in (None, *allowed):
            raise SchemaError(name, f"unknown {word}")
    if said.type is not None and said.type not in TYPES:
        raise SchemaError(name, "unknown type")
    return Rule(
        name=name,
        policy=said.policy,
        type=said.type,
        holds_base=said.display == "base",
        shows_join=said.conflict_display == "join",
        order=_order(name, said) if said.policy == "lattice" else None,
        grades=said.ranks,
        add_wins=said.bias == "add",
        asks_when_mixed=said.review_mixed,
        exclusive=frozenset(said.exclusive),
        members=said.members,
        level=said.level,
        harm=said.harm,
        home=said.home,
        source=said.source,
        renamed_from=_former(name, said.renamed_from),
        removal=_removal(name, said),
        takes_two=said.takes_two and bool(said.guarded),
    )


def _removal(name: str, said: _Spec) -> str | None:
    """Return which role alone takes away what such a cell says."""
    if said.removal is None:
        return None
    if said.removal != CLINICIAN:
        raise SchemaError(name, "unknown removal")
    if said.policy == "lattice" or (
        said.policy == "set" and said.bias == "add" and said.review_mixed
    ):
        return said.removal
    raise SchemaError(name, "a removal that nobody would be asked about")


def _former(name: str, former: str | None) -> str | None:
    if former is None:
        return None
    if not former or "/" in former or former == name:
        raise SchemaError(name, "unknown renamed_from")
    if former.startswith("_") or name.startswith("_"):
        raise SchemaError(name, "a special cell keeps its name")
    return former


def _renamed(rules: Mapping[str, Rule]) -> Mapping[str, str]:
    """Return present names by former ones.

    Of two that claim one former name the first in order has it; names that go round in
    a circle, and those that would make of a set or log something else, stay.
    """
    direct: dict[str, str] = {}
    for name in sorted(rules, reverse=True):
        former = rules[name].renamed_from
        if former is not None and _is_alike(rules.get(former), rules[name]):
            direct[former] = name
    present = {former: _end(direct, former) for former in direct}
    return {former: name for former, name in present.items() if name is not None}


def _is_alike(former: Rule | None, rule: Rule) -> bool:
    if former is None or former.policy == rule.policy:
        return True
    return not (former.is_parted or rule.is_parted)


def _end(direct: Mapping[str, str], former: str) -> str | None:
    name, seen = former, {former}
    while name in direct:
        name = direct[name]
        if name in seen:
            return None
        seen.add(name)
    return name


def _order(name: str, said: _Spec) -> Order:
    states, guarded = frozenset(said.states), frozenset(said.guarded)
    if len(states) > MOST_STATES:
        raise SchemaError(name, "the order has too many states")
    direct: dict[str, set[str]] = {state: set() for state in states}
    for low, high in said.edges:
        if low not in states or high not in states:
            raise SchemaError(name, "an edge names a state that is not listed")
        direct[low].add(high)
    if not guarded <= states:
        raise SchemaError(name, "a guarded state is not listed")
    above = {state: frozenset(_reach(direct, state)) for state in states}
    if any(state in higher for state, higher in above.items()):
        raise SchemaError(name, "the order has a cycle")
    return Order(states, above, guarded)


def _reach(direct: Mapping[str, set[str]], start: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(direct[start])
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(direct[state])
    return reached
