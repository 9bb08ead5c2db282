"""Signing that a child goes home or was handed over, as the second of two (R02).

By a form one person of one organisation has verified it, or nobody has; until a second
one of another organisation signs, it counts as verified at most. Each signature is a
change of its own that its author can take back; an organisation is a site.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    StaleRecordError,
)
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import cautions, child
from intake_server.services.authoring import Entropy, Pen, need_reason
from intake_server.services.child import Child, Papers
from intake_server.storage import documents
from intake_server.storage.database import Database, Session
from sync.change import Write
from sync.merge import reunion
from sync.merge.queue import identify
from sync.merge.reunion import Signature
from sync.values import loose_key

_CASE: Final = "case"
_FORM: Final = "verifier_1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouching:
    """What is said of a child who goes home, and who has verified it.

    ``heads`` are the answers that a signature names; ``by_form`` the visits on which
    somebody verified, each with its sites. ``is_whole`` says that two have.
    """

    case: str
    heads: tuple[str, ...]
    signed: tuple[Signature, ...]
    by_form: Mapping[str, tuple[str, ...]]
    codes: frozenset[str]
    is_whole: bool

    def hinders(self, who: Principal) -> str:
        """Return why somebody may not sign: ``person``, ``organisation``, or empty."""
        own = {loose_key(who.name), loose_key(who.id)}
        if any(one.author == who.actor for one in self.signed) or own & self.codes:
            return "person"
        if any(one.site == who.site for one in self.signed):
            return "organisation"
        places = self.by_form.values()
        if places and all(who.site in sites for sites in places):
            return "organisation"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature that somebody gives, why, and the answers that were on the screen."""

    doc: str
    reason: str
    shown: frozenset[str]


def vouching(known: Child | Papers) -> Vouching | None:
    """Return who has verified that a child goes home; None where nobody says so."""
    case = next((view for view in known.sheets if view.kind == _CASE), None)
    values: Mapping[str, Any] = case.view["values"] if case else {}
    heads = cautions.claims_of(known, values)
    if case is None or not heads:
        return None
    verified = [
        visit.event for visit in known.visits if visit.event.view["values"].get(_FORM)
    ]
    missing = ("", reunion.claimed(values)[0])
    return Vouching(
        case=case.doc,
        heads=tuple(sorted(heads)),
        signed=reunion.signed(values, heads),
        by_form={event.doc: event.sites for event in verified},
        codes=frozenset(
            loose_key(str(event.view["values"][_FORM])) for event in verified
        ),
        is_whole=missing not in cautions.uncounted(cautions.of(known)),
    )


def sign(
    database: Database,
    said: Signed,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str:
    """Write a signature; return its change.

    Raises:
        NotFoundError: There is no such child, or nobody says that it goes home.
        StaleRecordError: Other answers stand than those that were shown.
        InvalidRequestError: There is no reason; this person has verified it already, or
            somebody of the same organisation has, or two have.
    """
    need_reason(said.reason)
    with database.transaction() as session:
        person = child.visible(session, [said.doc], by).get(said.doc)
        known = child.papers(session, said.doc) if person else None
        found = vouching(known) if known else None
        if found is None:
            raise NotFoundError("reunification", said.doc)
        if said.shown != set(found.heads):
            raise StaleRecordError
        _need_another(session, found, by)
        beside = next(
            (s[0] for s in found.by_form.values() if by.site not in s and s), ""
        )
        mark = identify(reunion.LOG, found.case, "", found.heads)
        write = Write(
            n=reunion.LOG,
            e=f"{mark}/{by.actor}",
            v=reunion.entry(found.heads, by.site, beside),
            why=said.reason,
        )
        pen = Pen(session, now=now, entropy=entropy)
        change = pen.decide({(found.case, _CASE): [write]}, by=by)
        pen.take_in([change])
        note(session, Act.DECIDE, found.case, by=by.actor, now=now, change=change.id)
    return change.id


def _need_another(session: Session, found: Vouching, by: Principal) -> None:
    """See that a second person of a second organisation signs.

    Raises:
        InvalidRequestError: They do not.
    """
    if found.is_whole:
        raise InvalidRequestError({"sign.whole": ["two have verified this already"]})
    hinders = found.hinders(by)
    if not hinders and by.actor in _authors(session, found.by_form):
        hinders = "person"
    if hinders:
        raise InvalidRequestError({f"sign.{hinders}": ["another one must sign"]})


def _authors(session: Session, visits: Iterable[str]) -> set[str]:
    """Return who sent the forms on which somebody verified."""
    known = documents.documents(session, visits)
    return {
        head.version.author
        for document in known.values()
        for head in (document.cells[_FORM].ordered() if _FORM in document.cells else ())
    }
