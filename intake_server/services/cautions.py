"""What the rules of care say about a child's record: what is missing or does not count.

A pure function of what people see. Nothing that came is refused for it: a record that
breaks a rule is stored, shown, and asked about here until it does not any more. An
answer that breaks a hard rule stays as it was said, and is never shown as valid: whoever
shows it asks ``Caution.names`` first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from intake_server.services.child import Child, Papers
from intake_server.storage.documents import StoredView
from sync.merge import calendar, reunion
from sync.merge.duties import (
    CONSENTED,
    DECIDED,
    DISSENTED,
    INTERPRETED,
    LEGAL,
    NO_LEGAL_REPRESENTATIVE,
    OF_AGE,
    SHARING,
    SIGNED,
    TEMPORARY,
)
from sync.merge.hands import Hand, are_two

OWN_CONSENT_FROM: Final = OF_AGE
SITE: Final = "_site"
"""Of a visit: where it was written down."""
DOC: Final = "_doc"
"""Of a row: the document that it is."""

Values = Mapping[str, Any]


class Verdict(Enum):
    """What becomes of an answer that breaks a hard rule, until it does not any more."""

    UNVERIFIED = "unverified"
    NOT_VALID = "not_valid"
    INCOMPLETE = "incomplete"
    NOT_LEGAL = "not_legal"


@dataclass(frozen=True, slots=True)
class Caution:
    """A rule that a record does not keep; ``about`` names the property to look at.

    ``weight`` says by how much: it rises with each further answer that breaks the rule.
    ``names`` are the answers that do not count for it, those of the row ``doc``; of the
    child itself where that is empty.
    """

    rule: str
    what: str
    about: str
    weight: int = 1
    names: tuple[str, ...] = ()
    doc: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """What becomes of the answers; None where the rule only warns."""
        return VERDICTS.get(self.what)


VERDICTS: Final[Mapping[str, Verdict]] = {
    "two_hands": Verdict.UNVERIFIED,
    "decision_missing": Verdict.INCOMPLETE,
    "shared": Verdict.NOT_VALID,
    "too_young": Verdict.NOT_VALID,
    "asked_personally": Verdict.NOT_VALID,
    "institution": Verdict.INCOMPLETE,
    "end_missing": Verdict.INCOMPLETE,
    "interpreter": Verdict.NOT_VALID,
    "neighbour": Verdict.NOT_LEGAL,
}
"""What is enforced: a decision that would break it is refused, and what came by a form
does not count."""

JUDGED: Final = frozenset(
    {
        *reunion.CLAIMS,
        *("verifier_1", "verifier_2", "placement", "decision", "interpreter"),
        *("consent_by", "consent_intake", "svc_state", "rel_type", "rel_legal_rep"),
    }
)
"""The answers of which a person is told what they would break.

Who a child is, and that consent is refused or withdrawn, is written whatever follows.
"""
CONSENT: Final = ("consent_intake", "consent_rehab", "consent_scopes", "consent_by")


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a child, as the rules ask it: values alone.

    ``is_decided_elsewhere`` says that a child of another family has the same decision,
    ``claims`` are the heads of what says that the child goes home or was handed over.
    """

    person: Values
    case: Values
    visits: tuple[Values, ...]
    rows: tuple[Values, ...]
    is_decided_elsewhere: bool = False
    claims: frozenset[str] = frozenset()


def of(known: Child | Papers) -> tuple[Caution, ...]:
    """Return what the rules say about a child."""
    case = _values(known.sheets, "case")
    return about(
        Record(
            _values(known.sheets, "person"),
            case,
            tuple(
                {**_said(visit.event), SITE: "|".join(visit.event.sites)}
                for visit in known.visits
            ),
            (
                *map(_row, known.rows),
                *(_row(v) for one in known.visits for v in (one.event, *one.rows)),
            ),
            known.is_decided_elsewhere,
            claims_of(known, case),
        )
    )


def claims_of(known: Child | Papers, case: Values) -> frozenset[str]:
    """Return the heads of what says that a child goes home or was handed over."""
    cells = reunion.claims(case)
    return frozenset(
        head
        for view in known.views
        if view.kind == "case"
        for cell in cells
        for head in view.view["heads"].get(cell, ())
    )


