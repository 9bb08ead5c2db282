"""OpenRosa answers: XML with the headers without which ODK Collect gives up."""

from typing import Final, Literal
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, request

from intake_server.web.context import context

CONTENT_TYPE: Final = "text/xml; charset=utf-8"

ACCEPTED: Final = "Форму прийнято"
AGAIN: Final = "Цю форму вже прийнято раніше"
SET_ASIDE: Final = "Форму збережено. Її ще перегляне координатор"
CODE: Final = "Код дитини"
MISSING: Final = (
    "Не надійшли файли: {}. Якщо вони є на телефоні, надішліть форму ще раз."
)
NOT_REAL: Final = "Це навчання: запис несправжній, його нікуди не передано."
TOO_LARGE: Final = (
    "Завеликих файлів не прийнято: {}. Передайте їх координаторові інакше."
)
"""What Collect shows, and what the guide explains."""

_RESPONSE: Final = "http://openrosa.org/http/response"
_PATHS: Final = ("/key/", "/formList", "/submission", "/xforms/")

Nature = Literal["submit_success", "submit_error"]


def is_openrosa(path: str) -> bool:
    """Tell whether a path is one that OpenRosa clients ask."""
    return path.startswith(_PATHS)


def address() -> str:
    """Return scheme and host by which the client came; https where it is our own."""
    public = context().settings.public_url
    if urlsplit(public).netloc == request.host:
        return public
    return request.host_url.rstrip("/")


def message(text: str, *, status: int, nature: Nature) -> Response:
    """Answer with a message that ODK Collect shows to the volunteer."""
    root = Element("OpenRosaResponse", xmlns=_RESPONSE)
    SubElement(root, "message", nature=nature).text = text
    return document(root, status=status)


def document(root: Element, *, status: int = 200) -> Response:
    """Answer with an XML document."""
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    return stated(Response(body, status, content_type=CONTENT_TYPE))


def stated(response: Response) -> Response:
    """Set the headers that name the protocol and the size that is taken."""
    limit = context().settings.max_post_bytes
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(limit)
    response.headers["Content-Language"] = "uk"
    return response
