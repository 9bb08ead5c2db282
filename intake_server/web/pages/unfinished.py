"""Forms that are not finished, on pages: going on, handing over, putting away."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import InvalidRequestError, StaleDraftError
from intake_server.security.policy import Action, may
from intake_server.services import drafts, opening
from intake_server.services.child import Child
from intake_server.services.drafts import Listed
from intake_server.storage.documents import StoredView
from intake_server.storage.drafts import Draft
from intake_server.web import desk
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import moments, room, sheet
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.sheet import Whose
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_AT: Final = "/field/desk/#"
"""Where forms are filled in; what stands behind it is in no log."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A form that can be filled in about a child, and where."""

    title: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A form that is not finished, in words.

    ``owner`` is whose it is to finish; empty for the whole team. ``until`` is the day
    until which one that was discarded can be taken back.
    """

    id: str
    title: str
    href: str
    child: Whose | None
    author: str
    owner: str
    begun: Moment | None
    saved: Moment | None
    is_old: bool
    is_from_a_phone: bool
    until: str
    revision: int


def offers(found: Child, words: Wording) -> tuple[Offer, ...]:
    """Return the forms that the viewer may fill in about a child."""
    standing = [one for one in found.persons if _is_open(one)]
    if not standing or not may(asking(), Action.FILL_IN):
        return ()
    doc = standing[0].doc
    return tuple(
        Offer(words.title(form_id), address(child=doc, form=form_id))
        for form_id in opening.FORMS
        if form_id in words.words.labels.offered
    )


def of_child(found: Child) -> Sequence[Draft]:
    """Return the forms about a child that the viewer's team has not finished.

    Here stand those of the child's centre, for who works there. Another centre's
    people and coordinators, whose page says more already, find theirs on their day,
    and whoever opens the form is led to it.
    """
    here, viewer = context(), asking()
    sites = {site for view in found.views for site in view.sites}
    works_here = viewer.site in sites and not may(viewer, Action.READ_ORIGINALS)
    if not may(viewer, Action.FILL_IN) or not works_here:
        return ()
    persons = [one.doc for one in found.persons]
    return drafts.of_child(here.database, persons, viewer=viewer, now=here.now())


def of_team(site: str) -> Sequence[Listed]:
    """Return the forms that a team has not finished, where the viewer is one of it."""
    here, viewer = context(), asking()
    if site != viewer.site:
        return ()
    return drafts.of_team(here.database, viewer=viewer, now=here.now())


def actors(every: Iterable[Draft]) -> set[str]:
    """Return who has to do with forms."""
    return {who for one in every for who in (one.author, one.owner) if who}


def row(draft: Draft, person: StoredView | None, words: Wording) -> Row:
    """Return a form that is not finished, in words."""
    now, gone = context().now(), draft.discarded
    until = gone and moments.day_of(gone + drafts.RESTORABLE).isoformat()
    return Row(
        id=draft.id,
        title=words.title(draft.form_id) or draft.form_id,
        href=address(draft=draft.id),
        child=sheet.whose(person, words) if person else None,
        author=words.author(draft.author),
        owner=words.author(draft.owner) if draft.owner else "",
        begun=words.moment(draft.begun),
        saved=words.moment(draft.saved),
        is_old=gone is None and now - draft.saved >= drafts.OLD,
        is_from_a_phone=draft.held is not None,
        until=moments.day(until, words.language) if until else "",
        revision=draft.revision,
    )


def show(id: Any) -> Response:
    """Show one form that is not finished, and what can be done with it."""
    return _page(str(id))


def act(id: Any) -> Response:
    """Hand a form over, put it away or take it back."""
    try:
        _act(str(id))
    except StaleDraftError:
        refused = _("Somebody has saved it meanwhile. Look again.")
        return _page(str(id), refused, HTTPStatus.CONFLICT)
    except InvalidRequestError:
        refused = _("Choose somebody of the team.")
        return _page(str(id), refused, HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("pages.unfinished", id=id, done="1"), 303)


def _act(id_: str) -> None:
    database, by, now = context().database, asking(), context().now()
    shown = request.form.get("revision", "")
    match request.form.get("act"):
        case "discard":
            revision = int(shown) if _NUMBER.fullmatch(shown) else -1
            drafts.discard(database, id_, by=by, now=now, revision=revision)
        case "restore":
            drafts.restore(database, id_, by=by, now=now)
        case _:
            to = storable(request.form.get("to", "")) or None
            team = [one["id"] for one in desk.team()]
            drafts.hand_over(database, id_, to, team=team, by=by, now=now)


def address(**where: str) -> str:
    """Return where a form is filled in."""
    return _AT + urlencode(where)


def _page(id_: str, refused: str = "", status: int = HTTPStatus.OK) -> Response:
    here = context()
    found = drafts.find(here.database, id_, viewer=asking(), now=here.now())
    words = room.wording(actors([found.draft]))
    shown = render_template(
        "pages/unfinished.html",
        one=row(found.draft, found.person, words),
        team=desk.team(),
        owner=(found.draft.owner or "").partition(":")[2],
        refused=refused,
        done=room.asked("done") == "1",
    )
    return make_response(shown, status)


def _is_open(person: StoredView) -> bool:
    return bool(person.reference) and not person.is_voided and not person.is_erased
