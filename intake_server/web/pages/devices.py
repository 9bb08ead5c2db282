"""Phones and tablets: which there are, letting one in, for how long, and putting one out.

What lets a device in is shown by the form that asked for it, and never again.
"""

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import NotFoundError
from intake_server.security.policy import Role, Standing, may_manage
from intake_server.services import admission, enrolment, posts
from intake_server.services.practice import Subject
from intake_server.services.storable import is_storable
from intake_server.storage.devices import Device
from intake_server.web import invitations, practice
from intake_server.web.addresses import Lead, address, is_near
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.language import language
from intake_server.web.openrosa import settings as collect
from intake_server.web.pages import room
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.practice import practising
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

_LONGEST_LABEL: Final = 120


@dataclass(frozen=True, slots=True)
class Shown:
    """A device as the list shows it; ``waits`` for the call that tells it of its end.

    ``is_field`` has a key of its own, so that it can be told to wipe itself.
    """

    id: str
    label: str
    enrolled: Moment | None
    last_seen: Moment | None
    clock: str
    is_practising: bool
    revoked: Moment | None
    waits: bool
    is_field: bool
    lease: Moment | None
    is_over: bool
    wiped: Moment | None


def show() -> Response:
    """Show the devices of the sites that somebody manages."""
    return _page()


def enrol() -> Response:
    """Let a device in: show a QR for ODK Collect, or a code to be read aloud."""
    here, viewer = context(), asking()
    label, site = _labels(request.form.get("label", ""))[:1], _site()
    if not label:
        return _page(refused=_("Say whose phone it is."))
    defaults = _defaults()
    enrolment.show_once(here.doors, request.form.get("once", ""), now=here.now())
    code = enrolment.offer_device(
        here.doors,
        site,
        label=label[0],
        by=viewer.actor,
        now=here.now(),
        defaults=defaults,
    )
    facts = {"label": label[0], "site": room.wording().site(site)}
    if request.form.get("how") == "code":
        return _code(code, **facts)
    let_in = enrolment.enrol(
        here.doors, code, label=label[0], now=here.now(), entropy=here.entropy
    )
    key = f"{address()}/key/{let_in.token}"
    qr = collect.inline(collect.drawn(collect.packed(key, site=site)))
    return _once("pages/device_collect.html", qr=qr, is_near=is_near(), **facts)


def invite() -> Response:
    """Show printed invitations, one for each named person, ten a page."""
    here, viewer = context(), asking()
    labels, site = _labels(request.form.get("people", "")), _site()
    if not 1 <= len(labels) <= enrolment.MOST_INVITATIONS:
        most = enrolment.MOST_INVITATIONS
        return _page(
            refused=_("Name from 1 to %(most)d people, each on a line.", most=most)
        )
    defaults = _defaults()
    enrolment.show_once(here.doors, request.form.get("once", ""), now=here.now())
    invited = enrolment.invite(
        here.doors, site, labels, by=viewer.actor, now=here.now(), defaults=defaults
    )
    style = url_for("static", filename="invitations.css")
    drawn = invitations.draw(
        invited,
        language(),
        site=room.wording().site(site),
        lead=Lead(address(), is_collect=request.form.get("how") == "collect"),
        style_url=style,
        notice=practice.notice_of_phones(site),
    )
    return make_response(drawn)


def revoke(device_id: str) -> Response:
    """Put a device out from its next call on."""
    here, viewer = context(), asking()
    _refuse_foreign(device_id)
    enrolment.revoke(here.doors, device_id, by=viewer.actor, now=here.now())
    return redirect(url_for("pages.devices"), HTTPStatus.SEE_OTHER)


def renew(device_id: str) -> Response:
    """Let a device in anew whose time is over."""
    here, viewer = context(), asking()
    _refuse_foreign(device_id)
    admission.extend(here.doors, device_id, by=viewer.actor, now=here.now())
    return redirect(url_for("pages.devices"), HTTPStatus.SEE_OTHER)


