"""The forms that come with Dodomu, and what a form is when it is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from forms.authoring import convert
from forms.definition import FormDefinition
from forms.media import Medium, beside
from forms.xform import read

SHIPPED: Final = (
    "reception",
    "registration",
    "reunification",
    "rehabilitation",
    "followup",
    "tracing_request",
    "functioning_2_4",
    "functioning_5_17",
    "testimony",
)
"""Their names, in the order in which a child meets them."""

_NO_FILES: Final[Mapping[str, bytes]] = {}


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is published: its bytes, what they mean, the files beside it."""

    form_id: str
    version: str
    title: Mapping[str, str]
    xml: bytes
    definition: FormDefinition
    media: tuple[Medium, ...] = ()


def form(xml: bytes, given: Mapping[str, bytes] = _NO_FILES) -> Form:
    """Return the form that an XForm holds.

    Args:
        xml: The XForm.
        given: Files beside it, by name; those that every installation has are not
            among them.

    Raises:
        DefinitionError: It is not an XForm, or says too little about itself.
    """
    definition = read(xml)
    return Form(
        definition.form_id,
        definition.version,
        definition.title,
        xml,
        definition,
        beside(xml, given),
    )


@cache
def builtin() -> tuple[Form, ...]:
    """Return the shipped forms; the first call takes about a second."""
    return tuple(shipped(name) for name in SHIPPED)


def enabled() -> tuple[Form, ...]:
    """Return the shipped forms that a new node publishes."""
    return tuple(one for one in builtin() if one.definition.is_enabled)


@cache
def shipped(name: str) -> Form:
    """Return one of the shipped forms; the first call converts it."""
    source = files("forms") / "definitions" / f"{name}.md"
    return form(convert(source.read_bytes(), kind="md"))
