"""Answers that never change, made small for whoever can read gzip.

The same bytes come out of it, so hashes stay true; only what is for ever, and no secret,
is answered so. What is large can be had in pieces of the squeezed bytes, so that a thin
line which breaks costs one piece.
"""

import gzip
from functools import lru_cache
from typing import Final

from flask import Response, request

_SMALL: Final = 1_400
"""What fits into one packet gains nothing."""
_REMEMBERED: Final = 16
_FOR_EVER: Final = "private, max-age=31536000, immutable"


def answer(content: bytes, *, kind: str, digest: str) -> Response:
    """Answer with bytes that a digest names; with nothing where the client has them.

    Args:
        content: The bytes.
        kind: Their content type.
        digest: In hexadecimal; the ETag says it, and in which coding it comes.
    """
    if "from" in request.args:
        return _piece(_squeezed(content), kind=kind, digest=digest)
    is_squeezed = request.accept_encodings["gzip"] > 0 and len(content) > _SMALL
    body = _squeezed(content) if is_squeezed else content
    response = Response(body, content_type=kind)
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = _FOR_EVER
    if is_squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(f"{digest}-gzip" if is_squeezed else digest)
    response.make_conditional(request)
    return response


def _piece(whole: bytes, *, kind: str, digest: str) -> Response:
    """Answer with the squeezed bytes ``from`` until ``until``; the headers say of what."""
    start, end = (request.args.get(edge, type=int) for edge in ("from", "until"))
    response = Response(whole[start:end], content_type="application/gzip")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Plain-Type"] = kind
    response.headers["X-Squeezed-Bytes"] = str(len(whole))
    response.set_etag(f"{digest}-gzip")
    return response


@lru_cache(maxsize=_REMEMBERED)
def _squeezed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
