"""What has to be done about a child, by when and by whom: derived, never typed in.

A pure function of what people see of one document, so nodes with the same changes have
the same tasks. Some documents only say that something was done: a visit closes the task
that a hand-over opened. ``settled`` puts both together, child by child.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeGuard

from msgspec import Struct

from sync.merge import calendar, reunion
from sync.merge.cells import DELETED, ERASED, Document, Head, name_of
from sync.merge.hands import are_two
from sync.merge.view import View

TASK: Final = "task"
ARRIVAL: Final = "arrival"
STAY: Final = "stay"
CLOSING: Final = ""
"""The board of what is no duty, but closes some."""

DONE: Final = "task_done"
"""A log on a case: each entry's element is the key of a task that somebody has done."""
ANSWER: Final = "arrival_answer"
"""A log on a case: whether a centre takes the child that was sent to it."""
ACCEPTED: Final = "accepted"
BOUNCED: Final = "bounced"

WORKER: Final = "worker"
CLINICIAN: Final = "clinician"
COORDINATOR: Final = "coordinator"

BY_HAND: Final = "by hand"
"""Somebody says that it is done."""
BY_FORM: Final = "by form"
"""A form, or an answer to what was asked, says so; nobody can tick it off."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of task: the rules it comes from, for whom, and what closes it."""

    sources: tuple[str, ...]
    role: str
    closed: str


RULES: Final[Mapping[str, Rule]] = {
    "need": Rule(("A03", "B06", "C04", "C30"), WORKER, BY_HAND),
    "triage": Rule(("A03",), WORKER, BY_HAND),
    "consent": Rule(("R08",), WORKER, BY_FORM),
    "not_now": Rule(("not_now",), WORKER, BY_HAND),
    "contact": Rule(("next_contact_due",), WORKER, BY_FORM),
    "report": Rule(("R17",), COORDINATOR, BY_FORM),
    "visit": Rule(("R19",), WORKER, BY_FORM),
    "handover": Rule(("B13",), WORKER, BY_FORM),
    "review": Rule(("R28", "R29"), WORKER, BY_HAND),
    "end_missing": Rule(("R29",), WORKER, BY_FORM),
    "siblings": Rule(("R01",), WORKER, BY_HAND),
    "bounced": Rule(("R45",), WORKER, BY_FORM),
    "arrival": Rule(("R45",), WORKER, BY_FORM),
    "referral": Rule(("R45",), WORKER, BY_FORM),
    "stay": Rule(("A02",), WORKER, BY_FORM),
    "fourteen": Rule(("R06",), WORKER, BY_HAND),
    "two_hands": Rule(("R02",), WORKER, BY_FORM),
    "decision": Rule(("R05",), WORKER, BY_FORM),
    "sharing": Rule(("R08",), WORKER, BY_FORM),
    "consent_own": Rule(("R09",), WORKER, BY_FORM),
    "consent_young": Rule(("R09",), WORKER, BY_FORM),
    "institution": Rule(("R28",), WORKER, BY_FORM),
    "interpreted": Rule(("R31",), WORKER, BY_FORM),
    "neighbour": Rule(("C11",), WORKER, BY_FORM),
}
"""Every kind of task there is, by the first part of its key."""

WAVES: Final[Mapping[str, tuple[int, int]]] = {
    "d3": (0, 3),
    "w2": (0, 14),
    "m1": (1, 0),
    "m3": (3, 0),
    "m6": (6, 0),
    "m12": (12, 0),
}
"""The visits after a hand-over: so many months and days later."""

VIOLENCE: Final = frozenset(
    {"physical_violence", "sexual_violence", "emotional", "neglect", "exploitation"}
)
"""Concerns that must be reported within 24 hours."""
TEMPORARY: Final = frozenset({"patronat", "kin_temp", "reception_temp", "institution"})
"""Kinds of care that have an end."""

LEGAL: Final = frozenset({"opika", "pikluvannya", "foster_family", "dbst", "patronat"})
"""Kinds of care that rest on a decision of an authority."""
DECIDED: Final = ("authority_type", "decision_no", "decision_on")
"""What such a decision says."""
CONSENTED: Final = frozenset({"given", "partial"})
DISSENTED: Final = frozenset({"refused", "withdrawn"})
SHARING: Final = frozenset({"sent", "received", "accepted", "started"})
"""States of a referral in which a provider has the child's data."""
SIGNED: Final = frozenset({"usl", "rsl"})
INTERPRETED: Final = frozenset({"present", "remote"})
NO_LEGAL_REPRESENTATIVE: Final = frozenset({"neighbour", "friend", "teacher"})
YOUNG: Final = "consent_young"
"""A task whose ``at`` is a day counted from the end of time: it is closed by a birthday
that came before the day of consent, and not by one that comes later."""

