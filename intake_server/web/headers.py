"""Headers that every answer carries, whatever went wrong."""

import re
from typing import Final

from flask import Response, request

from intake_server.web.context import context

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

_FIELD: Final = "; ".join(
    (
        _POLICY,
        "media-src 'self' blob:",
        "require-trusted-types-for 'script'",
        "trusted-types dodomu vue",
    )
)

_FIELD_WORKER: Final = _FIELD.replace(
    "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
)
"""For the field client's workers: one reads expressions of forms with WebAssembly."""

_FIELD_WORKER_OLD: Final = _FIELD.replace(
    "script-src 'self'", "script-src 'self' 'unsafe-eval'"
)
"""The same for Safari 15, which knows no narrower word for WebAssembly."""

_SAFARI_15: Final = re.compile(r"\bOS 15_|\bVersion/15\.")

_CONFINED: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For what others have made: shown or not, it runs nothing and fetches nothing."""

HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Set on each answer, whatever the view has set."""

_POLICY_HEADER: Final = "Content-Security-Policy"
_CHOSEN: Final = frozenset({_CONFINED, _FIELD, _FIELD_WORKER, _FIELD_WORKER_OLD})
"""Policies that stay where a view has set them."""

_NODES: Final = "sync"
_TWO_YEARS: Final = "max-age=63072000; includeSubDomains"


def confine(response: Response) -> Response:
    """Take every power from an answer that others have made the content of."""
    response.headers[_POLICY_HEADER] = _CONFINED
    return response


def fit_field(response: Response, *, is_page: bool) -> Response:
    """Let an answer run what the field client is made of, and nothing that is text.

    A worker goes by the policy of its own file, not by that of the page.
    """
    response.headers[_POLICY_HEADER] = _FIELD if is_page else _worker_policy()
    response.vary.add("User-Agent")
    return response


def _worker_policy() -> str:
    is_old = _SAFARI_15.search(request.user_agent.string)
    return _FIELD_WORKER_OLD if is_old else _FIELD_WORKER


def guard(response: Response) -> Response:
    """Set the headers; an answer that says nothing of caches may not be kept.

    Another node is no browser: it is spared what protects one, for its line is thin.
    """
    response.headers.setdefault("Cache-Control", "no-store")
    if request.blueprint == _NODES:
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    chosen = response.headers.get(_POLICY_HEADER)
    response.headers.update(HEADERS)
    if chosen in _CHOSEN:
        response.headers[_POLICY_HEADER] = chosen
    if context().settings.is_https:
        response.headers["Strict-Transport-Security"] = _TWO_YEARS
    return response
