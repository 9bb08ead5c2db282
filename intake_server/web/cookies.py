"""The one cookie that matters: an opaque token of a session that lives on the server."""

from flask import request
from werkzeug import Response

from intake_server.web.context import context


def name() -> str:
    """Return the cookie's name; bound to this host alone where https allows it.

    Browsers do not tell the ports of a host apart, so in the demo the name does: its
    three nodes would sign each other's people out.
    """
    settings = context().settings
    if settings.demo:
        return f"dodomu-{settings.port}"
    return "__Host-dodomu" if settings.is_https else "dodomu"


def session_token() -> str | None:
    """Return the token that the browser sent, if any."""
    return request.cookies.get(name())


def give(response: Response, token: str) -> None:
    """Let the browser keep a token; how long it opens anything is decided here."""
    response.set_cookie(
        name(),
        token,
        secure=context().settings.is_https,
        httponly=True,
        samesite="Strict",
    )


def take(response: Response) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(
        name(),
        secure=context().settings.is_https,
        httponly=True,
        samesite="Strict",
    )