OF_AGE: Final = 14
"""In years: from then on trusteeship takes the place of guardianship."""

_MEDICAL: Final = frozenset(
    {"medical", "medical_emergency", "medication", "obstetric", "injury", "infection"}
)
_ON_ARRIVAL: Final = ("medical", "pfa")
_ENDED: Final = frozenset({"closed", "deceased"})
_WAITING: Final = frozenset({"planned", "sent", "received"})
_REFUSED: Final = "refused_provider"
_A_DAY: Final = 24
_REVIEW_DAYS: Final = -14
_FOR_EVER: Final = calendar.text(date.max)
_HISTORY_DAYS: Final = 30
"""A reception that was typed in so much later asks for nothing on arrival."""
_MONTHLY: Final = range(1, 13)


class Duty(Struct, frozen=True, gc=False):
    """One thing to do, or the word that such a thing is done.

    ``due`` and ``at`` are days or moments as ``calendar`` writes them; ``at`` is since
    when it is to be done, or when it was: what was done before closes nothing. ``sites``
    are those on whose boards it stands. ``board`` is ``task``, ``arrival``, ``stay``, or
    empty for what closes duties of the same key.
    """

    key: str
    board: str
    at: str
    due: str = ""
    role: str = ""
    sites: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule:
        """What kind of task it is."""
        return rule_of(self.key)


class Row(Struct, frozen=True, gc=False):
    """A duty where it stands: on which document, and of which child where it says so."""

    doc: str
    owner: str
    duty: Duty


def rule_of(key: str) -> Rule:
    """Return what kind of task a key is of."""
    return RULES[name_of(key)]


def duties(document: Document, view: View, sites: Iterable[str]) -> tuple[Duty, ...]:
    """Return what follows from one document.

    Args:
        document: What is known of it.
        view: What people see of it.
        sites: The sites it belongs to.
    """
    tell = _TELLERS.get(document.kind)
    if tell is None or view.values.get(DELETED) or ERASED in view.values:
        return ()
    paper = _Paper(view, tuple(sorted(sites)))
    found: dict[tuple[str, str], Duty] = {}
    for duty in tell(paper):
        known = found.setdefault((duty.key, duty.board), duty)
        if duty.due and duty.due < known.due:
            found[duty.key, duty.board] = duty
    return tuple(found[key] for key in sorted(found))


def settled(rows: Iterable[Row]) -> Mapping[tuple[str, str], bool]:
    """Return by document and key whether a duty is open still.

    A later word on any document of the same child closes it; an earlier one does not.
    """
    every = list(rows)
    closed: dict[tuple[str, str], str] = {}
    for row in every:
        if row.duty.board == CLOSING:
            place = (row.owner, row.duty.key)
            closed[place] = max(row.duty.at, closed.get(place, ""))
    return {
        (row.doc, row.duty.key): closed.get((row.owner, row.duty.key), "") < row.duty.at
        for row in every
        if row.duty.board != CLOSING
    }


class _Paper:
    """One document, and how it is asked."""

    def __init__(self, view: View, sites: tuple[str, ...]) -> None:
        self.sites = sites
        self._view = view
        self._parted: dict[str, list[str]] = {}
        for cell in view.cells:
            if "/" in cell:
                self._parted.setdefault(name_of(cell), []).append(cell)

    def value(self, name: str, group: str = "") -> Any:
        """Return an answer; one of a group stands in the group's cell."""
        value = self._view.values.get(group or name)
        if group and isinstance(value, Mapping):
            return value.get(name)
        return None if group else value

    def heads(self, cell: str) -> tuple[Head, ...]:
        state = self._view.cells.get(cell)
        return state.ordered() if state else ()

    def elements(self, name: str) -> Mapping[str, datetime]:
        """Return the elements of a set or a log, and since when each stands."""
        shown = self._view.values.get(name)
        among = shown if _is_set(shown) else None
        found = {}
        for cell in self._parted.get(name, ()):
            said = [h.version for h in self.heads(cell) if h.version.value is not None]
            element = said[-1].element if said else None
            if element and (among is None or element in among):
                found[element] = calendar.of_clock(min(v.hlc for v in said))
        return found

    def since(self, cell: str) -> datetime:
        """Return when the answer of a cell was given first, of those that stand."""
        return calendar.of_clock(min(h.version.hlc for h in self.heads(cell)))

    def last(self, cell: str) -> datetime:
        """Return when the answer of a cell was given last, of those that stand."""
        return calendar.of_clock(max(h.version.hlc for h in self.heads(cell)))

    def open(
        self, key: str, at: date | datetime, due: date | datetime, **others: Any
    ) -> Duty:
        """Return a task for the sites that the document belongs to."""
        role = others.get("role") or rule_of(key).role
        return Duty(
            key,
            others.get("board", TASK),
            calendar.text(at),
            calendar.text(due),
            role,
            others.get("sites", self.sites),
        )


