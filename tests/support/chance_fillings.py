"""Forms filled in at random: any answer that a form offers, to any of its questions."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from forms.definition import Field, FormDefinition, Repeat

WORDS: Final = ("Ремез", "О'Коннор-Мар'яна", "сім; вісім", "дев'ять\nдесять", "a<b & c")
STATES: Final = {"case_status": "active", "register_match": "not_checked"}
"""What a form works out by itself."""
_LIKELY: Final = 0.6


def filling(
    definition: FormDefinition, reference: str, chance: Random
) -> dict[str, Any]:
    """Return nested answers about a child, of about half of the questions."""
    answers: dict[str, Any] = {}
    for asked in definition.fields:
        if asked.property == "child_ref":
            _put(answers, asked.path, reference)
        elif asked.repeat is None and chance.random() < _LIKELY:
            _put(answers, asked.path, answer(definition, asked, chance))
    for repeat in definition.repeats:
        rows = [_row(definition, repeat, chance) for _ in range(chance.randrange(4))]
        if rows:
            _put(answers, repeat.path, rows)
    return answers


def answer(definition: FormDefinition, asked: Field, chance: Random) -> Any:
    """Return an answer that a question offers."""
    if asked.choices in definition.choices:
        names = [one.name for one in definition.choices[asked.choices or ""]]
        if asked.type == "select":
            return sorted(chance.sample(names, min(len(names), chance.randint(1, 3))))
        return chance.choice(names)
    if asked.property in ("sibling_group", "request_ref"):
        return "4KH7T299"
    if asked.file is not None:
        return chance.choice(["UA65100150010064384", "UA46020010010011111"])
    if asked.calculated and asked.type == "string":
        return STATES.get(asked.name, "yes")
    return _TYPED.get(asked.type, _words)(chance)


def _row(
    definition: FormDefinition, repeat: Repeat, chance: Random
) -> Mapping[str, Any]:
    row: dict[str, Any] = {}
    for asked in definition.fields:
        is_key = asked.name == repeat.identity.partition(" ")[2]
        if asked.repeat != repeat.path:
            continue
        if asked.name == repeat.row_id:
            row[asked.name] = f"uuid:{chance.getrandbits(64):016x}"
        elif is_key or chance.random() < _LIKELY:
            row[asked.name] = answer(definition, asked, chance)
    return row


def _words(chance: Random) -> str:
    return chance.choice(WORDS)


_TYPED: Final[Mapping[str, Callable[[Random], Any]]] = {
    "int": lambda chance: chance.randrange(1, 9),
    "decimal": lambda _: "2.5",
    "date": lambda chance: f"2026-{chance.randint(1, 9):02}-{chance.randint(10, 28)}",
    "dateTime": lambda chance: f"2026-11-{chance.randint(10, 28)}T10:00:00.000+02:00",
    "binary": lambda chance: f"{chance.randrange(99)}.jpg",
}


def _put(answers: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        answers = answers.setdefault(name, {})
    answers[path[-1]] = value
