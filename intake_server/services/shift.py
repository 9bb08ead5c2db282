"""What a shift at a centre writes down: a task is done, a child is taken, a note.

Each is an ordinary change that travels as all do, and that its author can take back. A
child that was sent to a centre becomes one of its children when the centre says yes;
until then, and after a no, it is whose it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import child
from intake_server.services.authoring import Edits, Entropy, Pen, need_reason
from intake_server.services.day import NOTE, see_site
from intake_server.storage import boards, documents
from intake_server.storage.boards import Posted
from intake_server.storage.database import Database, Session
from sync import documents as ids
from sync.change import Write
from sync.merge import siblings
from sync.merge.cells import SCOPE
from sync.merge.duties import (
    ACCEPTED,
    ANSWER,
    ARRIVAL,
    BOUNCED,
    BY_HAND,
    DONE,
    rule_of,
)
from sync.values import element_key

_CASE: Final = "case"
_SERVICE: Final = "service"
_STATE: Final = "svc_state"
_STATES: Final = {True: "accepted", False: "refused_provider"}
_REFUSED: Final = frozenset({"refused", "withdrawn"})
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a centre says to a child that was sent to it.

    ``doc`` is the document that says so: the case, or a referral.
    """

    doc: str
    site: str
    is_accepted: bool
    reason: str = ""


def answer(
    database: Database,
    said: Answer,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str:
    """Take a child that was sent to a centre, or send it back; return the change.

    Who takes it puts the centre among the sites that hold the case.

    Raises:
        NotFoundError: Nobody is expected there by this, or it is not the asker's centre.
        InvalidRequestError: A child is sent back without a reason, or a referral is
            accepted to whose provider the child or the family does not consent, or a
            child who would be apart from brothers and sisters before two have signed.
    """
    see_site(by, said.site)
    if not said.is_accepted:
        need_reason(said.reason)
    with database.transaction() as session:
        row = _expected(session, said)
        person = child.persons_of(session, [row.doc]).get(row.doc)
        if person is None:
            raise NotFoundError("arrival", said.doc)
        case = ids.case(person.doc)
        if said.is_accepted and said.doc == case:
            _need_force(session, case)
        edits = _answered(session, said, case, entropy)
        if said.is_accepted:
            kind = (case, _CASE)
            edits[kind] = [*edits.get(kind, ()), _granted(session, case, said.site)]
        return _write(
            session, edits, Act.ANSWER_ARRIVAL, by=by, now=now, entropy=entropy
        )


def done(
    database: Database,
    doc: str,
    key: str,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str:
    """Say that a task about a child is done; return the change.

    Args:
        database: The store.
        doc: The child.
        key: The task.
        by: Who says so.
        now: When.
        entropy: Gives random bytes.

    Raises:
        NotFoundError: There is no such task, or it is not for the asker.
        InvalidRequestError: A form says that it is done, and nobody else.
    """
    if not child.is_document(doc):
        raise NotFoundError("child", doc)
    mine = policy.sites(by)
    with database.transaction() as session:
        open_here = [
            row
            for row in boards.of_children(session, [doc], ())
            if row.key == key and row.site in mine
        ]
        if not open_here:
            raise NotFoundError("task", key)
        if rule_of(key).closed != BY_HAND:
            raise InvalidRequestError({"key": ["a form says when this is done"]})
        case = ids.case(doc)
        cell = (case, element_key(DONE, key))
        before = documents.heads(session, [cell])[cell]
        write = Write(n=DONE, e=key, v=key, p=before)
        edits = {(case, _CASE): [write]}
        return _write(session, edits, Act.CLOSE_TASK, by=by, now=now, entropy=entropy)


def leave_note(
    database: Database,
    site: str,
    words: str,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str:
    """Leave a note to the next shift of a centre; return the change.

    Raises:
        NotFoundError: It is not the asker's centre.
        InvalidRequestError: It says nothing.
    """
    see_site(by, site)
    if not words.strip():
        raise InvalidRequestError({"note": ["write something"]})
    write = Write(n=NOTE, e=_fresh(entropy), v=words.strip()[:_LONGEST])
    edits = {(ids.site(site), "site"): [write]}
    with database.transaction() as session:
        return _write(session, edits, Act.LEAVE_NOTE, by=by, now=now, entropy=entropy)


def _expected(session: Session, said: Answer) -> Posted:
    if not child.is_document(said.doc):
        raise NotFoundError("arrival", said.doc)
    for row in boards.of_children(session, (), [said.doc]):
        if row.board == ARRIVAL and row.site == said.site:
            return row
    raise NotFoundError("arrival", said.doc)


def _answered(
    session: Session, said: Answer, case: str, entropy: Entropy
) -> dict[tuple[str, str], Sequence[Write]]:
    if said.doc == case:
        word: dict[str, Any] = {
            "site": said.site,
            "answer": ACCEPTED if said.is_accepted else BOUNCED,
        }
        if said.reason.strip():
            word["reason"] = said.reason.strip()[:_LONGEST]
        return {(case, _CASE): [Write(n=ANSWER, e=_fresh(entropy), v=word)]}
    if said.is_accepted:
        _need_consent(session, said.doc)
    place = (said.doc, _STATE)
    seen = documents.heads(session, [place])[place]
    writes = [Write(f=_STATE, v=_STATES[said.is_accepted], p=seen)]
    if said.reason.strip():
        barrier = said.reason.strip()[:_LONGEST]
        writes.append(Write(n="svc_barrier", e=_fresh(entropy), v=barrier))
    return {(said.doc, _SERVICE): writes}


def _need_consent(session: Session, doc: str) -> None:
    """See that a case is not shared with a provider against the child's will.

    Raises:
        InvalidRequestError: Consent to share with this provider was refused.
    """
    referral = documents.find(session, doc)
    consent = referral.view["values"].get("svc_consent") if referral else None
    if consent in _REFUSED:
        raise InvalidRequestError({"consent": ["it was refused or withdrawn"]})


def _need_force(session: Session, case: str) -> None:
    """See that a child is not taken apart from brothers and sisters before it is signed.

    Raises:
        InvalidRequestError: Where the child goes is not in force yet.
    """
    view = documents.find(session, case)
    going = set(view.view["heads"].get(siblings.TRANSFER, ())) if view else set()
    if any(going & set(item.heads) for item in child.would_part(session, [case])):
        raise InvalidRequestError({"apart": ["two people must sign it first"]})


def _granted(session: Session, case: str, site: str) -> Write:
    cell = (case, element_key(SCOPE, site))
    return Write(s=SCOPE, e=site, v=True, p=documents.heads(session, [cell])[cell])


def _write(
    session: Session,
    edits: Edits,
    act: Act,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy,
) -> str:
    pen = Pen(session, now=now, entropy=entropy)
    change = pen.decide(edits, by=by)
    pen.take_in([change])
    doc = next(iter(edits))[0]
    note(session, act, doc, by=by.actor, now=now, change=change.id)
    return change.id


def _fresh(entropy: Entropy) -> str:
    return str(UUID(bytes=entropy(16), version=4))
