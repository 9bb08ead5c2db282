"""What no machine decides: reading a question, and writing a person's answer to it.

An answer names exactly the heads that were on the screen. If the question moved while
somebody thought, nothing is written and they get the question as it is now.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_bytes
from typing import Final

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    StaleItemError,
    WrongVerbError,
)
from intake_server.security import policy
from intake_server.security.audit import Act, note, note_all
from intake_server.security.policy import Principal
from intake_server.services import (
    intake,
    linking,
    parting,
    publishing,
    records,
    triage,
    upholding,
)
from intake_server.services.answers import ANSWERS, Decision
from intake_server.services.authoring import Edits, Entropy, Pen, need_reason
from intake_server.storage import queue
from intake_server.storage.database import Database, Session
from intake_server.storage.queue import Page, QueueItem
from sync.merge import identity, siblings
from sync.merge.faults import fault

__all__ = ["Decision", "Resolution", "item", "page", "resolve"]

Signing = Callable[[Session, QueueItem, Decision, Principal], Edits]

VERBS: Final[Mapping[str, frozenset[str]]] = {
    "field_conflict": frozenset({"pick", "value"}),
    "set_conflict": frozenset({"pick", "value"}),
    "delete_conflict": frozenset({"value"}),
    "edit_on_erased": frozenset({"dismiss"}),
    "link_conflict": frozenset({"same"}),
    "link_blocked": frozenset({"same"}),
    identity.KIND: frozenset({"same"}),
    "rule": frozenset({"dismiss"}),
    "objection": frozenset({"dismiss"}),
    siblings.KIND: frozenset({"sign"}),
    triage.KIND: frozenset({"assign", "release", "mend", "dismiss"}),
}
"""How each kind of item may be answered; a kind that is absent takes no answer yet."""

_SIGNED: Final[Mapping[str, Signing]] = {
    "link_conflict": linking.answered,
    "link_blocked": linking.answered,
    identity.KIND: linking.answered,
    siblings.KIND: parting.answered,
}
"""Where it counts who answers, for it takes two people."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a decision wrote; None where it wrote no change."""

    change_id: str | None


def item(
    database: Database, qid: str, *, viewer: Principal, now: datetime
) -> QueueItem:
    """Return an open item.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        found = visible(session, qid, viewer)
        note(session, Act.READ_ITEM, qid, by=viewer.actor, now=now)
    return found


def visible(session: Session, qid: str, viewer: Principal) -> QueueItem:
    """Return an open item; whoever shows it notes that.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
    """
    found = queue.find(session, qid)
    if found is None or not _is_for(found, viewer):
        raise NotFoundError("item", qid)
    return found


def page(  # noqa: PLR0913 - one argument a thing that can be asked for
    database: Database,
    *,
    viewer: Principal,
    now: datetime,
    kind: str | None = None,
    site: str | None = None,
    mine: bool = False,
    spelling: bool | None = None,
    cursor: str | None = None,
) -> Page:
    """Return open items, the most serious first; each is noted as shown.

    Args:
        database: The store.
        viewer: Who asks.
        now: When.
        kind: Only items of this kind.
        site: Only items in which this site has a part.
        mine: Only items that the viewer may decide.
        spelling: Only items whose answers differ in spelling alone; or only others.
        cursor: Continue behind the page that gave it.

    Raises:
        NotFoundError: No page gave this cursor.
        AuditError: The read could not be noted.
    """
    allowed = policy.sites(viewer)
    if site is not None and site not in allowed:
        return Page((), None)
    with database.transaction() as session:
        try:
            found = queue.page(
                session,
                kind=kind,
                site=site or records.only(allowed),
                owners=policy.owners(viewer) if mine else None,
                spelling=spelling,
                cursor=cursor,
            )
        except ValueError:
            raise NotFoundError("page behind this cursor") from None
        found = replace(found, items=known_to(viewer, found.items))
        shown = [one.qid for one in found.items] or [""]
        note_all(session, Act.LIST_QUEUE, shown, by=viewer.actor, now=now)
    return found


def resolve(
    database: Database,
    qid: str,
    decision: Decision,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> Resolution:
    """Write a person's answer to a question.

    Raises:
        NotFoundError: There never was such an item, or it is not for this person.
        StaleItemError: The item has moved; holds the one that stands there now.
        WrongVerbError: An item of this kind is not answered so.
        InvalidRequestError: The answer does not fit the field, or has no reason.
        RuleOfCareError: The record would break a rule of care.
    """
    need_reason(decision.reason)
    with database.transaction() as session:
        found = _current(session, qid, by)
        if decision.verb not in VERBS.get(found.kind, frozenset()):
            raise WrongVerbError(found.kind, decision.verb)
        pen = Pen(session, now=now, entropy=entropy)
        if found.kind == triage.KIND:
            change_id = intake.settle(session, found, decision, pen=pen, now=now)
        else:
            change_id = _write(session, found, decision, pen=pen, by=by, now=now)
        pen.close()
        note(session, Act.DECIDE, qid, by=by.actor, now=now, change=change_id)
    return Resolution(change_id)


def _write(
    session: Session,
    found: QueueItem,
    decision: Decision,
    *,
    pen: Pen,
    by: Principal,
    now: datetime,
) -> str:
    schema = publishing.schema(session)
    if found.kind in _SIGNED:
        edits = _SIGNED[found.kind](session, found, decision, by)
    else:
        edits = ANSWERS[found.kind](session, found, decision, schema)
        _need_another(found, edits, by)
    change = pen.decide(edits, by=by)
    if fault(change, schema) is not None:
        raise InvalidRequestError({"value": ["does not fit this field"]})
    with upholding.upheld(session, found.doc, [found.cell]):
        pen.take_in([change])
    return change.id


def _need_another(found: QueueItem, edits: Edits, by: Principal) -> None:
    """See that nobody says once more what waits for a second person to say it too.

    A question about one answer alone waits for that.

    Raises:
        InvalidRequestError: This person has said it.
    """
    if found.kind != "field_conflict" or len(found.candidates) != 1:
        return
    (said,) = found.candidates
    values = [write.v for writes in edits.values() for write in writes]
    if said["author"] == by.actor and values == [said["value"]]:
        raise InvalidRequestError({"sign.twice": ["you have said so already"]})


def _current(session: Session, qid: str, by: Principal) -> QueueItem:
    found = queue.find(session, qid)
    if found is not None:
        may = policy.may_decide(by, found.owner, found.sites)
        if not may or not _is_for(found, by):
            raise NotFoundError("item", qid)
        return found
    former = queue.formerly(session, qid)
    if former is None:
        raise NotFoundError("item", qid)
    now_open = next(
        (
            one
            for one in queue.of_document(session, former.doc)
            if (one.kind, one.key) == (former.kind, former.key) and _is_for(one, by)
        ),
        None,
    )
    raise StaleItemError(current=now_open)


def _is_for(found: QueueItem, viewer: Principal) -> bool:
    is_known = policy.may_know(viewer, found.qid)
    return is_known and policy.sites(viewer).meet(found.sites)


def known_to(viewer: Principal, items: Iterable[QueueItem]) -> tuple[QueueItem, ...]:
    """Return questions without those about children who are withheld from somebody."""
    return tuple(item for item in items if policy.may_know(viewer, item.qid))
