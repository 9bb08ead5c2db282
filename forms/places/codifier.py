"""The codifier itself: a place by its code, what it lies in, and what to call it.

Codes are hierarchical: two digits of an oblast, two of a raion in it, three of a hromada,
three of a settlement; so a place's superiors are found by its own code. Everything stays
in the order of the codes.
"""

import gzip
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from forms.places.latin import transliterated

EDITION: Final = "2026-07"

Language = Literal["uk", "en"]

_SPANS: Final = (4, 6, 9, 12)
"""How much of a code an oblast, a raion, a hromada and a settlement share."""
_HIGHEST: Final = "\U0010ffff"


class Kind(Enum):
    """What a place is; the value is the letter of the codifier."""

    OBLAST = "O"
    SPECIAL_CITY = "K"
    RAION = "P"
    HROMADA = "H"
    CITY = "M"
    TOWN = "X"
    VILLAGE = "C"
    DISTRICT = "B"


SETTLEMENTS: Final = (Kind.SPECIAL_CITY, Kind.CITY, Kind.TOWN, Kind.VILLAGE)
"""Where people live, the larger kinds first."""

_TITLES: Final[dict[Kind, dict[Language, str]]] = {
    Kind.OBLAST: {"uk": "{} область", "en": "{} oblast"},
    Kind.RAION: {"uk": "{} район", "en": "{} raion"},
    Kind.HROMADA: {"uk": "{} громада", "en": "{} hromada"},
    Kind.DISTRICT: {"uk": "{} район", "en": "{} district"},
}
_KINDS: Final[dict[Kind, dict[Language, str]]] = {
    Kind.CITY: {"uk": "місто", "en": "city"},
    Kind.TOWN: {"uk": "селище", "en": "town"},
    Kind.VILLAGE: {"uk": "село", "en": "village"},
}
_CRIMEA: Final = "UA01"
_CRIMEA_IN_ENGLISH: Final = "Autonomous Republic of Crimea"


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the codifier has it; the name of an oblast is ``Львівська``."""

    code: str
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Codifier:
    """All places by code, in three columns."""

    codes: tuple[str, ...]
    kinds: tuple[str, ...]
    names: tuple[str, ...]

    def at(self, number: int) -> Place:
        """Return the place on a line."""
        return Place(self.codes[number], Kind(self.kinds[number]), self.names[number])

    def span(self, beginning: str) -> range:
        """Return the lines of the places whose codes begin so."""
        start = bisect_left(self.codes, beginning)
        return range(start, bisect_left(self.codes, beginning + _HIGHEST, lo=start))


@cache
def codifier() -> Codifier:
    """Return the places; the first call reads them."""
    path = files("forms") / "places" / f"katottg-{EDITION}.tsv.gz"
    cells = gzip.decompress(path.read_bytes()).decode().replace("\n", "\t").split("\t")
    codes, kinds, names = cells[0:-1:3], cells[1::3], cells[2::3]
    return Codifier(tuple(codes), tuple(kinds), tuple(names))


def place(code: str) -> Place | None:
    """Return the place of a code; None where the codifier has none."""
    known = codifier()
    number = bisect_left(known.codes, code)
    if number < len(known.codes) and known.codes[number] == code:
        return known.at(number)
    return None


def parents(code: str) -> tuple[Place, ...]:
    """Return what a place lies in, the largest first: oblast, raion, hromada, city."""
    known = codifier()
    heads = dict.fromkeys(_heads(known, code))
    return tuple(known.at(number) for number in heads if known.codes[number] != code)


def within(of: Place) -> str:
    """Return what the codes of all places in this one begin with."""
    zeros = {Kind.OBLAST: 0, Kind.RAION: 1, Kind.HROMADA: 2}
    if of.kind is Kind.SPECIAL_CITY:
        return of.code[: _SPANS[0]]
    return of.code[: _SPANS[zeros.get(of.kind, 3)]]


def label(code: str, language: Language = "uk") -> str:
    """Return what to call a place so that nobody takes it for another.

    The hromada is named where the raion has two of a name, the kind where the hromada
    has. An unknown code stands for itself.

    Example:
        ``UA46020090010062870`` is ``Трускавець, Дрогобицький район, Львівська область``.
    """
    here = place(code)
    if here is None:
        return code
    return ", ".join([distinct(here, language), *_above(here, language)])


def distinct(here: Place, language: Language = "uk") -> str:
    """Return the name of a place, with its kind where its hromada has two of the name."""
    if _is_one_of_several(here, 2):
        kind = _KINDS.get(here.kind, {}).get(language, "")
        return f"{titled(here, language)} ({kind})" if kind else here.name
    return titled(here, language)


def hromada_if_needed(here: Place, language: Language = "uk") -> tuple[str, ...]:
    """Return the hromada of a settlement where its raion has two of the name."""
    if here.kind not in SETTLEMENTS or not _is_one_of_several(here, 1):
        return ()
    above = (up for up in parents(here.code) if up.kind is Kind.HROMADA)
    return tuple(titled(up, language) for up in above)


def titled(here: Place, language: Language = "uk") -> str:
    """Return the name of a place with what it is, ``Львівська область``."""
    if here.kind is Kind.OBLAST and here.code.startswith(_CRIMEA):
        return here.name if language == "uk" else _CRIMEA_IN_ENGLISH
    name = here.name if language == "uk" else transliterated(here.name)
    return _TITLES.get(here.kind, {}).get(language, "{}").format(name)


def _above(here: Place, language: Language) -> list[str]:
    up = reversed(parents(here.code))
    rest = (above for above in up if above.kind is not Kind.HROMADA)
    return [*hromada_if_needed(here, language), *(titled(a, language) for a in rest)]


def _is_one_of_several(here: Place, depth: int) -> bool:
    """Tell whether the raion (1) or the hromada (2) has settlements of the same name."""
    return (
        here.kind in SETTLEMENTS and _names(here.code[: _SPANS[depth]])[here.name] > 1
    )


@cache
def _names(beginning: str) -> Counter[str]:
    """Return how many settlements of each name there are in a raion or hromada."""
    known = codifier()
    return Counter(
        known.names[number]
        for number in known.span(beginning)
        if Kind(known.kinds[number]) in SETTLEMENTS
    )


def _heads(known: Codifier, code: str) -> Iterator[int]:
    """Yield the line of each place that a code lies in; a city stands before its districts."""
    for length in _SPANS:
        beginning = code[:length].ljust(_SPANS[-1], "0")
        yield from known.span(beginning)[:1]
