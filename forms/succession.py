"""Whether a form may follow the forms that were published before it.

Versions are accepted for ever, so the first form that asks for a property settles what
it means; what a form works out is text, whatever list others choose it from. Who wants
something else gives it another name, and may say by ``renamed_from`` whose place it
took.
"""

from collections.abc import Iterable, Mapping
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
            policy, or takes the place of one whose answers it could not hold or that
            never was; names the row and the column.
    """
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
        if asked.property in known:
            _check_meaning(asked, known[asked.property])
        if asked.renamed_from is not None:
            former = known.get(asked.renamed_from)
            _check_renaming(asked, former, successors)
            successors[asked.renamed_from] = asked.property


def _written(form: FormDefinition) -> list[Field]:
    return [asked for asked in form.fields if asked.property is not None]


def _check_meaning(asked: Field, before: Field) -> None:
    read_as = _as_text if asked.calculated or before.calculated else _type
    for column, now, then in (
        ("type", read_as(asked), read_as(before)),
        ("home", asked.home, before.home),
        ("group", asked.group, before.group),
        ("policy", _part(asked), _part(before)),
    ):
        if now != then:
            raise _error(
                asked,
                column,
                f"{asked.property} has another {column} in a form that is published;"
                " give it another name and say renamed_from",
            )


def _check_renaming(
    asked: Field, former: Field | None, successors: Mapping[str, str | None]
) -> None:
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
        raise _error(asked, "renamed_from", wrong)


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
    return LEVELS.index(asked.level or DEFAULT_LEVEL)


def _error(asked: Field, column: str, message: str) -> DefinitionError:
    return DefinitionError(f"{asked.name}: {message}", field=asked.name, column=column)
