"""What people are asked: items derived from heads, never stored as facts of their own.

An item's id is a hash of what it is about and of the heads in it. So every node computes
the same items, an item is gone when its facts change, and only decisions travel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from msgspec import structs

from sync.change import Change, canonical
from sync.merge import rights, talk
from sync.merge.cells import DELETED, ERASED, LINK, Document, Head, Version, name_of
from sync.merge.policies import newest
from sync.merge.rules import Other, violations
from sync.merge.schema import Rule, Schema
from sync.merge.view import (
    Candidate,
    Question,
    View,
    candidates,
    is_erased,
    is_voided,
    unseen_by_void,
)
from sync.values import loose_key

KINDS: Final = (
    "field_conflict",
    "set_conflict",
    "delete_conflict",
    "edit_on_erased",
    "link_conflict",
    "link_blocked",
    "link_proposed",
    "rule",
    "quarantine",
    "log_fork",
    "objection",
    "siblings_apart",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question.

    ``cell`` is the property, group or set (of a rule its id, of a fork the sequence),
    ``element`` the set element, ``heads`` what a decision must supersede, ``severity``
    0 to 3, ``owner`` who decides (``coordinator``, ``clinician``,
    ``clinician_alone``, ``readers``, ``signers`` or ``site:<name>``), ``first_seen`` the wall time of the newest head, ``is_provisional``
    that an earlier edit has not arrived yet, ``is_spelling`` that the answers differ in
    nothing but case, hyphens, apostrophes and spaces.
    """

    qid: str
    kind: str
    doc: str
    cell: str
    key: str
    candidates: tuple[Candidate, ...] = ()
    displayed: Any = None
    severity: int = 1
    owner: str = rights.COORDINATOR
    first_seen: str = ""
    is_provisional: bool = False
    is_spelling: bool = False
    element: str | None = None
    heads: tuple[str, ...] = ()


def identify(kind: str, doc: str, cell: str, heads: Iterable[str]) -> str:
    """Return the id of an item, 32 hex digits, the same on every node."""
    return sha256(canonical([kind, doc, cell, sorted(heads)])).hexdigest()[:32]


def ask(
    doc: str, document: Document, view: View, schema: Schema, other: Other
) -> tuple[Item, ...]:
    """Return the items of one document; a link's are raised by ``identity``."""
    if document.kind == LINK:
        return ()
    if is_erased(document):
        return _edits_on_erased(doc, document)
    document = structs.replace(document, cells=view.cells)
    if is_voided(document):
        return ()
    items = [_about_cell(doc, question) for question in view.questions]
    items += _delete_conflicts(doc, document)
    items += [
        _item(
            "rule",
            doc,
            violation.check.id,
            heads=violation.heads,
            severity=2,
            owner=rights.owner_of_all(_sites(violation.heads)),
        )
        for violation in violations((document, view), schema, other)
    ]
    items += [
        _item(
            "objection",
            doc,
            entry.about,
            key=cell,
            heads=(head,),
            severity=severity_of(schema.rule(name_of(entry.about))),
        )
        for cell, entry, head in talk.objections(document)
    ]
    return tuple(items)


def quarantined(change: Change, code: str) -> Item:
    """Return the item of a change that was set aside."""
    version = Version(
        id=change.id, at=change.wall, author=change.author, site=change.site
    )
    return _item(
        "quarantine",
        change.edits[0].doc if change.edits else "",
        code,
        key="",
        severity=2,
        heads=(Head(version),),
    )


def fork(log: str, seq: int, ids: Iterable[str]) -> Item:
    """Return the item of two changes that claim one place in one log."""
    heads = tuple(Head(Version(id=id_)) for id_ in sorted(ids))
    return _item("log_fork", log, str(seq), heads=heads)


def about_link(
    kind: str, doc: str, heads: Sequence[Head], rule: Rule, displayed: str
) -> Item:
    """Return the item of a contested, blocked or half signed link of two persons."""
    answers = () if kind == "link_blocked" else candidates(heads, rule)
    return _item(
        kind, doc, "verdict", answers, heads=heads, severity=3, displayed=displayed
    )


def parted(doc: str, kind: str, cell: str, heads: Sequence[Head]) -> Item:
    """Return the item of a child who would not be where brothers and sisters are."""
    return _item(kind, doc, cell, heads=heads, severity=3, owner=rights.SIGNERS)


def severity_of(rule: Rule) -> int:
    """Return how much a wrong answer could harm a child, 1 to 3."""
    if rule.harm:
        return 3
    return 2 if rule.level in ("confidential", "sealed") else 1


def _about_cell(doc: str, question: Question) -> Item:
    is_set = question.rule.policy == "set"
    return _item(
        "set_conflict" if is_set else "field_conflict",
        doc,
        name_of(question.cell),
        question.candidates,
        key=question.cell,
        heads=question.heads,
        severity=severity_of(question.rule),
        owner=rights.owner_of(question.rule, _sites(question.heads)),
        displayed=question.displayed,
        element=question.element,
        is_spelling=_is_spelling(question.candidates),
    )


def _is_spelling(answers: Iterable[Candidate]) -> bool:
    """Tell whether all answers are texts that are probably one."""
    values = [answer.value for answer in answers]
    if not all(isinstance(value, str) for value in values):
        return False
    keys = {loose_key(value) for value in values}
    return len(keys) == 1 and keys != {""}


def _delete_conflicts(doc: str, document: Document) -> list[Item]:
    """Return the item of a void that does not hold; one that holds asks nothing."""
    state = document.cells.get(DELETED)
    voids = state.ordered() if state else ()
    votes = {bool(head.version.value) for head in voids}
    if not voids or votes == {False}:
        return []
    unseen = unseen_by_void(document) if votes == {True} else ()
    heads = (*voids, *unseen)
    return [
        _item(
            "delete_conflict",
            doc,
            DELETED,
            heads=heads,
            severity=2,
            owner=rights.owner_of_all(_sites(heads)),
            displayed=False,
        )
    ]


def _edits_on_erased(doc: str, document: Document) -> tuple[Item, ...]:
    erasures = document.cells[ERASED].ordered()
    saw = {id_ for head in erasures for id_ in head.version.saw or ()}
    saw |= {head.version.id for head in erasures}
    unseen = document.touched - saw
    if not unseen:
        return ()
    item = _item("edit_on_erased", doc, ERASED, heads=erasures, severity=2)
    qid = identify("edit_on_erased", doc, ERASED, unseen)
    return (_replaced(item, qid, tuple(sorted(unseen))),)


def _sites(heads: Iterable[Head]) -> set[str]:
    return {head.version.site for head in heads}


def _replaced(item: Item, qid: str, heads: tuple[str, ...]) -> Item:
    return Item(
        qid=qid,
        kind=item.kind,
        doc=item.doc,
        cell=item.cell,
        key=item.key,
        severity=item.severity,
        first_seen=item.first_seen,
        heads=heads,
    )


def _item(
    kind: str,
    doc: str,
    cell: str,
    answers: tuple[Candidate, ...] = (),
    *,
    heads: Sequence[Head],
    **facts: Any,
) -> Item:
    ids = tuple(sorted({head.version.id for head in heads}))
    key = facts.pop("key", cell) or cell
    return Item(
        qid=identify(kind, doc, key, ids),
        kind=kind,
        doc=doc,
        cell=cell,
        key=key,
        candidates=answers,
        first_seen=newest(heads).version.at,
        is_provisional=any(head.waiting for head in heads),
        heads=ids,
        **facts,
    )
