"""Finding a place by a part of its name, as people type it.

Capitals, apostrophes and hyphens do not matter, and what was typed in Latin letters is
looked for among the names in Latin letters.
"""

import re
from functools import cache
from typing import Final

from forms.places import oblasts
from forms.places.codifier import (
    SETTLEMENTS,
    Kind,
    Place,
    codifier,
    place,
    within,
)
from forms.places.latin import transliterated

MOST: Final = 20
"""How many places somebody is shown who does not say how many."""

_KINDS: Final = (
    *(Kind.SPECIAL_CITY, Kind.CITY, Kind.TOWN, Kind.VILLAGE),
    *(Kind.HROMADA, Kind.RAION, Kind.OBLAST, Kind.DISTRICT),
)
_ORDER: Final = {kind.value: number for number, kind in enumerate(_KINDS)}
_FOLDED: Final = str.maketrans({**dict.fromkeys("'’ʼ‘`´", ""), "-": " "})
_TYPE: Final = re.compile(r"^(?:м|с|сщ|смт|місто|село|селище)\. ?|^(?:смт|сщ) ")
_LATIN: Final = re.compile(r"[a-z]")
_ALPHABET: Final = {
    letter: f"{number:02}"
    for number, letter in enumerate(" абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", 1)
}


def find(q: str, *, inside: str = "", most: int = MOST) -> tuple[Place, ...]:
    """Return the places that a part of a name may mean, the likeliest first.

    Names that are the text come before those that begin with it, then those with a word
    that does, then all others; of these cities before towns before villages before what
    they lie in; then the alphabet.

    Args:
        q: A part of a name, in Ukrainian or in Latin letters.
        inside: The code of an oblast, a raion, a hromada or a city, or an oblast's
            ISO 3166-2 code; empty for the whole country. In an unknown one nothing is
            found.
        most: How many places are returned at most.
    """
    wanted = _TYPE.sub("", _fold(q))
    beginning = _beginning(inside)
    if not wanted or beginning is None:
        return ()
    known = codifier()
    names = _latin() if _LATIN.search(wanted) else _names()
    found = [n for n in known.span(beginning) if wanted in names[n]]
    found.sort(
        key=lambda n: (
            _distance(names[n], wanted),
            _ORDER[known.kinds[n]],
            alphabetical(known.names[n]),
            known.codes[n],
        )
    )
    return tuple(known.at(n) for n in found[:most])


def named(name: str, *, inside: str = "") -> tuple[Place, ...]:
    """Return the settlements and hromadas that bear just this name, as ``find`` does."""
    wanted = _TYPE.sub("", _fold(name))
    found = find(name, inside=inside, most=len(codifier().codes))
    return tuple(
        here
        for here in found
        if here.kind in (*SETTLEMENTS, Kind.HROMADA)
        and wanted in (_fold(here.name), _fold(transliterated(here.name)))
    )


def alphabetical(name: str) -> str:
    """Return a key that sorts names as a Ukrainian index does."""
    return "".join(_ALPHABET.get(letter, "00") for letter in _fold(name))


def _beginning(inside: str) -> str | None:
    if not inside:
        return ""
    if oblasts.is_iso(inside):
        return oblasts.beginning(inside)
    around = place(inside)
    return None if around is None else within(around)


def _distance(name: str, wanted: str) -> int:
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    return 2 if f" {wanted}" in name else 3


def _fold(text: str) -> str:
    return " ".join(text.casefold().translate(_FOLDED).split())


@cache
def _names() -> list[str]:
    return "\n".join(codifier().names).casefold().translate(_FOLDED).split("\n")


@cache
def _latin() -> list[str]:
    return transliterated("\n".join(_names())).split("\n")
