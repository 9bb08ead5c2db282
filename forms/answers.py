"""Nested answers, from XML or JSON, to typed answers with their rows.

Nothing is dropped: what the form does not know is kept under its whole path.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from forms.definition import Field, FormDefinition, Path, Repeat
from forms.errors import UnreadableValueError
from forms.merging import DEFAULT_LEVEL
from forms.values import Value, read


@dataclass(frozen=True, slots=True)
class RowRef:
    """One row of a repeat.

    ``row_id`` is the row's own id, or else its place, below its parent's; no two rows
    of a submission share one. ``index`` counts from 0. ``values`` are the row's
    answers by field name.
    """

    repeat: Repeat
    row_id: str
    index: int
    values: Mapping[str, Value] = field(hash=False)
    parent: "RowRef | None" = None


class Answer(Struct, frozen=True, gc=False):
    """One answer; nothing as its value means that it was cleared."""

    field: Field
    row: RowRef | None
    value: Value


def typed(answers: dict[str, Any], definition: FormDefinition) -> tuple[Answer, ...]:
    """Return what was answered, in the order given; what is absent gives nothing.

    An unknown part becomes an answer of the event (in a row, of the row) with the
    default policy and level; its property is its path, joined by slashes. Whether a
    question was relevant is not judged here. The gate has let the answers in.

    Raises:
        UnreadableValueError: A value is not of its field's type; names the field.
    """
    asked = {name: value for name, value in answers.items() if name != "meta"}
    walk = _Walk(definition)
    return tuple(walk.answers(walk.level(asked, (), None), None))


def derived_key(row: RowRef, definition: FormDefinition) -> str | None:
    """Return the answer that names this row's document, if one does.

    ``mother`` for a row of relatives, a product's name for an assistive product;
    nothing when the row stands for itself by its ``row_id``.
    """
    rule, _, name = row.repeat.identity.partition(" ")
    value = row.values.get(name)
    if not isinstance(value, str):
        return None
    if rule == "field":
        return value
    asked = next(
        part
        for part in definition.fields
        if part.name == name and part.repeat == row.repeat.path
    )
    chosen = definition.choice(asked, value)
    return value if chosen is not None and chosen.singular else None


def attachments(answers: Iterable[Answer]) -> tuple[str, ...]:
    """Return the names of the files that answers refer to, each once."""
    named = (
        answer.value
        for answer in answers
        if answer.field.type == "binary" and isinstance(answer.value, str)
    )
    return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class _Level:
    """What stands on one level: answers, and the rows below it."""

    values: list[tuple[Field, Value]] = field(default_factory=list)
    rows: list[tuple[Repeat, int, dict[str, Any]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk through answers, side by side with their form."""

    definition: FormDefinition
    taken: set[tuple[Path, str]] = field(default_factory=set)

    def answers(self, level: _Level, row: RowRef | None) -> Iterator[Answer]:
        """Return the answers of a level, then those of its rows."""
        for asked, value in level.values:
            yield Answer(asked, row, value)
        for repeat, index, values in level.rows:
            below = self.level(values, repeat.path, repeat)
            yield from self.answers(below, self._row(repeat, index, below, row))

    def level(
        self, answers: dict[str, Any], path: Path, within: Repeat | None
    ) -> _Level:
        """Sort one level of answers by what the form says about each."""
        level = _Level()
        for name, value in answers.items():
            self._sort(value, (*path, name), within, level)
        return level

    def _sort(
        self, value: Any, path: Path, within: Repeat | None, level: _Level
    ) -> None:
        repeat, asked = self.definition.repeat(path), self.definition.field(path)
        if repeat is not None:
            rows = enumerate(_rows(value, repeat))
            level.rows.extend((repeat, index, row) for index, row in rows)
        elif asked is not None:
            read_value = read(value, kind=asked.type, field=asked.name)
            level.values.append((asked, read_value))
        elif isinstance(value, dict):
            for name, inner in value.items():
                self._sort(inner, (*path, name), within, level)
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                self._sort(inner, (*path, str(place)), within, level)
        elif value not in ("", None) or not self.definition.is_group(path):
            unknown = self._unknown(value, path, within)
            read_value = read(value, kind=unknown.type, field=unknown.name)
            level.values.append((unknown, read_value))

    def _unknown(self, value: Any, path: Path, within: Repeat | None) -> Field:
        """Return a field for a part that the form does not know."""
        name = "/".join(path[len(within.path) if within else 0 :])
        kinds = {bool: "boolean", int: "int", float: "decimal"}
        return Field(
            path=path,
            name=path[-1],
            type=kinds.get(type(value), "string"),
            home=within.home if within else "event",
            property=f"/{name}" if self.definition.has_cell(name) else name,
            level=DEFAULT_LEVEL,
            repeat=within.path if within else None,
        )

    def _row(
        self, repeat: Repeat, index: int, below: _Level, parent: RowRef | None
    ) -> RowRef:
        values = {asked.name: value for asked, value in below.values}
        place = str(index) if parent is None else f"{parent.row_id}/{index}"
        own = values.get(repeat.row_id or "")
        row_id = own if isinstance(own, str) and self._is_free(repeat, own) else place
        while not self._is_free(repeat, row_id):
            row_id += "#"
        self.taken.add((repeat.path, row_id))
        return RowRef(repeat, row_id, index, values, parent)

    def _is_free(self, repeat: Repeat, row_id: str) -> bool:
        return (repeat.path, row_id) not in self.taken


def _rows(value: Any, repeat: Repeat) -> list[dict[str, Any]]:
    if value in ("", None):
        return []
    rows = value if isinstance(value, list) else [value]
    if not all(isinstance(row, dict) for row in rows):
        raise UnreadableValueError(field=repeat.name)
    return rows
