"""Signing on a child's page, as the second one, that the child goes home."""

from http import HTTPStatus
from typing import Final

from flask import redirect, request, url_for
from werkzeug import Response

from intake_server.errors import InvalidRequestError, StaleRecordError
from intake_server.services import vouching
from intake_server.services.vouching import Signed
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import children
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.texts import _

_LONGEST: Final = 2000


def sign(doc: str) -> Response:
    """Write the viewer's signature, and go back to the child."""
    here, form = context(), request.form
    reason = storable(form.get("reason", "")).strip()[:_LONGEST]
    shown = frozenset(storable(form.get("shown", "")).split())
    said = Signed(doc=doc, reason=reason, shown=shown)
    try:
        vouching.sign(here.database, said, by=asking(), now=here.now())
    except StaleRecordError:
        refused = _(
            "While you were deciding, the answers changed. Nothing was written."
        )
        return children.page(doc, refused=refused, reason=reason, status=409)
    except InvalidRequestError as error:
        refused = _refusal(next(iter(error.errors)))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return children.page(doc, refused=refused, reason=reason, status=status)
    return redirect(url_for("pages.child", doc=doc) + "#vouching", 303)


def _refusal(name: str) -> str:
    said = {
        "reason": _("Say why, in a few words."),
        "sign.whole": _("Two people have verified this already."),
        "sign.person": _(
            "You have signed already; a person of another organisation must."
        ),
    }
    other = _("Your organisation has signed already; another one must.")
    return said.get(name, other)
