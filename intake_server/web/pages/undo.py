"""Taking back what a page's history shows."""

from flask import redirect, request, url_for
from werkzeug import Response

from intake_server.errors import NotFoundError
from intake_server.services import undoing
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages.decisions import storable
from sync.change import is_id


def undo(change: str) -> Response:
    """Take a change back; go to what is asked again for that, or back to the child."""
    if not is_id(change):
        raise NotFoundError("change")
    here = context()
    undone = undoing.undo(
        here.database,
        change,
        storable(request.form.get("reason", "")),
        by=asking(),
        now=here.now(),
    )
    if undone.opened:
        item = url_for("pages.item", qid=undone.opened[0].qid, taken_back="1")
        return redirect(item, 303)
    doc = storable(request.form.get("doc", ""))
    if not doc:
        return redirect(url_for("pages.queue"), 303)
    return redirect(url_for("pages.child", doc=doc, taken_back="1") + "#history", 303)
