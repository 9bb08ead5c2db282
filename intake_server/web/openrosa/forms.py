"""Forms for ODK Collect: the list, each form, its manifest.

Every address in an answer begins as the request's own did, so a phone that came with a
key in the path stays on it, and on the host that it knows.
"""

from typing import Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

from flask import Response, request

from intake_server.errors import NotFoundError
from intake_server.security.policy import Action
from intake_server.services import publishing
from intake_server.services.published import is_whole
from intake_server.storage.forms import Form, all_of
from intake_server.web.api.forms import one, served, served_file
from intake_server.web.auth import requires
from intake_server.web.context import context
from intake_server.web.openrosa import answers

_LIST: Final = "http://openrosa.org/xforms/xformsList"
_MANIFEST: Final = "http://openrosa.org/xforms/xformsManifest"
_REVALIDATE: Final = "private, no-cache"


@requires(Action.FETCH_FORMS)
def form_list(key: str = "") -> Response:
    """Answer the list of forms; ``formID`` and ``listAllVersions`` narrow or widen it."""
    root = Element("xforms", xmlns=_LIST)
    for form in _wanted():
        root.append(_entry(form, key))
    return _revalidated(answers.document(root))


@requires(Action.FETCH_FORMS)
def xform(form_id: str, version: str, key: str = "") -> Response:
    """Answer exactly the bytes that the list's hash is taken of."""
    return answers.stated(served(one(form_id, version)))


@requires(Action.FETCH_FORMS)
def manifest(form_id: str, version: str, key: str = "") -> Response:
    """Answer the files beside a form, each with the hash of the bytes that are served."""
    form = one(form_id, version)
    if not is_whole(form):
        raise NotFoundError("form in this version")
    root = Element("manifest", xmlns=_MANIFEST)
    for file in form.media:
        entry = SubElement(root, "mediaFile")
        SubElement(entry, "filename").text = file.name
        SubElement(entry, "hash").text = f"md5:{file.md5}"
        SubElement(
            entry, "downloadUrl"
        ).text = f"{_place(form, key)}/media/{quote(file.name)}"
    return _revalidated(answers.document(root))


@requires(Action.FETCH_FORMS)
def media(form_id: str, version: str, name: str, key: str = "") -> Response:
    """Answer exactly the bytes that the manifest's hash is taken of."""
    return answers.stated(served_file(form_id, version, name))


def _wanted() -> list[Form]:
    with context().database.reading() as session:
        if request.args.get("listAllVersions", "").lower() == "true":
            forms = [form for form in all_of(session) if not form.is_retired]
            forms = list(filter(is_whole, forms))
        else:
            forms = list(publishing.available(session))
    wanted = request.args.get("formID")
    return [form for form in forms if wanted in (None, "", form.form_id)]


def _entry(form: Form, key: str) -> Element:
    entry = Element("xform")
    name = form.title.get("uk") or form.title.get("en") or form.form_id
    SubElement(entry, "formID").text = form.form_id
    SubElement(entry, "name").text = name
    SubElement(entry, "version").text = form.version
    SubElement(entry, "hash").text = f"md5:{form.md5}"
    SubElement(entry, "downloadUrl").text = f"{_place(form, key)}.xml"
    if form.media:
        SubElement(entry, "manifestUrl").text = f"{_place(form, key)}/manifest.xml"
    return entry


def _place(form: Form, key: str) -> str:
    """Return how the addresses of all that belongs to a form begin."""
    host = answers.address()
    beginning = f"{host}/key/{key}" if key else host
    return f"{beginning}/xforms/{form.form_id}/{form.version}"


def _revalidated(response: Response) -> Response:
    response.add_etag()
    response.headers["Cache-Control"] = _REVALIDATE
    response.make_conditional(request)
    return response
