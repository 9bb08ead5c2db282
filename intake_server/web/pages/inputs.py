"""The input that fits a field: a list for choices, a date for a date, else text.

A place is typed by its code, or by its name where that is one place's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from forms.errors import UnreadableValueError
from forms.places.codifier import label
from forms.places.lists import SHIPPED
from forms.places.search import find, named
from forms.values import read
from intake_server.errors import InvalidRequestError
from intake_server.services.labels import Asked, within
from intake_server.web.pages import moments
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

FIELD: Final = "value"
MARKS: Final = "marks"
"""The kind of input of a list whose elements are marked."""
LINES: Final = "lines"
"""The kind of input of a list whose elements are typed, one a line."""

_KINDS: Final[Mapping[str, str]] = {
    "select1": "select",
    "int": "number",
    "decimal": "decimal",
    "date": "date",
    "dateTime": "datetime-local",
}
_NOT_TYPED: Final = frozenset({"binary", "select", "geopoint"})
_NUMBERS: Final = frozenset({"number", "decimal"})
_LISTS: Final = frozenset({"set", "meet"})
_LINE: Final = re.compile(r"[;\r\n]+")
_PLACE: Final = "place"
_OBLAST: Final = "home_oblast"
"""The property beside a home that says where to look for it."""
_CODE: Final = re.compile(r"UA[0-9]{17}")
_OFFERED: Final = 6
"""So many places are named to somebody whose word means several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of an answer; ``options`` are (value, label) pairs of a list.

    ``chosen`` are those that are marked, where several may be (``many``).
    """

    name: str
    property: str
    label: str
    kind: str
    type: str
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    chosen: tuple[str, ...] = ()


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


def is_typed(name: str, wording: Wording) -> bool:
    """Tell whether a property or group can be typed: alone, or as a list."""
    if wording.rule(name).policy in _LISTS:
        return _list_type(name, wording) is not None
    members = wording.words.labels.groups.get(name, (name,))
    kinds = [
        asked.type if (asked := wording.words.labels.about(m)) else "string"
        for m in members
    ]
    return _NOT_TYPED.isdisjoint(kinds)


def many(name: str, wording: Wording, said: Sequence[str]) -> Input | None:
    """Return the input by which a list is given: marks, or a text of one line each.

    Args:
        name: The set.
        wording: How things are said.
        said: The elements that are in it.
    """
    kind = _list_type(name, wording)
    if kind is None:
        return None
    asked = wording.words.labels.about(name)
    return Input(
        name=FIELD,
        property=name,
        label=wording.label(name),
        kind=kind,
        type="select",
        options=_options(name, asked, wording) if kind == MARKS else (),
        value="\n".join(said) if kind == LINES else "",
        chosen=tuple(said),
    )


def listed(one: Input, texts: Sequence[str]) -> list[str]:
    """Return the elements that were given in an input of a list, each once.

    Raises:
        InvalidRequestError: Something was marked that nobody may mark.
    """
    if one.kind == LINES:
        lines = (line.strip() for text in texts for line in _LINE.split(text))
        return list(dict.fromkeys(filter(None, lines)))
    known = {value for value, _label in one.options} | set(one.chosen)
    if not known.issuperset(texts):
        raise InvalidRequestError({FIELD: [_misfit(one)]})
    return list(dict.fromkeys(texts))


def texts_of(name: str, value: Any, wording: Wording) -> Mapping[str, str]:
    """Return what the inputs of a property or group show of a value, by input."""
    members = wording.words.labels.groups.get(name)
    if members is None:
        return {FIELD: _text_of(name, value, wording)}
    said = value if isinstance(value, Mapping) else {}
    return {f"{FIELD}.{m}": _text_of(m, said.get(m), wording) for m in members}


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
        if one.options and text and text not in dict(one.options):
            raise InvalidRequestError({one.name: [_misfit(one)]})
        if one.kind == _PLACE and text:
            text = _code(one, text, said, wording)
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
        kind=_PLACE if asked and asked.file in SHIPPED else _KINDS.get(kind, "text"),
        type=kind,
        options=_options(property, asked, wording),
    )


def _list_type(name: str, wording: Wording) -> str | None:
    asked = wording.words.labels.about(name)
    if wording.rule(name).policy not in _LISTS or asked is None:
        return None
    if asked.type == "string":
        return LINES
    has_choices = asked.type in ("select", "select1") and bool(asked.choices)
    return MARKS if has_choices else None


def _text_of(name: str, value: Any, wording: Wording) -> str:
    if value is None or isinstance(value, list | Mapping):
        return ""
    asked = wording.words.labels.about(name)
    is_moment = asked is not None and asked.type == "dateTime"
    return moments.to_input(str(value)) if is_moment else str(value)


def _code(one: Input, text: str, said: Mapping[str, Any], wording: Wording) -> str:
    """Return the code of the place that was meant.

    Raises:
        InvalidRequestError: It could be several places, or none; names some.
    """
    code = _CODE.search(text)
    if code is not None:
        return code[0]
    around = str(said.get(_OBLAST) or "")
    found = named(text, inside=around)
    if len(found) == 1:
        return found[0].code
    near = found or find(text, inside=around)
    if not near:
        raise InvalidRequestError({one.name: [_("No place is called so.")]})
    offered = "; ".join(
        f"{label(place.code, wording.language)} ({place.code})"
        for place in near[:_OFFERED]
    )
    which = _("Which place? Write its code: %(places)s", places=offered)
    raise InvalidRequestError({one.name: [which]})


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
