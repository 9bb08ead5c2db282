"""The list of questions, the most serious first, and the way to the next one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, render_template, url_for
from werkzeug import Response

from intake_server.services import desk, quarantine, today, triage
from intake_server.services.desk import Listed
from intake_server.storage.queue import Tally
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.pages import phrases, room, sheet, talk
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

_MOST_SERIOUS: Final = 3
_SET_ASIDE: Final = (triage.KIND, quarantine.ASIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A question in the list."""

    qid: str
    title: str
    form: str
    kind: str
    problem: str
    name: str
    reference: str
    sites: str
    since: Moment | None
    owner: str
    severity: int
    is_spelling: bool
    turn: str


@dataclass(frozen=True, slots=True)
class Part:
    """Questions of one weight."""

    severity: int
    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """What waits about one child; ``total`` counts what stands under today as well."""

    whose: sheet.Whose
    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for; a page that asks for nothing opens on today."""

    kind: str | None
    site: str | None
    mine: bool
    spelling: bool
    cursor: str | None

    @property
    def is_today(self) -> bool:
        """Whether nothing is asked for."""
        return not any((self.kind, self.site, self.mine, self.spelling, self.cursor))


def show() -> str:
    """Show the questions that wait."""
    here, viewer = context(), asking()
    asked = Asked(
        kind=room.asked("kind") or None,
        site=room.asked("site") or None,
        mine=room.asked("mine") == "1",
        spelling=room.asked("spelling") == "1",
        cursor=room.asked("cursor") or None,
    )
    load = today.load(here.database, viewer=viewer, now=here.now())
    shown = _today() if asked.is_today else _found(asked)
    words = room.wording()
    return render_template(
        "pages/queue.html",
        asked=asked,
        change=room.change(),
        load=load,
        total=load.total(),
        since=words.moment(load.since) if load.since else None,
        severities=_by_severity(load.tallies),
        kinds=_by_kind(load.tallies),
        aside=_aside(load.tallies),
        sites=sorted((name, words.site(name)) for name in words.words.sites),
        **shown,
    )


def of_child(doc: str) -> str:
    """Show all that is asked about one child."""
    here = context()
    found = today.of_child(here.database, doc, viewer=asking(), now=here.now())
    words = room.wording()
    return render_template(
        "pages/child_questions.html",
        whose=sheet.whose(found.child, words),
        parts=_parts(found.questions, words),
        count=len(found.questions),
    )


def _today() -> Mapping[str, Any]:
    """Return what could harm a child now, then child by child, then the rest."""
    here = context()
    found = today.open_on(here.database, viewer=asking(), now=here.now())
    words = room.wording()
    return {
        "turn": _rows(found.turn, words),
        "urgent": _rows(found.urgent, words),
        "families": tuple(
            Family(
                sheet.whose(one.child, words),
                _rows(one.questions, words),
                one.above + len(one.questions),
            )
            for one in found.children
        ),
        "rest": _rows(found.rest, words),
        "provisional": _rows(found.provisional, words),
        "next": found.cursor,
    }


def _found(asked: Asked) -> Mapping[str, Any]:
    """Return what was asked for, the most serious first."""
    here = context()
    found = desk.page(
        here.database,
        viewer=asking(),
        now=here.now(),
        kind=asked.kind,
        site=asked.site,
        mine=asked.mine,
        spelling=asked.spelling or None,
        cursor=asked.cursor,
    )
    words = room.wording()
    certain = [one for one in found.questions if not one.item.is_provisional]
    waiting = [one for one in found.questions if one.item.is_provisional]
    return {
        "parts": _parts(certain, words),
        "provisional": _rows(waiting, words),
        "next": found.cursor,
    }


def following() -> Response:
    """Go to the question that should be decided next, or to the list."""
    here = context()
    decided, change = room.asked("decided") or None, room.asked("change") or None
    qid = desk.following(here.database, asking(), behind=decided)
    if qid is None:
        return redirect(url_for("pages.queue", decided=decided, change=change), 303)
    item = url_for("pages.item", qid=qid, decided=decided, change=change)
    return redirect(item, 303)


def _parts(listed: Sequence[Listed], words: Wording) -> tuple[Part, ...]:
    by_heading: dict[str, list[Row]] = {}
    for one in listed:
        heading = str(phrases.SEVERITIES[one.item.severity])
        by_heading.setdefault(heading, []).append(_row(one, words))
    return tuple(
        Part(rows[0].severity, heading, tuple(rows))
        for heading, rows in by_heading.items()
    )


def _rows(listed: Sequence[Listed], words: Wording) -> tuple[Row, ...]:
    return tuple(_row(one, words) for one in listed)


def _row(listed: Listed, words: Wording) -> Row:
    item, child = listed.item, listed.child
    return Row(
        qid=item.qid,
        title=sheet.title(item, words, (child,) if child else ()),
        form=_form(listed, words),
        kind=str(phrases.KINDS[item.kind]),
        problem=_problem(listed, words),
        name=words.name_of(child) if child else "",
        reference=words.reference_of(child),
        sites=words.sites(item.sites),
        since=words.moment(item.first_seen),
        owner=words.owner(item.owner),
        severity=item.severity,
        is_spelling=item.is_spelling,
        turn=talk.turn(item, words),
    )


def _form(listed: Listed, words: Wording) -> str:
    asked = words.words.labels.first(listed.item.cell)
    return words.title(asked.form_id) if asked else ""


def _problem(listed: Listed, words: Wording) -> str:
    item = listed.item
    match item.kind:
        case "triage":
            return phrases.held(item.cell, words.language)
        case "quarantine":
            return phrases.fault(item.cell)
        case _other:
            harm = (
                words.rule(item.cell).harm if item.severity == _MOST_SERIOUS else None
            )
            return _("about: %(what)s", what=phrases.HARMS[harm]) if harm else ""


def _by_severity(
    counts: Mapping[tuple[int, str], Tally],
) -> tuple[tuple[int, str, int], ...]:
    totals: dict[str, tuple[int, int]] = {}
    for (severity, _kind), count in sorted(counts.items(), reverse=True):
        heading = str(phrases.SEVERITIES[severity])
        weight, before = totals.get(heading, (severity, 0))
        totals[heading] = (weight, before + count.open)
    return tuple((weight, heading, n) for heading, (weight, n) in totals.items())


def _aside(counts: Mapping[tuple[int, str], Tally]) -> int:
    return sum(one.open for (_s, kind), one in counts.items() if kind in _SET_ASIDE)


def _by_kind(
    counts: Mapping[tuple[int, str], Tally],
) -> tuple[tuple[str, str, int], ...]:
    totals: dict[str, int] = {}
    for (_severity, kind), count in counts.items():
        totals[kind] = totals.get(kind, 0) + count.open
    return tuple(
        (kind, str(phrases.KINDS[kind]), totals[kind])
        for kind in phrases.KINDS
        if kind in totals
    )
