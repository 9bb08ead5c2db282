"""The forms that come with Dodomu."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from forms.authoring import convert
from forms.definition import FormDefinition
from forms.xform import read


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is published: its bytes, and what they mean."""

    form_id: str
    version: str
    title: Mapping[str, str]
    xml: bytes
    definition: FormDefinition


def form(xml: bytes) -> Form:
    """Return the form that an XForm holds.

    Raises:
        DefinitionError: It is not an XForm, or says too little about itself.
    """
    definition = read(xml)
    return Form(
        definition.form_id, definition.version, definition.title, xml, definition
    )


@cache
def builtin() -> tuple[Form, ...]:
    """Return the shipped forms by name; the first call takes about a second."""
    folder = files("forms") / "definitions"
    sources = sorted(
        (source for source in folder.iterdir() if source.name.endswith(".md")),
        key=lambda source: source.name,
    )
    return tuple(form(convert(source.read_bytes(), kind="md")) for source in sources)
