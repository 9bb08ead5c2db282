"""Saying on a child's page that a record was made by mistake, or that it was not."""

from http import HTTPStatus
from typing import Final

from flask import redirect, request, url_for
from werkzeug import Response

from intake_server.services import voiding
from intake_server.services.voiding import Void
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import children
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.texts import _

_LONGEST: Final = 2000


def void(doc: str) -> Response:
    """Write it down, and go back to the child."""
    here, form = context(), request.form
    reason = storable(form.get("reason", "")).strip()[:_LONGEST]
    if not reason:
        refused = _("Say why, in a few words.")
        return children.page(
            doc, refused=refused, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    said = Void(
        doc=doc,
        is_void=form.get("void") == "yes",
        reason=reason,
        shown=frozenset(storable(form.get("shown", "")).split()),
    )
    voiding.void(here.database, said, by=asking(), now=here.now())
    return redirect(url_for("pages.child", doc=doc) + "#records-heading", 303)
