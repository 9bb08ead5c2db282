"""The first page of a centre: who is here and who comes, what is due, what is new."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from flask import make_response, redirect, render_template, request, url_for
from werkzeug import Response

from intake_server.errors import InvalidRequestError
from intake_server.security.policy import Role
from intake_server.services import day, shift
from intake_server.services.child import is_visible
from intake_server.services.day import Day, Entry
from intake_server.services.shift import Answer
from intake_server.storage.documents import StoredView
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import apart, chores, moments, phrases, room, unfinished
from intake_server.web.pages.chores import Chore, Due
from intake_server.web.pages.decisions import storable
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.sheet import Whose
from intake_server.web.pages.texts import LazyString, _, _l
from intake_server.web.pages.wording import NEVER_ALONE, Said, Wording
from sync.merge.cells import name_of

_MEDICAL: Final = ("allergies", "medication", "conditions")
_NOTES: Final = 5
_REFUSED: Final[Mapping[str, LazyString]] = {
    "reason": _l("Say why, in a few words."),
    "consent": _l("Consent to share with this centre was refused or withdrawn."),
    "key": _l("A form says when this is done."),
    "note": _l("The note is empty."),
    "apart": _l(
        "The child would be apart from brothers and sisters: two people of two"
        " organisations must sign it first."
    ),
}
"""Why nothing was written, by what was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A child that is expected here; ``doc`` is what the answer is about."""

    doc: str
    child: str
    name: str
    reference: str
    what: str
    origin: str
    triage: str
    is_red: bool
    moment: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A child that is here, since when and until when."""

    child: str
    name: str
    reference: str
    age: str
    since: str
    until: Due | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a shift left to the next."""

    text: str
    author: str
    moment: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer on a list for the wall.

    ``values`` are all answers where it is in question, and then nobody may take one.
    """

    label: str
    values: tuple[str, ...]
    is_contested: bool


def show() -> Response:
    """Show the day of a centre."""
    return _page()


def _page(refused: str = "", status: int = HTTPStatus.OK) -> Response:
    here = context()
    site, today = _site(), moments.day_of(here.now())
    found = day.of(here.database, site, viewer=asking(), now=here.now(), today=today)
    shown = found.notes[:_NOTES]
    begun = unfinished.of_team(site)
    authors = {str(note.get("author", "")) for note in shown}
    words = room.wording(authors | unfinished.actors(one.draft for one in begun))
    tasks = tuple(chores.chore(entry, words, today) for entry in found.tasks)
    page = render_template(
        "pages/day.html",
        site=site,
        site_name=words.site(site),
        sites=_sites(words),
        today=moments.weekday(today, words.language),
        arrivals=tuple(_arrival(entry, words) for entry in found.arrivals),
        urgent=_of(tasks, found.tasks, chores.URGENT.__contains__),
        visits=_of(tasks, found.tasks, chores.VISITS.__contains__),
        others=_of(tasks, found.tasks, _is_other),
        stays=tuple(_stay(entry, words, today) for entry in found.stays),
        notes=tuple(_note(note, words) for note in shown),
        unfinished=[unfinished.row(one.draft, one.person, words) for one in begun],
        since=words.moment(found.since) if found.since else None,
        changed=tuple(_whose(person, words) for person in found.changed),
        questions=_questions(found),
        apart=tuple(
            apart.apart(one.item, one.person, one.case, words) for one in found.parting
        ),
        is_cut=found.is_cut,
        late=sum(1 for task in tasks if task.due and task.due.is_late),
        refused=refused,
        written=room.asked("written"),
    )
    return make_response(page, status)


def medicines() -> str:
    """Show the list for the wall: what each child here takes and does not bear."""
    here = context()
    site, today = _site(), moments.day_of(here.now())
    found = day.here(here.database, site, viewer=asking(), now=here.now())
    words = room.wording()
    return render_template(
        "pages/medicines.html",
        site=site,
        site_name=words.site(site),
        today=moments.weekday(today, words.language),
        rows=tuple(
            (_stay(entry, words, today), tuple(lines(entry.case, words)))
            for entry in found
        ),
    )


def answer() -> Response:
    """Take a child that was sent here, or send it back."""
    form = request.form
    said = Answer(
        doc=storable(form.get("doc", "")),
        site=_site(),
        is_accepted=form.get("answer") == "accept",
        reason=storable(form.get("reason", "")),
    )
    return _written(lambda **how: shift.answer(context().database, said, **how))