def uncounted(cautions: Iterable[Caution]) -> Mapping[tuple[str, str], Caution]:
    """Return what does not count, by row and property; the row of a child is empty."""
    found: dict[tuple[str, str], Caution] = {}
    for caution in cautions:
        if caution.verdict is not None:
            for name in caution.names:
                found.setdefault((caution.doc, name), caution)
    return found


def about(record: Record) -> tuple[Caution, ...]:
    """Return what the rules say about what is known, in the order of the rules."""
    return tuple(caution for rule in _RULES for caution in rule(record))


def _two_hands(record: Record) -> Iterable[Caution]:
    """R02: reunification and hand-over need two people of two organisations."""
    claims = reunion.claimed(record.case)
    by_form = are_two(_verifiers(record.visits))
    if claims and not by_form and not _is_signed(record):
        yield Caution("R02", "two_hands", claims[0], len(claims), claims)


def _is_signed(record: Record) -> bool:
    signed = reunion.signed(record.case, record.claims)
    return are_two(hand for one in signed for hand in one.hands)


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
    decision = record.case.get("decision")
    said = decision if isinstance(decision, Mapping) else {}
    missing = [name for name in DECIDED if not said.get(name)]
    if care in LEGAL and missing:
        names = ("placement", "decision")
        yield Caution("R05", "decision_missing", "decision", len(missing), names)


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
    for row in record.rows:
        if row.get("svc_state") in SHARING and row.get("svc_consent") in DISSENTED:
            names = ("svc_state",)
            yield Caution("R08", "shared", "svc_consent", 1, names, row.get(DOC, ""))


def _own_consent(record: Record) -> Iterable[Caution]:
    """R09: a child consents alone from 14 on; below, with a legal representative."""
    by = record.case.get("consent_by") or ()
    age = _age(record, record.case.get("returned_on"))
    if age is None or not by:
        return
    if "child_14" in by and age < OWN_CONSENT_FROM:
        yield Caution("R09", "too_young", "consent_by", 1, CONSENT)
    if "child_14" not in by and age >= OWN_CONSENT_FROM and "best_interest" not in by:
        yield Caution("R09", "asked_personally", "consent_by", 1, CONSENT)


def _institution(record: Record) -> Iterable[Caution]:
    """R28: an institution is temporary, with a reason."""
    placement = _placement(record)
    wanted = ("institution_reason", "care_until")
    missing = [name for name in wanted if not placement.get(name)]
    if placement.get("care_type") == "institution" and missing:
        names = ("placement",)
        yield Caution("R28", "institution", "institution_reason", len(missing), names)


def _end(record: Record) -> Iterable[Caution]:
    """R29: patronage and temporary placement carry an end."""
    placement = _placement(record)
    care = placement.get("care_type")
    if care in TEMPORARY - {"institution"} and not placement.get("care_until"):
        yield Caution("R29", "end_missing", "care_until", 1, ("placement",))


def _interpreted(record: Record) -> Iterable[Caution]:
    """R31: without an interpreter a consent in sign language is none."""
    signs = SIGNED & set(record.person.get("comm_mode") or ())
    is_given = record.case.get("consent_intake") in CONSENTED
    with_one = any(v.get("interpreter") in INTERPRETED for v in record.visits)
    if signs and is_given and not with_one:
        yield Caution("R31", "interpreter", "interpreter", 1, CONSENT)


def _withheld(record: Record) -> Iterable[Caution]:
    """R32: from whom something is withheld, they are named to everybody who asks."""
    if record.case.get("withhold_from"):
        yield Caution("R32", "withheld", "withhold_from")


def _representative(record: Record) -> Iterable[Caution]:
    """C11: a neighbour is never a legal representative."""
    for row in record.rows:
        is_near = row.get("rel_type") in NO_LEGAL_REPRESENTATIVE
        if is_near and row.get("rel_legal_rep") == "yes":
            names, about = ("rel_legal_rep",), "rel_legal_rep"
            yield Caution("C11", "neighbour", about, 1, names, row.get(DOC, ""))


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


def _row(view: StoredView) -> Values:
    return {**_said(view), DOC: view.doc}
