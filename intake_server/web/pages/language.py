"""Choosing the language of the pages; the choice is kept in a cookie."""

from typing import Final

from flask import redirect, request
from werkzeug import Response

from intake_server.web.context import context
from intake_server.web.language import COOKIE, LANGUAGES

_A_YEAR_S: Final = 365 * 24 * 3600


def choose() -> Response:
    """Keep the language that was chosen, and go back to the page."""
    chosen = request.form.get("language")
    response = redirect(own(request.form.get("next", "/")), 303)
    if chosen in LANGUAGES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=_A_YEAR_S,
            secure=context().settings.is_https,
            httponly=True,
            samesite="Lax",
        )
    return response


def own(path: str) -> str:
    """Return a path of this server; anything else leads to its first page."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if is_own and path.isprintable() else "/"
