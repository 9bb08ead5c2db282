"""From a person's answer to the writes that say it, one function a kind of item.

Every write names exactly the heads of the item that was on the screen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.services.authoring import Edits
from intake_server.storage import documents
from intake_server.storage.database import Session
from intake_server.storage.queue import QueueItem
from sync.change import Write
from sync.merge.cells import DELETED, DISMISS, ERASED
from sync.merge.schema import Rule, Schema
from sync.merge.talk import ANSWER, TALK, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's answer: one verb, its argument, and why.

    ``pick`` takes the number of a candidate, ``value`` a value, ``same`` whether two
    persons are one, ``sign`` whether somebody signs or refuses, ``assign`` a document,
    ``release`` and ``dismiss`` nothing. ``review_on`` is the day on which what was
    signed is looked at again, where the record does not say it yet.
    """

    verb: str
    argument: Any
    reason: str
    review_on: str = ""


Answer = Callable[[Session, QueueItem, Decision, Schema], Edits]


def _about_field(
    session: Session, found: QueueItem, decision: Decision, schema: Schema
) -> Edits:
    value = decision.argument
    if decision.verb == "pick":
        value = _picked(found, decision.argument)
    rule = schema.rule(found.key)
    is_group = rule.type == "group"
    write = Write(
        f=None if is_group else found.key,
        g=found.key if is_group else None,
        v=value,
        p=found.heads,
        src=_evidence(found, rule),
        act="resolve",
        why=decision.reason,
    )
    return {_target(session, found.doc): [write]}


def _evidence(found: QueueItem, rule: Rule) -> str | None:
    """Return the grade a decision stands on: that of the answers it decides between.

    Anything weaker would not supersede them.
    """
    if rule.policy != "authority":
        return None
    best = max(found.candidates, key=lambda said: rule.grade(said["src"]))
    return str(best["src"]) if best["src"] else None


def _about_set(
    session: Session, found: QueueItem, decision: Decision, schema: Schema
) -> Edits:
    value = decision.argument
    if decision.verb == "pick":
        value = _picked(found, decision.argument)
    if found.key != found.cell:
        if not isinstance(value, bool):
            raise InvalidRequestError({"value": ["true keeps it, false removes it"]})
        vote = (value, decision.reason)
        write = _element(found, found.element or "", found.heads, vote)
        return {_target(session, found.doc): [write]}
    kept = _kept(value, schema.rule(found.cell).exclusive, found)
    writes = [
        _element(
            found,
            str(said["value"]),
            tuple(said["heads"]),
            (said["value"] in kept, decision.reason),
        )
        for said in found.candidates
    ]
    return {_target(session, found.doc): writes}


def _kept(value: Any, alone: frozenset[str], found: QueueItem) -> set[str]:
    """Return which elements stay, of answers that cannot all stand together."""
    present = {str(said["value"]) for said in found.candidates}
    if isinstance(value, str):
        return {value} if value in alone else present - alone
    if not isinstance(value, list) or not set(map(str, value)) <= present:
        raise InvalidRequestError({"value": ["a list of the answers that stay"]})
    return set(map(str, value))


def _about_void(
    session: Session, found: QueueItem, decision: Decision, schema: Schema
) -> Edits:
    del schema
    if not isinstance(decision.argument, bool):
        raise InvalidRequestError({"value": ["true voids the record, false keeps it"]})
    known = documents.document(session, found.doc)
    cells = known.cells if known else {}
    voids = cells[DELETED].heads if DELETED in cells else {}
    every = {id_ for cell in cells.values() for id_ in cell.heads}
    write = Write(
        f=DELETED,
        v=decision.argument,
        p=tuple(sorted(voids)),
        saw=tuple(sorted(every)),
        act="resolve",
        why=decision.reason,
    )
    return {_target(session, found.doc): [write]}


def _about_erased(
    session: Session, found: QueueItem, decision: Decision, schema: Schema
) -> Edits:
    del schema
    touched = [past.change.id for past in documents.history(session, found.doc)]
    heads = documents.heads(session, [(found.doc, ERASED)])[(found.doc, ERASED)]
    write = Write(
        f=ERASED,
        v=True,
        p=heads,
        saw=tuple(sorted(touched)),
        act="resolve",
        why=decision.reason,
    )
    return {_target(session, found.doc): [write]}


def _about_rule(
    session: Session, found: QueueItem, decision: Decision, schema: Schema
) -> Edits:
    del schema
    cell = DISMISS + found.cell
    heads = documents.heads(session, [(found.doc, cell)])[(found.doc, cell)]
    write = Write(
        f=cell,
        v=sorted(found.heads),
        p=heads,
        act="resolve",
        why=decision.reason,
    )
    return {_target(session, found.doc): [write]}


def _about_objection(
    session: Session, found: QueueItem, decision: Decision, schema: Schema
) -> Edits:
    """Answer an objection: what was decided stands, and its site is told why."""
    del schema
    said = Entry(verb=ANSWER, about=found.key, text=decision.reason, site="")
    write = Write(n=TALK, e=found.qid, v=said.value)
    return {_target(session, found.doc): [write]}


ANSWERS: Final[Mapping[str, Answer]] = {
    "field_conflict": _about_field,
    "set_conflict": _about_set,
    "delete_conflict": _about_void,
    "edit_on_erased": _about_erased,
    "rule": _about_rule,
    "objection": _about_objection,
}


def _picked(found: QueueItem, number: Any) -> Any:
    is_number = isinstance(number, int) and not isinstance(number, bool)
    if not is_number or not 0 <= number < len(found.candidates):
        raise InvalidRequestError({"pick": ["the number of a candidate, from 0"]})
    return found.candidates[number]["value"]


def _element(
    found: QueueItem, element: str, heads: tuple[str, ...], vote: tuple[bool, str]
) -> Write:
    is_there, why = vote
    return Write(s=found.cell, e=element, v=is_there, p=heads, act="resolve", why=why)


def _target(session: Session, doc: str) -> tuple[str, str]:
    known = documents.document(session, doc)
    if known is None:
        raise NotFoundError("record", doc)
    return (doc, known.kind)
