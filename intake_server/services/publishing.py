"""Forms: publishing them, and what a node knows of them.

A published form is a ``schema`` document, so it travels like everything else; it
carries the XForm byte for byte and the merge rules that follow from it. Versions are
immutable and accepted for ever.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Final

from forms import merging
from forms.catalogue import Form as Definition
from forms.definition import FormDefinition
from forms.xform import read
from intake_server.clock import milliseconds
from intake_server.services.authoring import Entropy, Pen
from intake_server.storage import forms, ingest
from intake_server.storage.database import Session
from intake_server.storage.forms import Form
from sync import documents
from sync.change import Write
from sync.merge.schema import Schema

_OPERATOR: Final = "operator"
_REMEMBERED: Final = 64


def publish(
    session: Session,
    published: Iterable[Definition],
    *,
    site: str,
    now: datetime,
    entropy: Entropy,
) -> tuple[str, ...]:
    """Publish forms that are not published yet; return ``form@version`` of each.

    Publishing the same version again is harmless.
    """
    known = {(name, version) for name, version, _ in forms.digests(session)}
    new = [f for f in published if (f.form_id, f.version) not in known]
    pen = Pen(session, now=now, entropy=entropy)
    changes = [
        pen.write(
            {(documents.schema(form.form_id, form.version), forms.KIND): _writes(form)},
            author=_OPERATOR,
            site=site,
        )
        for form in new
    ]
    pen.close()
    ingest.ingest(
        session,
        changes,
        peer=None,
        received_ms=milliseconds(now),
        schema=schema(session),
    )
    return tuple(f"{form.form_id}@{form.version}" for form in new)


def available(session: Session) -> tuple[Form, ...]:
    """Return the newest version of every form that is not retired, by name."""
    newest: dict[str, Form] = {}
    for form in forms.all_of(session):
        known = newest.get(form.form_id)
        if known is None or int(form.version) > int(known.version):
            newest[form.form_id] = form
    return tuple(form for form in newest.values() if not form.is_retired)


def definition(form: Form) -> FormDefinition:
    """Return what the answers of a form mean."""
    return _definition(form.xml)


def schema(session: Session) -> Schema:
    """Return the merge rules of all forms that are published here."""
    digests = forms.digests(session)
    known = _schemas.get(digests)
    if known is None:
        if len(_schemas) >= _REMEMBERED:
            _schemas.clear()
        known = _schemas[digests] = forms.schema(session)
    return known


_schemas: Final[dict[tuple[tuple[str, str, str], ...], Schema]] = {}


@lru_cache(maxsize=_REMEMBERED)
def _definition(xml: str) -> FormDefinition:
    return read(xml.encode())


def _writes(form: Definition) -> list[Write]:
    said = {
        "form_id": form.form_id,
        "version": form.version,
        "title": dict(form.title),
        "xml": form.xml.decode(),
        "rules": {"fields": merging.rules(form.definition)},
    }
    return [Write(f=name, v=value) for name, value in said.items()]
