"""People and their posts; a link by which one comes in is shown once."""

import secrets
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import segno
from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import NotFoundError
from intake_server.security.policy import PEOPLE, Role, may_manage
from intake_server.services import enrolment, people, staffing
from intake_server.services.practice import Subject
from intake_server.services.staffing import Post
from intake_server.services.storable import is_storable
from intake_server.storage.people import Person
from intake_server.web.addresses import address
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.openrosa import settings as collect
from intake_server.web.pages import moments, phrases, room
from intake_server.web.pages.practice import practising
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

_LONGEST_NAME: Final = 120
_A_DAY: Final = timedelta(days=1)


def show() -> Response:
    """Show everybody, and invite somebody."""
    return _list()


def invite() -> Response:
    """Let somebody in: show the link that is theirs, this once."""
    here, viewer = context(), asking()
    name = " ".join(request.form.get("name", "").split())[:_LONGEST_NAME]
    if not name or not is_storable(name):
        return _list(refused=_("Say what the person is called."))
    post = _post()
    if post is None:
        return _list(refused=_("The last day is a day from today on, or none."))
    enrolment.show_once(here.doors, request.form.get("once", ""), now=here.now())
    person = people.add(
        here.doors,
        name,
        role=post.role,
        site=post.site,
        until=post.until,
        by=viewer.actor,
        now=here.now(),
        entropy=here.entropy,
    )
    return _link(person, name)


def one(person_id: str) -> Response:
    """Show one person, and what may be done."""
    return _one(person_id)


def change(person_id: str) -> Response:
    """Give somebody another role, site or end."""
    here, post = context(), _post()
    if post is None:
        refused = _("The last day is a day from today on, or none.")
        return _one(person_id, refused=refused)
    staffing.change(here.doors, person_id, post, by=asking(), now=here.now())
    return _back(person_id)


def end(person_id: str) -> Response:
    """End somebody's work at once."""
    here = context()
    staffing.end(here.doors, person_id, by=asking(), now=here.now())
    return _back(person_id)


def sign_out(person_id: str) -> Response:
    """Sign somebody out everywhere."""
    here = context()
    staffing.sign_out(here.doors, person_id, by=asking(), now=here.now())
    return _back(person_id)


def reset(person_id: str) -> Response:
    """Give somebody a new link, by which they choose how they sign in anew."""
    here, viewer = context(), asking()
    staffing.one(here.doors, person_id, by=viewer)
    enrolment.show_once(here.doors, request.form.get("once", ""), now=here.now())
    person = staffing.reset(here.doors, person_id, by=viewer, now=here.now())
    return _link(person_id, person.name)


def _link(person_id: str, name: str) -> Response:
    here = context()
    code = people.invite(here.doors, person_id, by=asking().actor, now=here.now())
    link = f"{address()}/sign-in/{code}"
    shown = render_template(
        "pages/person_link.html",
        name=name,
        link=link,
        qr=collect.inline(segno.make(link, error="m", micro=False)),
        hours=int(people.INVITATION.total_seconds() / 3600),
    )
    return make_response(shown)


def _back(person_id: str) -> Response:
    path = url_for("pages.person", person_id=person_id)
    return redirect(path, HTTPStatus.SEE_OTHER)


def _list(*, refused: str = "") -> Response:
    here, said = context(), room.wording()
    known = staffing.everybody(here.doors, by=asking())
    practise = practising()
    at_work = [each for each in known if each.works(here.now())]
    over = [each for each in known if not each.works(here.now())]
    return _page(
        "pages/people.html",
        refused,
        at_work=[_shown(each, said, practise) for each in at_work],
        over=[_shown(each, said, practise) for each in over],
        given=request.form,
        here=url_for("pages.people"),
        **_choices(said),
    )


def _one(person_id: str, *, refused: str = "") -> Response:
    here, said = context(), room.wording()
    person = staffing.one(here.doors, person_id, by=asking())
    return _page(
        "pages/person.html",
        refused,
        person=_shown(person, said, practising()),
        chosen=person,
        last_day=_last_day(person.until),
        works=person.works(here.now()),
        here=url_for("pages.person", person_id=person_id),
        **_choices(said),
    )


def _page(template: str, refused: str, **facts: Any) -> Response:
    shown = render_template(
        template, refused=refused, once=secrets.token_urlsafe, **facts
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return make_response(shown, status)


def _choices(said: Wording) -> dict[str, Any]:
    viewer = asking()
    sites = dict.fromkeys((viewer.site, *sorted(said.words.sites)))
    return {
        "roles": {role.value: phrases.ROLES[role.value] for role in PEOPLE},
        "places": {name: said.site(name) for name in sites},
        "today": moments.today(context().now()).isoformat(),
    }


def _shown(
    person: Person, said: Wording, practise: frozenset[Subject]
) -> dict[str, Any]:
    own = Subject("person", person.id)
    return {
        "id": person.id,
        "name": person.name,
        "role": phrases.ROLES.get(person.role, person.role),
        "site": said.site(person.site),
        "is_own_practice": own in practise,
        "is_practising": not practise.isdisjoint({own, Subject("site", person.site)}),
        "ended": said.moment(person.ended) if person.ended else None,
        "last_day": moments.day(_last_day(person.until), said.language),
    }


def _post() -> Post | None:
    """Return the post that the form names; None where its last day is none.

    Raises:
        NotFoundError: There is no such role or site, or they do not manage it.
    """
    viewer = asking()
    role, site = request.form.get("role", ""), request.form.get("site", viewer.site)
    known = {viewer.site, *room.wording().words.sites}
    if role not in {each.value for each in PEOPLE} or site not in known:
        raise NotFoundError("role", "")
    if not may_manage(viewer, Role(role), site):
        raise NotFoundError("role", role)
    given = request.form.get("until", "").strip()
    if not given:
        return Post(Role(role), site, None)
    until = _until(given)
    return Post(Role(role), site, until) if until else None


def _until(given: str) -> datetime | None:
    """Return when a last day is over in Kyiv; None where it is none, or is past."""
    try:
        last = date.fromisoformat(given)
        over = moments.begin(last + _A_DAY)
    except (ValueError, OverflowError):
        return None
    return over if over > context().now() else None


def _last_day(until: datetime | None) -> str:
    return moments.today(until - _A_DAY / 24).isoformat() if until else ""
