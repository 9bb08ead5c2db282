"""Signing that a child is apart from brothers and sisters, or refusing it (R01).

It takes two people of two organisations, each with a change of their own; an
organisation is a site. Whoever refuses makes the answers void that would part the
children: they stay in the history, and the refusal can be taken back.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.security.policy import Principal
from intake_server.services.answers import Decision
from intake_server.services.authoring import Edits
from intake_server.storage import documents
from intake_server.storage.database import Session
from intake_server.storage.queue import QueueItem
from sync import documents as ids
from sync.change import Write
from sync.merge import siblings
from sync.merge.cells import Document
from sync.merge.siblings import FACETS
from sync.values import is_date


def answered(
    session: Session, found: QueueItem, decision: Decision, by: Principal
) -> Edits:
    """Return what a signature or a refusal writes.

    Raises:
        InvalidRequestError: This person has signed, or this organisation; or it is not
            said until when the children are apart.
    """
    case = documents.document(session, found.doc)
    if case is None:
        raise NotFoundError("record", found.doc)
    verb = siblings.SIGN if decision.argument else siblings.REFUSE
    word = Write(
        n=siblings.LOG,
        e=f"{found.qid}/{verb}/{by.actor}",
        v={**siblings.entry(verb, found.heads), "from": by.site},
        act="amend" if verb == siblings.REFUSE else None,
        why=decision.reason,
    )
    if verb == siblings.SIGN:
        _need_another(case, found, by)
        more = _explained(session, found, decision)
        return {(found.doc, case.kind): [word, *more]}
    return _void(session, found, word, decision)


def _need_another(case: Document, found: QueueItem, by: Principal) -> None:
    """See that neither this person has signed nor another one of this organisation."""
    hands = siblings.hands(case, found.heads)
    if any(hand.person == by.actor for hand in hands):
        raise InvalidRequestError({"sign.person": ["you have signed this already"]})
    if any(hand.organisation == by.site for hand in hands):
        reason = "your organisation has signed already; another one must"
        raise InvalidRequestError({"sign.organisation": [reason]})


def _explained(
    session: Session, found: QueueItem, decision: Decision
) -> Sequence[Write]:
    """Return the reason and the day to look again, where the case has none yet."""
    view = documents.find(session, found.doc)
    values = view.view["values"] if view else {}
    writes = []
    if not values.get(siblings.REASON):
        entry = f"{found.qid}/reason"
        writes.append(Write(n=siblings.REASON, e=entry, v=decision.reason))
    if not values.get(siblings.REVIEW):
        if not is_date(decision.review_on):
            reason = "say on which day it is looked at again"
            raise InvalidRequestError({"review_on": [reason]})
        cell = (found.doc, siblings.REVIEW)
        before = documents.heads(session, [cell])[cell]
        writes.append(Write(f=siblings.REVIEW, v=decision.review_on, p=before))
    return writes


def _void(session: Session, found: QueueItem, word: Write, decision: Decision) -> Edits:
    """Return the refusal, and an empty answer in the place of each that would part."""
    edits: dict[tuple[str, str], list[Write]] = {(found.doc, "case"): [word]}
    wanted = set(found.heads)
    others = _places_of_others(session, found)
    for doc, kind in _written(session, found):
        known = documents.document(session, doc)
        for name in (*FACETS, siblings.CELL):
            state = known.cells.get(name) if known else None
            if state is None or not wanted & state.heads.keys():
                continue
            said = [head.version.value for head in state.ordered()]
            if not _parts(name, said, others):
                continue
            is_group = name in (siblings.PLACEMENT, siblings.TRANSFER)
            edits.setdefault((doc, kind), []).append(
                Write(
                    f=None if is_group else name,
                    g=name if is_group else None,
                    v=next((v for v in said if _place(v, name) in others), None),
                    p=tuple(sorted(state.heads)),
                    act="amend",
                    why=decision.reason,
                )
            )
    return edits


def _places_of_others(session: Session, found: QueueItem) -> set[tuple[str, str]]:
    """Return where brothers and sisters are or go, by the cell that says so."""
    person = documents.persons(session, [found.doc]).get(found.doc)
    others = documents.siblings(session, [person]) if person else ()
    cases = documents.find_all(session, [ids.case(one.doc) for one in others])
    return {
        place
        for case in cases.values()
        for name in FACETS
        if (place := _place(case.view["values"].get(name), name)) is not None
    }


def _parts(name: str, said: Iterable[Any], others: set[tuple[str, str]]) -> bool:
    """Tell whether some answer of a cell would part the child from the others."""
    if name == siblings.CELL:
        return not siblings.APART.isdisjoint(v for v in said if isinstance(v, str))
    places = {place for v in said if (place := _place(v, name)) is not None}
    return not places <= others


def _place(value: Any, name: str) -> tuple[str, str] | None:
    said = value.get(FACETS[name]) if isinstance(value, dict) else value
    return (name, said) if isinstance(said, str) else None


def _written(session: Session, found: QueueItem) -> Sequence[tuple[str, str]]:
    """Return the case and the visits on which the answers stand."""
    view = documents.find(session, found.doc)
    subject = view.subject if view else None
    about = documents.about(session, subject) if subject else ()
    visits = [(one.doc, one.kind) for one in about if one.kind == "event"]
    return [(found.doc, "case"), *visits]
