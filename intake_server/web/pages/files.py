"""Files on pages: a small picture beside the answer, the file by itself, the original."""

from collections.abc import Iterable

from flask import Response, g, has_app_context, render_template, request

from intake_server.errors import InvalidRequestError
from intake_server.security.policy import Action, may
from intake_server.services import files
from intake_server.services.files import Known, Purpose
from intake_server.services.kinds import ENDINGS, State
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.downloads import download
from intake_server.web.pages import phrases
from intake_server.web.pages.texts import _

_KILO = 1000
_MEGA = 1_000_000


def show(digest: str) -> str:
    """Show one file, what is known of it, and the way to its original."""
    return render_template(
        "pages/file.html",
        file=files.about(context().database, digest, viewer=asking()),
        purposes=[(each.value, str(phrases.PURPOSES[each.value])) for each in Purpose],
    )


def copy(digest: str) -> Response:
    """Give the file as whoever may see it gets it."""
    return _given(digest, is_small=False)


def small(digest: str) -> Response:
    """Give a small picture."""
    return _given(digest, is_small=True)


def original(digest: str) -> Response:
    """Give the file as it came; what it is read for is noted."""
    try:
        purpose = Purpose(request.args.get("purpose", ""))
    except ValueError:
        raise InvalidRequestError({"purpose": ["say what it is read for"]}) from None
    here = context()
    file = files.original(
        here.database, digest, viewer=asking(), purpose=purpose, now=here.now()
    )
    return download(file, etag=digest)


def on_every_page() -> dict[str, object]:
    """Return what a template asks of a file; read from the store only where used."""
    return {
        "file_of": _file_of,
        "in_words": in_words,
    }


def mention(digests: Iterable[str]) -> None:
    """Note that a page is going to show files, so that all are looked up at once."""
    if has_app_context():
        g.setdefault("files_mentioned", set()).update(digests)


def _file_of(digest: str) -> Known:
    known: dict[str, Known] = g.setdefault("files_known", {})
    if digest not in known:
        wanted = {digest, *g.get("files_mentioned", ())}
        known.update(files.known(context().database, wanted - known.keys()))
    return known[digest]


def in_words(file: Known) -> str:
    """Return kind and size of a file in words."""
    if file.state is None:
        return _("a file that has not come here yet")
    length = size(file.size)
    match file.state:
        case State.PICTURE:
            return _("a picture, %(size)s", size=length)
        case State.UNREADABLE:
            return _("a picture that cannot be read, %(size)s; it is kept", size=length)
        case State.DOCUMENT:
            kind = ENDINGS.get(file.media, "bin").upper()
            return f"{kind}, {length}"
        case State.EVIDENCE:
            if may(asking(), Action.READ_ORIGINALS):
                return _("a file of another kind, %(size)s", size=length)
            return _("a file of another kind; coordinators open it")


def _given(digest: str, *, is_small: bool) -> Response:
    here = context()
    file = files.copy(
        here.database, digest, viewer=asking(), now=here.now(), is_small=is_small
    )
    manner = ("small" if is_small else "copy") if file.is_ours else "whole"
    return download(file, etag=f"{digest}-{manner}")


def size(length: int) -> str:
    """Return a number of bytes in words."""
    if length < _KILO:
        return _("%(count)s B", count=length)
    if length < _MEGA:
        return _("%(count)s kB", count=round(length / _KILO))
    return _("%(count)s MB", count=f"{length / _MEGA:.1f}")
