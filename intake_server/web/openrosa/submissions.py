"""A finished form comes from ODK Collect.

Collect takes 201 and 202 for success and tries anything else again for ever, so what is
odd is taken in and set aside; only what is no submission at all is refused.
"""

from http import HTTPStatus
from typing import Final

from flask import Response, request

from forms.reference import printed
from intake_server.errors import MalformedError
from intake_server.security.policy import Action
from intake_server.services import attachments, enrolment, intake
from intake_server.services.intake import Incoming, Post, Receipt
from intake_server.web import arrival
from intake_server.web.auth import asking, requires
from intake_server.web.context import context
from intake_server.web.openrosa import answers

_XML: Final = "xml_submission_file"
_SAME_ID: Final = "instance-conflict"
_LONGEST_NAME: Final = 200


@requires(Action.SUBMIT)
def capacity(key: str = "") -> Response:
    """Say that submissions are taken here, and how many bytes at once."""
    return answers.stated(Response(status=HTTPStatus.NO_CONTENT))


@requires(Action.SUBMIT)
def receive(key: str = "") -> Response:
    """Take one submission and the files that came with it; sending again is harmless."""
    here = context()
    request.max_content_length = here.settings.max_post_bytes
    request.max_form_memory_size = here.settings.max_post_bytes
    xml = _submission()
    sender = asking()
    kept = attachments.keep(here.database, _files())
    one = Incoming(xml=xml, attachments=kept)
    post = Post(batch=[one], sender=sender, now=arrival.arrived())
    (receipt,) = here.desk.ask(intake.read(here.database, post))
    if receipt.status == "duplicate":
        attachments.add_to(here.database, receipt.instance_id, receipt.sha256, kept)
    enrolment.saw(here.database, sender, now=arrival.arrived(), clock_off_ms=None)
    return answers.message(
        _words(receipt), status=_status(receipt), nature="submit_success"
    )


def _submission() -> bytes:
    file = request.files.get(_XML)
    if file is not None:
        return bytes(file.read())
    text = request.form.get(_XML)
    if text is None:
        raise MalformedError(f"a part {_XML} is missing")
    return text.encode()


def _files() -> list[tuple[str, bytes]]:
    """Return the parts beside the form; a name is data here and never a path."""
    return [
        (_base_name(file.filename or name), file.read())
        for name, file in request.files.items(multi=True)
        if name != _XML
    ]


def _base_name(name: str) -> str:
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(
        c for c in base if c.isprintable() and not "\ud800" <= c <= "\udfff"
    )
    return printable[:_LONGEST_NAME] or "file"


def _status(receipt: Receipt) -> HTTPStatus:
    is_other = receipt.problem is not None and receipt.problem.slug == _SAME_ID
    return HTTPStatus.ACCEPTED if is_other else HTTPStatus.CREATED


def _words(receipt: Receipt) -> str:
    if receipt.problem is not None:
        words = answers.SET_ASIDE
    elif receipt.status == "duplicate":
        words = answers.AGAIN
    else:
        words = answers.ACCEPTED
    if receipt.reference:
        return f"{words}. {answers.CODE}: {printed(receipt.reference)}."
    return f"{words}."
