"""A form that was filled in on paper and typed in later says who wrote it, and when.

Whoever typed it in is its author all the same. The answers stand on the event; those of
a sealed form are sealed, have names of their own, and are told to nobody else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FROM_PAPER: Final = "from_paper"
BY: Final = "paper_by"
ON: Final = "paper_on"

QUESTIONS: Final = (FROM_PAPER, BY, ON)
"""The questions by name; a blank form on paper has lines of its own for them."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Who wrote the paper, and the day as ISO text; either may be missing."""

    by: str
    on: str


def paper(said: Iterable[tuple[str, object]]) -> Paper | None:
    """Return what answers, by property, say of a paper; None where there was none."""
    texts = {name: value for name, value in said if isinstance(value, str)}
    found = Paper(by=texts.get(BY, ""), on=texts.get(ON, ""))
    return None if found == Paper("", "") else found
