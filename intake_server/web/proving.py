"""Showing once more that it is still they, before what is guarded most.

Whoever asked for a page goes on to it; what was typed and sent stands in the page that
asks, and is sent on with the proof. In the demo, where nobody has a password, who is
signed in counts as proved.
"""

from http import HTTPStatus
from typing import Final

from flask import (
    Blueprint,
    Response,
    after_this_request,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug import Response as Redirect

from intake_server.errors import (
    BusyError,
    TooManyAttemptsError,
    WrongCredentialsError,
)
from intake_server.security.policy import PROVED, Action
from intake_server.services import signing
from intake_server.services.people import Session
from intake_server.services.signing import Typed
from intake_server.web import browsers, cookies
from intake_server.web.auth import CSRF_FIELD, requires
from intake_server.web.context import context
from intake_server.web.pages.language import own
from intake_server.web.problems import PROBLEMS

proof: Final = Blueprint("proof", __name__)

_PASSWORD: Final = "proof_password"  # noqa: S105 - the name of an input
_DIGITS: Final = "proof_digits"
_OURS: Final = frozenset({CSRF_FIELD, _PASSWORD, _DIGITS})
_LISTS: Final = "/lists/"
_SAFE: Final = frozenset({"GET", "HEAD"})


def ask() -> Response | Redirect | None:
    """Let a request go on whose sender is proved; runs before each, after ``admit``."""
    if request.endpoint not in PROVED or _is_proved():
        return None
    if request.method in _SAFE:
        return redirect(url_for("proof.show", next=_asked_for()), 303)
    if _PASSWORD not in request.form:
        return _page(_asked_for(), HTTPStatus.FORBIDDEN)
    return _prove(_asked_for())


@proof.get("/prove")
@requires(Action.USE_PAGES)
def show() -> Response | Redirect:
    """Ask for the password and the code; whoever is proved goes on."""
    following = own(request.args.get("next", "/"))
    if _is_proved():
        return redirect(following, 303)
    return _page(following)


@proof.post("/prove")
@requires(Action.USE_PAGES)
def take() -> Response | Redirect:
    """Take the proof, and go on to what was asked for."""
    following = own(request.form.get("next", "/"))
    refused = None if _is_proved() else _prove(following)
    if refused is not None:
        return refused
    if following.startswith(_LISTS):
        return make_response(render_template("proved.html", file=following))
    return redirect(following, 303)


def _asked_for() -> str:
    return request.full_path if request.query_string else request.path


def _is_proved() -> bool:
    here = context()
    session: Session | None = g.get("session")
    return here.settings.demo or (session is not None and session.is_proved(here.now()))


def _prove(following: str) -> Response | None:
    """Take what was typed; return the page that asks again where it is wrong."""
    here = context()
    try:
        token = signing.prove(
            here.doors,
            cookies.session_token() or "",
            Typed("", browsers.field(_PASSWORD), browsers.field(_DIGITS)),
            now=here.now(),
            browser=browsers.here(),
        )
    except (WrongCredentialsError, TooManyAttemptsError, BusyError) as error:
        return _refused(following, error)

    def give(response: Response) -> Response:
        cookies.give(response, token)
        return response

    after_this_request(give)
    return None


def _refused(
    following: str, error: WrongCredentialsError | TooManyAttemptsError | BusyError
) -> Response:
    problem = PROBLEMS[type(error)]
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, WrongCredentialsError):
        return _page(following, status, refused=problem)
    response = _page(following, problem.status or status, refused=problem)
    response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _page(
    following: str, status: int = HTTPStatus.OK, *, refused: object = None
) -> Response:
    """Ask for the proof; what was typed before goes along."""
    is_own = request.endpoint in PROVED
    kept = [
        (name, text)
        for name, text in request.form.items(multi=True)
        if is_own and name not in _OURS
    ]
    page = render_template(
        "prove.html",
        action=_asked_for() if is_own else url_for("proof.take"),
        kept=kept if is_own else [("next", following)],
        has_typed=bool(kept),
        refused=refused,
        is_wrong=refused is PROBLEMS[WrongCredentialsError],
        here=url_for("proof.show", next=following if not is_own else "/"),
    )
    return current_app.make_response((page, status))
