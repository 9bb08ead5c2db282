"""Practice: who practises, beginning and ending it, and deleting all that was."""

from http import HTTPStatus
from typing import Final

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.security.policy import Action, may
from intake_server.services import practice
from intake_server.services.practice import Subject
from intake_server.web.auth import asking
from intake_server.web.context import context, contexts
from intake_server.web.pages import room

_ON: Final = "on"


def show() -> Response:
    """Show whether one practises, and what may be done about it."""
    viewer, said = asking(), room.wording()
    everybody = practising()
    sites = sorted({viewer.site, *said.words.sites})
    shown = render_template(
        "pages/practice.html",
        is_own=Subject("person", viewer.id) in everybody,
        is_site=Subject("site", viewer.site) in everybody,
        sites={
            name: (said.site(name), Subject("site", name) in everybody)
            for name in sites
            if may(viewer, Action.MANAGE_SITES)
        },
        is_begun=contexts().store.is_begun,
        is_deleted=request.args.get("deleted") == "1",
        here=url_for("pages.practice"),
    )
    return make_response(shown)


def own() -> Response:
    """Begin or end one's own practice."""
    return _switched(Subject("person", asking().id), url_for("pages.practice"))


def of_device(device_id: str) -> Response:
    """Let a device practise, or act in earnest."""
    return _switched(Subject("device", device_id), url_for("pages.devices"))


def of_person(person_id: str) -> Response:
    """Let a person practise, or act in earnest."""
    back = url_for("pages.person", person_id=person_id)
    return _switched(Subject("person", person_id), back)


def of_site(site: str) -> Response:
    """Let a whole site practise, or act in earnest."""
    return _switched(Subject("site", site), url_for("pages.practice"))


def delete() -> Response:
    """Delete all that was practised on this node."""
    here = context()
    practice.delete(here.doors, contexts().store, by=asking().actor, now=here.now())
    return redirect(url_for("pages.practice", deleted=1), HTTPStatus.SEE_OTHER)


def practising() -> frozenset[Subject]:
    """Return all who practise; the store is asked once a request."""
    known: frozenset[Subject] | None = g.get("practising")
    if known is None:
        known = g.practising = practice.everybody(context().doors)
    return known


def _switched(subject: Subject, back: str) -> Response:
    here = context()
    turn = practice.begin if request.form.get("practice") == _ON else practice.end
    turn(here.doors, subject, by=asking(), now=here.now())
    return redirect(back, HTTPStatus.SEE_OTHER)
