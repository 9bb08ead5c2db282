"""How a file is given out: so that no browser takes it for a page of ours.

It is named by its digest, never by its sender. What was made here may be shown; what
came from outside is saved, and where a browser shows it all the same it may do nothing.
"""

from typing import Final

from flask import Response, request

from intake_server.services.files import Served
from intake_server.services.kinds import ENDINGS
from intake_server.web.headers import confine

_NAMED: Final = 16
"""So many digits of its digest name a file."""


def download(file: Served, *, etag: str) -> Response:
    """Answer with a file, or with the range of it that was asked for."""
    response = Response(file.data, mimetype=file.media)
    manner = "inline" if file.is_ours else "attachment"
    ending = ENDINGS.get(file.media, "bin")
    name = f"{file.digest[:_NAMED]}.{ending}"
    response.headers["Content-Disposition"] = f'{manner}; filename="{name}"'
    response.set_etag(etag)
    response.make_conditional(
        request, accept_ranges=True, complete_length=len(file.data)
    )
    return confine(response)


def saved(data: bytes, digest: str, ending: str) -> Response:
    """Answer with bytes that came from outside and are never shown by a browser."""
    response = Response(data, mimetype="application/octet-stream")
    name = f"{digest[:_NAMED]}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return confine(response)
