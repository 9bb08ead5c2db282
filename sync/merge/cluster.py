"""One child that is several records: what people see of linked documents together.

The answers of all members meet under the policies that the answers of one document
meet under. Where a policy joins or settles, that stands. Where a person would have to
decide, the first member's answer is shown and every differing one is listed with the
member that gives it; nobody is asked about it. Nothing here is stored: each document
keeps a view of its own, and unlinking leaves nothing to put right.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from msgspec import structs

from sync.merge.cells import DELETED, CellState, Document, Head, Version, name_of
from sync.merge.policies import answer_key, newest
from sync.merge.schema import Rule, Schema
from sync.merge.view import (
    Candidate,
    Question,
    View,
    candidates,
    is_erased,
    is_voided,
    look,
)

GOLDEN: Final = "golden:"
"""What the cell of a pick begins with; the rest says which property of which part."""
OWN: Final = frozenset({"child_ref", "subject", "parent"})
"""What says which record a document is or hangs on: members differ in it by nature."""

History = Callable[[str, str], Mapping[str, Version]]
"""Gives every version of a cell, by document id and cell key."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of one member, on a property on which a person would have to decide."""

    member: str
    answer: Candidate


@dataclass(frozen=True, slots=True)
class Together:
    """What people see of several documents as one.

    ``values`` as a view has them; ``contested`` lists, by property, the answers in the
    order of the members; ``picks`` holds, by property, who chose the answer that stands.
    """

    values: Mapping[str, Any]
    contested: Mapping[str, tuple[Said, ...]]
    picks: Mapping[str, Version]


def living(members: Mapping[str, Document]) -> dict[str, Document]:
    """Return the members that count: not erased, and not made by mistake."""
    return {
        doc: known
        for doc, known in members.items()
        if not is_erased(known) and not is_voided(known)
    }


def together(
    members: Mapping[str, Document],
    schema: Schema,
    history: History,
    picks: Mapping[str, Sequence[Version]],
) -> Together:
    """Return what people see of linked documents as one.

    Args:
        members: Documents of one kind that count, the canonical one first.
        schema: The rules.
        history: Gives every version of a cell of a member.
        picks: What people chose among these members, by property (``picks_in``); a pick
            holds as long as the heads that it saw are those of all members.
    """
    own = {
        doc: look(known, schema, lambda cell, doc=doc: history(doc, cell))  # type: ignore[misc]
        for doc, known in members.items()
    }
    present = {
        d: structs.replace(known, cells=own[d].cells) for d, known in members.items()
    }
    joined = look(_joined(present.values()), schema, _nothing)
    values = dict(joined.values)
    for name in OWN & values.keys():
        values[name] = _first(own.values(), name)
    contested: dict[str, tuple[Said, ...]] = {}
    chosen: dict[str, Version] = {}
    for question in joined.questions:
        name = question.rule.name
        if name in OWN or name in contested or name in chosen:
            continue
        heads = heads_of(members.values(), name, schema)
        picked = _standing(picks.get(name, ()), heads, own, question.rule)
        if picked is not None:
            chosen[name] = picked
            values[name] = own[picked.value].values.get(name)
            continue
        contested[name] = tuple(_answers(question, present, own))
        values[name] = _meanwhile(question, values[name], _first(own.values(), name))
    if any(DELETED in view.values for view in own.values()):
        values[DELETED] = False
    return Together(values, contested, chosen)


def picks_in(links: Iterable[Document], part: str = "") -> dict[str, list[Version]]:
    """Return what people chose, by property.

    Args:
        links: The link documents between members.
        part: Of which part of a child: empty for person and case, ``kin.mother.`` for
            a mother.
    """
    found: dict[str, list[Version]] = {}
    for link in links:
        for cell, state in link.cells.items():
            name = cell.removeprefix(GOLDEN + part)
            if name != cell:
                found.setdefault(name, []).extend(h.version for h in state.ordered())
    return found


def heads_of(members: Iterable[Document], name: str, schema: Schema) -> frozenset[str]:
    """Return the changes behind a property of all members: what a pick must name."""
    return frozenset(head.version.id for head in _behind(members, name, schema))


def sites_of(members: Iterable[Document], name: str, schema: Schema) -> frozenset[str]:
    """Return the sites that said something of a property."""
    return frozenset(head.version.site for head in _behind(members, name, schema))


def _behind(members: Iterable[Document], name: str, schema: Schema) -> Iterable[Head]:
    """Return the heads of a property under all its names."""
    names = {name, *(old for old, new in schema.renamed.items() if new == name)}
    return (head for known in members for each in names for head in _heads(known, each))


def _joined(members: Iterable[Document]) -> Document:
    """Return one document with the heads of all; one change may have written on two."""
    cells: dict[str, dict[str, Head]] = {}
    kind = ""
    for number, known in enumerate(members):
        kind = known.kind
        for cell, state in known.cells.items():
            if cell != DELETED:
                heads = {f"{id_}/{number}": head for id_, head in state.heads.items()}
                cells.setdefault(cell, {}).update(heads)
    return Document(kind, {cell: CellState(heads) for cell, heads in cells.items()})


def _nothing(cell: str) -> Mapping[str, Version]:
    """Answer that no version is known: those of two members have none in common."""
    del cell
    return {}


def _first(views: Iterable[View], name: str) -> Any:
    return next(view.values[name] for view in views if name in view.values)


def _meanwhile(question: Question, safe: Any, canonical: Any) -> Any:
    """Return what is shown while answers differ: never less careful than the policy."""
    rule = question.rule
    is_guarded = rule.order is not None and canonical in rule.order.guarded
    if rule.policy in ("set", "meet") or rule.shows_join or is_guarded:
        return safe
    return canonical


def _answers(
    question: Question, members: Mapping[str, Document], own: Mapping[str, View]
) -> Iterable[Said]:
    rule = question.rule
    for doc, known in members.items():
        if rule.policy == "set":
            if heads := _heads(known, rule.name):
                ids = tuple(sorted({head.version.id for head in heads}))
                by = newest(heads).version
                yield Said(doc, Candidate(own[doc].values[rule.name], ids, by))
            continue
        said = [head for head in _heads(known, rule.name) if head in question.heads]
        for answer in candidates(said, rule):
            yield Said(doc, answer)


def _heads(known: Document, name: str) -> list[Head]:
    return [
        head
        for cell, state in sorted(known.cells.items())
        if name_of(cell) == name
        for head in state.ordered()
    ]


def _standing(
    picks: Sequence[Version],
    heads: frozenset[str],
    own: Mapping[str, View],
    rule: Rule,
) -> Version | None:
    """Return the newest pick that holds, unless another that holds says otherwise."""
    holding = [
        pick
        for pick in picks
        if isinstance(pick.value, str)
        and pick.value in own
        and frozenset(pick.saw or ()) == heads
    ]
    answers = {
        answer_key(own[pick.value].values.get(rule.name), rule) for pick in holding
    }
    if len(answers) != 1:
        return None
    return max(holding, key=lambda pick: pick.rank)
