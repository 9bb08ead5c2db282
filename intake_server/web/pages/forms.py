"""Forms: which are published, and publishing one's own after looking at it.

What is confirmed is the very form that was shown: the page carries it, and it is looked
at again when it comes back.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from pathlib import PurePath
from typing import Final

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from forms.catalogue import Form
from forms.definition import Field, FormDefinition
from forms.media import packed, unpacked
from forms.merging import DEFAULT_LEVEL
from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.services import findings, proposing, publishing
from intake_server.services.proposing import MOST_BYTES, Proposal
from intake_server.storage import forms
from intake_server.web import paper as blank
from intake_server.web import practice
from intake_server.web.auth import asking, takes
from intake_server.web.context import context
from intake_server.web.fault_words import UNVALIDATED, words
from intake_server.web.language import Language, language
from intake_server.web.pages import phrases, room
from intake_server.web.pages.texts import _


@dataclass(frozen=True, slots=True)
class Listed:
    """A published form, in words; ``version`` is empty where none is offered.

    ``odd`` counts the forms of its kind that were set aside.
    """

    form_id: str
    version: str
    title: str
    odd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a form that may be published, in words."""

    section: str
    label: str
    other: str
    answer: str
    choices: tuple[str, ...]
    kept: str
    level: str
    policy: str


_MOST_UPLOADED: Final = 10_000_000
"""A form with its files, before they are compressed."""
_FILE: Final = "media."

_OTHER: Final[dict[Language, Language]] = {"uk": "en", "en": "uk"}


def show() -> Response:
    """Show which forms there are, and where to hand in another one."""
    return _page()


def paper(form_id: str) -> Response:
    """Show the newest version of a form as it is printed, in the reader's language."""
    with context().database.reading() as session:
        known = {form.form_id: form for form in publishing.available(session)}
    if form_id not in known:
        raise NotFoundError("form")
    style = url_for("static", filename="paper.css")
    definition = publishing.definition(known[form_id])
    drawn = blank.draw(
        definition, language(), style_url=style, notice=practice.notice()
    )
    return make_response(drawn)


