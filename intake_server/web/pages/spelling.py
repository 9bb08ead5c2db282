"""Deciding many questions about spelling alone on one page, with one reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import make_response, render_template, request
from werkzeug import Response

from intake_server.security.policy import may_decide
from intake_server.services import desk, spelling
from intake_server.services.desk import Listed
from intake_server.services.spelling import Moved, Outcome, Refused, Written
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import facts, phrases, room, sheet
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.facts import Candidate
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

_PICK: Final = "pick."
_MOST: Final = 50
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One question and its spellings; ``picked`` is the number that was chosen."""

    qid: str
    title: str
    name: str
    reference: str
    candidates: tuple[Candidate, ...]
    picked: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one decision, in words; ``qid`` leads to what is asked now."""

    title: str
    said: str
    qid: str
    change: str


def show() -> Response:
    """Show the questions about spelling that the viewer decides."""
    return _page()


def settle() -> Response:
    """Decide what was chosen, and say of each what became of it."""
    here, form = context(), request.form
    reason = storable(form.get("reason", "")).strip()[:_LONGEST]
    picks = {
        name.removeprefix(_PICK): int(number)
        for name, number in list(form.items())[: _MOST + 3]
        if name.startswith(_PICK) and number.isascii() and number.isdigit()
    }
    if not picks or not reason:
        wrong = _("Choose a spelling.") if reason else _("Say why, in a few words.")
        return _page(wrong=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    outcomes = spelling.settle(
        here.database, picks, reason, by=asking(), now=here.now()
    )
    is_whole = all(isinstance(one, Written) for one in outcomes)
    status = HTTPStatus.OK if is_whole else HTTPStatus.CONFLICT
    return _page(outcomes=outcomes, status=status)


def _page(
    *,
    outcomes: Sequence[Outcome] = (),
    wrong: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    here, viewer = context(), asking()
    found = desk.page(here.database, viewer=viewer, now=here.now(), spelling=True)
    words = room.wording(facts.actors(one.item for one in found.questions))
    rows = tuple(
        _row(one, words)
        for one in found.questions
        if may_decide(viewer, one.item.owner, one.item.sites)
    )
    return make_response(
        render_template(
            "pages/spelling.html",
            rows=rows,
            results=tuple(_result(one, words) for one in outcomes),
            wrong=wrong,
            reason=request.form.get("reason", "") if wrong else "",
            reasons=[str(reason) for reason in phrases.REASONS],
        ),
        status,
    )


def _row(listed: Listed, words: Wording) -> Row:
    item, child = listed.item, listed.child
    return Row(
        qid=item.qid,
        title=sheet.title(item, words, (child,) if child else ()),
        name=words.name_of(child),
        reference=words.reference_of(child),
        candidates=facts.candidates(item, words),
        picked=request.form.get(_PICK + item.qid, ""),
    )


def _result(outcome: Outcome, words: Wording) -> Result:
    match outcome:
        case Written(item, change):
            title = sheet.title(item, words, ())
            return Result(title, _("decided"), item.qid, change)
        case Moved(qid, current):
            said = _("somebody was faster; nothing was written")
            title = sheet.title(current, words, ()) if current else _("Already decided")
            return Result(title, said, current.qid if current else qid, "")
        case Refused(qid):
            return Result(_("Question"), _("is not decided here"), qid, "")
