"""What the runs say: a table for people, JSON for comparing, the machine for both."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import sqlcipher3.dbapi2
from rich.console import Console
from rich.table import Table
from workloads import Timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row: so many things a second, beside the bare insert of the same rows.

    ``at_least`` and ``share_at_least`` are what the design asks for, ``peak_at_most``
    is in megabytes.
    """

    name: str
    what: str
    count: int
    runs: tuple[Timed, ...]
    bare: tuple[Timed, ...]
    at_least: float
    share_at_least: float | None = None
    peak_at_most: float | None = None

    @property
    def rates(self) -> tuple[float, ...]:
        """How many a second, by run."""
        return tuple(self.count / run.seconds for run in self.runs)

    @property
    def bare_rates(self) -> tuple[float, ...]:
        """The same of the bare insert."""
        return tuple(self.count / run.seconds for run in self.bare)

    @property
    def share(self) -> float:
        """The part of the bare insert's rate that is reached."""
        return median(self.rates) / median(self.bare_rates)

    @property
    def is_reached(self) -> bool:
        """Whether the median is what it shall be."""
        is_fast = median(self.rates) >= self.at_least
        is_small = self.peak_mb <= (self.peak_at_most or self.peak_mb)
        return is_fast and is_small and self.share >= (self.share_at_least or 0)

    @property
    def peak_mb(self) -> float:
        """The most memory that a run held."""
        return max(run.peak_mb for run in self.runs)

    def json(self) -> dict[str, Any]:
        """Return the row as it is written down."""
        return {
            "name": self.name,
            "unit": f"{self.what}/s",
            "count": self.count,
            "rate": round(median(self.rates), 1),
            "rates": [round(rate, 1) for rate in self.rates],
            "bare_rate": round(median(self.bare_rates), 1),
            "bare_rates": [round(rate, 1) for rate in self.bare_rates],
            "share_of_bare": round(self.share, 4),
            "peak_mb": round(self.peak_mb),
            "to_reach": {
                "rate": self.at_least,
                "share_of_bare": self.share_at_least,
                "peak_mb": self.peak_at_most,
            },
            "is_reached": self.is_reached,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatness:
    """What is left of a rate when the store has grown, each run beside itself."""

    name: str
    small: Figure
    large: Figure
    at_least: float

    @property
    def shares(self) -> tuple[float, ...]:
        """The rate of the large store over that of the small one, by run."""
        pairs = zip(self.large.rates, self.small.rates, strict=True)
        return tuple(large / small for large, small in pairs)

    def json(self) -> dict[str, Any]:
        """Return it as it is written down."""
        return {
            "name": self.name,
            "share": round(median(self.shares), 4),
            "shares": [round(share, 4) for share in self.shares],
            "to_reach": self.at_least,
            "is_reached": median(self.shares) >= self.at_least,
        }

    def __str__(self) -> str:
        said = self.json()
        reached = "reached" if said["is_reached"] else "not reached"
        return f"{self.name}: {said['share']:.0%}, {reached} ({self.at_least:.0%})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long one sender in a hundred waits, in milliseconds, by run."""

    name: str
    runs: tuple[float, ...]
    bare: tuple[float, ...]
    at_most: float

    @property
    def ratio(self) -> float:
        """How many times as long as at the server without a thought."""
        return median(self.runs) / median(self.bare)

    def json(self) -> dict[str, Any]:
        """Return it as it is written down."""
        return {
            "name": self.name,
            "ms": [round(run, 1) for run in self.runs],
            "bare_ms": [round(run, 1) for run in self.bare],
            "ratio": round(self.ratio, 2),
            "to_reach": self.at_most,
            "is_reached": self.ratio <= self.at_most,
        }

    def __str__(self) -> str:
        reached = "reached" if self.ratio <= self.at_most else "not reached"
        waits = f"{median(self.runs):.0f} ms, bare {median(self.bare):.0f} ms"
        return f"{self.name}: {waits}, {self.ratio:.1f} x, {reached} ({self.at_most} x)"


def show(
    figures: Sequence[Figure],
    further: Sequence[Flatness | Waits],
    machine: dict[str, Any],
) -> None:
    """Print the table."""
    table = Table(title="Medians, with the least and the most of all runs")
    table.add_column("figure")
    for heading in ("a second", "bare insert", "share", "peak MB", "to reach", ""):
        table.add_column(heading, justify="right")
    for figure in figures:
        table.add_row(
            figure.name,
            _spread(figure.rates),
            _spread(figure.bare_rates),
            f"{figure.share:.1%}",
            f"{figure.peak_mb:.0f}",
            _asked(figure),
            "yes" if figure.is_reached else "no",
        )
    console = Console(width=None if Console().is_terminal else 120)
    console.print(table)
    for one in further:
        console.print(str(one))
    console.print(", ".join(f"{name} {fact}" for name, fact in machine.items()))


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlcipher3.dbapi2.sqlite_version,
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else ()
    names = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(names, platform.processor())


def _spread(rates: Sequence[float]) -> str:
    return f"{median(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})"


def _asked(figure: Figure) -> str:
    asked = f"{figure.at_least:,.0f}"
    if figure.share_at_least is not None:
        asked += f" and {figure.share_at_least:.0%}"
    if figure.peak_at_most is not None:
        asked += f", {figure.peak_at_most:.0f} MB"
    return asked
