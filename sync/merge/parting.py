"""What was written while two persons counted as one, and is to be sorted when they part.

A verdict lists in ``saw`` the heads of both persons' documents on the screen of whoever
gave it. So what stood when they were linked, and what stood when they were parted, is
known whatever the clocks said; the clock speaks only for an answer that neither of the
two had seen. Sorting is done by whoever writes the cell next: what is listed is always
a head.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from msgspec import structs

from sync.merge.cells import Document, Head, Version
from sync.merge.identity import DIFFERENT, PROPOSED, SAME, Edge, verdicts_of
from sync.merge.policies import ancestors


@dataclass(frozen=True, slots=True)
class Shared:
    """The time in which two persons counted as one.

    ``linked`` is the newest ``same`` that somebody took back, or the newer of two
    signatures, ``parted`` the first ``different`` behind it.
    """

    linked: Version
    parted: Version

    def holds(self, version: Version) -> bool:
        """Tell whether a version of a member's cell was written in that time."""
        if version.id in (self.linked.saw or ()):
            return False
        if version.id in (self.parted.saw or ()):
            return True
        return self.linked.rank < version.rank < self.parted.rank

    def after(self, saw: Iterable[str]) -> Self:
        """Return the time for a third one who joined later, with these heads."""
        before = {*(self.linked.saw or ()), *saw}
        return type(self)(
            structs.replace(self.linked, saw=tuple(sorted(before))), self.parted
        )


def shared(edge: Edge, past: Mapping[str, Version]) -> Shared | None:
    """Return when two persons counted as one; None if they never did, or still may.

    Args:
        edge: The verdicts that stand.
        past: Every verdict on the pair that has arrived, by change id.
    """
    if edge.verdicts != {DIFFERENT}:
        return None
    ends = [head.version for head in edge.heads]
    behind = {id_ for end in ends for id_ in ancestors(end, past)}
    every = (*ends, *(past[id_] for id_ in behind))
    links = [past[id_] for id_ in behind if past[id_].value == SAME]
    links += [signed for version in every for signed in _signed(version, past)]
    if not links:
        return None
    linked = max(links, key=lambda version: version.rank)
    partings = [
        version
        for version in every
        if version.value == DIFFERENT and linked.id in ancestors(version, past)
    ]
    return Shared(linked, min(partings, key=lambda version: version.rank))


def _signed(parting: Version, past: Mapping[str, Version]) -> Sequence[Version]:
    """Return the signature with which two were one until a verdict parted them."""
    seen = [past[id_] for id_ in parting.preds if id_ in past]
    hands = [version for version in seen if version.value == PROPOSED]
    if parting.value != DIFFERENT or SAME not in verdicts_of(hands):
        return ()
    return (max(hands, key=lambda version: version.rank),)


def written_in(time: Shared, document: Document) -> Iterator[tuple[str, Head]]:
    """Yield cell key and head of what was written on a document in that time."""
    for cell, state in sorted(document.cells.items()):
        for head in state.ordered():
            if time.holds(head.version):
                yield cell, head
