"""A child's course: every date that is known of the child, one after the other.

Which dates there are is said by the forms, and by centres that answered when the child
was sent to them. A date that is in question stands at each day that somebody gave, and
says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _

from intake_server.services import cautions
from intake_server.services.child import Child
from intake_server.storage.documents import StoredView
from intake_server.web.pages import apart, moments
from intake_server.web.pages.wording import Wording
from sync.merge import duties, reunion, siblings

_DATES: Final = ("date", "dateTime")
_NO_STEPS: Final = frozenset({"paper_on", "testimony_paper_on"})
"""Dates on which nothing happened to the child."""
_OF_PLACE: Final = frozenset(
    {siblings.PLACEMENT, siblings.TRANSFER, siblings.REVIEW, reunion.HANDED_OVER}
)
_OF_STAY: Final = frozenset({"admitted_on", "planned_until"})
"""Dates that say since when and until when a child is somewhere."""
_TOLD: Final = 2
"""So much else of a row stands beside its date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One date of a child's course, in words.

    ``iso`` sorts and is read by machines; ``beside`` is what else the row says that the
    date stands in; ``is_ahead`` says that the day has not come yet,
    ``is_pending`` that it is not in force until it is signed.
    """

    iso: str
    day: str
    label: str
    beside: str
    form: str
    sites: str
    is_ahead: bool
    is_contested: bool
    is_pending: bool = False


def course(found: Child, words: Wording) -> tuple[Step, ...]:
    """Return the steps of a child's course, the earliest first."""
    rows = (*found.rows, *(row for visit in found.visits for row in visit.rows))
    whole = (*found.sheets, *(visit.event for visit in found.visits))
    pending = apart.heads(found.parting) | _unsigned(found)
    steps = [step for view in whole for step in _steps(view, "", words, pending)]
    steps += [step for row in rows for step in _steps(row, _told(row, words), words)]
    steps += [step for view in found.views for step in _answered(view, words)]
    return tuple(sorted(steps, key=lambda one: (one.iso, one.label, one.sites)))


def _steps(
    view: StoredView,
    beside: str,
    words: Wording,
    pending: frozenset[str] = frozenset(),
) -> Iterator[Step]:
    today = moments.today(words.now)
    for name, value, sites, is_contested in _said(view):
        for asked, said in _members(name, value, words):
            day = moments.in_kyiv(said)
            if day is None or not words.may_read(asked, sites):
                continue
            yield Step(
                iso=day.isoformat(),
                day=moments.day(day.isoformat(), words.language),
                label=words.short(asked, view.view.get("form") or ""),
                beside=beside,
                form=words.title(view.view.get("form") or "") or words.row_of(view),
                sites=words.sites(sites),
                is_ahead=day > today,
                is_contested=is_contested,
                is_pending=bool(pending & _behind(view, name)),
            )


def _unsigned(found: Child) -> frozenset[str]:
    """Return the changes that say of a hand-over what two have not verified yet."""
    if ("", reunion.HANDED_OVER) not in cautions.uncounted(cautions.of(found)):
        return frozenset()
    heads = (view.view["heads"].get(reunion.HANDED_OVER, ()) for view in found.views)
    return frozenset(head for said in heads for head in said)


def _answered(view: StoredView, words: Wording) -> Iterator[Step]:
    """Yield what centres answered to which a child was sent, and why."""
    for entry in view.view["values"].get(duties.ANSWER, ()):
        said, day = entry["value"], moments.in_kyiv(entry["at"])
        if day is None or not isinstance(said, Mapping):
            continue
        is_sent_back = said.get("answer") == duties.BOUNCED
        yield Step(
            iso=day.isoformat(),
            day=moments.day(day.isoformat(), words.language),
            label=_("sent back by the centre") if is_sent_back else _("accepted"),
            beside=str(said.get("reason") or ""),
            form="",
            sites=words.sites((str(said.get("site")),)),
            is_ahead=False,
            is_contested=False,
        )


def _behind(view: StoredView, name: str) -> set[str]:
    """Return the changes that say where a child is, as far as this is a part of it."""
    heads = view.view["heads"]
    if view.kind == "event" and name in _OF_STAY:
        return set(heads.get(siblings.STAY, ()))
    return set(heads.get(name, ())) if name in _OF_PLACE else set()


def _said(view: StoredView) -> Iterator[tuple[str, Any, tuple[str, ...], bool]]:
    """Yield what a document says: property, value, by which sites, is it in question."""
    contested = view.view["contested"]
    for name, value in view.view["values"].items():
        if name not in contested:
            yield name, value, view.sites, False
    for name, candidates in contested.items():
        for one in candidates:
            yield name, one["value"], (one["site"],), True


def _members(name: str, value: Any, words: Wording) -> Iterable[tuple[str, str]]:
    """Yield the dates in the value of a property or a group, with their properties."""
    labels = words.words.labels
    parts = value if isinstance(value, Mapping) else {name: value}
    for part, said in parts.items():
        asked = labels.about(part)
        is_date = asked is not None and asked.type in _DATES
        if is_date and part not in _NO_STEPS and isinstance(said, str):
            yield part, said


def _told(row: StoredView, words: Wording) -> str:
    """Return the first things that a row says beside its dates."""
    labels = words.words.labels
    names = [name for name in row.view["values"] if labels.is_known(name)]
    told = []
    for name in sorted(names, key=labels.place):
        asked = labels.first(name)
        if asked is None or asked.type in _DATES or name in row.view["contested"]:
            continue
        told.append(words.value(name, row.view["values"][name], row.sites).line)
    return " · ".join(told[:_TOLD])
