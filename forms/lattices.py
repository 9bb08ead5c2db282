"""The orders that ``lattice NAME`` policies follow, as ``definitions/lattices.tsv``.

``states`` is a chain ``low<high``, or a list whose order stands in ``edges``.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from typing import Final


@dataclass(frozen=True, slots=True)
class Lattice:
    """A partial order of states.

    A ``guarded`` state is never reached without a person when others disagree.
    ``shows_join`` shows the safest state while people are asked.
    """

    states: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]
    guarded: tuple[str, ...] = ()
    shows_join: bool = False


def parse(table: str) -> Mapping[str, Lattice]:
    """Return the orders of a tab-separated table by name."""
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["name"]: _lattice(row) for row in rows}


def _lattice(row: Mapping[str, str]) -> Lattice:
    chain = row["states"].split("<")
    states = tuple(chain if len(chain) > 1 else row["states"].split())
    steps = pairwise(chain)
    listed = (edge.split("<") for edge in row["edges"].split())
    return Lattice(
        states=states,
        edges=tuple((low, high) for low, high in (*steps, *listed)),
        guarded=tuple(row["guarded"].split()),
        shows_join=row["conflict_display_join"] == "yes",
    )


LATTICES: Final = parse(
    (files("forms") / "definitions" / "lattices.tsv").read_text(encoding="utf-8")
)
