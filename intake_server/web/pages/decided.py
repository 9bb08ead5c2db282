"""What was decided for the viewer's centre without it, and the way to disagree."""

from dataclasses import dataclass
from re import compile as pattern
from secrets import token_hex
from typing import Final

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.services import child, overruled
from intake_server.services.overruled import Answered, Objection, Told
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import phrases, room, sheet
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.sheet import Whose
from intake_server.web.pages.texts import _, _n
from intake_server.web.pages.wording import Said, Wording
from sync.change import is_id
from sync.merge.cells import Version, name_of

_MARK: Final = pattern(r"[0-9a-f]{32}")
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer of the centre and what stands in its place."""

    doc: str
    cell: str
    change: str
    whose: Whose
    label: str
    own: Said
    own_author: str
    stands: Said
    author: str
    site: str
    moment: Moment | None
    why: str
    rule: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the centre objected to, and what was answered."""

    whose: Whose
    label: str
    objection: str
    answer: str
    author: str
    site: str
    moment: Moment | None


def show() -> str:
    """Show what was decided or joined against the centre's own answers."""
    here = context()
    found = overruled.lately(here.database, viewer=asking(), now=here.now())
    told = [entry.overruled for entry in found.told]
    authors = {version.author for one in told for version in (one.own, one.stands)}
    words = room.wording(authors | {entry.by.author for entry in found.answered})
    return render_template(
        "pages/decided.html",
        answers=tuple(_answer(entry, words) for entry in found.answered),
        rows=tuple(_row(entry, words) for entry in found.told),
        site=words.site(asking().site),
        has_asked=room.asked("asked") == "1",
    )


def count() -> str:
    """Return in words how much was decided since one's last look; part of a page."""
    here = context()
    new = overruled.count(here.database, viewer=asking(), now=here.now())
    if not new:
        return _("nothing new")
    return _n("%(num)d new", "%(num)d new", new)


def disagree() -> Response:
    """Disagree with one of them, and go to the question that is open again."""
    here, form = context(), request.form
    mark, change = form.get("mark", ""), form.get("change", "")
    doc = storable(form.get("doc", ""))
    if not is_id(change) or not child.is_document(doc):
        raise NotFoundError("decision")
    if not _MARK.fullmatch(mark):
        raise InvalidRequestError({"mark": ["comes with the page"]})
    said = Objection(
        doc=doc,
        cell=storable(form.get("cell", "")),
        change=change,
        reason=storable(form.get("reason", "")).strip()[:_LONGEST],
        mark=mark,
    )
    opened = overruled.disagree(here.database, said, by=asking(), now=here.now())
    if opened is not None:
        return redirect(url_for("pages.item", qid=opened, taken_back="1"), 303)
    return redirect(url_for("pages.decided", asked="1"), 303)


def _answer(entry: Answered, words: Wording) -> Answer:
    return Answer(
        whose=sheet.whose(entry.child, words),
        label=words.label(name_of(entry.objection.about)),
        objection=entry.objection.text,
        answer=entry.answer.text,
        author=words.author(entry.by.author),
        site=words.site(entry.by.site),
        moment=words.moment(entry.by.at),
    )


def _row(told: Told, words: Wording) -> Row:
    one = told.overruled
    name = name_of(one.cell)
    return Row(
        doc=told.view.doc,
        cell=one.cell,
        change=one.stands.id,
        whose=sheet.whose(told.child, words),
        label=words.label(name),
        own=_said(name, one.own, words),
        own_author=words.author(one.own.author),
        stands=_said(name, one.stands, words),
        author=words.author(one.stands.author),
        site=words.site(one.stands.site),
        moment=words.moment(one.stands.at),
        why=one.stands.why or "",
        rule=str(phrases.JOINS[one.policy]) if one.policy else "",
        mark=token_hex(16),
    )


def _said(name: str, version: Version, words: Wording) -> Said:
    """Return a version in words; of a set, whether the element is there."""
    if version.element is None:
        return words.value(name, version.value, (version.site,))
    element = words.value(name, version.element, (version.site,)).line
    is_there = _("is there") if version.value else _("is not there")
    return Said(f"{element}: {is_there}")