def done() -> Response:
    """Say that a task is done."""
    doc, key = (storable(request.form.get(name, "")) for name in ("doc", "key"))
    return _written(lambda **how: shift.done(context().database, doc, key, **how))


def leave_note() -> Response:
    """Leave a note to the next shift."""
    site, text = _site(), storable(request.form.get("note", ""))
    return _written(
        lambda **how: shift.leave_note(context().database, site, text, **how)
    )


def lines(case: StoredView | None, words: Wording) -> Iterable[Line]:
    """Yield what a list for the wall says of a child.

    An answer that could harm is never shown alone while it is in question.
    """
    if case is None:
        return
    view = case.view
    for name in _MEDICAL:
        contested = view["contested"].get(name, ())
        is_contested = bool(contested) and words.rule(name).harm in NEVER_ALONE
        values = view["values"].get(name)
        said = [words.value(name, values, case.sites)] if values else []
        if is_contested and not isinstance(values, list):
            said = [words.value(name, one["value"], case.sites) for one in contested]
        if said or is_contested:
            yield Line(
                label=words.short(name),
                values=tuple(dict.fromkeys(_plain(one) for one in said)),
                is_contested=is_contested,
            )


def _plain(said: Said) -> str:
    return said.line or _("nothing")


def _written(act: Callable[..., str]) -> Response:
    """Do it and go back to the day; say so where it was refused."""
    here = context()
    try:
        change = act(by=asking(), now=here.now(), entropy=here.entropy)
    except InvalidRequestError as refusal:
        why = " ".join(str(_REFUSED[name]) for name in refusal.errors)
        return _page(why, HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(url_for("pages.day", site=_site(), written=change), 303)


def _site() -> str:
    """Return whose day is asked for; by itself that of the viewer's own centre."""
    asked = room.asked("site") or storable(request.form.get("site", ""))
    return asked or asking().site


def _sites(words: Wording) -> tuple[tuple[str, str], ...]:
    if words.viewer.role is not Role.COORDINATOR:
        return ()
    return tuple(sorted((name, words.site(name)) for name in words.words.sites))


def _of(
    tasks: tuple[Chore, ...], entries: tuple[Entry, ...], among: Callable[[str], Any]
) -> tuple[Chore, ...]:
    return tuple(
        task
        for task, entry in zip(tasks, entries, strict=True)
        if among(name_of(entry.key))
    )


def _is_other(kind: str) -> bool:
    return kind not in chores.URGENT and kind not in chores.VISITS


def _arrival(entry: Entry, words: Wording) -> Arrival:
    values = entry.case.view["values"] if entry.case else {}
    triage = values.get("triage")
    person = entry.person
    is_ours = person is not None and is_visible(words.viewer, person, entry.case)
    return Arrival(
        doc=entry.doc,
        child=person.doc if person and is_ours else "",
        name=words.name_of(entry.person),
        reference=words.reference_of(entry.person),
        what=chores.title(entry.key, words),
        origin=words.sites(entry.case.sites) if entry.case else "",
        triage=words.value("triage", triage, ()).line if triage else "",
        is_red=triage == "red",
        moment=words.moment(entry.at),
    )


def _stay(entry: Entry, words: Wording, today: date) -> Stay:
    return Stay(
        child=entry.person.doc if entry.person else "",
        name=words.name_of(entry.person),
        reference=words.reference_of(entry.person),
        age=age(entry.person, today),
        since=moments.day(entry.at, words.language),
        until=chores.due(entry.due, words, today),
    )


def age(person: StoredView | None, today: date) -> str:
    """Return how old a child is, in words; empty where that is not known."""
    birth = person.view["values"].get("birth") if person else None
    born = birth.get("birth_date") if isinstance(birth, dict) else None
    try:
        then = date.fromisoformat(str(born))
    except ValueError:
        return ""
    years = today.year - then.year - ((today.month, today.day) < (then.month, then.day))
    return _("age %(years)d", years=years)


def _note(note: Any, words: Wording) -> Note:
    return Note(
        text=str(note["value"]),
        author=words.author(str(note.get("author", ""))),
        moment=words.moment(str(note.get("at", ""))),
    )


def _whose(person: StoredView, words: Wording) -> Whose:
    return Whose(person.doc, words.name_of(person), words.reference_of(person))


def _questions(found: Day) -> tuple[tuple[int, str, int], ...]:
    return tuple(
        (severity, str(phrases.SEVERITIES[severity]), count)
        for severity, count in sorted(found.questions.items(), reverse=True)
    )