@takes(_MOST_UPLOADED)
def examine() -> Response:
    """Show what is wrong with a form that was handed in, or what would be published."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _page(refused=_("Choose a file."), status=422)
    try:
        kind = proposing.kind_of(given.filename)
    except InvalidRequestError:
        refused = _("A form is a file that ends in .xlsx, .md or .xml.")
        return _page(refused=refused, status=422)
    with context().database.reading() as session:
        published = proposing.published_forms(session)
    files = {
        name: file.read()
        for file in request.files.getlist("media")
        if (name := PurePath(file.filename or "").name)
    }
    return _shown(proposing.examine(given.read(), kind, published, files))


@takes(_MOST_UPLOADED)
def publish() -> Response:
    """Publish the form that was shown, and go to the list of forms."""
    here = context()
    xml = _unpacked(request.form.get("form", ""))
    with here.database.reading() as session:
        published = proposing.published_forms(session)
    proposal = proposing.examine(xml, "xml", published, _carried())
    if proposal.faults or proposal.form is None:
        return _shown(proposal)
    done = proposing.publish(
        here.database, proposal.form, by=asking(), now=here.now(), entropy=here.entropy
    )
    if done.faults:
        return _shown(done)
    form = f"{proposal.form.form_id} {proposal.form.version}"
    return redirect(url_for("pages.forms", published=form), 303)


def _page(*, refused: str = "", status: int = HTTPStatus.OK) -> Response:
    said = language()
    with context().database.reading() as session:
        known = forms.listed(session)
        odd = findings.counts(session, asking())
        is_central = proposing.is_central(session)
    listed = tuple(_listed(known, odd, said))
    shown = render_template(
        "pages/forms.html",
        forms=listed,
        is_central=is_central,
        published=room.asked("published"),
        refused=refused,
    )
    return make_response(shown, status)


def _listed(
    known: Iterable[forms.Version], odd: Mapping[str, int], said: Language
) -> Iterator[Listed]:
    """Yield each form once, as its newest version that is not retired calls it."""
    for form_id, every in groupby(known, key=lambda one: one.form_id):
        newest = sorted(every, key=lambda one: int(one.version), reverse=True)
        offered = next((one for one in newest if not one.is_retired), None)
        title = _within((offered or newest[0]).title, said) or form_id
        version = offered.version if offered else ""
        yield Listed(form_id, version, title, odd.get(form_id, 0))


def _shown(proposal: Proposal) -> Response:
    said, form = language(), proposal.form
    is_wrong = bool(proposal.faults) or form is None
    with context().database.reading() as session:
        is_central = proposing.is_central(session)
    shown = render_template(
        "pages/form_proposal.html",
        proposal=proposal,
        faults=tuple((one, words(one, said)) for one in proposal.faults),
        title=_within(form.title, said) if form else "",
        questions=tuple(_questions(form.definition, said)) if form else (),
        packed="" if is_wrong or form is None else _packed(form),
        media=tuple(form.media) if form else (),
        carried={} if is_wrong or form is None else _carriable(form),
        unvalidated="" if proposal.is_validated else UNVALIDATED.within(said),
        is_central=is_central,
        here=url_for("pages.forms"),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return make_response(shown, status)


def _questions(definition: FormDefinition, said: Language) -> Iterator[Question]:
    """Yield what a form asks, in its order."""
    for asked in definition.fields:
        if not asked.label or asked.property is None:
            continue
        level = asked.level or DEFAULT_LEVEL
        choices = definition.choices.get(asked.choices or "", ())
        yield Question(
            section=_section(asked, definition, said),
            label=_within(asked.label, said),
            other=_within(asked.label, _OTHER[said]),
            answer=_answer(asked),
            choices=tuple(_within(choice.label, said) for choice in choices),
            kept=f"{asked.home}: {asked.property}",
            level=str(phrases.LEVELS.get(level, level)),
            policy=asked.policy or "review",
        )


def _answer(asked: Field) -> str:
    if asked.file is not None and asked.type == "string":
        return _("one of the list %(file)s", file=asked.file)
    return str(phrases.ANSWERS.get(asked.type, asked.type))


def _section(asked: Field, definition: FormDefinition, said: Language) -> str:
    above = (asked.path[:length] for length in range(len(asked.path) - 1, 0, -1))
    headings = (_within(definition.sections.get(path, {}), said) for path in above)
    return next(filter(None, headings), "")


def _within(texts: Mapping[str, str], said: Language) -> str:
    return texts.get(said) or texts.get(_OTHER[said], "")


def _carriable(form: Form) -> Mapping[str, str]:
    """Return the files beside a form as a page carries them, by the name of the input."""
    return {
        _FILE + file.name: packed(file.content)
        for file in form.media
        if file.content is not None
    }


def _carried() -> Mapping[str, bytes]:
    """Return the files that a page carried beside a form, by name.

    Raises:
        InvalidRequestError: No page of ours carried these.
    """
    try:
        return {
            name.removeprefix(_FILE): unpacked(text)
            for name, text in request.form.items()
            if name.startswith(_FILE)
        }
    except ValueError as error:
        raise InvalidRequestError({"form": ["is no form that was shown"]}) from error


def _packed(form: Form) -> str:
    return b64encode(zlib.compress(form.xml)).decode()


def _unpacked(text: str) -> bytes:
    """Return the form that a page carried.

    Raises:
        InvalidRequestError: No page of ours carried this.
    """
    try:
        xml = zlib.decompressobj().decompress(b64decode(text), MOST_BYTES)
    except (ValueError, zlib.error) as error:
        raise InvalidRequestError({"form": ["is no form that was shown"]}) from error
    return xml
