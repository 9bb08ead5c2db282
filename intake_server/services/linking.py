"""Two records that are one child, or are not: people say so, and never a program.

That they are one, two different people say (R22): the first one's word is a question to
the second, and joins nothing. That they are two, one says. Nothing is moved from one record to another, so saying the opposite restores what was.
Where linked records differ, a person may pick the record whose answer stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes

from msgspec import structs

from intake_server.errors import (
    InvalidRequestError,
    NotFoundError,
    StaleRecordError,
)
from intake_server.security import policy
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import child, publishing, records, upholding
from intake_server.services.answers import Decision
from intake_server.services.authoring import Edits, Entropy, Pen, need_reason
from intake_server.storage import clusters, documents, kinship, partings
from intake_server.storage.clusters import Group
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from intake_server.storage.queue import QueueItem
from sync import documents as ids
from sync.change import Write
from sync.merge import cluster
from sync.merge.cells import LINK, VERDICT, CellState, Document, Head, Version
from sync.merge.cluster import GOLDEN
from sync.merge.identity import DIFFERENT, PROPOSED, RULE, SAME, edge_of
from sync.merge.rights import owner_of
from sync.merge.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody says of two persons: ``same`` or ``different``, and why.

    ``shown`` are the verdicts that were on the screen; None where none were asked for.
    """

    a: str
    b: str
    verdict: str
    reason: str
    shown: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Whose answer stands for a property on which linked records differ, and why.

    ``shown`` are the heads of the answers that were on the screen.
    """

    member: str
    name: str
    reason: str
    shown: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two persons side by side, and the verdicts on them that stand.

    ``signed`` are the signatures of those who say that the two are one.
    """

    persons: tuple[StoredView, StoredView]
    verdicts: tuple[str, ...]
    signed: tuple[Version, ...]
    heads: tuple[str, ...]


