"""Brothers and sisters are never parted silently (R01): where they would be, it is asked.

A question stands on the case of a child whose placement, transfer or stay differs from
that of the others, whoever wrote either and in whatever order it came. Until two people
of two organisations have signed, nobody counts as parted. A signature names the answers
that it saw, so it lapses when they change; it is an entry of a log, so it travels and
can be taken back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from forms.reference import normalise
from sync import documents as ids
from sync.merge import duties, queue
from sync.merge.cells import DELETED, ERASED, Document, Head, Version, name_of
from sync.merge.hands import Hand, are_two
from sync.merge.queue import Item
from sync.merge.rules import Looked
from sync.merge.view import View

KIND: Final = "siblings_apart"
"""The kind of the question."""
CELL: Final = "sibling_decision"
"""By which cell of the case people know the question."""
LOG: Final = "siblings_apart"
"""A log on a case: who signs that the child is parted, and who refuses."""
FAMILY: Final = "sibling_group"
"""Holds the reference of the first child of the family."""
REFERENCE: Final = "child_ref"
SIGN: Final = "sign"
REFUSE: Final = "refuse"
REASON: Final = "sibling_reason"
REVIEW: Final = "sibling_review_on"

PLACEMENT: Final = "placement"
TRANSFER: Final = "destination"
STAY: Final = "center"
FACETS: Final[Mapping[str, str]] = {
    PLACEMENT: "care_type",
    TRANSFER: "destination_site",
    STAY: "center",
}
"""In what children are parted: the cell, and the member of it that says where."""
APART: Final = frozenset({"apart_temporary", "apart_safety"})
_SAYS_HOW: Final = frozenset({"together", "sibling_not_returned"})
"""Decisions with which a child may be placed before the others are."""
_GONE: Final = "deceased"


@dataclass(frozen=True, slots=True)
class Parted:
    """A question, and the documents of the whole family that have a part in it."""

    item: Item
    family: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, for which organisation, and when, as people are shown it."""

    author: str
    site: str
    at: str


@dataclass(frozen=True, slots=True)
class Said:
    """Where a child is or goes, in one facet: all answers that stand, and their heads."""

    values: frozenset[str] = frozenset()
    heads: tuple[Head, ...] = ()


@dataclass(frozen=True, slots=True)
class _Child:
    """One record of a child; ``who`` is the same for all records of one child."""

    who: str
    case: str
    looked: Looked
    said: Mapping[str, Said]

    @property
    def decisions(self) -> frozenset[str]:
        return _answers(self.looked[1], CELL, CELL)


def parted(
    looked: Mapping[str, Looked], aliases: Mapping[str, str]
) -> tuple[Parted, ...]:
    """Return the open questions of families.

    Args:
        looked: The persons of whole families with their cases and visits, or all that
            there is.
        aliases: The first record of a child by each of its linked records.
    """
    persons = {
        doc: view
        for doc, (document, view) in looked.items()
        if document.kind == "person" and not _is_gone(view)
    }
    stays: Mapping[str, Said] | None = None
    found: dict[str, Parted] = {}
    for group in families(persons):
        stays = stays if stays is not None else _stays(looked)
        children = [
            child
            for doc in group
            if (child := _child(doc, looked, aliases, stays)) is not None
        ]
        docs = (*group, *(child.case for child in children))
        for child, heads in _apart(children):
            if not is_in_force(child.looked, heads):
                item = queue.parted(child.case, KIND, CELL, heads)
                found.setdefault(item.qid, Parted(item, docs))
    return tuple(found[qid] for qid in sorted(found))


def families(persons: Mapping[str, View]) -> Iterator[tuple[str, ...]]:
    """Yield the persons of each family: the first child, and those who name it."""
    named: dict[str, set[str]] = {}
    for doc, view in persons.items():
        said = view.values.get(FAMILY)
        if isinstance(said, str) and (family := normalise(said)):
            named.setdefault(family, set()).add(doc)
    for doc, view in persons.items() if named else ():
        reference = view.values.get(REFERENCE)
        if isinstance(reference, str) and reference in named:
            named[reference].add(doc)
    for family in sorted(named):
        yield tuple(sorted(named[family]))


def is_in_force(looked: Looked, heads: Iterable[Head]) -> bool:
    """Tell whether a child is parted with all that it takes."""
    values = looked[1].values
    said = values.get(REASON)
    is_explained = any(map(_text, said if isinstance(said, list) else (said,)))
    return (
        is_explained
        and bool(values.get(REVIEW))
        and are_two(hands(looked[0], (head.version.id for head in heads)))
    )


def hands(document: Document, heads: Iterable[str]) -> tuple[Hand, ...]:
    """Return who has signed for the answers that stand, each signature once."""
    return tuple(
        Hand(version.author, version.site) for version in signatures(document, heads)
    )


def signatures(document: Document, heads: Iterable[str]) -> tuple[Version, ...]:
    """Return the signatures on a case that name exactly these answers, in order."""
    wanted = set(heads)
    found = [
        head.version
        for cell, state in document.cells.items()
        if name_of(cell) == LOG
        for head in state.ordered()
        if _names(head.version.value, SIGN) == wanted
    ]
    return tuple(sorted(found, key=lambda version: version.rank))


