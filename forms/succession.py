"""Whether a form may follow the forms that were published before it.

Versions are accepted for ever, so the first form that asks for a property settles what
it means; what a form works out is text, whatever list others choose it from. Who wants
something else gives it another name, and may say by ``renamed_from`` whose place it
took.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from forms.definition import Field, FormDefinition
from forms.errors import DefinitionError
from forms.merging import DEFAULT_LEVEL, LEVELS

_PARTED: Final = ("set", "log")


def check(form: FormDefinition, published: Iterable[FormDefinition]) -> None:
    """See that a form keeps the meaning of all that is asked already.

    Args:
        form: The form that is to be published.
        published: All versions of all forms that are published.

    Raises:
        DefinitionError: A property gets another type, list, home, group or kind of
            policy or a lower level, or takes the place of one whose answers it could not hold or that
            never was; names the row and the column.
    """
    for error in errors(form, published):
        raise error


def errors(
    form: FormDefinition, published: Iterable[FormDefinition]
) -> Iterator[DefinitionError]:
    """Yield all that ``check`` could raise."""
    asked_before = [asked for one in published for asked in _written(one)]
    # Of two that name a property the earlier one counts, and a question before a
    # calculation, which names no list.
    ordered = sorted(asked_before, key=lambda asked: asked.calculated)
    known = {asked.property: asked for asked in reversed(ordered)}
    successors = {
        asked.renamed_from: asked.property
        for asked in asked_before
        if asked.renamed_from is not None
    }
    for asked in _written(form):
        alike = [before for before in asked_before if before.property == asked.property]
        if alike:
            yield from _changes(asked, known[asked.property])
            yield from _opened(asked, alike)
        if asked.renamed_from is not None:
            former = known.get(asked.renamed_from)
            yield from _misplaced(asked, former, successors)
            successors[asked.renamed_from] = asked.property


def _written(form: FormDefinition) -> list[Field]:
    return [asked for asked in form.fields if asked.property is not None]


def _changes(asked: Field, before: Field) -> Iterator[DefinitionError]:
    read_as = _as_text if asked.calculated or before.calculated else _type
    for column, now, then in (
        ("type", read_as(asked), read_as(before)),
        ("home", asked.home, before.home),
        ("group", asked.group, before.group),
        ("policy", _part(asked), _part(before)),
    ):
        if now != then:
            yield _error(
                asked,
                column,
                f"{asked.property} has another {column} in a form that is published;"
                " give it another name and say renamed_from",
            )


def _opened(asked: Field, before: Iterable[Field]) -> Iterator[DefinitionError]:
    """Yield that answers which were given under a higher level would lose it."""
    if _height(asked) < max(map(_height, before)):
        wrong = f"{asked.property} has a higher level; its answers would lose it"
        yield _error(asked, "level", wrong)


def _misplaced(
    asked: Field, former: Field | None, successors: Mapping[str, str | None]
) -> Iterator[DefinitionError]:
    name = asked.renamed_from
    wrong = None
    if former is None:
        wrong = f"no published form has asked for {name}"
    elif former.group is not None:
        wrong = f"{name} is decided together with others"
    elif (former.home, _part(former)) != (asked.home, _part(asked)):
        wrong = f"{name} has another home or kind of policy"
    elif _height(asked) < _height(former):
        wrong = f"{name} has a higher level; its answers would lose it"
    elif (other := successors.get(str(name), asked.property)) != asked.property:
        wrong = f"{other} took the place of {name} already"
    elif _leads_to(name, asked.property, successors):
        wrong = f"{name} itself took the place of {asked.property}"
    if wrong is not None:
        yield _error(asked, "renamed_from", wrong)


def _leads_to(
    end: str | None, start: str | None, successors: Mapping[str, str | None]
) -> bool:
    name, passed = start, set[str | None]({None})
    while name not in passed and name != end:
        passed.add(name)
        name = successors.get(str(name))
    return name == end


def _type(asked: Field) -> str:
    """Return the type as the column of the survey sheet says it."""
    return f"{asked.type} {asked.choices}" if asked.choices else asked.type


def _as_text(asked: Field) -> str:
    """Return the type where one choice is no more than the text that is kept of it."""
    return "string" if asked.type == "select1" else _type(asked)


def _part(asked: Field) -> str | None:
    """Return ``set`` or ``log`` where answers are kept in parts."""
    policy = (asked.policy or "review").split()[0]
    return policy if policy in _PARTED else None


def _height(asked: Field) -> int:
    level = asked.level or DEFAULT_LEVEL
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _error(asked: Field, column: str, message: str) -> DefinitionError:
    return DefinitionError(f"{asked.name}: {message}", field=asked.name, column=column)
