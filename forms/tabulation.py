"""The answers of a form as tables: one for the form, one for each repeat.

A column is a question, by its path; whatever any version asked has one. The newest
version has the word on labels and order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from forms.answers import Answer, RowRef
from forms.definition import Field, FormDefinition, Path
from forms.places import codifier, lists
from forms.values import Value

Language = Literal["uk", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("uk", "en")
_CHOSEN: Final = ("select1", "select")


@dataclass(frozen=True, slots=True)
class Column:
    """A question; ``name`` is its path within its table, ``asked`` its newest form."""

    name: str
    asked: Field
    versions: tuple[str, ...]

    @property
    def is_labelled(self) -> bool:
        """Whether the answer is a code that has a label: a choice, or a place."""
        return self.asked.type in _CHOSEN or _is_place(self.asked)

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of its cells: the answer, and of a choice its label by language."""
        if not self.is_labelled:
            return (self.name,)
        return (self.name, *(f"{self.name}:{language}" for language in LANGUAGES))


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a form, or of one of its repeats.

    ``path`` is the repeat's; the form's own table has an empty one. A row of a repeat
    inside another names its ``parent``.
    """

    path: Path
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The repeat's name; empty for the form's own table."""
        return "-".join(self.path)

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of all cells, in order."""
        return tuple(head for column in self.columns for head in column.heads)


def tables(
    definitions: Sequence[FormDefinition], may_show: Callable[[Field], bool]
) -> tuple[Table, ...]:
    """Return the tables of a form, its own first.

    Args:
        definitions: Every version, the newest first.
        may_show: Says whether a question's answers may be in a table. What one version
            hides is hidden.
    """
    hidden = {
        part.path for one in definitions for part in one.fields if not may_show(part)
    }
    asked: dict[Path, dict[Path, Column]] = {(): {}}
    for one in definitions:
        for part in one.fields:
            if part.path in hidden or _is_working(part):
                continue
            repeat = part.repeat or ()
            columns = asked.setdefault(repeat, {})
            known = columns.get(part.path)
            columns[part.path] = Column(
                "/".join(part.path[len(repeat) :]),
                known.asked if known else part,
                (*(known.versions if known else ()), one.version),
            )
    return tuple(Table(path, tuple(found.values())) for path, found in asked.items())


def rows(answers: Iterable[Answer]) -> Mapping[Path, Sequence[RowRef]]:
    """Return the rows of each repeat, in order."""
    found: dict[Path, dict[str, RowRef]] = {}
    for answer in answers:
        row = answer.row
        while row is not None:
            found.setdefault(row.repeat.path, {}).setdefault(row.row_id, row)
            row = row.parent
    return {path: tuple(each.values()) for path, each in found.items()}


def cells(
    table: Table,
    answers: Iterable[Answer],
    row: RowRef | None,
    definition: FormDefinition,
) -> tuple[str, ...]:
    """Return the cells of one row, as ``heads`` names them.

    Args:
        table: The table.
        answers: Everything that the submission says.
        row: The row of the repeat; None for the form's own table.
        definition: The version of the form that was filled.
    """
    said = {one.field.path: one.value for one in answers if one.row == row}
    return tuple(
        cell
        for column in table.columns
        for cell in _cells(column, said.get(column.asked.path), definition)
    )


def unknown(
    answers: Iterable[Answer], row: RowRef | None, definition: FormDefinition
) -> dict[str, Any]:
    """Return what a submission says under names that its form does not ask, by path."""
    above = len(row.repeat.path) if row else 0
    return {
        "/".join(one.field.path[above:]): one.value
        for one in answers
        if one.row == row and definition.field(one.field.path) is None
    }


def _is_working(part: Field) -> bool:
    """Tell whether a part is a note or a working value: nobody answered it."""
    return part.property is None and part.type not in _CHOSEN


def _cells(column: Column, value: Value, definition: FormDefinition) -> Iterator[str]:
    yield _text(value)
    if not column.is_labelled:
        return
    names = value if isinstance(value, list) else [_text(value)] if value else []
    asked = definition.field(column.asked.path) or column.asked
    for language in LANGUAGES:
        yield "; ".join(_label(asked, name, definition, language) for name in names)


def _label(
    asked: Field, name: str, definition: FormDefinition, language: Language
) -> str:
    if _is_place(asked):
        return codifier.label(name, language)
    chosen = definition.choice(asked, name)
    return chosen.label.get(language, name) if chosen else name


def _is_place(asked: Field) -> bool:
    return (asked.file or "").startswith(lists.RESERVED)


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return " ".join(value)
        case _:
            return str(value)
