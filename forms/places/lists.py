"""The places as files that a form may name, ``jr://file-csv/katottg-2026-07.csv``.

Every node has them from its own installation, so they do not travel with each form. A
form is for ever and so is what it was shown with: the edition stands in the name of the
file, the digests of its bytes stand here, and a later edition is a file beside it. A form
carries the digest of the file that it was published with; a node that has no such file
does not hand the form out.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from forms.places import oblasts
from forms.places.codifier import (
    SETTLEMENTS,
    Kind,
    Place,
    codifier,
    distinct,
    hromada_if_needed,
    parents,
    titled,
)
from forms.places.search import alphabetical

RESERVED: Final = "katottg-"
"""What the names of these files begin with; no form brings one of its own."""

_HEADER: Final = ("name", "label", "oblast")
_TOWNS: Final = (Kind.SPECIAL_CITY, Kind.CITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A file that every installation has; digests are in hexadecimal."""

    name: str
    md5: str
    sha256: str
    size: int


SETTLEMENT_LIST: Final = Shipped(
    name="katottg-2026-07.csv",
    md5="0b2e346429b04ad54476b9b63e040b0c",
    sha256="4cb573131aacace6faf2d63683bbba279a61813f10b0345e839d4c6180417806",
    size=2603625,
)
"""Settlements: code, name with its raion, oblast as ISO 3166-2 has it; cities first."""

HROMADA_LIST: Final = Shipped(
    name="katottg-hromadas-2026-07.csv",
    md5="9da64bbd84fda8abb0f1d65fab126e1c",
    sha256="da621d3eeedef0250f44cf2a8900f6149b2924743ae4bd1408113c2095660b53",
    size=256299,
)
"""Hromadas: code, name with raion and oblast, oblast as ISO 3166-2 has it."""

SHIPPED: Final[Mapping[str, Shipped]] = {
    one.name: one for one in (SETTLEMENT_LIST, HROMADA_LIST)
}


@cache
def content(name: str) -> bytes:
    """Return the bytes of a shipped file; the first call takes some tenths of a second."""
    return _written(_MADE[name]())


def _settlements() -> Iterator[tuple[str, str]]:
    for here in _places(SETTLEMENTS):
        raion = [titled(up) for up in parents(here.code) if up.kind is Kind.RAION]
        yield here.code, ", ".join([distinct(here), *hromada_if_needed(here), *raion])


def _hromadas() -> Iterator[tuple[str, str]]:
    for here in _places([Kind.HROMADA]):
        above = (titled(up) for up in reversed(parents(here.code)))
        yield here.code, ", ".join([titled(here), *above])


def _places(kinds: Iterable[Kind]) -> list[Place]:
    wanted, known = {kind.value for kind in kinds}, codifier()
    numbers = (n for n, kind in enumerate(known.kinds) if kind in wanted)
    return sorted(
        map(known.at, numbers),
        key=lambda here: (
            oblasts.beginning(oblasts.iso(here.code)),
            here.kind not in _TOWNS,
            alphabetical(here.name),
            here.code,
        ),
    )


def _written(labels: Iterable[tuple[str, str]]) -> bytes:
    """Return the lines of a file; of places with one name their codes stand beside it."""
    rows = [(code, said, oblasts.iso(code)) for code, said in labels]
    alike = Counter((said, oblast) for _, said, oblast in rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(
        (code, said if alike[said, oblast] == 1 else f"{said}, {code}", oblast)
        for code, said, oblast in rows
    )
    return text.getvalue().encode()


_MADE: Final[Mapping[str, Callable[[], Iterator[tuple[str, str]]]]] = {
    SETTLEMENT_LIST.name: _settlements,
    HROMADA_LIST.name: _hromadas,
}
