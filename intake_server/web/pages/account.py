"""One's own way in: the sessions that are open, and the password."""

from http import HTTPStatus
from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import WrongCredentialsError
from intake_server.security.tokens import digest
from intake_server.services import people, signing
from intake_server.services.signing import Typed
from intake_server.web import browsers, cookies
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import room
from intake_server.web.pages.texts import _

_REFUSED: Final = HTTPStatus.UNPROCESSABLE_ENTITY


def show() -> Response:
    """Show one's sessions, and how to change the password."""
    return _page()


def password() -> Response:
    """Choose another password; every other session ends."""
    here = context()
    login = signing.login_of(here.database, asking().id)
    typed = browsers.typed()
    try:
        done = signing.change_password(
            here.database,
            Typed(login, typed.password, typed.digits),
            request.form.get("new", ""),
            now=here.now(),
            browser=browsers.here(),
        )
    except WrongCredentialsError:
        return _page(refused=_("The password or the code is wrong."))
    if isinstance(done, frozenset):
        return _page(wrong={one.value for one in done})
    response = redirect(url_for("pages.account", changed=1), HTTPStatus.SEE_OTHER)
    cookies.give(response, done)
    return response


def end_session(session_id: str) -> Response:
    """End one of one's sessions."""
    here = context()
    people.end_session(here.database, asking().id, session_id, now=here.now())
    return redirect(url_for("pages.account"), HTTPStatus.SEE_OTHER)


def sign_out() -> Response:
    """End all of one's sessions, this one too."""
    here = context()
    people.end_sessions(here.database, asking().id, now=here.now())
    response = redirect("/sign-in", HTTPStatus.SEE_OTHER)
    cookies.take(response)
    return response


def _page(*, refused: str = "", **facts: Any) -> Response:
    here, said, viewer = context(), room.wording(), asking()
    mine = digest(cookies.session_token() or "")
    sessions = [
        {
            "id": one.sha256.hex(),
            "browser": one.browser or _("a browser"),
            "since": said.moment(one.created),
            "is_this": one.sha256 == mine,
        }
        for one in people.sessions(here.database, viewer.id, now=here.now())
    ]
    shown = render_template(
        "pages/account.html",
        refused=refused,
        sessions=sessions,
        login=signing.login_of(here.database, viewer.id),
        is_changed=request.args.get("changed") == "1",
        here=url_for("pages.account"),
        **{"wrong": frozenset(), **facts},
    )
    is_well = not refused and not facts
    return make_response(shown, HTTPStatus.OK if is_well else _REFUSED)
