"""The input that fits a field: a list for choices, a date for a date, else text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from forms.errors import UnreadableValueError
from forms.values import read
from intake_server.errors import InvalidRequestError
from intake_server.services.labels import Asked, within
from intake_server.web.pages import moments
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

FIELD: Final = "value"

_KINDS: Final[Mapping[str, str]] = {
    "select1": "select",
    "int": "number",
    "decimal": "decimal",
    "date": "date",
    "dateTime": "datetime-local",
}
_NOT_TYPED: Final = frozenset({"binary", "select", "geopoint"})
_NUMBERS: Final = frozenset({"number", "decimal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of a decision; ``options`` are (value, label) pairs of a list."""

    name: str
    property: str
    label: str
    kind: str
    type: str
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""


def inputs(name: str, wording: Wording, filled: Mapping[str, str]) -> tuple[Input, ...]:
    """Return the inputs by which a value of a property or group is typed; maybe none."""
    members = wording.words.labels.groups.get(name)
    if members is None:
        made = [_input(FIELD, name, wording)]
    else:
        made = [_input(f"{FIELD}.{member}", member, wording) for member in members]
    if None in made:
        return ()
    return tuple(
        replace(one, value=filled.get(one.name, "")) for one in made if one is not None
    )


def typed(name: str, wording: Wording, filled: Mapping[str, str]) -> Any:
    """Return the value that was typed.

    Raises:
        InvalidRequestError: Nothing was typed, or it does not fit the field.
    """
    said: dict[str, Any] = {}
    for one in inputs(name, wording, filled):
        text = one.value.strip()
        if one.kind == "datetime-local":
            text = moments.from_input(text)
        try:
            said[one.property] = read(text, kind=one.type, field=one.property)
        except UnreadableValueError:
            raise InvalidRequestError({one.name: [_misfit(one)]}) from None
    present = {member: value for member, value in said.items() if value is not None}
    if not present:
        raise InvalidRequestError({FIELD: [_("Write the answer that is right.")]})
    return present if name in wording.words.labels.groups else present[name]


def _input(name: str, property: str, wording: Wording) -> Input | None:
    asked = wording.words.labels.about(property)
    kind = asked.type if asked else _plain_type(property, wording)
    if kind in _NOT_TYPED:
        return None
    return Input(
        name=name,
        property=property,
        label=wording.member(property),
        kind=_KINDS.get(kind, "text"),
        type=kind,
        options=_options(property, asked, wording),
    )


def _options(
    property: str, asked: Asked | None, wording: Wording
) -> tuple[tuple[str, str], ...]:
    choices = wording.words.labels.choices(property).values()
    if asked is None or not choices:
        return ()
    return tuple(
        (choice.name, within(choice.label, wording.language) or choice.name)
        for choice in choices
    )


def _plain_type(property: str, wording: Wording) -> str:
    return "decimal" if wording.rule(property).type in _NUMBERS else "string"


def _misfit(one: Input) -> str:
    match one.kind:
        case "number":
            return _("This must be a whole number.")
        case "decimal":
            return _("This must be a number.")
        case "date" | "datetime-local":
            return _("This must be a date.")
        case _other:
            return _("This does not fit the field.")
