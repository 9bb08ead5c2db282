"""The field client: files that were built, the same for everybody and without a secret.

Whatever stands behind ``/field/`` in an address is shown by its one page; names with a
digest never change, the page and its worker are asked for each time. A large file can be
had squeezed and in pieces, so that a thin line which breaks costs only one piece. All carry
the policy of the client: a worker has none but that of its own file.
"""

import gzip
from functools import cache
from importlib.resources import files
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from intake_server.errors import NotFoundError
from intake_server.security.policy import Action
from intake_server.web import headers
from intake_server.web.auth import requires

field: Final = Blueprint("field", __name__, url_prefix="/field")

_ROOT: Final = files("intake_server") / "static" / "field"
_PAGE: Final = "index.html"
_KINDS: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "wasm": "application/wasm",
    "webmanifest": "application/manifest+json",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_EACH_TIME: Final = "no-cache"
_HASHED: Final = "assets/"


@field.get("/")
@field.get("/desk/", endpoint="desk")
@field.get("/<path:name>")
@requires(Action.PUBLIC)
def show(name: str = _PAGE) -> ResponseReturnValue:
    """Answer with a file of the client."""
    content = _file(name)
    is_squeezed = request.accept_encodings["gzip"] > 0
    response = Response(_squeezed(name) if is_squeezed else content)
    if is_squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = (
        _FOR_EVER if name.startswith(_HASHED) else _EACH_TIME
    )
    response.content_type = _kind(name)
    response.add_etag()
    headers.fit_field(response, is_page=name == _PAGE)
    return response.make_conditional(request)


@field.get("/squeezed/<path:name>")
@requires(Action.PUBLIC)
def piece(name: str) -> ResponseReturnValue:
    """Answer with some bytes of a squeezed file: ``from`` and ``until``, in bytes.

    Its plain content type stands in ``X-Plain-Type``.
    """
    _file(name)
    start, end = (request.args.get(edge, type=int) for edge in ("from", "until"))
    response = Response(_squeezed(name)[start:end], content_type="application/gzip")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Plain-Type"] = _kind(name)
    return headers.fit_field(response, is_page=name == _PAGE)


def _kind(name: str) -> str:
    return _KINDS.get(name.rpartition(".")[2], "application/octet-stream")


@cache
def _names() -> frozenset[str]:
    return frozenset(
        f"{folder}{each.name}"
        for folder in ("", _HASHED, "icons/")
        if (_ROOT / folder).is_dir()
        for each in (_ROOT / folder).iterdir()
        if each.is_file()
    )


def _file(name: str) -> bytes:
    """Return a file of the client.

    Raises:
        NotFoundError: It has none of this name.
    """
    if name not in _names():
        raise NotFoundError("file of the field client")
    return _content(name)


@cache
def _content(name: str) -> bytes:
    return (_ROOT / name).read_bytes()


@cache
def _squeezed(name: str) -> bytes:
    return gzip.compress(_content(name), mtime=0)
