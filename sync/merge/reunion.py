"""Who signs that a child goes home or is handed over (R02): two of two organisations.

A form names two people who verified; where it does not, people sign on the child's case.
A signature is an entry of a log, so it travels and can be taken back, and it names the
answers that it saw, so it lapses when they change. Whoever signs beside a form says
where that form was filled in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync.merge.hands import Hand
from sync.values import is_date

LOG: Final = "reunion_signed"
"""A log on a case: who signs."""
SIGN: Final = "sign"
RECOMMENDED: Final = "recommendation"
HANDED_OVER: Final = "handover_on"
TRACED: Final = "tracing_status"
CLAIMS: Final = (RECOMMENDED, HANDED_OVER, TRACED)
"""The cells of a case that say so."""
_REUNIFY: Final = frozenset({"reunify", "reunify_support"})
_REUNIFIED: Final = "reunified"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, for which site, when, and where the form beside it was filled in."""

    author: str
    site: str
    at: str
    beside: str = ""

    @property
    def hands(self) -> Iterator[Hand]:
        """Who this signature says has verified."""
        yield Hand(self.author, self.site)
        if self.beside:
            yield Hand("", self.beside)


def claimed(case: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cells by which a child goes home or was handed over."""
    said = {
        RECOMMENDED: case.get(RECOMMENDED) in _REUNIFY,
        HANDED_OVER: is_date(case.get(HANDED_OVER)),
        TRACED: case.get(TRACED) == _REUNIFIED,
    }
    return tuple(name for name in CLAIMS if said[name])


def claims(case: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cells that a signature names: the recommendation, where there is one."""
    found = claimed(case)
    return found[:1] if RECOMMENDED in found else found


def signed(case: Mapping[str, Any], heads: Iterable[str]) -> tuple[Signature, ...]:
    """Return the signatures that name these answers, as a view shows them."""
    wanted = set(heads)
    shown = case.get(LOG)
    return tuple(
        Signature(
            str(one.get("author", "")),
            str(one["value"].get("from", "")),
            str(one.get("at", "")),
            str(one["value"].get("beside", "")),
        )
        for one in (shown if isinstance(shown, list) else ())
        if isinstance(one, Mapping) and wanted and wanted <= _about(one.get("value"))
    )


def entry(heads: Iterable[str], site: str, beside: str) -> Mapping[str, Any]:
    """Return what somebody writes who signs."""
    said = {"say": SIGN, "about": sorted(heads), "from": site}
    return {**said, "beside": beside} if beside else said


def _about(value: Any) -> set[str]:
    if not isinstance(value, Mapping) or value.get("say") != SIGN:
        return set()
    about = value.get("about")
    return set(map(str, about)) if isinstance(about, list) else set()
