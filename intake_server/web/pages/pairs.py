"""Two records side by side, and a form that says whether they are one child.

The same form links and parts: it says what stands, and is sent with another answer.
Whose answer stands, where linked records differ, is picked on the child's own page.
"""

from http import HTTPStatus

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from forms.reference import normalise
from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    RuleOfCareError,
    StaleRecordError,
)
from intake_server.services import linking
from intake_server.services.linking import Pair, Pick, Verdict
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import children, room, sheet, warned
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.texts import _
from sync import documents
from sync.merge.identity import DIFFERENT, SAME

_LONGEST = 2000


def show(doc: str) -> Response:
    """Show a record beside the one whose code was typed."""
    typed = room.asked("other")
    if not typed:
        return _page(doc, None)
    try:
        return _page(doc, _pair(doc, typed), typed=typed)
    except (NotFoundError, InvalidRequestError):
        refused = _("No other child that is yours to link has this code.")
        return _page(doc, None, typed=typed, refused=refused, status=404)


def decide(doc: str) -> Response:
    """Write whether the two are one child, and go back to the child."""
    here, form = context(), request.form
    other, verdict = storable(form.get("other", "")), form.get("verdict", "")
    reason = storable(form.get("reason", "")).strip()
    refused = ""
    if verdict not in (SAME, DIFFERENT):
        refused = _("Choose an answer.")
    elif not reason:
        refused = _("Say why, in a few words.")
    elif len(reason) > _LONGEST:
        refused = _("That is too long a reason.")
    filled = {"verdict": verdict, "reason": reason}
    if refused:
        pair = _pair(doc, other)
        return _page(doc, pair, typed=other, refused=refused, status=422, **filled)
    said = Verdict(
        a=doc,
        b=other,
        verdict=verdict,
        reason=reason,
        shown=frozenset(form.get("shown", "").split()),
    )
    try:
        linking.link(here.database, said, by=asking(), now=here.now())
    except StaleRecordError:
        pair = _pair(doc, other)
        refused = _("Somebody has decided this meanwhile. Nothing was written.")
        return _page(doc, pair, typed=other, refused=refused, status=409, **filled)
    except InvalidRequestError as error:
        if "sign.twice" not in error.errors:
            raise
        pair = _pair(doc, other)
        refused = _("You have said so already; another person must.")
        return _page(doc, pair, typed=other, refused=refused, status=422, **filled)
    return redirect(url_for("pages.child", doc=doc), 303)


def pick(doc: str) -> Response:
    """Write whose answer stands, and go back to the child."""
    here, form = context(), request.form
    reason = storable(form.get("reason", "")).strip()
    picked = Pick(
        member=storable(form.get("member", "")),
        name=storable(form.get("name", "")),
        reason=reason[:_LONGEST],
        shown=frozenset(form.get("shown", "").split()),
    )
    if not picked.member:
        return children.page(
            doc, refused=_("Choose an answer."), reason=reason, status=422
        )
    if not reason:
        return children.page(doc, refused=_("Say why, in a few words."), status=422)
    try:
        linking.pick(here.database, picked, by=asking(), now=here.now())
    except StaleRecordError:
        refused = _(
            "While you were deciding, the answers changed. Nothing was written."
        )
        return children.page(doc, refused=refused, reason=reason, status=409)
    except RuleOfCareError as error:
        refused = warned.refusal(error, room.wording())
        return children.page(doc, refused=refused, reason=reason, status=422)
    return redirect(url_for("pages.child", doc=doc), 303)


def _pair(doc: str, other: str) -> Pair:
    """Return two persons; the other one by its code or as a document."""
    here, reference = context(), normalise(other)
    found = documents.person(reference) if reference else other
    return linking.pair(here.database, doc, found, viewer=asking(), now=here.now())


def _page(
    doc: str, pair: Pair | None, *, status: int = HTTPStatus.OK, **filled: str
) -> Response:
    words = room.wording()
    shown = render_template(
        "pages/pair.html",
        doc=doc,
        filled=filled,
        whose=tuple(sheet.whose(one, words) for one in pair.persons) if pair else (),
        compared=sheet.compared(pair.persons, words) if pair else (),
        verdicts=pair.verdicts if pair else (),
        signed=bool(pair and pair.signed),
        has_signed=any(
            one.author == words.viewer.actor for one in (pair.signed if pair else ())
        ),
        heads=pair.heads if pair else (),
    )
    return make_response(shown, status)
