"""What is set aside at this node: the list of it, a form as it came, and taking it up.

Deciding on a form that is held is answering its question (``pages.item``).
"""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug import Response as Redirect

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.security.policy import Action, may, may_decide
from intake_server.services import quarantine, triage
from intake_server.services.finishing import UNFINISHED
from intake_server.services.quarantine import Evidence
from intake_server.services.storable import is_storable
from intake_server.storage.queue import QueueItem
from intake_server.storage.submissions import Submission
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.downloads import saved
from intake_server.web.pages import held, phrases, room, unfinished
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.held import Wrong
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording
from sync.change import is_id
from sync.merge.rights import COORDINATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A form that waits, or that a person left; ``finish`` is where it is finished."""

    qid: str
    form: str
    version: str
    wrong: Wrong
    site: str
    sender: str
    received: Moment | None
    finish: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A change that was set aside."""

    qid: str
    title: str
    problem: str
    sites: str
    since: Moment | None


def show() -> str:
    """Show what waits here and why, or what people have left."""
    here, is_left = context(), room.asked("left") == "1"
    cursor = request.args.get("cursor", "")
    found = quarantine.page(
        here.database,
        viewer=asking(),
        now=here.now(),
        is_left=is_left,
        cursor=(cursor if is_storable(cursor) else "?") or None,
    )
    words = room.wording({one.sender for one in found.held})
    return render_template(
        "pages/quarantine.html",
        rows=[_row(one, words) for one in found.held],
        changes=[_aside(item, words) for item in found.changes],
        damaged=found.damaged,
        next=found.cursor,
        is_left=is_left,
        is_first=not cursor,
    )


def raw(qid: str) -> Response:
    """Give a form as it came, to be saved."""
    _refuse_no_id(qid)
    here = context()
    found = quarantine.raw(here.database, qid, viewer=asking(), now=here.now())
    ending = "xml" if found.media == "xml" else "json"
    return saved(found.raw, found.sha256.hex(), ending)


def take_up(qid: str) -> Redirect:
    """Ask again about a form that somebody left, and go to the question."""
    _refuse_no_id(qid)
    here = context()
    reason = storable(request.form.get("reason", ""))
    try:
        question = quarantine.take_up(
            here.database, qid, reason, by=asking(), now=here.now()
        )
    except InvalidRequestError as error:
        said = _("Say why, in a few words.") if "reason" in error.errors else ""
        return former(qid, HTTPStatus.UNPROCESSABLE_ENTITY, refused=said)
    return redirect(url_for("pages.item", qid=question, taken_up="1"), 303)


def former(qid: str, status: int, *, refused: str = "") -> Response:
    """Show a form whose question is open no longer; the form itself is still here.

    Raises:
        NotFoundError: There never was such a question, or it is not for the viewer.
    """
    here = context()
    evidence = quarantine.left(here.database, qid, viewer=asking(), now=here.now())
    return make_response(
        render_template(
            "pages/held.html",
            held=held.held(evidence, room.wording({evidence.submission.sender})),
            question=triage.item(evidence.submission).qid,
            may_take_up=_may_take_up(evidence),
            refused=refused,
            is_late=status == HTTPStatus.CONFLICT,
        ),
        HTTPStatus.OK if status == HTTPStatus.GONE else status,
    )


def _refuse_no_id(qid: str) -> None:
    if not is_id(qid):
        raise NotFoundError("item", qid)


def title(qid: str) -> str:
    """Return what a form is called whose question is open no longer; empty for none."""
    here = context()
    try:
        evidence = quarantine.left(here.database, qid, viewer=asking(), now=here.now())
    except NotFoundError:
        return ""
    one = evidence.submission
    return room.wording().title(one.form_id) or one.form_id


def _may_take_up(evidence: Evidence) -> bool:
    one = evidence.submission
    is_left = not one.is_held and one.change is None
    return is_left and may_decide(asking(), COORDINATOR, (one.site,))


def _row(one: Submission, words: Wording) -> Row:
    return Row(
        qid=triage.item(one).qid,
        form=words.title(one.form_id) or one.form_id,
        version=one.form_version,
        wrong=held.wrong(one, words),
        site=words.site(one.site),
        sender=words.author(one.sender),
        received=words.moment(one.received),
        finish=_finish(one),
    )


def _finish(one: Submission) -> str:
    """Return where a form that a phone sent unfinished is finished; empty for others."""
    is_ours = one.is_held and one.site == asking().site
    if one.slug != UNFINISHED or not is_ours or not may(asking(), Action.FILL_IN):
        return ""
    return unfinished.address(unfinished=triage.item(one).qid)


def _aside(item: QueueItem, words: Wording) -> Aside:
    name = item.cell.partition(":")[2]
    return Aside(
        qid=item.qid,
        title=words.short(name) if name else str(phrases.KINDS[item.kind]),
        problem=phrases.fault(item.cell),
        sites=words.sites(item.sites),
        since=words.moment(item.first_seen),
    )