def _refuse_foreign(device_id: str) -> None:
    known = enrolment.device(context().doors, device_id)
    if not may_manage(asking(), Role.VOLUNTEER, known.site):
        raise NotFoundError("device", device_id)


def _code(code: str, **facts: Any) -> Response:
    lead, of_collect = Lead(address()), Lead(address(), is_collect=True)
    return _once(
        "pages/device_code.html",
        code=code,
        minutes=int(enrolment.SHOWN.total_seconds() / 60),
        qr=collect.inline(invitations.picture(lead.to(code))),
        start=lead.start,
        start_of_collect=of_collect.start,
        qr_of_collect=collect.inline(invitations.picture(of_collect.to(code))),
        is_near=is_near(),
        **facts,
    )


def _defaults() -> dict[str, str]:
    """Return what the form says is the same for all children of the post.

    Raises:
        InvalidRequestError: It says something that was not asked.
    """
    asked = posts.questions(context().doors)
    said = {one.name: request.form.getlist(f"same.{one.name}") for one in asked}
    return posts.defaults(asked, said)


def _once(template: str, **facts: Any) -> Response:
    return make_response(render_template(template, **facts))


def _page(*, refused: str = "") -> Response:
    said = room.wording()
    shown = render_template(
        "pages/devices.html",
        refused=refused,
        groups=_groups(said),
        places={name: said.site(name) for name in _places(said)},
        once=secrets.token_urlsafe,
        is_near=is_near(),
        address=address(),
        most=enrolment.MOST_INVITATIONS,
        same=posts.questions(context().doors),
        sites_in_practice={
            said.site(one.name) for one in practising() if one.kind == "site"
        },
        given=request.form,
        here=url_for("pages.devices"),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return make_response(shown, status)


def _groups(said: Wording) -> list[tuple[str, list[Shown]]]:
    """Return the devices by site: those in use first, then those put out."""
    known, practise = enrolment.enrolled(context().doors), practising()
    mine = [one for one in known if may_manage(asking(), Role.VOLUNTEER, one.site)]
    ordered = sorted(mine, key=lambda one: one.revoked is not None)
    sites = dict.fromkeys(one.site for one in mine)
    return [
        (
            said.site(site),
            [
                _shown(one, said, is_practising=Subject("device", one.id) in practise)
                for one in ordered
                if one.site == site
            ],
        )
        for site in sites
    ]


def _shown(one: Device, said: Wording, *, is_practising: bool) -> Shown:
    return Shown(
        one.id,
        one.label,
        said.moment(one.enrolled),
        said.moment(one.last_seen) if one.last_seen else None,
        said.clock(one.clock_off_ms),
        is_practising,
        said.moment(one.revoked) if one.revoked else None,
        waits=one.revoked is not None and one.turned_away is None,
        is_field=one.public_key is not None,
        lease=said.moment(one.lease_until) if one.lease_until else None,
        is_over=admission.standing(one, now=context().now()) is Standing.EXPIRED,
        wiped=said.moment(one.wiped) if one.wiped else None,
    )


def _places(said: Wording) -> list[str]:
    """Return the sites that somebody may let devices in at, their own first."""
    viewer = asking()
    known = (viewer.site, *sorted(said.words.sites))
    return [
        site
        for site in dict.fromkeys(known)
        if may_manage(viewer, Role.VOLUNTEER, site)
    ]


def _site() -> str:
    """Return the site that the form names.

    Raises:
        NotFoundError: There is none, or it is not theirs.
    """
    site = request.form.get("site", asking().site)
    if site not in _places(room.wording()):
        raise NotFoundError("site", "")
    return site


def _labels(text: str) -> list[str]:
    """Return the names that stand on the lines of a text."""
    lines = (" ".join(line.split())[:_LONGEST_LABEL] for line in text.splitlines())
    return [line for line in lines if line and is_storable(line)]
