"""A finished form comes from ODK Collect.

Collect takes 201 and 202 for success and tries anything else again for ever, so what is
odd is taken in and set aside; only what is no submission at all is refused.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from flask import Response, request
from werkzeug.datastructures import FileStorage

from forms.reference import printed
from intake_server.errors import MalformedError, TooLargeError
from intake_server.security.policy import Action
from intake_server.services import attachments, enrolment
from intake_server.services.attachments import File, Kept
from intake_server.services.intake import Incoming, Post, Receipt
from intake_server.web import arrival, practice
from intake_server.web.auth import asking, requires
from intake_server.web.body import Bounded
from intake_server.web.context import context
from intake_server.web.openrosa import answers

_XML: Final = "xml_submission_file"
_SAME_ID: Final = "instance-conflict"
_LONGEST_NAME: Final = 200
_INCOMPLETE: Final = "*isIncomplete*"
_LARGER: Final = 10
"""A file that is too large is read to its end and left out, so that its form comes in;
past so many times of what a post may have, nothing is read."""

_LEFT_OUT: Final = {
    attachments.TOO_LARGE: answers.TOO_LARGE,
    attachments.TOO_MANY: (
        "Файлів понад дозволене число не прийнято: {}. Передайте їх координаторові інакше."
    ),
    attachments.DAILY_LIMIT: (
        "Файлів понад денний обсяг не прийнято: {}. Надішліть форму ще раз завтра."
    ),
}


@requires(Action.SUBMIT)
def capacity(key: str = "") -> Response:
    """Say that submissions are taken here, and how many bytes at once."""
    return answers.stated(Response(status=HTTPStatus.NO_CONTENT))


@requires(Action.SUBMIT)
def receive(key: str = "") -> Response:
    """Take one submission and the files that came with it; sending again is harmless."""
    here = context()
    request.max_content_length = here.settings.max_post_bytes * _LARGER
    request.max_form_memory_size = here.settings.max_post_bytes
    xml = _submission()
    practice.refuse_earnest([Incoming(xml=xml)])
    sender, now = asking(), arrival.arrived()
    kept = attachments.keep(
        here.database, _files(), sender=sender, now=now, settings=here.settings
    )
    one = Incoming(xml=xml, attachments=kept.files)
    taken = here.desk.ask(Post(batch=[one], sender=sender, now=now))
    (receipt,) = taken.receipts
    files: Sequence[Mapping[str, Any]] = kept.files
    is_concerned = bool(files or taken.named)
    if is_concerned and receipt.status == "duplicate":
        files = attachments.add_to(
            here.database,
            receipt.place,
            kept.files,
            now=now,
            settings=here.settings,
            entropy=here.entropy,
        )
    enrolment.saw(here.doors, sender, now=now, clock_off_ms=None)
    words = (
        _words(receipt, kept),
        *_about_files(kept, attachments.awaited(taken.named, files)),
    )
    if practice.is_practice():
        words = (f"{practice.RECEIPT.uk}.", *words, answers.NOT_REAL)
    return answers.message(
        " ".join(words), status=_status(receipt), nature="submit_success"
    )


def _submission() -> bytes:
    file = request.files.get(_XML)
    if file is not None:
        content = _content(file)
        if content is None:
            raise TooLargeError(context().settings.max_attachment_bytes, "bytes")
        return content
    text = request.form.get(_XML)
    if text is None:
        raise MalformedError(f"a part {_XML} is missing")
    return text.encode()


def _files() -> list[File]:
    """Return the parts beside the form; a name is data here and never a path."""
    return [
        File(_base_name(file.filename or name), _content(file))
        for name, file in request.files.items(multi=True)
        if name != _XML
    ]


def _content(file: FileStorage) -> bytes | None:
    is_cut = isinstance(file.stream, Bounded) and file.stream.is_cut
    return None if is_cut else bytes(file.read())


def _base_name(name: str) -> str:
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(
        c for c in base if c.isprintable() and not "\ud800" <= c <= "\udfff"
    )
    return printable[:_LONGEST_NAME] or "file"


def _status(receipt: Receipt) -> HTTPStatus:
    is_other = receipt.problem is not None and receipt.problem.slug == _SAME_ID
    return HTTPStatus.ACCEPTED if is_other else HTTPStatus.CREATED


def _about_files(kept: Kept, awaited: Sequence[str]) -> Iterator[str]:
    """Yield sentences about files that have not come, or are not taken."""
    left_out = {one.name for one in kept.left_out}
    count = len([name for name in awaited if name not in left_out])
    if count and request.form.get(_INCOMPLETE):
        yield f"Ще мають надійти файли: {count}."
    elif count:
        yield answers.MISSING.format(count)
    reasons = Counter(one.reason for one in kept.left_out)
    for reason, number in reasons.items():
        yield _LEFT_OUT[reason].format(number)


def _words(receipt: Receipt, kept: Kept) -> str:
    if receipt.problem is not None:
        words = answers.SET_ASIDE
    elif receipt.status == "duplicate" and not kept.files:
        words = answers.AGAIN
    else:
        words = answers.ACCEPTED
    if receipt.reference:
        return f"{words}. {answers.CODE}: {printed(receipt.reference)}."
    return f"{words}."
