"""A correction by entries: what single answers of a form were, and what they should be.

It fits a form when each entry names a question that the form asks, and says of it what
stands there. Then it makes of the form's answers those that it should have had; nothing
else in them changes.
"""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

from forms.definition import Field, FormDefinition, Path
from forms.errors import UnfitCorrectionError, UnreadableValueError
from forms.values import Value, read

_STEP: Final = re.compile(r"([^\[\]]+)(?:\[([1-9][0-9]{0,4})\])?\Z")

_Steps = tuple[tuple[str, int | None], ...]


def entered(
    answers: Mapping[str, Any],
    definition: FormDefinition,
    entries: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return answers as they should have been.

    Args:
        answers: Nested answers of the form that is corrected.
        definition: That form.
        entries: Each with ``field``, ``old`` and ``new``. A field is a path below the
            form's root, ``child/relatives[2]/name``, rows counted from 1; a name alone
            does where the form has it once, and no number where there is one row. Old
            and new are text as the instance says it, or nothing.

    Raises:
        UnfitCorrectionError: It does not fit; names the field.
    """
    made = deepcopy(dict(answers))
    for entry in entries:
        name = str(entry["field"])
        asked, steps = _asked(name, definition)
        holder = _holder(made, steps, definition, name)
        leaf = steps[-1][0]
        if _plain(holder.get(leaf), asked) != _plain(entry["old"], asked):
            raise UnfitCorrectionError(field=name)
        holder[leaf] = entry["new"] or ""
    return made


def properties(
    definition: FormDefinition, entries: Iterable[Mapping[str, Any]]
) -> frozenset[str]:
    """Return the properties of the questions that entries name.

    Raises:
        UnfitCorrectionError: One is no question of the form; names the field.
    """
    asked = (_asked(str(entry["field"]), definition)[0] for entry in entries)
    return frozenset(one.property for one in asked if one.property)


def _asked(name: str, definition: FormDefinition) -> tuple[Field, _Steps]:
    """Return the question that a path or a name means, and the way to it."""
    steps = _steps(name, definition.root)
    path = tuple(step for step, _ in steps)
    asked = definition.field(path)
    if asked is None and len(path) == 1:
        alike = [one for one in definition.fields if one.name == path[0]]
        if len(alike) == 1:
            asked = alike[0]
            steps = tuple((step, None) for step in asked.path)
    if asked is None or asked.calculated:
        raise UnfitCorrectionError(field=name)
    return asked, steps


def _steps(name: str, root: str) -> _Steps:
    parts = name.strip("/").split("/")
    if len(parts) > 1 and parts[0] == root:
        del parts[0]
    found = [_STEP.match(part) for part in parts]
    if not all(found):
        raise UnfitCorrectionError(field=name)
    return tuple((step[1], int(step[2]) if step[2] else None) for step in found if step)


def _holder(
    answers: dict[str, Any], steps: _Steps, definition: FormDefinition, name: str
) -> dict[str, Any]:
    """Return the group or row in which an answer stands; an empty group is made."""
    holder = answers
    path: Path = ()
    for step, number in steps[:-1]:
        path = (*path, step)
        if definition.repeat(path) is None:
            below = _group(holder, step)
        else:
            below = _row(holder.get(step), number)
        if not isinstance(below, dict):
            raise UnfitCorrectionError(field=name)
        holder = below
    return holder


def _group(holder: dict[str, Any], step: str) -> Any:
    if holder.get(step) in (None, ""):
        holder[step] = {}
    return holder[step]


def _row(said: Any, number: int | None) -> Any:
    """Return the row of a number; without one the only row."""
    rows = said if isinstance(said, list) else [said]
    if number is None:
        return rows[0] if len(rows) == 1 else None
    return rows[number - 1] if number <= len(rows) else None


def _plain(said: Any, asked: Field) -> Value:
    """Return an answer so that the same one is the same, however it is written."""
    try:
        return read(said, kind=asked.type, field=asked.name)
    except UnreadableValueError:
        return str(said)
