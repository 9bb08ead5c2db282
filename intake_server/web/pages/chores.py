"""Tasks in words: what is to be done, and by when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from intake_server.services.day import Entry
from intake_server.services.labels import within
from intake_server.web.pages import moments
from intake_server.web.pages.texts import LazyString, _, _l
from intake_server.web.pages.wording import Wording
from sync.merge.cells import name_of
from sync.merge.duties import BY_HAND, CLINICIAN, COORDINATOR

_TITLES: Final[Mapping[str, LazyString]] = {
    "triage": _l("Urgent: look after the child"),
    "consent": _l("Ask again for consent, which was put off"),
    "contact": _l("Next contact, as agreed"),
    "report": _l("Report signs of violence to the police and the child service"),
    "handover": _l("Hand-over, as planned"),
    "review": _l("Review the placement"),
    "end_missing": _l("Say until when the temporary placement lasts"),
    "siblings": _l("Review why siblings are apart"),
    "fourteen": _l("Turns 14: guardianship becomes trusteeship"),
    "bounced": _l("Sent back: decide where the child goes"),
    "arrival": _l("Arrives"),
    "referral": _l("A service is asked for"),
    "need/medical": _l("Medical check on arrival"),
    "two_hands": _l(
        "A second person of another organisation verifies: child goes home"
    ),
    "decision": _l("Write down the decision on which the care rests"),
    "sharing": _l("Stop a referral to which consent was refused or withdrawn"),
    "consent_own": _l("Ask the child for consent: fourteen or older"),
    "consent_young": _l("Ask a legal representative for consent: child under fourteen"),
    "institution": _l("Say why the child is in an institution"),
    "interpreted": _l("Ask for consent with an interpreter for sign language"),
    "neighbour": _l("Correct who is the legal representative"),
}
_LATER: Final[Mapping[str, LazyString]] = {
    "name": _l("Ask for the name, which could not be asked"),
    "age": _l("Ask for the age, which could not be asked"),
    "siblings": _l("Ask about siblings, which could not be asked"),
}
_CLOSED: Final[Mapping[str, LazyString]] = {
    "consent": _l("closed by an answer about consent"),
    "contact": _l("closed by a follow-up form"),
    "report": _l("closed by a follow-up form that says it was reported"),
    "visit": _l("closed by a follow-up form of this visit"),
    "handover": _l("closed by the day of the hand-over"),
    "end_missing": _l("closed by the end of the placement"),
    "bounced": _l("closed by another destination"),
    "two_hands": _l("closed by a second signature on the child's page"),
    "decision": _l("closed by authority, number and date"),
    "sharing": _l("closed by another state of the referral"),
    "consent_own": _l("closed by an answer about consent"),
    "consent_young": _l("closed by an answer about consent"),
    "institution": _l("closed by the reason"),
    "interpreted": _l("closed by a form that names the interpreter"),
    "neighbour": _l("closed by the corrected answer"),
}
_ROLES: Final[Mapping[str, LazyString]] = {
    CLINICIAN: _l("for a clinician"),
    COORDINATOR: _l("for a coordinator"),
}
URGENT: Final = frozenset({"need", "triage", "report"})
"""What has a deadline of hours."""
VISITS: Final = frozenset({"visit", "contact"})
_NO_END: Final = "9999"
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline in words; ``is_late`` says that it has passed."""

    text: str
    iso: str
    is_late: bool
    is_today: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """A task in words.

    ``child`` is the document that its page opens; empty where it is not known here.
    """

    key: str
    title: str
    role: str
    closed: str
    may_close: bool
    child: str
    name: str
    reference: str
    due: Due | None


def chore(entry: Entry, wording: Wording, today: date) -> Chore:
    """Return a task in words."""
    return Chore(
        key=entry.key,
        title=title(entry.key, wording),
        role=str(_ROLES.get(entry.role, "")),
        closed=str(_CLOSED.get(name_of(entry.key), "")),
        may_close=entry.rule.closed == BY_HAND and entry.person is not None,
        child=entry.person.doc if entry.person else "",
        name=wording.name_of(entry.person),
        reference=wording.reference_of(entry.person),
        due=due(entry.due, wording, today),
    )


def title(key: str, wording: Wording) -> str:
    """Return what a task asks to do."""
    kind, _slash, what = key.partition("/")
    known = _TITLES.get(key) or _TITLES.get(kind)
    if known is not None:
        return str(known)
    if kind == "not_now":
        return str(_LATER.get(what, what))
    if kind == "visit":
        return _(
            "Visit after the hand-over: %(wave)s", wave=_choice("wave", what, wording)
        )
    return _choice("urgent_needs", what, wording)


def due(text: str, wording: Wording, today: date) -> Due | None:
    """Return a deadline in words; None for what has none."""
    if text.startswith(_NO_END):
        return None
    if "T" not in text:
        day = date.fromisoformat(text)
        return Due(
            text=_day(day, today, wording.language),
            iso=text,
            is_late=day < today,
            is_today=day == today,
        )
    at = datetime.fromisoformat(text)
    day = moments.day_of(at)
    hour = moments.hour(at, wording.language)
    return Due(
        text=f"{_day(day, today, wording.language)}, {hour}",
        iso=text,
        is_late=at < wording.now,
        is_today=day == today,
    )


def _day(day: date, today: date, language: str) -> str:
    near = {
        today - _A_DAY: _("yesterday"),
        today: _("today"),
        today + _A_DAY: _("tomorrow"),
    }
    return near.get(day) or moments.day(day.isoformat(), language)


def _choice(name: str, what: str, wording: Wording) -> str:
    choice = wording.words.labels.choices(name).get(what)
    return within(choice.label, wording.language) if choice else what
