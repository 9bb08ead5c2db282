"""Forms: publishing them, and what a node knows of them.

A published form is a ``schema`` document, so it travels like everything else; it
carries the XForm byte for byte and the merge rules that follow from it. Versions are
immutable and accepted for ever.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from forms import checks, merging, succession
from forms.catalogue import Form as Definition
from forms.media import Medium, packed
from intake_server.security.policy import Principal
from intake_server.services import intake
from intake_server.services.authoring import Entropy, Pen
from intake_server.services.published import available, definition, file, schema
from intake_server.storage import forms
from intake_server.storage.database import Session
from sync import documents
from sync.change import Write

__all__ = ["OPERATOR", "available", "definition", "file", "publish", "rules", "schema"]

OPERATOR: Final = "operator"
"""Author of what is done at the command line."""


def publish(
    session: Session,
    published: Iterable[Definition],
    *,
    site: str,
    now: datetime,
    entropy: Entropy,
    by: Principal | None = None,
) -> tuple[str, ...]:
    """Publish forms that are not published yet; return ``form@version`` of each.

    What was held for want of them is taken in. Publishing the same version again is
    harmless. ``by`` is who publishes, at ``site``; None is the operator.

    Raises:
        DefinitionError: A form gives something that is asked already another meaning.
        SchemaError: The merge rules of a form do not hold; none is published.
    """
    known = {(name, version) for name, version, _ in forms.digests(session)}
    new = [f for f in published if (f.form_id, f.version) not in known]
    before = [definition(form) for form in forms.all_of(session)] if new else []
    for form in new:
        succession.check(form.definition, before)
        before.append(form.definition)
    pen = Pen(session, now=now, entropy=entropy)
    changes = [
        pen.write(
            {(documents.schema(form.form_id, form.version), forms.KIND): _writes(form)},
            author=by.actor if by else OPERATOR,
            role=by.role.value if by else "",
            site=site,
        )
        for form in new
    ]
    pen.take_in(changes)
    intake.take_in_waiting(session, pen=pen, now=now)
    pen.close()
    return tuple(f"{form.form_id}@{form.version}" for form in new)


def rules(form: Definition) -> Mapping[str, Any]:
    """Return how the answers of a form meet, in the words of ``Schema.from_json``."""
    return {
        "fields": merging.rules(form.definition),
        "rules": checks.checks(form.definition),
    }


def _file(one: Medium) -> Mapping[str, str]:
    """Return a file as it travels; one that every installation has is only named."""
    said = {"name": one.name, "sha256": one.sha256}
    return said if one.content is None else said | {"data": packed(one.content)}


def _writes(form: Definition) -> list[Write]:
    said: dict[str, Any] = {
        "form_id": form.form_id,
        "version": form.version,
        "title": dict(form.title),
        "xml": form.xml.decode(),
        "rules": rules(form),
    }
    if form.media:
        said["media"] = [_file(one) for one in form.media]
    forms.check(said["rules"])
    return [Write(f=name, v=value) for name, value in said.items()]