def _is_set(shown: Any) -> TypeGuard[list[str]]:
    return isinstance(shown, list) and all(isinstance(one, str) for one in shown)


def _of_case(paper: _Paper) -> Iterable[Duty]:
    yield from _done(paper)
    if paper.value("case_status") in _ENDED:
        return
    for tell in _OF_CASE:
        yield from tell(paper)


def _done(paper: _Paper) -> Iterable[Duty]:
    for key, at in paper.elements(DONE).items():
        yield Duty(key, CLOSING, calendar.text(at))


def _needs(paper: _Paper) -> Iterable[Duty]:
    """A03: red is due at once, anything else within a day. B06: so is a pregnancy."""
    triage = paper.value("triage")
    hours = 0 if triage == "red" else _A_DAY
    needs = {n: at for n, at in paper.elements("urgent_needs").items() if n != "none"}
    if paper.value("pregnant") == "yes":
        needs.setdefault("obstetric", paper.since("pregnant"))
    for need, at in needs.items():
        yield _need(paper, need, at, hours)
    if not needs and triage in ("red", "yellow"):
        at = paper.since("triage")
        yield paper.open("triage", at, calendar.later(at, hours))


def _need(paper: _Paper, need: str, at: datetime, hours: int) -> Duty:
    role = CLINICIAN if need in _MEDICAL else WORKER
    return paper.open(f"need/{need}", at, calendar.later(at, hours), role=role)


def _violence(paper: _Paper) -> Iterable[Duty]:
    """R17: signs of violence are reported within 24 hours."""
    signs = paper.elements("concerns")
    for sign, at in signs.items():
        if sign in VIOLENCE:
            yield paper.open(f"report/{sign}", at, calendar.later(at, _A_DAY))


def _placement(paper: _Paper) -> Iterable[Duty]:
    """R29: what has an end is looked at 14 days before. R28: an institution monthly."""
    care = paper.value("care_type", "placement")
    until = calendar.day(paper.value("care_until", "placement"))
    start = calendar.day(paper.value("care_from", "placement"))
    if until:
        due = calendar.days_after(until, _REVIEW_DAYS)
        yield paper.open(f"review/{until.isoformat()}", date.min, due)
    elif care in TEMPORARY:
        at = paper.since("placement")
        yield paper.open("end_missing", at, at)
    if care == "institution" and start:
        for months in _MONTHLY:
            due = calendar.months_after(start, months)
            if until is None or due < until:
                yield paper.open(f"review/{due.isoformat()}", date.min, due)
    apart = calendar.day(paper.value("sibling_review_on"))
    if apart:
        yield paper.open(f"siblings/{apart.isoformat()}", date.min, apart)


def _visits(paper: _Paper) -> Iterable[Duty]:
    """R19: visits after a hand-over; those of the schedule where one was chosen."""
    start = calendar.day(paper.value("handover_on"))
    if start is None:
        return
    chosen = paper.value("followup_plan") or ()
    for wave, (months, days) in WAVES.items():
        if not chosen or wave in chosen:
            due = calendar.days_after(calendar.months_after(start, months), days)
            yield paper.open(f"visit/{wave}", start, due)


def _planned(paper: _Paper) -> Iterable[Duty]:
    """B13: a planned hand-over is due until it has happened."""
    planned = calendar.day(paper.value("handover_planned_on"))
    if planned and calendar.day(paper.value("handover_on")) is None:
        yield paper.open("handover", date.min, planned)


def _sent(paper: _Paper) -> Iterable[Duty]:
    """R45: the child is expected where it is sent, until that centre answers.

    Who sends it there once more after it was sent back asks again.
    """
    site = paper.value("destination_site", "destination")
    if not isinstance(site, str) or not site or not paper.heads("destination"):
        return
    at, again = paper.since("destination"), paper.last("destination")
    answers = [one for one in answers_of(paper) if one[0] >= at and one[1] == site]
    if any(answer != BOUNCED for _, _, answer in answers):
        return
    if not answers:
        yield paper.open("arrival", at, at, board=ARRIVAL, sites=(site,))
    elif answers[-1][0] < again:
        yield paper.open("arrival", again, again, board=ARRIVAL, sites=(site,))
    else:
        yield paper.open("bounced", at, answers[-1][0])


