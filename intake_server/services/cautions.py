"""What the rules of care say about a child's record: warnings, and what is missing.

A pure function of what people see. Nothing that came is refused for it: a record that
breaks a rule is stored, shown, and asked about here until it does not any more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from intake_server.services.child import Child
from intake_server.storage.documents import StoredView
from sync.merge import calendar
from sync.merge.duties import TEMPORARY
from sync.merge.hands import Hand, are_two

LEGAL: Final = frozenset({"opika", "pikluvannya", "foster_family", "dbst", "patronat"})
"""Kinds of care that rest on a decision of an authority."""
NO_LEGAL_REPRESENTATIVE: Final = frozenset({"neighbour", "friend", "teacher"})
OWN_CONSENT_FROM: Final = 14
_REUNIFY: Final = frozenset({"reunify", "reunify_support"})
_SIGNED: Final = frozenset({"usl", "rsl"})
_INTERPRETED: Final = frozenset({"present", "remote"})
_CONSENTED: Final = frozenset({"given", "partial"})
_REFUSED: Final = frozenset({"refused", "withdrawn"})
_SENT: Final = frozenset({"sent", "received", "accepted", "started"})
SITE: Final = "_site"
"""Of a visit: where it was written down."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Caution:
    """A rule that a record does not keep; ``about`` names the property to look at."""

    rule: str
    what: str
    about: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a child, as the rules ask it: values alone.

    ``is_decided_elsewhere`` says that a child of another family has the same decision.
    """

    person: Values
    case: Values
    visits: tuple[Values, ...]
    rows: tuple[Values, ...]
    is_decided_elsewhere: bool = False


def of(child: Child) -> tuple[Caution, ...]:
    """Return what the rules say about a child."""
    return about(
        Record(
            _values(child.sheets, "person"),
            _values(child.sheets, "case"),
            tuple(
                {**_said(visit.event), SITE: "|".join(visit.event.sites)}
                for visit in child.visits
            ),
            (
                *map(_said, child.rows),
                *(_said(row) for visit in child.visits for row in visit.rows),
            ),
            child.is_decided_elsewhere,
        )
    )


def about(record: Record) -> tuple[Caution, ...]:
    """Return what the rules say about what is known, in the order of the rules."""
    return tuple(caution for rule in _RULES for caution in rule(record))


def _two_hands(record: Record) -> Iterable[Caution]:
    """R02: reunification and hand-over need two people of two organisations."""
    case = record.case
    is_due = case.get("recommendation") in _REUNIFY or case.get("handover_on")
    if is_due and not are_two(_verifiers(record.visits)):
        yield Caution("R02", "two_hands", "recommendation")


def _verifiers(visits: Iterable[Values]) -> Iterator[Hand]:
    """Yield who verified; by the form the second one is of another organisation."""
    for visit in visits:
        here = str(visit.get(SITE, ""))
        for name, organisation in (("verifier_1", here), ("verifier_2", f"not {here}")):
            if visit.get(name):
                yield Hand(str(visit[name]).strip().casefold(), organisation)


def _decided(record: Record) -> Iterable[Caution]:
    """R05: guardianship rests on an authority, a number and a date."""
    care = _placement(record).get("care_type")
    decision = record.case.get("decision") or {}
    wanted = ("authority_type", "decision_no", "decision_on")
    is_whole = isinstance(decision, Mapping) and all(map(decision.get, wanted))
    if care in LEGAL and not is_whole:
        yield Caution("R05", "decision_missing", "decision")


def _decided_once(record: Record) -> Iterable[Caution]:
    """R05: one decision is about one child, or about the siblings of one family."""
    if record.is_decided_elsewhere:
        yield Caution("R05", "decision_elsewhere", "decision_no")


def _term(record: Record) -> Iterable[Caution]:
    """R06: under 14 it is guardianship, from 14 on trusteeship."""
    care = _placement(record).get("care_type")
    decision = record.case.get("decision") or {}
    on = decision.get("decision_on") if isinstance(decision, Mapping) else None
    age = _age(record, on or _placement(record).get("care_from"))
    if age is None:
        return
    if care == "opika" and age >= OWN_CONSENT_FROM:
        yield Caution("R06", "trusteeship", "care_type")
    if care == "pikluvannya" and age < OWN_CONSENT_FROM:
        yield Caution("R06", "guardianship", "care_type")


def _shared(record: Record) -> Iterable[Caution]:
    """R08: nothing is shared with a provider to whom consent was refused."""
    is_refused = any(
        row.get("svc_state") in _SENT and row.get("svc_consent") in _REFUSED
        for row in record.rows
    )
    if is_refused:
        yield Caution("R08", "shared", "svc_consent")


def _own_consent(record: Record) -> Iterable[Caution]:
    """R09: a child consents alone from 14 on; below, with a legal representative."""
    by = record.case.get("consent_by") or ()
    age = _age(record, record.case.get("returned_on"))
    if age is None or not by:
        return
    if "child_14" in by and age < OWN_CONSENT_FROM:
        yield Caution("R09", "too_young", "consent_by")
    if "child_14" not in by and age >= OWN_CONSENT_FROM and "best_interest" not in by:
        yield Caution("R09", "asked_personally", "consent_by")


def _institution(record: Record) -> Iterable[Caution]:
    """R28: an institution is temporary, with a reason."""
    placement = _placement(record)
    if placement.get("care_type") == "institution" and not (
        placement.get("institution_reason") and placement.get("care_until")
    ):
        yield Caution("R28", "institution", "institution_reason")


def _end(record: Record) -> Iterable[Caution]:
    """R29: patronage and temporary placement carry an end."""
    placement = _placement(record)
    care = placement.get("care_type")
    if care in TEMPORARY - {"institution"} and not placement.get("care_until"):
        yield Caution("R29", "end_missing", "care_until")


def _interpreted(record: Record) -> Iterable[Caution]:
    """R31: without an interpreter a consent in sign language is none."""
    signs = _SIGNED & set(record.person.get("comm_mode") or ())
    is_given = record.case.get("consent_intake") in _CONSENTED
    with_one = any(v.get("interpreter") in _INTERPRETED for v in record.visits)
    if signs and is_given and not with_one:
        yield Caution("R31", "interpreter", "interpreter")


def _withheld(record: Record) -> Iterable[Caution]:
    """R32: from whom something is withheld, they are named to everybody who asks."""
    if record.case.get("withhold_from"):
        yield Caution("R32", "withheld", "withhold_from")


def _representative(record: Record) -> Iterable[Caution]:
    """C11: a neighbour is never a legal representative."""
    if any(
        row.get("rel_type") in NO_LEGAL_REPRESENTATIVE
        and row.get("rel_legal_rep") == "yes"
        for row in record.rows
    ):
        yield Caution("C11", "neighbour", "rel_legal_rep")


_RULES: Final[tuple[Callable[[Record], Iterable[Caution]], ...]] = (
    _two_hands,
    _decided,
    _decided_once,
    _term,
    _shared,
    _own_consent,
    _institution,
    _end,
    _interpreted,
    _withheld,
    _representative,
)


def _placement(record: Record) -> Values:
    placement = record.case.get("placement")
    return placement if isinstance(placement, Mapping) else {}


def _age(record: Record, on: Any) -> int | None:
    """Return the age on a day, in full years; None where either is not known."""
    birth = record.person.get("birth")
    born = calendar.day(birth.get("birth_date")) if isinstance(birth, Mapping) else None
    day = calendar.day(on)
    if born is None or day is None:
        return None
    return _years(born, day)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _values(sheets: Iterable[StoredView], kind: str) -> Values:
    return next((_said(view) for view in sheets if view.kind == kind), {})


def _said(view: StoredView) -> Values:
    values: Values = view.view["values"]
    return values