def pair(
    database: Database, a: str, b: str, *, viewer: Principal, now: datetime
) -> Pair:
    """Return two persons whom the viewer may link or part.

    Raises:
        NotFoundError: One of them is unknown, or the pair is not for the viewer.
        InvalidRequestError: They are one record.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        persons = _both(session, a, b, viewer)
        known = documents.document(session, ids.link(a, b))
        edge = edge_of(known) if known else None
        for person in persons:
            note(session, Act.READ_RECORD, person.doc, by=viewer.actor, now=now)
    if edge is None:
        return Pair(persons, (), (), ())
    heads = tuple(sorted(head.version.id for head in edge.heads))
    return Pair(persons, tuple(sorted(edge.verdicts)), edge.signatures, heads)


def link(
    database: Database,
    said: Verdict,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str:
    """Write whether two persons are one child; return the id of the change.

    Who says first that they are one proposes it; they are once another person agrees.

    Raises:
        NotFoundError: One of them is unknown, or the pair is not for this person.
        InvalidRequestError: They are one record, this person has said so already, or
            no reason is given.
        StaleRecordError: Other verdicts stand than those that were shown.
    """
    need_reason(said.reason)
    with database.transaction() as session:
        _both(session, said.a, said.b, by)
        link = ids.link(said.a, said.b)
        heads = _state(session, link, VERDICT).heads.keys()
        if said.shown is not None and said.shown != heads:
            raise StaleRecordError
        edits = said_of(session, said, by)
        change = _write(session, edits, by=by, now=now, entropy=entropy)
        note(session, Act.LINK, link, by=by.actor, now=now, change=change)
    return change


def answered(
    session: Session, found: QueueItem, decision: Decision, by: Principal
) -> Edits:
    """Return what an answer to a question about a pair writes.

    Raises:
        InvalidRequestError: This person has said already that the two are one.
    """
    a, b = found.doc.removeprefix("link:").split("|")
    verdict = SAME if decision.argument else DIFFERENT
    said = Verdict(a=a, b=b, verdict=verdict, reason=decision.reason)
    return said_of(session, said, by)


def said_of(session: Session, said: Verdict, by: Principal) -> Edits:
    """Return the writes of a verdict: a signature, or one that supersedes all.

    It names what stood on all records of the two, so that what is written while they
    count as one can be told from it.

    Raises:
        InvalidRequestError: This person has said already that the two are one.
    """
    left, right = sorted((said.a, said.b))
    link = ids.link(left, right)
    every = kinship.clusters(session.connection(), (left, right))
    records = frozenset({left, right}.union(*every.values()))
    verdicts = _state(session, link, VERDICT).ordered()
    is_same = said.verdict == SAME
    named = _signing(verdicts, by) if is_same else verdicts
    writes = [
        *(
            _verdict(name, doc, _state(session, link, name).ordered(), said.reason)
            for name, doc in (("a", left), ("b", right))
        ),
        structs.replace(
            _verdict(VERDICT, PROPOSED if is_same else DIFFERENT, named, said.reason),
            saw=partings.standing_on(session, records),
        ),
    ]
    return {(link, LINK): writes}


def _verdict(name: str, value: str, heads: Iterable[Head], why: str) -> Write:
    named = tuple(sorted(head.version.id for head in heads))
    return Write(f=name, v=value, p=named, act="resolve", why=why)


def _signing(verdicts: Sequence[Head], by: Principal) -> Sequence[Head]:
    """Return what a signature supersedes: with the second one, what spoke against it."""
    hands = {one.version.author for one in verdicts if one.version.value != DIFFERENT}
    if by.actor in hands:
        raise InvalidRequestError(
            {"sign.twice": ["you have said so already; another must"]}
        )
    against = [one for one in verdicts if one.version.value == DIFFERENT]
    return against if hands else ()


def pick(
    database: Database,
    picked: Pick,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str:
    """Write whose answer stands; return the id of the change.

    It holds until one of the answers changes that it was picked from.

    Raises:
        NotFoundError: There is no such record, or deciding is not for this person.
        InvalidRequestError: The record gives no single answer, or no reason is given.
        StaleRecordError: Other answers stand than those that were shown.
        RuleOfCareError: The record would break a rule of care.
    """
    need_reason(picked.reason)
    with database.transaction() as session:
        if not child.is_document(picked.member):
            raise NotFoundError("record", picked.member)
        member = records.visible(session, picked.member, by)
        group = clusters.group_of(session, member)
        schema = publishing.schema(session)
        if group is None:
            raise NotFoundError("linked record", picked.member)
        sites = cluster.sites_of(group.members.values(), picked.name, schema)
        if not may_pick(by, picked.name, sites, schema):
            raise NotFoundError("record", picked.member)
        _refuse_other_answers(session, group, picked, schema)
        edits = _picked(session, group, picked, schema)
        with upholding.upheld(session, picked.member, [picked.name]):
            change = _write(session, edits, by=by, now=now, entropy=entropy)
        note(session, Act.PICK, picked.member, by=by.actor, now=now, change=change)
    return change


def may_pick(
    viewer: Principal, name: str, sites: frozenset[str], schema: Schema
) -> bool:
    """Tell whether somebody decides whose answer stands for a property.

    Args:
        viewer: Somebody who sees the records.
        name: The property.
        sites: Where the answers come from.
        schema: The rules.
    """
    return policy.may_decide(viewer, owner_of(schema.rule(name), sites), sites)


def _both(
    session: Session, a: str, b: str, by: Principal
) -> tuple[StoredView, StoredView]:
    """Return two persons whom somebody may see, link and part."""
    persons = _person(session, a, by), _person(session, b, by)
    if a == b:
        raise InvalidRequestError({"b": ["is the same record as a"]})
    sites = {site for one in persons for site in _sites(session, one)}
    if not policy.may_decide(by, owner_of(RULE, sites), sites):
        raise NotFoundError("pair of persons")
    return persons


def _person(session: Session, doc: str, by: Principal) -> StoredView:
    found = documents.find(session, doc) if child.is_document(doc) else None
    if found is None or found.kind != kinship.PERSON or found.is_erased:
        raise NotFoundError("person", doc)
    is_theirs = policy.sites(by).meet(_sites(session, found))
    if not is_theirs or not policy.may_know(by, doc):
        raise NotFoundError("person", doc)
    return found


def _sites(session: Session, person: StoredView) -> set[str]:
    case = documents.find(session, ids.case(person.doc))
    return {*person.sites, *(case.sites if case else ())}


def _state(session: Session, doc: str, cell: str) -> CellState:
    known = documents.document(session, doc)
    return known.cells.get(cell, CellState()) if known else CellState()


def _refuse_other_answers(
    session: Session, group: Group, picked: Pick, schema: Schema
) -> None:
    together = clusters.together(session, group, schema)
    said = together.contested.get(picked.name, ())
    if not said or picked.shown != {id_ for one in said for id_ in one.answer.heads}:
        raise StaleRecordError
    own = [one for one in said if one.member == picked.member]
    if len(own) != 1:
        reason = "this record gives no answer, or several; decide among these first"
        raise InvalidRequestError({"member": [reason]})


def _picked(session: Session, group: Group, picked: Pick, schema: Schema) -> Edits:
    """Return the writes of a pick.

    It stands on the link of the canonical record with the one picked; an earlier pick
    that stands on another link is written over with it.
    """
    first, second, *_ = group.persons
    whose = group.whose[picked.member]
    chosen = tuple(sorted((first, second if whose == first else whose)))
    cell = f"{GOLDEN}{group.part}{picked.name}"
    heads_seen = cluster.heads_of(group.members.values(), picked.name, schema)
    saw = tuple(sorted(heads_seen))
    edits: dict[tuple[str, str], Sequence[Write]] = {}
    for link, (one, other) in clusters.pairs(group).items():
        known = documents.document(session, link) or Document(LINK)
        heads = known.cells.get(cell, CellState()).heads
        if heads or (one, other) == chosen:
            named = ((name, doc) for name, doc in (("a", one), ("b", other)))
            edits[link, LINK] = [
                *(Write(f=n, v=doc) for n, doc in named if n not in known.cells),
                Write(
                    f=cell,
                    v=picked.member,
                    p=tuple(sorted(heads)),
                    saw=saw,
                    act="resolve",
                    why=picked.reason,
                ),
            ]
    return edits


def _write(
    session: Session, edits: Edits, *, by: Principal, now: datetime, entropy: Entropy
) -> str:
    """Write what the merge takes; what others have decided is theirs to alter."""
    pen = Pen(session, now=now, entropy=entropy)
    change = pen.decide(edits, by=by)
    (outcome,) = pen.take_in([change])
    if outcome.code is not None:
        raise NotFoundError("pair of records")
    return change.id
