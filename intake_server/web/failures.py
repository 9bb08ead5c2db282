"""How a failure is answered: in the manner of the caller, once, and without content.

Where programs ask with a problem document, under OpenRosa's paths with a
message that ODK Collect shows, elsewhere with a page.
"""

import logging
import secrets
import traceback
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from flask import Flask, Response, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from intake_server import errors
from intake_server.security.redaction import redacted
from intake_server.web.language import Text, language
from intake_server.web.openrosa import answers
from intake_server.web.problem_type import ProblemType
from intake_server.web.problems import MEDIA_TYPE, document, kind_of

_log = logging.getLogger(__name__)

_SPOKEN: Final = ("/api/", "/sync/", "/desk/")
"""Where programs ask, and are answered with documents."""
_PLAIN: Final = "about:blank"
_PATH_CHARACTERS: Final = "/:@!$&'()*+,;=~"
_NO_SUCH_PLACE: Final = Text(
    "Такої адреси тут немає. Перевірте її або почніть із першої сторінки.",
    "There is no such address here. Check it, or begin at the first page.",
)
_NOT_TAKEN: Final = Text(
    "Сервер не приймає такого запиту.", "The server does not take such a request."
)
_SOMETHING_FAILED: Final = Text(
    "Щось зламалося на сервері. Скажіть адміністраторові номер: {}.",
    "Something broke on the server. Tell the administrator this number: {}.",
)


def answer_failures(app: Flask) -> None:
    """Make the application answer every failure in our manner."""
    app.register_error_handler(errors.IntakeError, _known)
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Exception, _unknown)


def _known(error: Exception) -> Response:
    kind = kind_of(error)
    if kind is None or kind.status is None:
        return _unknown(error)
    body = document(kind, error, instance=_instance(), language=language())
    response = _answer(kind.status, body, kind)
    response.headers.update(_headers_of(error))
    return response


def _plain(error: Exception) -> Response:
    if not isinstance(error, HTTPException) or error.code is None:
        return _unknown(error)
    if kind_of(error):
        return _known(error)
    if error.response is not None or error.code < HTTPStatus.BAD_REQUEST:
        return current_app.make_response(error.get_response(request.environ))
    body = {
        "type": _PLAIN,
        "title": error.name,
        "status": error.code,
        "detail": (
            _NO_SUCH_PLACE if isinstance(error, NotFound) else _NOT_TAKEN
        ).within(language()),
        "instance": _instance(),
    }
    response = _answer(error.code, body, None)
    kept = error.get_headers(request.environ)
    response.headers.update({k: v for k, v in kept if k.lower() != "content-type"})
    return response


def _unknown(error: Exception) -> Response:
    """Log what broke and where, without the values, and say nothing of it outside."""
    number = secrets.token_hex(6)
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = " ".join(f"{step.filename}:{step.lineno} {step.name}" for step in place)
    _log.error("request %s failed: %s at %s", number, type(error).__qualname__, where)
    body = {
        "type": _PLAIN,
        "title": HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
        "status": 500,
        "detail": _SOMETHING_FAILED.within(language()).format(number),
        "instance": _instance(),
    }
    return _answer(500, body, None)


def _answer(status: int, body: dict[str, Any], kind: ProblemType | None) -> Response:
    if request.path.startswith(_SPOKEN):
        response = jsonify(body)
        response.mimetype = MEDIA_TYPE
    elif answers.is_openrosa(request.path):
        text = f"{kind.title.uk}. {kind.advice.uk}" if kind else str(body["detail"])
        response = answers.message(text, status=status, nature="submit_error")
    else:
        page = render_template("problem.html", problem=body, kind=kind)
        response = Response(page, mimetype="text/html")
    response.status_code = status
    return response


def _instance() -> str:
    return quote(redacted(request.path), safe=_PATH_CHARACTERS)


def _headers_of(error: Exception) -> dict[str, str]:
    said: dict[str, str] = {}
    match error:
        case (
            errors.BusyError()
            | errors.DailyLimitError()
            | errors.TooManyAttemptsError()
        ):
            said["Retry-After"] = str(error.retry_after_s)
        case errors.StorageFullError():
            said["Retry-After"] = "600"
        case errors.UnauthenticatedError():
            said["WWW-Authenticate"] = ", ".join(error.schemes)
        case errors.UnsupportedTypeError() if error.header == "Content-Encoding":
            said["Accept-Encoding"] = ", ".join(error.accepted)
        case errors.WrongOffsetError():
            said["Upload-Offset"] = str(error.received)
            said["Upload-Length"] = str(error.size)
        case errors.ResumableVersionError():
            said["Tus-Version"] = error.spoken
        case _:
            pass
    return said
