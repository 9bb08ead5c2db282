"""One question: all its answers side by side, and a form that decides it.

Somebody else was faster: the page comes again with the question as it is now, and with
the choice and the reason still filled in.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    RuleOfCareError,
    StaleItemError,
)
from intake_server.services import desk, merging
from intake_server.services.desk import File, Settled
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import (
    apart,
    decisions,
    facts,
    filling,
    held,
    phrases,
    quarantine,
    room,
    sheet,
    talk,
    warned,
)
from intake_server.web.pages.decisions import Filled
from intake_server.web.pages.wording import Wording
from sync.change import is_id

_EMPTY: Final = Filled()
_ID: Final = re.compile(r"[0-9a-f]{32}")


def show(qid: str) -> Response:
    """Show a question; where it is settled, say what stands now."""
    _refuse_no_id(qid)
    try:
        found = _file(qid)
    except NotFoundError:
        return _settled(qid, _EMPTY, HTTPStatus.GONE)
    return _page(found, _EMPTY)


def form(qid: str, change: str) -> str:
    """Show all that was said with one of the answers, as the form asked it."""
    _refuse_no_id(qid)
    if not is_id(change):
        raise NotFoundError("change")
    here = context()
    item, person, said = desk.form(
        here.database, qid, change, viewer=asking(), now=here.now()
    )
    words = room.wording({said.author})
    return render_template(
        "pages/filled.html",
        qid=qid,
        title=words.title(said.form),
        whose=[sheet.whose(person, words)],
        filled=filling.filled(said, item.cell, words),
    )


def preview(qid: str) -> Response:
    """Show the question again, with what would stand after the choice.

    Where it is settled meanwhile, that stands in the preview's place, and the form that
    is being filled in stays as it is.
    """
    _refuse_no_id(qid)
    filled = Filled.of(request.form)
    try:
        found = _file(qid)
    except NotFoundError:
        return _settled(qid, filled, HTTPStatus.OK)
    return _page(found, filled)


def decide(qid: str) -> Response:
    """Write the decision and go on to the next question."""
    _refuse_no_id(qid)
    here, filled = context(), Filled.of(request.form)
    try:
        decision = decisions.decision(filled, room.wording())
    except InvalidRequestError as error:
        return _again(
            qid, filled, {name: said[0] for name, said in error.errors.items()}
        )
    try:
        written = merging.resolve(
            here.database, qid, decision, by=asking(), now=here.now()
        )
    except StaleItemError as error:
        return _stale(qid, error, filled)
    except InvalidRequestError as error:
        return _again(qid, filled, decisions.refusals(error))
    except RuleOfCareError as error:
        return _again(qid, filled, {"choice": warned.refusal(error, room.wording())})
    following = url_for("pages.following", decided=qid, change=written.change_id)
    return redirect(following, 303)


def _again(qid: str, filled: Filled, errors: Mapping[str, str]) -> Response:
    """Show the question with what is wrong with the decision."""
    try:
        found = _file(qid)
    except NotFoundError:
        return _settled(qid, filled, HTTPStatus.CONFLICT)
    return _page(found, filled, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _stale(qid: str, error: StaleItemError, filled: Filled) -> Response:
    """Show the question as it is now, with the choice that was made."""
    if error.current is None:
        return _settled(qid, filled, HTTPStatus.CONFLICT)
    here = context()
    found = desk.around(here.database, error.current, viewer=asking(), now=here.now())
    return _page(found, filled, status=HTTPStatus.CONFLICT)


def _page(
    found: File,
    filled: Filled,
    *,
    errors: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    items = (found.item, *found.others)
    speakers = {entry.author for entry in found.talk}
    hands = apart.signers([found.record])
    words = room.wording({*facts.actors(items), *_senders(found), *speakers, *hands})
    shown = sheet.sheet(found, words, filled)
    is_stale = status == HTTPStatus.CONFLICT
    return make_response(
        render_template(
            "pages/item.html",
            sheet=shown,
            held=held.held(found.evidence, words) if found.evidence else None,
            filled=filled,
            errors=errors or {},
            is_stale=is_stale,
            changed=sheet.changed(found, shown.candidates, filled) if is_stale else "",
            lost=_lost(found, filled, words) if is_stale else "",
            reasons=[str(reason) for reason in phrases.REASONS],
            talk=talk.shown(found.item, found.talk, words),
            kind=str(phrases.KINDS[found.item.kind]),
            since=words.moment(found.item.first_seen),
            decided=_decided(words),
            change=room.change(),
        ),
        status,
    )


def _settled(qid: str, filled: Filled, status: int) -> Response:
    here = context()
    try:
        found = desk.settled(here.database, qid, viewer=asking())
    except NotFoundError:
        return quarantine.former(qid, status)
    words = room.wording({found.decision.author} if found.decision else ())
    was_picked = filled.choice.startswith(decisions.PICKED)
    return make_response(
        render_template(
            "pages/settled.html",
            title=words.short(found.cell),
            kind=str(phrases.KINDS[found.kind]),
            child=sheet.whose(found.child, words) if found.child else None,
            stands=words.value(found.cell, found.value, found.sites)
            if found.record
            else None,
            chosen=words.value(found.cell, filled.picked, found.sites).line
            if was_picked
            else "",
            typed=", ".join(filter(None, filled.typed.values())),
            reason=filled.reason,
            is_contested=found.is_contested,
            is_preview=status == HTTPStatus.OK,
            decision=found.decision,
            decided_by=words.author(found.decision.author) if found.decision else "",
            decided_at=words.moment(found.decision.wall) if found.decision else None,
            why=_why(found),
            may_undo=found.may_undo,
        ),
        status,
    )


def _why(found: Settled) -> str:
    edits = found.decision.edits if found.decision else ()
    return next((w.why for e in edits for w in e.w or () if w.why), "")


def _decided(words: Wording) -> tuple[str, sheet.Whose | None] | None:
    """Return what was decided just before, and whose it was."""
    qid = room.asked("decided")
    if not qid or not _ID.fullmatch(qid):
        return None
    try:
        before = desk.settled(context().database, qid, viewer=asking())
    except NotFoundError:
        form = quarantine.title(qid)
        return (form, None) if form else None
    whose = sheet.whose(before.child, words) if before.child else None
    return words.short(before.cell), whose


def _lost(found: File, filled: Filled, words: Wording) -> str:
    """Return the answer that was picked, where it is no longer among the answers."""
    if (
        not filled.choice.startswith(decisions.PICKED)
        or found.item.kind != "field_conflict"
    ):
        return ""
    if any(facts.choice(c["value"]) == filled.choice for c in found.item.candidates):
        return ""
    return words.value(found.item.cell, filled.picked, found.item.sites).line


def _refuse_no_id(qid: str) -> None:
    """Refuse what no question was ever called."""
    if not _ID.fullmatch(qid):
        raise NotFoundError("item")


def _file(qid: str) -> File:
    here = context()
    return desk.file(here.database, qid, viewer=asking(), now=here.now())


def _senders(found: File) -> set[str]:
    return {found.evidence.submission.sender} if found.evidence else set()
