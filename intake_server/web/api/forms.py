"""Forms go out: the list, and the exact bytes of each version of each."""

from pathlib import PurePath
from typing import Any, Final

from flask import Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from forms.media import TYPES
from intake_server.errors import NotFoundError
from intake_server.security.policy import Action
from intake_server.services import publishing
from intake_server.storage.forms import Form, find
from intake_server.web import squeezed
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.schemas import FormListSchema
from intake_server.web.context import context

forms = blueprint("forms", "Published forms")

XML: Final = "text/xml; charset=utf-8"

_IF_NONE_MATCH: Final = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
}
_NOT_MODIFIED: Final = {"description": "The version that the ETag names is current"}


@offer(
    forms,
    "GET",
    "/forms",
    Call(
        action=Action.FETCH_FORMS,
        answer=FormListSchema(),
        headers=(_IF_NONE_MATCH,),
        responses={"304": _NOT_MODIFIED},
    ),
)
def list_forms() -> ResponseReturnValue:
    """Return the newest version of each form that is in use."""
    response = jsonify({"forms": listed()})
    response.add_etag()
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)


@offer(
    forms,
    "GET",
    "/forms/<form_id>/<version>.xml",
    Call(
        action=Action.FETCH_FORMS,
        headers=(_IF_NONE_MATCH,),
        responses={
            "200": {"content": {XML: {"schema": {"type": "string"}}}},
            "304": _NOT_MODIFIED,
        },
    ),
)
def xform(form_id: str, version: str) -> ResponseReturnValue:
    """Return a version of a form, the same bytes for ever."""
    return served(one(form_id, version))


@offer(
    forms,
    "GET",
    "/forms/<form_id>/<version>/media/<name>",
    Call(
        action=Action.FETCH_FORMS,
        headers=(_IF_NONE_MATCH,),
        responses={
            "200": {
                "content": {
                    kind.partition(";")[0]: {"schema": {"type": "string"}}
                    for kind in TYPES.values()
                }
            },
            "304": _NOT_MODIFIED,
        },
    ),
)
def media(form_id: str, version: str, name: str) -> ResponseReturnValue:
    """Return a file beside a version of a form, the same bytes for ever."""
    return served_file(form_id, version, name)


def one(form_id: str, version: str) -> Form:
    """Return a version of a form.

    Raises:
        NotFoundError: Such a form or version was never published here.
    """
    with context().database.reading() as session:
        form = find(session, form_id, version)
    if form is None:
        raise NotFoundError("form in this version")
    return form


def served(form: Form) -> Response:
    """Answer with exactly the bytes that the form's hash is taken of."""
    return squeezed.answer(form.xml.encode(), kind=XML, digest=form.md5)


def served_file(form_id: str, version: str, name: str) -> Response:
    """Answer with exactly the bytes that the file's hash is taken of.

    Raises:
        NotFoundError: Such a form was never published here, or has no such file.
    """
    form = one(form_id, version)
    with context().database.reading() as session:
        found = publishing.file(session, form, name)
    if found is None:
        raise NotFoundError("file of this form")
    medium, content = found
    kind = TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")
    return squeezed.answer(content, kind=kind, digest=medium.md5)


def listed() -> list[dict[str, Any]]:
    """Return the newest version of each form in use, as the API says it."""
    with context().database.reading() as session:
        available = publishing.available(session)
    return [
        {
            "form_id": form.form_id,
            "version": form.version,
            "title": dict(form.title),
            "hash": f"md5:{form.md5}",
            "xform_url": url_for(
                "forms.xform", form_id=form.form_id, version=form.version
            ),
            "media": [
                {
                    "name": file.name,
                    "hash": f"md5:{file.md5}",
                    "url": url_for(
                        "forms.media",
                        form_id=form.form_id,
                        version=form.version,
                        name=file.name,
                    ),
                }
                for file in form.media
            ],
        }
        for form in available
    ]
