"""Two hands: what nobody does alone, and no organisation by itself.

Two names of one person are one hand, and two colleagues are one organisation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who signs: who, and of which organisation."""

    person: str
    organisation: str


def are_two_people(signed: Iterable[str]) -> bool:
    """Tell whether two different people signed, of whatever organisation."""
    return len(set(signed)) > 1


def are_two(signed: Iterable[Hand]) -> bool:
    """Tell whether two different people of two different organisations signed."""
    return any(
        one.person != other.person and one.organisation != other.organisation
        for one, other in combinations(set(signed), 2)
    )
