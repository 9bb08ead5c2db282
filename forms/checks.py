"""What a form says about two answers that must fit together: its checks.

A field says it in ``bind::dodomu:check``, one or several parts between ``;``::

    >= admitted_on
    >= birth_date of subject
    > care_from; >= birth_date of subject

It names another property: one of the same document, or one of the document that this
one names as its ``subject`` (an event's or a case's child) or as its ``parent`` (what a
row hangs on). It is checked wherever both answers are known, whichever forms asked for
them and whatever was merged since; a constraint looks at one form on one phone.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from forms.definition import Field, FormDefinition
from forms.errors import DefinitionError

Check = dict[str, str]

_WORDS: Final = {
    "<": "before",
    "<=": "not_after",
    ">": "after",
    ">=": "not_before",
    "==": "same_as",
    "!=": "other_than",
}
_PART: Final = re.compile(
    r"(?P<op><=|>=|==|!=|<|>)\s*(?P<b>[A-Za-z_][\w.-]*)"
    r"(?:\s+of\s+(?P<of>subject|parent))?"
)
_WITH_SUBJECT: Final = ("case", "event")
_MANY: Final = ("set", "meet", "log")
"""Policies of properties that hold more than one answer."""
_PLAIN: Final = ("date", "int", "string", "select1")
"""Types whose values compare as they are written, also within a group."""


def checks(definition: FormDefinition) -> list[Check]:
    """Return the checks of a form, in the words of the scenario files.

    The id of a check says what it is, ``filled_on_not_before_birth_date``, so that a
    dismissal holds for the same check in the next version of the form.

    Raises:
        DefinitionError: A check cannot be read, or compares what cannot be compared.
    """
    found = (_check(asked, part, definition) for asked, part in _parts(definition))
    return list({check["id"]: check for check in found}.values())


def errors(definition: FormDefinition) -> Iterator[DefinitionError]:
    """Yield all that ``checks`` could raise."""
    for asked, part in _parts(definition):
        try:
            _check(asked, part, definition)
        except DefinitionError as error:
            yield error


def _parts(definition: FormDefinition) -> Iterator[tuple[Field, str]]:
    for asked in definition.fields:
        for part in filter(None, map(str.strip, (asked.check or "").split(";"))):
            yield asked, part


def _check(asked: Field, part: str, definition: FormDefinition) -> Check:
    said = _PART.fullmatch(part)
    if said is None or asked.property is None:
        raise _wrong(asked, f"{part!r} is no check")
    op, other, of = said["op"], said["b"], said["of"]
    _compare(asked, _alike(definition, other), other)
    if not _is_reached(asked, _alike(definition, other), of, definition):
        place = f"at its {of}" if of else "here"
        raise _wrong(asked, f"{other} does not stand {place}")
    check = {"id": f"{asked.property}_{_WORDS[op]}_{other}", "a": asked.property}
    return check | {"op": op, "b": other} | ({"of": of} if of else {})


def _alike(definition: FormDefinition, name: str) -> list[Field]:
    """Return the fields of this form that ask for a property; often another form does."""
    return [asked for asked in definition.fields if asked.property == name]


def _compare(asked: Field, others: Iterable[Field], name: str) -> None:
    for one in (asked, *others):
        policy = (one.policy or "review").split()[0]
        if policy in _MANY or one.type == "select":
            raise _wrong(asked, f"{one.property} holds more than one answer")
        if one.level == "sealed":
            raise _wrong(asked, f"{one.property} is sealed")
        if one.group is not None and one.type not in _PLAIN:
            raise _wrong(asked, f"{one.property} cannot be compared within its group")
        if one.type != asked.type:
            raise _wrong(asked, f"{name} is of another type")


def _is_reached(
    asked: Field, others: list[Field], of: str | None, definition: FormDefinition
) -> bool:
    """Tell whether the other answer stands where the check looks for it."""
    if of == "subject" and (asked.repeat or asked.home not in _WITH_SUBJECT):
        return False
    if of == "parent" and asked.repeat is None:
        return False
    if of is None:
        places = {(one.home, one.repeat) for one in others}
        return places <= {(asked.home, asked.repeat)}
    row = definition.repeat(asked.repeat) if asked.repeat else None
    home = row.parent if of == "parent" and row else "person"
    return all(one.home == home and one.repeat is None for one in others)


def _wrong(asked: Field, why: str) -> DefinitionError:
    return DefinitionError(f"{asked.name}: {why}", field=asked.name, column="check")
