"""Correcting one answer where it stands, without a form.

A correction names exactly the heads that were on the screen, on every record of the
child that gives the answer. If one of them moved meanwhile, nothing is written. What is
in question is decided on its own page, and never here. While it takes two to part a
child from brothers and sisters, no centre takes the child out of the family by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final

from msgspec import structs

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    StaleRecordError,
)
from intake_server.security import policy
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import child, publishing, screens, upholding
from intake_server.services.authoring import Edits, Entropy, Pen, need_reason
from intake_server.services.screens import BasedOn
from intake_server.storage import clusters, documents, state
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from sync import documents as ids
from sync import effect
from sync.effect import Statement
from sync.merge.cells import Version, name_of
from sync.merge.faults import fault
from sync.merge.renaming import present_cell
from sync.merge.rights import COORDINATOR, writer_of
from sync.merge.schema import Rule, Schema
from sync.merge.siblings import FAMILY

_ENTRIES: Final = "log"
"""The policy of what is added to and never changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One answer as it stands; ``based_on`` are its heads, ``versions`` what they say.

    ``person`` is the child, ``view`` the record, linked ones together.
    """

    person: StoredView
    view: StoredView
    name: str
    based_on: BasedOn
    versions: tuple[Version, ...]
    may_correct: bool

    @property
    def value(self) -> Any:
        """What stands; None where nothing does."""
        return self.view.view["values"].get(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is right instead of an answer, and why; ``value`` None clears it.

    ``src`` is what the new answer rests on, where that is asked.
    """

    doc: str
    name: str
    value: Any
    reason: str
    src: str | None
    based_on: BasedOn


def standing(
    database: Database, doc: str, name: str, *, viewer: Principal, now: datetime
) -> Standing:
    """Return an answer that the viewer may see.

    Raises:
        NotFoundError: There is no such answer, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        found = _standing(session, doc, name, viewer, publishing.schema(session))
        note(session, Act.READ_RECORD, doc, by=viewer.actor, now=now)
    return found


def correct(
    database: Database,
    said: Correction,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str | None:
    """Write a correction; return its change, None where just this stands already.

    Raises:
        NotFoundError: There is no such answer, or correcting it is not for this person.
        StaleRecordError: Something else stands than what was shown.
        InvalidRequestError: The answer does not fit, rests on weaker evidence than what
            stands, or there is no reason.
        RuleOfCareError: The record would break a rule of care.
    """
    need_reason(said.reason)
    with database.transaction() as session:
        schema = publishing.schema(session)
        found = _standing(session, said.doc, said.name, by, schema)
        if not found.may_correct:
            raise NotFoundError("answer", said.doc)
        if _plain(found.based_on) != _plain(said.based_on):
            raise StaleRecordError
        _refuse_unfit(found, said, schema.rule(said.name))
        edits = _edits(session, found, said, schema)
        if not edits:
            return None
        pen = Pen(session, now=now, entropy=entropy)
        change = pen.decide(edits, by=by)
        if fault(change, schema) is not None:
            raise InvalidRequestError({"value": ["does not fit this field"]})
        with upholding.upheld(session, said.doc, [said.name]):
            pen.take_in([change])
        note(
            session,
            Act.CORRECT,
            said.doc,
            by=by.actor,
            now=now,
            change=change.id,
            field=said.name,
        )
    return change.id


def based_on(views: Iterable[StoredView], name: str) -> BasedOn:
    """Return the heads of an answer on the records that give it.

    Args:
        views: Records, each by itself.
        name: The property, group or set.
    """
    found = {}
    for view in views:
        heads = view.view["heads"].items()
        cells = {cell: tuple(ids) for cell, ids in heads if name_of(cell) == name}
        if cells:
            found[view.doc] = cells
    return found


def may_correct(
    viewer: Principal, rule: Rule, *, holders: Iterable[str], sites: Iterable[str]
) -> bool:
    """Tell whether somebody corrects an answer that is not in question.

    Args:
        viewer: Somebody who sees the record.
        rule: Of the property.
        holders: The sites that the record belongs to.
        sites: The sites whose answers stand.
    """
    every = frozenset(sites)
    return (
        rule.is_declared
        and rule.policy != _ENTRIES
        and rule.name != effect.REFERENCE
        and policy.may_read(viewer, rule.level, holders)
        and policy.may_correct(viewer, rule.harm, writer_of(rule, every), every)
    )


def _standing(
    session: Session, doc: str, name: str, viewer: Principal, schema: Schema
) -> Standing:
    person = child.visible(session, [doc], viewer).get(doc)
    found = documents.find(session, doc)
    if person is None or found is None or name == effect.REFERENCE:
        raise NotFoundError("answer", doc)
    if found.is_erased or found.is_voided:
        raise NotFoundError("answer", doc)
    view = clusters.seen(session, [found], schema).get(doc, found)
    others = documents.find_all(session, set(view.view["aliases"]) - {doc})
    shown = based_on((found, *others.values()), name)
    if not shown:
        raise NotFoundError("answer", doc)
    versions = tuple(_versions((found, *others.values()), name, schema))
    sites = {version.site for version in versions}
    is_asked = name in view.view["contested"] or (
        name == FAMILY
        and not policy.may_decide(viewer, COORDINATOR)
        and _would_part(session, person)
    )
    rule = schema.rule(name)
    return Standing(
        person=person,
        view=view,
        name=name,
        based_on=shown,
        versions=versions,
        may_correct=not is_asked
        and may_correct(viewer, rule, holders=view.sites, sites=sites),
    )


def _would_part(session: Session, person: StoredView) -> bool:
    """Tell whether it is asked that children of a family be apart."""
    family = (person, *documents.siblings(session, [person]))
    return bool(child.would_part(session, [ids.case(one.doc) for one in family]))


def _plain(shown: BasedOn) -> Mapping[str, Mapping[str, Sequence[str]]]:
    return {
        doc: {cell: sorted(ids) for cell, ids in cells.items()}
        for doc, cells in shown.items()
    }


def _refuse_unfit(found: Standing, said: Correction, rule: Rule) -> None:
    """Refuse what would not stand, and what excludes the rest of what is said."""
    if rule.policy == "authority":
        best = max((rule.grade(one.src) for one in found.versions), default=0)
        if said.src is None or rule.grade(said.src) < best:
            raise InvalidRequestError({"src": ["what stands rests on better evidence"]})
    many = set(said.value) if isinstance(said.value, list) else set()
    if len(many) > 1 and many & rule.exclusive:
        raise InvalidRequestError({"alone": ["an answer that excludes all others"]})


def _versions(
    views: Iterable[StoredView], name: str, schema: Schema
) -> Iterator[Version]:
    """Yield what the heads of an answer say."""
    for view in views:
        for cell, known in state.unpack(view.kind, view.heads).cells.items():
            if name_of(present_cell(cell, schema)) == name:
                yield from (head.version for head in known.ordered())


def _edits(
    session: Session, found: Standing, said: Correction, schema: Schema
) -> Edits:
    rule = schema.rule(said.name)
    how = "set" if rule.policy == "set" else "group" if rule.members else "field"
    value = tuple(said.value or ()) if how == "set" else said.value
    src = said.src if rule.policy == "authority" else None
    kind = found.view.kind
    said_of_all = [
        Statement(doc, kind, how, said.name, value, src) for doc in found.based_on
    ]
    seen = screens.on_screen(session, said.based_on, schema)
    made = effect.writes(said_of_all, schema, seen)
    return {
        target: [structs.replace(w, act="amend", why=said.reason) for w in writes]
        for target, writes in made.items()
        if writes
    }
