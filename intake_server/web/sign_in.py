"""In by a name, a password and a code; the first time by a one-time link.

Opening the link uses nothing up: a messenger that looks at links to preview them must
not. By it somebody chooses how they sign in from then on; in the demo it is the way in.
"""

from typing import Final

import segno
from flask import Blueprint, Response, current_app, redirect, render_template, request

from intake_server.errors import UnknownCodeError, WrongCredentialsError
from intake_server.security import totp
from intake_server.security.policy import Action
from intake_server.services import people, signing
from intake_server.services.signing import Refused
from intake_server.storage.people import Person
from intake_server.web import browsers, cookies
from intake_server.web.auth import requires
from intake_server.web.context import context
from intake_server.web.openrosa import settings as collect
from intake_server.web.pages import room
from intake_server.web.problems import PROBLEMS

sign_in: Final = Blueprint("sign_in", __name__)

_UNPROCESSABLE: Final = 422
_GROUP: Final = 4


@sign_in.get("/sign-in")
@requires(Action.PUBLIC)
def ask() -> str:
    """Ask for the name, the password and the code."""
    return render_template("sign_in.html", refused="")


@sign_in.post("/sign-in")
@requires(Action.PUBLIC)
def enter() -> Response:
    """Sign in, or say that something is wrong, and not what."""
    here = context()
    try:
        token = signing.enter(
            here.doors, browsers.typed(), now=here.now(), browser=browsers.here()
        )
    except WrongCredentialsError:
        problem = PROBLEMS[WrongCredentialsError]
        page = render_template("sign_in.html", refused=problem)
        return current_app.make_response((page, problem.status or 0))
    return _let_in(redirect("/", 303), token)


@sign_in.get("/sign-in/<code>")
@requires(Action.PUBLIC)
def offer(code: str) -> str:
    """Show what is chosen by the link; in the demo the button that uses it."""
    here = context()
    if here.settings.demo:
        return render_template("sign_in_link.html", code=code)
    person = signing.invited(here.doors, code, now=here.now())
    return _choices(code, person, totp.new_secret(), signing.suggested(person))


@sign_in.post("/sign-in/<code>")
@requires(Action.PUBLIC)
def choose(code: str) -> Response:
    """Use the link: choose by what to sign in, and be signed in."""
    here = context()
    if here.settings.demo:
        token = people.sign_in(here.doors, code, now=here.now())
        return _let_in(redirect("/"), token)
    secret = request.form.get("secret", "")
    if not totp.is_secret(secret):
        raise UnknownCodeError
    chosen = browsers.typed()
    done = signing.set_up(
        here.doors,
        code,
        chosen,
        secret,
        now=here.now(),
        browser=browsers.here(),
    )
    if isinstance(done, frozenset):
        person = signing.invited(here.doors, code, now=here.now())
        page = _choices(code, person, secret, chosen.login, done)
        return current_app.make_response((page, _UNPROCESSABLE))
    shown = render_template("recovery.html", codes=done.recovery)
    return _let_in(current_app.make_response(shown), done.token)


@sign_in.post("/sign-out")
@requires(Action.USE_PAGES)
def leave() -> Response:
    """End the session and go to the first page."""
    here = context()
    token = cookies.session_token()
    if token:
        people.sign_out(here.doors, token, now=here.now())
    response = current_app.make_response(redirect("/"))
    cookies.take(response)
    return response


def _let_in(response: Response | object, token: str) -> Response:
    """Give the new session's token; the one that the browser had opens nothing more."""
    here, former = context(), cookies.session_token()
    if former:
        people.sign_out(here.doors, former, now=here.now())
    answer = current_app.make_response(response)  # type: ignore[arg-type]
    cookies.give(answer, token)
    return answer


def _choices(
    code: str,
    person: Person,
    secret: str,
    login: str,
    wrong: frozenset[Refused] = frozenset(),
) -> str:
    site = room.wording().site(person.site)
    link = totp.uri(secret, name=person.name, site=site)
    groups = [secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP)]
    return render_template(
        "set_up.html",
        code=code,
        name=person.name,
        login=login,
        secret=secret,
        spelled=" ".join(groups),
        link=link,
        qr=collect.inline(segno.make(link, error="m", micro=False)),
        wrong={one.value for one in wrong},
    )