def answers_of(paper: _Paper) -> list[tuple[datetime, str, str]]:
    """Return what centres answered to the children sent to them: when, which, what."""
    said = [
        (calendar.of_clock(head.version.hlc), head.version.value)
        for cell in paper.elements(ANSWER)
        for head in paper.heads(f"{ANSWER}/{cell}")
    ]
    return sorted(
        (at, str(value.get("site")), str(value.get("answer")))
        for at, value in said
        if isinstance(value, Mapping)
    )


def _consent(paper: _Paper) -> Iterable[Duty]:
    """R08: a consent that was put off is asked for within a day."""
    if paper.value("consent_intake") == "deferred" and paper.heads("consent_intake"):
        at = paper.since("consent_intake")
        yield paper.open("consent", at, calendar.later(at, _A_DAY))


def _two_hands(paper: _Paper) -> Iterable[Duty]:
    """R02: until two people of two organisations have verified that a child goes home."""
    case = {name: paper.value(name) for name in (*reunion.CLAIMS, reunion.LOG)}
    said = [cell for cell in reunion.claims(case) if paper.heads(cell)]
    heads = [head.version.id for cell in said for head in paper.heads(cell)]
    signed = reunion.signed(case, heads)
    if said and not are_two(hand for one in signed for hand in one.hands):
        at = min(map(paper.since, said))
        yield paper.open("two_hands", at, at)


def _decision(paper: _Paper) -> Iterable[Duty]:
    """R05: until the decision is written down on which the care rests."""
    care = paper.value("care_type", "placement")
    if care in LEGAL and not all(paper.value(name, "decision") for name in DECIDED):
        at = paper.since("placement")
        yield paper.open("decision", at, at)


def _reason(paper: _Paper) -> Iterable[Duty]:
    """R28: until it is said why an institution and no family."""
    care = paper.value("care_type", "placement")
    if care == "institution" and not paper.value("institution_reason", "placement"):
        at = paper.since("placement")
        yield paper.open("institution", at, at)


def _who_consents(paper: _Paper) -> Iterable[Duty]:
    """R09: whose consent it takes is said by the child's age on that day."""
    by = paper.value("consent_by") or ()
    on = calendar.day(paper.value("returned_on"))
    if on is None or not by:
        return
    if "child_14" in by:
        yield paper.open(YOUNG, _mirrored(on), on)
    elif "best_interest" not in by:
        yield paper.open("consent_own", on, on)


_OF_CASE: Final[tuple[Callable[[_Paper], Iterable[Duty]], ...]] = (
    _needs,
    _violence,
    _placement,
    _visits,
    _planned,
    _sent,
    _consent,
    _two_hands,
    _decision,
    _reason,
    _who_consents,
)


def _of_event(paper: _Paper) -> Iterable[Duty]:
    for tell in (_arrived, _asked_later, _visited, _stays, _verified, _interpreter):
        yield from tell(paper)


def _arrived(paper: _Paper) -> Iterable[Duty]:
    """C04: both looks within a day of arrival. C30: the call within an hour."""
    at = calendar.moment(paper.value("intake_at"))
    if at is None or _is_history(paper, at):
        return
    for need in _ON_ARRIVAL:
        yield _need(paper, need, at, _A_DAY)
    if paper.value("wants_call") == "yes":
        yield paper.open("need/call_family", at, calendar.later(at, 1))
    if paper.value("interpreter") == "not_now":
        yield _need(paper, "interpreter", at, _A_DAY)
    for what in paper.elements("not_now"):
        yield paper.open(f"not_now/{what}", at, calendar.later(at, _A_DAY))


def _is_history(paper: _Paper, at: datetime) -> bool:
    heads = paper.heads("intake_at")
    written = calendar.of_clock(heads[0].version.hlc) if heads else at
    return (written - at).days > _HISTORY_DAYS


def _asked_later(paper: _Paper) -> Iterable[Duty]:
    """Next contact: a visit or a reception agreed on its day."""
    due = calendar.day(paper.value("next_contact_due"))
    if due:
        agreed = calendar.end_of(_held_on(paper) or due)
        yield paper.open("contact", agreed, due)


def _visited(paper: _Paper) -> Iterable[Duty]:
    """R17, R19: a visit closes its wave and the contact agreed on, a report the signs."""
    on = calendar.day(paper.value("visit_on"))
    if on is None:
        return
    yield Duty("contact", CLOSING, calendar.text(on))
    wave = paper.value("wave")
    if wave in WAVES:
        yield Duty(f"visit/{wave}", CLOSING, calendar.text(on))
    if paper.value("mandatory_report") == "yes":
        at = calendar.text(paper.since("mandatory_report"))
        yield from (Duty(f"report/{sign}", CLOSING, at) for sign in VIOLENCE)


