"""A form: its versions, which are offered, and what is odd in what was sent on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.clock import moment
from intake_server.errors import NotFoundError
from intake_server.services import findings, proposing, retiring
from intake_server.services.findings import Example, Finding, Source
from intake_server.services.labels import within
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import phrases, room, sheet
from intake_server.web.pages.children import CLOCK_BITS
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.sheet import Whose
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

_ALL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a form; ``is_offered`` is the one that phones get."""

    version: str
    published: Moment | None
    is_retired: bool
    is_offered: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One of what shows a finding."""

    qid: str | None
    whose: Whose | None
    at: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A finding in words."""

    field: str
    what: str
    count: int
    newest: Moment | None
    examples: tuple[Shown, ...]


def show(form_id: str) -> str:
    """Show a form's versions and what is odd in what was sent on it."""
    here = context()
    found = findings.of_form(here.database, form_id, viewer=asking(), now=here.now())
    words = room.wording()
    with here.database.reading() as session:
        is_central = proposing.is_central(session)
    offered = next((one for one in found.versions if not one.is_retired), None)
    titles: Mapping[str, str] = (offered or found.versions[0]).title
    return render_template(
        "pages/form.html",
        form_id=form_id,
        title=within(titles, words.language) or form_id,
        versions=[
            Version(
                version=one.version,
                published=words.moment(moment(one.published >> CLOCK_BITS)),
                is_retired=one.is_retired,
                is_offered=one is offered,
            )
            for one in found.versions
        ],
        is_offered=offered is not None,
        rows=[_row(one, form_id, words) for one in found.findings],
        is_central=is_central,
        said=_SAID.get(room.asked("said")),
    )


def retire(form_id: str) -> Response:
    """Retire a version of a form, or all of them, or offer it again."""
    here = context()
    version, how = request.form.get("version", _ALL), request.form.get("how")
    if how not in ("retire", "offer"):
        raise NotFoundError("form")
    retiring.set_retired(
        here.database,
        form_id,
        version or None,
        is_retired=how == "retire",
        by=asking(),
        now=here.now(),
        entropy=here.entropy,
    )
    return redirect(url_for("pages.form", form_id=form_id, said=how), 303)


_SAID = {"retire": "retired", "offer": "offered"}


def _row(one: Finding, form_id: str, words: Wording) -> Row:
    return Row(
        field=words.short(one.field, form_id) if one.field else _("the whole form"),
        what=_what(one, words),
        count=one.count,
        newest=words.moment(one.examples[0].at),
        examples=tuple(_example(each, words) for each in one.examples),
    )


def _what(one: Finding, words: Wording) -> str:
    if one.source is Source.HELD:
        return phrases.held(one.kind, words.language)
    other = next((c.b for c in words.words.schema.checks if c.id == one.kind), "")
    if not other:
        return str(phrases.KINDS["rule"])
    return _("does not fit together with: %(other)s", other=words.member(other))


def _example(one: Example, words: Wording) -> Shown:
    whose = sheet.whose(one.child, words) if one.child else None
    return Shown(one.qid, whose, words.moment(one.at))
