"""In by a one-time link, out by a button.

Opening the link only shows a button: a messenger that looks at links to preview them
must not use it up.
"""

from typing import Final

from flask import Blueprint, Response, current_app, redirect, render_template

from intake_server.security.policy import Action
from intake_server.services import people
from intake_server.web import cookies
from intake_server.web.auth import requires
from intake_server.web.context import context

sign_in: Final = Blueprint("sign_in", __name__)


@sign_in.get("/sign-in/<code>")
@requires(Action.PUBLIC)
def offer(code: str) -> str:
    """Show the button that uses the link."""
    return render_template("sign_in.html", code=code)


@sign_in.post("/sign-in/<code>")
@requires(Action.PUBLIC)
def enter(code: str) -> Response:
    """Use the link and go to the first page."""
    here = context()
    token = people.sign_in(here.database, code, now=here.now())
    response = current_app.make_response(redirect("/"))
    cookies.give(response, token)
    return response


@sign_in.post("/sign-out")
@requires(Action.USE_PAGES)
def leave() -> Response:
    """End the session and go to the first page."""
    here = context()
    token = cookies.session_token()
    if token:
        people.sign_out(here.database, token, now=here.now())
    response = current_app.make_response(redirect("/"))
    cookies.take(response)
    return response