def _stays(paper: _Paper) -> Iterable[Duty]:
    """A02: who is in a centre, until when, and until somebody says that they left."""
    site, since = paper.value("center"), calendar.day(paper.value("admitted_on"))
    if not isinstance(site, str):
        return
    if paper.value("discharge_outcome"):
        on = _held_on(paper) or since
        if on:
            yield Duty(f"stay/{site}", CLOSING, calendar.text(on))
    elif since:
        until = calendar.day(paper.value("planned_until"))
        due = until or date.max
        yield paper.open(f"stay/{site}", since, due, board=STAY, sites=(site,))


def _verified(paper: _Paper) -> Iterable[Duty]:
    """R02: the second one whom a form names is of another organisation."""
    one, other = (_code(paper.value(f"verifier_{n}")) for n in (1, 2))
    if one and other and one != other:
        yield Duty("two_hands", CLOSING, _FOR_EVER)


def _code(said: Any) -> str:
    return str(said or "").strip().casefold()


def _interpreter(paper: _Paper) -> Iterable[Duty]:
    if paper.value("interpreter") in INTERPRETED:
        yield Duty("interpreted", CLOSING, _FOR_EVER)


def _held_on(paper: _Paper) -> date | None:
    """Return on which day a form was filled or a visit made."""
    names = ("visit_on", "filled_on")
    days = (calendar.day(paper.value(name)) for name in names)
    return next((day for day in days if day), None)


def _of_person(paper: _Paper) -> Iterable[Duty]:
    """R06: on the 14th birthday guardianship becomes trusteeship.

    Who was fourteen when it was first written down was asked then.
    """
    born = calendar.day(paper.value("birth_date", "birth"))
    yield from _old_enough(born)
    signs = [at for mode, at in paper.elements("comm_mode").items() if mode in SIGNED]
    if signs:
        yield paper.open("interpreted", min(signs), min(signs))
    if born is None or not paper.heads("birth"):
        return
    at = paper.since("birth")
    due = calendar.months_after(born, OF_AGE * 12)
    if due > at.date():
        yield paper.open("fourteen", at, due)


def _old_enough(born: date | None) -> Iterable[Duty]:
    """R09: before the 14th birthday nobody is asked alone, from then on everybody is."""
    if born is None:
        yield Duty("consent_own", CLOSING, _FOR_EVER)
        yield Duty(YOUNG, CLOSING, _FOR_EVER)
        return
    birthday = calendar.months_after(born, OF_AGE * 12)
    before = calendar.text(calendar.days_after(birthday, -1))
    yield Duty("consent_own", CLOSING, before)
    yield Duty(YOUNG, CLOSING, calendar.text(_mirrored(birthday)))


def _mirrored(day: date) -> date:
    """Return a day as far from the end of time as this one is from its beginning."""
    return date.fromordinal(date.max.toordinal() - day.toordinal() + 1)


def _of_relation(paper: _Paper) -> Iterable[Duty]:
    """C11: until nobody takes a neighbour for a legal representative."""
    is_near = paper.value("rel_type") in NO_LEGAL_REPRESENTATIVE
    if is_near and paper.value("rel_legal_rep") == "yes":
        at = paper.since("rel_legal_rep")
        yield paper.open("neighbour", at, at)


def _of_row(paper: _Paper) -> Iterable[Duty]:
    """R45: a service that is asked of a centre waits there for an answer.

    R08: not where consent to share was refused; then the sharing has to be stopped.
    """
    is_refused = paper.value("svc_consent") in DISSENTED
    if is_refused and paper.value("svc_state") in SHARING and paper.heads("svc_state"):
        at = paper.since("svc_consent")
        yield paper.open("sharing", at, at)
        return
    site, state = paper.value("svc_site"), paper.value("svc_state")
    if not isinstance(site, str) or not site or not paper.heads("svc_site"):
        return
    at = paper.since("svc_site")
    if state in _WAITING:
        yield paper.open("referral", at, at, board=ARRIVAL, sites=(site,))
    elif state == _REFUSED:
        yield paper.open("bounced", at, paper.since("svc_state"))


_TELLERS: Final[Mapping[str, Callable[[_Paper], Iterable[Duty]]]] = {
    "person": _of_person,
    "case": _of_case,
    "event": _of_event,
    "service": _of_row,
    "relation": _of_relation,
}