def signed(values: Mapping[str, Any], heads: Iterable[str]) -> tuple[Signature, ...]:
    """Return the signatures that name exactly these answers, as a view shows them."""
    wanted = set(heads)
    shown = values.get(LOG)
    return tuple(
        Signature(
            str(one.get("author", "")),
            str(one["value"].get("from", "")),
            str(one.get("at", "")),
        )
        for one in (shown if isinstance(shown, list) else ())
        if isinstance(one, Mapping) and _names(one.get("value"), SIGN) == wanted
    )


def entry(verb: str, heads: Iterable[str]) -> Mapping[str, Any]:
    """Return what somebody writes who signs or refuses."""
    return {"say": verb, "about": sorted(heads)}


def _names(value: Any, verb: str) -> set[str] | None:
    if not isinstance(value, Mapping) or value.get("say") != verb:
        return None
    about = value.get("about")
    return set(map(str, about)) if isinstance(about, list) else None


def _text(said: Any) -> str:
    """Return what an entry of a log says, as a view shows it."""
    value = said.get("value") if isinstance(said, Mapping) else said
    return str(value or "").strip()


def _child(
    doc: str,
    looked: Mapping[str, Looked],
    aliases: Mapping[str, str],
    stays: Mapping[str, Said],
) -> _Child | None:
    case = _case(doc)
    known = looked.get(case)
    if known is None or _is_gone(known[1]):
        return None
    view = known[1]
    if view.values.get("subject") != doc or view.values.get("case_status") == _GONE:
        return None
    said = {
        cell: Said(
            _answers(view, cell, part),
            view.cells[cell].ordered() if cell in view.cells else (),
        )
        for cell, part in FACETS.items()
        if cell != STAY
    }
    said[STAY] = stays.get(doc, Said())
    return _Child(aliases.get(doc, doc), case, known, said)


def _apart(children: Sequence[_Child]) -> Iterator[tuple[_Child, tuple[Head, ...]]]:
    """Yield the children who are not where the others are, and the answers that say so."""
    if len({child.who for child in children}) > 1:
        common = {facet: _common(children, facet) for facet in FACETS}
        for child in children:
            facets = [
                facet
                for facet in FACETS
                if _differs(child, facet, common[facet], children)
            ]
            heads = [head for facet in facets for head in child.said[facet].heads]
            if _is_decided_apart(child, children) and PLACEMENT not in facets:
                heads += child.said[PLACEMENT].heads
            if APART & child.decisions:
                heads += child.looked[1].cells[CELL].ordered()
            if heads:
                yield child, tuple(heads)


def _differs(
    child: _Child, facet: str, common: str | None, children: Iterable[_Child]
) -> bool:
    if common is None or not child.said[facet].values - {common}:
        return False
    own = (other for other in children if other.who == child.who)
    return not any(other.said[facet].values == {common} for other in own)


def _is_decided_apart(child: _Child, children: Iterable[_Child]) -> bool:
    """Tell whether a child is placed apart, or alone and nothing is said of the others."""
    if APART & child.decisions:
        return True
    placed = {other.who for other in children if other.said[PLACEMENT].values}
    are_others_left = any(other.who not in placed for other in children)
    return child.who in placed and are_others_left and not _SAYS_HOW & child.decisions


def _common(children: Sequence[_Child], facet: str) -> str | None:
    """Return where most children are; of two places, where one of them was first.

    An answer that is in question counts for neither.
    """
    who: dict[str, set[str]] = {}
    since: dict[str, tuple[int, str]] = {}
    for child in children:
        said = child.said[facet]
        if len(said.values) == 1:
            (value,) = said.values
            rank = max(head.version.rank for head in said.heads)
            who.setdefault(value, set()).add(child.who)
            since[value] = min(rank, since.get(value, rank))
    if not who:
        return None
    return min(who, key=lambda value: (-len(who[value]), since[value]))


def _stays(looked: Mapping[str, Looked]) -> Mapping[str, Said]:
    """Return in which centres children are, as far as nobody says that they left."""
    rows = {
        (doc, duty.key): duties.Row(doc, person, duty)
        for doc, (document, view) in looked.items()
        if document.kind == "event"
        and STAY in view.cells
        and isinstance(person := view.values.get("subject"), str)
        for duty in duties.duties(document, view, ())
        if name_of(duty.key) == duties.STAY
    }
    found: dict[str, Said] = {}
    for place, is_open in duties.settled(rows.values()).items():
        if is_open:
            row, view = rows[place], looked[place[0]][1]
            before = found.get(row.owner, Said())
            found[row.owner] = Said(
                before.values | {row.duty.key.partition("/")[2]},
                (*before.heads, *view.cells[STAY].ordered()),
            )
    return found


def _answers(view: View, cell: str, part: str) -> frozenset[str]:
    """Return all answers of a cell that stand; several where it is in question."""
    asked = [q for q in view.questions if q.cell == cell]
    values = (
        [candidate.value for candidate in asked[0].candidates]
        if asked
        else [view.values.get(cell)]
    )
    said = (v.get(part) if isinstance(v, Mapping) else v for v in values)
    return frozenset(one for one in said if isinstance(one, str) and one)


def _is_gone(view: View) -> bool:
    return bool(view.values.get(DELETED)) or ERASED in view.values


def _case(person: str) -> str:
    """Return the case of a person; of what is no id, nothing that there is."""
    try:
        return ids.case(person)
    except ValueError:
        return ""
