"""One child on one sheet of paper: what a colleague needs who cannot look it up.

An answer that is in question stands with all its values and says so, wherever it belongs;
none of them is printed alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import render_template

from intake_server.services import child, day
from intake_server.services.child import Child
from intake_server.storage.documents import StoredView
from intake_server.web.auth import asking
from intake_server.web.card_sheets import qr
from intake_server.web.context import context
from intake_server.web.pages import chores, facts, moments, room, sheet, warned
from intake_server.web.pages import family as families
from intake_server.web.pages.day import age
from intake_server.web.pages.facts import Fact
from intake_server.web.pages.texts import LazyString, _, _l
from intake_server.web.pages.warned import Verdicts
from intake_server.web.pages.wording import Wording

_NAMES: Final = ("family_name", "given_name", "patronymic")
_VITAL: Final = ("allergies", "medication")
"""What is said even where nobody has answered."""
_PARTS: Final[Sequence[tuple[LazyString, tuple[str, ...]]]] = (
    (
        _l("Who"),
        (
            "name_called",
            "birth",
            "sex",
            "comm_mode",
            "languages",
            "citizenship",
            "returned_on",
        ),
    ),
    (
        _l("Health"),
        (
            *_VITAL,
            "conditions",
            "disability_group",
            "function_help",
            "pregnant",
            "urgent_needs",
            "triage",
        ),
    ),
    (
        _l("Care and consent"),
        (
            "responsible",
            "deputy_worker",
            "risk_level",
            "uasc",
            "consent_intake",
            "consent_rehab",
            "consent_scopes",
            "withhold_from",
            "legal_status",
            "destination",
            "tracing_status",
            "recommendation",
            "handover_on",
            "placement",
            "decision",
        ),
    ),
)
_RELATIVE: Final = ("rel_type", "rel_name", "rel_status", "rel_phone", "rel_legal_rep")
_MOST: Final = {"relatives": 6, "siblings": 8, "tasks": 8, "others": 10}
"""So many lines of each kind fit on the sheet; it says how many are left out."""
_LONGEST: Final = 160
"""What is longer is cut off, but never what is about health."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer; ``values`` are all of them where it is in question."""

    label: str
    values: tuple[str, ...]
    is_contested: bool = False
    is_medical: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Lines under a heading; ``more`` are left out."""

    heading: str
    lines: tuple[Line, ...]
    more: int = 0


def show(doc: str) -> str:
    """Show the sheet of a child."""
    here, viewer = context(), asking()
    found = child.one(here.database, doc, viewer=viewer, now=here.now())
    due = day.of_child(here.database, found, viewer=viewer)
    words = room.wording()
    person = found.sheets[0]
    verdicts = warned.verdicts(found)
    every = _by_name(found.sheets, found, words, verdicts)
    reference = person.reference or ""
    return render_template(
        "pages/summary.html",
        child=sheet.whose(found.sheets[0], words),
        name=_name(person, every, words),
        qr=qr(reference) if reference else "",
        others=tuple(
            other
            for one in found.persons
            if (other := words.reference_of(one)) != words.reference_of(person)
        ),
        age="" if "birth" in person.view["contested"] else age(person, _today()),
        parts=(
            *_parts(every, words),
            _relatives(found, words, verdicts),
            _rest(every, words),
        ),
        cautions=warned.warned(found, words),
        family=families.family(found, words),
        most=_MOST,
        tasks=tuple(chores.chore(entry, words, _today()) for entry in due),
        site=words.site(viewer.site),
        moment=moments.day_and_time(here.now().isoformat(), words.language),
    )


def _today() -> date:
    return moments.day_of(context().now())


def _by_name(
    views: Iterable[StoredView], found: Child, words: Wording, verdicts: Verdicts
) -> Mapping[str, Fact]:
    """Return what records say, by property; one that is in question comes first."""
    every = [
        fact
        for view in views
        for fact in warned.judged(
            facts.facts(view, found.questions, words), view, verdicts
        )
    ]
    every.sort(key=lambda fact: not fact.is_contested)
    by_name: dict[str, Fact] = {}
    for fact in every:
        by_name.setdefault(fact.name, fact)
    return by_name


def _name(person: StoredView, every: Mapping[str, Fact], words: Wording) -> Line:
    """Return the name as far as the viewer may see it, with all that is in question."""
    if not all(words.may_read(name, person.sites) for name in _NAMES):
        return Line(label="", values=(_("name: sealed"),))
    doubtful = [every[n] for n in _NAMES if n in every and every[n].is_contested]
    if not doubtful:
        return Line(label="", values=(words.name_of(person),))
    said = [" / ".join(_values(every[name])) for name in _NAMES if name in every]
    return Line(label="", values=(" ".join(said),), is_contested=True)


def _parts(every: Mapping[str, Fact], words: Wording) -> Iterator[Part]:
    for heading, names in _PARTS:
        lines = [
            _line(every[name], words)
            if name in every
            else Line(
                label=words.short(name),
                values=(_("nothing is written: ask the doctor"),),
            )
            for name in names
            if name in every or name in _VITAL
        ]
        yield Part(str(heading), tuple(line for line in lines if line.values))


def _relatives(found: Child, words: Wording, verdicts: Verdicts) -> Part:
    """Return the people around the child, a line each."""
    lines = []
    for row in found.rows:
        by_name = _by_name([row], found, words, verdicts)
        said = [_line(by_name[name], words) for name in _RELATIVE if name in by_name]
        if "rel_type" not in by_name or not said:
            continue
        first, *further = said
        lines.append(
            Line(
                label=" / ".join(first.values),
                values=(
                    "; ".join(f"{o.label}: {' / '.join(o.values)}" for o in further),
                ),
                is_contested=any(one.is_contested for one in said),
            )
        )
    return _cut(_("People around the child"), lines, _MOST["relatives"])


def _rest(every: Mapping[str, Fact], words: Wording) -> Part:
    """Return what else is in question."""
    shown = {*_NAMES, *(name for _heading, names in _PARTS for name in names)}
    lines = [
        _line(fact, words)
        for name, fact in every.items()
        if fact.is_contested and name not in shown
    ]
    return _cut(_("Also in question"), lines, _MOST["others"])


def _cut(heading: str, lines: Sequence[Line], most: int) -> Part:
    return Part(heading, tuple(lines[:most]), max(len(lines) - most, 0))


def _line(fact: Fact, words: Wording) -> Line:
    label, values = words.short(fact.name), _values(fact)
    is_medical = words.rule(fact.name).harm == "medical"
    if fact.said and fact.said.parts and not fact.is_contested:
        (label, first), *further = fact.said.parts
        rest = (f"{name}: {value}" for name, value in further)
        values = ("; ".join((first, *rest)),)
    if not is_medical:
        values = tuple(map(_short, values))
    if fact.verdict:
        said = _("as it was said:")
        values = (f"{fact.verdict} ({said} {' / '.join(values)})",)
    return Line(
        label=label,
        values=values,
        is_contested=fact.is_contested,
        is_medical=is_medical,
    )


def _values(fact: Fact) -> tuple[str, ...]:
    """Return what stands, or all that was said where it is in question."""
    said = [fact.said.line] if fact.said else []
    for question in fact.questions:
        answers = [one.said.line or _("nothing") for one in question.candidates]
        if question.element:
            said.append(f"{question.element} ({' / '.join(dict.fromkeys(answers))})")
        else:
            said += answers
    if fact.differing:
        said += [one.said.line or _("nothing") for one in fact.differing.answers]
    return tuple(dict.fromkeys(filter(None, said)))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
