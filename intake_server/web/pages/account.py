"""One's own way in: the sessions that are open, the password, and notices."""

from http import HTTPStatus
from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    WrongCredentialsError,
)
from intake_server.security.policy import Action, may
from intake_server.security.tokens import digest
from intake_server.services import noticing, people, signing
from intake_server.services.signing import Typed
from intake_server.web import browsers, cookies
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import room
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.texts import _

_HOURS: Final = frozenset({str(noticing.HOURLY), str(noticing.DAILY)})
_REFUSED: Final = HTTPStatus.UNPROCESSABLE_ENTITY


def show() -> Response:
    """Show one's sessions, and how to change the password."""
    return _page()


def password() -> Response:
    """Choose another password; every other session ends."""
    here = context()
    login = signing.login_of(here.doors, asking().id)
    typed = browsers.typed()
    try:
        done = signing.change_password(
            here.doors,
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
    people.end_session(here.doors, asking().id, session_id, now=here.now())
    return redirect(url_for("pages.account"), HTTPStatus.SEE_OTHER)


def sign_out() -> Response:
    """End all of one's sessions, this one too."""
    here = context()
    people.end_sessions(here.doors, asking().id, now=here.now())
    response = redirect("/sign-in", HTTPStatus.SEE_OTHER)
    cookies.take(response)
    return response


def notices() -> Response:
    """Write down whether and where one wants to be written to when something waits."""
    here, viewer, form = context(), asking(), request.form
    if not _are_offered():
        raise NotFoundError("notices")
    if form.get("wanted") != "yes":
        noticing.want_none(here.doors, by=viewer, now=here.now())
        return redirect(url_for("pages.account", noticed="none"), HTTPStatus.SEE_OTHER)
    address, hours = storable(form.get("address", "")).strip(), form.get("hours", "")
    every = int(hours) if hours in _HOURS else 0
    try:
        noticing.want(here.doors, address, every, by=viewer, now=here.now())
    except InvalidRequestError:
        return _page(
            unreachable=_("Write an address of e-mail, and how often at the most."),
            address=address,
        )
    return redirect(url_for("pages.account", noticed="yes"), HTTPStatus.SEE_OTHER)


def _are_offered() -> bool:
    """Tell whether this node sends letters, and something could wait for the viewer."""
    return bool(context().settings.smtp_host) and may(asking(), Action.DECIDE)


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
        for one in people.sessions(here.doors, viewer.id, now=here.now())
    ]
    wanted = noticing.wanted(here.doors, viewer.id) if _are_offered() else None
    shown = render_template(
        "pages/account.html",
        are_notices_offered=_are_offered(),
        notice=wanted,
        noticed=room.asked("noticed"),
        refused=refused,
        sessions=sessions,
        login=signing.login_of(here.doors, viewer.id),
        is_changed=request.args.get("changed") == "1",
        here=url_for("pages.account"),
        **{"wrong": frozenset(), "unreachable": "", **facts},
    )
    is_well = not refused and not facts
    return make_response(shown, HTTPStatus.OK if is_well else _REFUSED)
