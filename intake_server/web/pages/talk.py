"""What people say to each other about a question, on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from re import compile as pattern
from secrets import token_hex
from typing import Final

from flask import redirect, request, url_for
from werkzeug import Response

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.security.policy import Principal
from intake_server.services import talking
from intake_server.services.talking import Remark
from intake_server.storage.queue import QueueItem
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording
from sync.merge.rights import site_owner
from sync.merge.talk import ASK, Entry

_ID: Final = pattern(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said; ``asked`` is the site that it asks."""

    author: str
    site: str
    moment: Moment | None
    text: str
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What was said about a question, and the form to say more.

    ``sites`` can be asked, ``mark`` tells one sending of the form from the next.
    """

    lines: tuple[Line, ...]
    turn: str
    is_mine: bool
    sites: tuple[tuple[str, str], ...]
    mark: str


def say(qid: str) -> Response:
    """Write it down, and go back to the question."""
    if not _ID.fullmatch(qid):
        raise NotFoundError("item")
    here, form = context(), request.form
    mark = form.get("mark", "")
    if not _ID.fullmatch(mark):
        raise InvalidRequestError({"mark": ["comes with the page"]})
    remark = Remark(
        text=storable(form.get("text", "")).strip(),
        mark=mark,
        to=storable(form.get("to", "")),
    )
    talking.say(here.database, qid, remark, by=asking(), now=here.now())
    return redirect(url_for("pages.item", qid=qid) + "#talk", 303)


def shown(item: QueueItem, said: Sequence[Entry], wording: Wording) -> Talk | None:
    """Return what a question's page shows of the talk; None where there can be none."""
    if not talking.may_talk(item, wording.viewer):
        return None
    if not wording.may_read(item.cell, item.sites):
        return None
    own = wording.viewer.site
    return Talk(
        lines=tuple(_line(one, wording) for one in said),
        turn=turn(item, wording),
        is_mine=_is_mine(item, wording.viewer),
        sites=tuple((s, wording.site(s)) for s in item.sites if s != own),
        mark=token_hex(16),
    )


def turn(item: QueueItem, wording: Wording) -> str:
    """Return in words who is looked to; empty for nobody."""
    if item.turn is None:
        return ""
    if item.turn == wording.viewer.actor:
        return _("your question was answered")
    if _is_mine(item, wording.viewer):
        return _("your centre is asked")
    if not item.turn.startswith("site:"):
        return _("answered")
    return _("waits for an answer: %(site)s", site=wording.site(item.turn[5:]))


def _is_mine(item: QueueItem, viewer: Principal) -> bool:
    return item.turn in (viewer.actor, site_owner(viewer.site))


def _line(entry: Entry, wording: Wording) -> Line:
    return Line(
        author=wording.author(entry.author),
        site=wording.site(entry.site),
        moment=wording.moment(entry.at),
        text=entry.text,
        asked=wording.site(entry.to) if entry.verb == ASK and entry.to else "",
    )
