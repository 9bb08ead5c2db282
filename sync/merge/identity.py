"""Who is one child: ``same`` and ``different`` verdicts, clusters and aliases.

Nothing is ever re-pointed. A verdict is a cell of the link document of two persons, so
taking it back restores exactly what was. A pair with both verdicts joins nothing and
blocks nothing; a known difference blocks a later chain of ``same``.

That two records are one takes two people (R22): who ``proposed`` it signs, each with a
head beside the others', and the pair counts as ``same`` once two different people have.
A plain ``same`` is a verdict from before two were asked, and stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sync.merge.cells import LINK, VERDICT, Document, Head, Version
from sync.merge.hands import are_two_people
from sync.merge.queue import Item, about_link
from sync.merge.schema import Rule
from sync.merge.view import is_erased

SAME: Final = "same"
DIFFERENT: Final = "different"
PROPOSED: Final = "proposed"
VERDICTS: Final = (SAME, DIFFERENT, PROPOSED)
KIND: Final = "link_proposed"
"""The kind of the question whether a second person agrees that two are one."""
RULE: Final = Rule(name=VERDICT, policy="review", level="confidential")
"""How verdicts on one pair meet."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The verdicts on a pair; ``left`` is the smaller document id."""

    left: str
    right: str
    heads: tuple[Head, ...]

    @property
    def verdicts(self) -> frozenset[str]:
        """The different verdicts that stand; one signature is none."""
        return verdicts_of(head.version for head in self.heads)

    @property
    def signatures(self) -> tuple[Version, ...]:
        """Who says that the two are one, in order."""
        return tuple(h.version for h in self.heads if h.version.value != DIFFERENT)

    @property
    def is_proposed(self) -> bool:
        """Tell whether one person has signed, and a second one is wanted."""
        return bool(self.signatures) and SAME not in self.verdicts

    @property
    def rank(self) -> tuple[int, str]:
        """Rank of the newest ``same``, or of the newest signature."""
        return max(version.rank for version in self.signatures)

    @property
    def name(self) -> str:
        """How items speak of the pair."""
        return f"link:{self.left}|{self.right}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which documents are one child.

    ``clusters`` holds sorted groups of two or more; ``aliases`` maps every member to
    the smallest id of its group; ``items`` are the questions.
    """

    clusters: tuple[tuple[str, ...], ...]
    aliases: Mapping[str, str]
    items: tuple[Item, ...]


def verdicts_of(versions: Iterable[Version]) -> frozenset[str]:
    """Return what verdicts that stand side by side amount to."""
    said = tuple(versions)
    found = {one.value for one in said} & {SAME, DIFFERENT}
    if are_two_people(one.author for one in said if one.value == PROPOSED):
        found.add(SAME)
    return frozenset(found)


def pair_of(document: Document) -> tuple[str, str] | None:
    """Return the two that a link document names, the smaller id first."""
    a, b = _newest(document, "a"), _newest(document, "b")
    if a is None or b is None or a == b:
        return None
    return (min(a, b), max(a, b))


def edge_of(document: Document) -> Edge | None:
    """Read a link document; None when it names no two persons, or says nothing."""
    pair, state = pair_of(document), document.cells.get(VERDICT)
    if pair is None or state is None or is_erased(document):
        return None
    heads = tuple(head for head in state.ordered() if head.version.value in VERDICTS)
    return Edge(*pair, heads) if heads else None


def resolve(documents: Iterable[Document]) -> Identity:
    """Return clusters and questions of all link documents."""
    edges = [e for d in documents if d.kind == LINK and (e := edge_of(d)) is not None]
    apart = [(e.left, e.right) for e in edges if e.verdicts == {DIFFERENT}]
    items = [
        about_link("link_conflict", e.name, e.heads, RULE, DIFFERENT)
        for e in edges
        if len(e.verdicts) > 1
    ]
    items += [
        about_link(KIND, e.name, e.heads, RULE, DIFFERENT)
        for e in edges
        if e.is_proposed
    ]
    groups: dict[str, set[str]] = {}
    joining = [edge for edge in edges if edge.verdicts == {SAME}]
    for edge in sorted(joining, key=lambda edge: (edge.rank, edge.left, edge.right)):
        left = groups.get(edge.left, {edge.left})
        right = groups.get(edge.right, {edge.right})
        if left is right:
            continue
        if _is_blocked(left, right, apart):
            items.append(about_link("link_blocked", edge.name, edge.heads, RULE, SAME))
            continue
        joined = left | right
        groups.update(dict.fromkeys(joined, joined))
    clusters = sorted({tuple(sorted(group)) for group in groups.values()})
    aliases = {member: cluster[0] for cluster in clusters for member in cluster}
    ordered = sorted(items, key=lambda item: item.qid)
    return Identity(tuple(clusters), aliases, tuple(ordered))


def _newest(document: Document, name: str) -> str | None:
    state = document.cells.get(name)
    if state is None or not state.heads:
        return None
    value = max(state.heads.values(), key=lambda head: head.version.rank).version.value
    return value if isinstance(value, str) else None


def _is_blocked(
    left: set[str], right: set[str], apart: Iterable[tuple[str, str]]
) -> bool:
    return any(
        (a in left and b in right) or (b in left and a in right) for a, b in apart
    )
