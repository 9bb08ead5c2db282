"""What is published here: forms, what their answers mean, and how these meet."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Final

from forms.definition import FormDefinition
from forms.errors import DefinitionError
from forms.xform import read
from intake_server.storage import forms
from intake_server.storage.database import Session
from intake_server.storage.forms import Form
from sync.merge.schema import Schema

_REMEMBERED: Final = 64


def available(session: Session) -> tuple[Form, ...]:
    """Return the newest version of every form that is not retired, by name."""
    newest: dict[str, Form] = {}
    for form in forms.all_of(session):
        known = newest.get(form.form_id)
        if known is None or int(form.version) > int(known.version):
            newest[form.form_id] = form
    return tuple(form for form in newest.values() if not form.is_retired)


def definition(form: Form) -> FormDefinition:
    """Return what the answers of a form mean.

    Raises:
        DefinitionError: Its XForm cannot be read here; another node published it.
    """
    return _definition(form.xml)


def definitions(published: Iterable[Form]) -> Iterator[FormDefinition]:
    """Yield what the answers of forms mean, of those that can be read here."""
    for form in published:
        with suppress(DefinitionError):
            yield definition(form)


def find(session: Session, form_id: str, version: str) -> FormDefinition | None:
    """Return what the answers of a form mean; None where it is not published here.

    Raises:
        DefinitionError: Its XForm cannot be read here; another node published it.
    """
    asked = (forms.sources(session), form_id, version)
    known = _found.get(asked)
    if known is None:
        form = forms.find(session, form_id, version)
        if form is None:
            return None
        if len(_found) >= _REMEMBERED:
            _found.clear()
        known = _found[asked] = definition(form)
    return known


_found: Final[dict[tuple[tuple[bytes, ...], str, str], FormDefinition]] = {}


def schema(session: Session) -> Schema:
    """Return the merge rules of all forms that are published here."""
    sources = forms.sources(session)
    known = _schemas.get(sources)
    if known is None:
        if len(_schemas) >= _REMEMBERED:
            _schemas.clear()
        known = _schemas[sources] = forms.schema(session)
    return known


_schemas: Final[dict[tuple[bytes, ...], Schema]] = {}


@lru_cache(maxsize=_REMEMBERED)
def _definition(xml: str) -> FormDefinition:
    return read(xml.encode())
