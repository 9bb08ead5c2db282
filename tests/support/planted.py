"""Faults that are planted on purpose, to see that a test notices: read from data."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from repository import ROOT

CASES = ROOT / "tests" / "faults" / "deliberate.toml"


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong line in one file, and the tests of which one must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def planted_in(self, text: str) -> str:
        """Return the file with the fault in it."""
        if text.count(self.old) != 1:
            raise LookupError(f"{self.name}: no single such place in {self.file}")
        return text.replace(self.old, self.new)

    def plant(self, tree: Path) -> None:
        """Put the fault into a copy of the repository."""
        path = tree / self.file
        path.write_text(self.planted_in(path.read_text("utf-8")), "utf-8")


def suites() -> dict[str, tuple[str, ...]]:
    """Return the parts of the tests that the cases speak of, by name."""
    return {name: tuple(paths) for name, paths in _read()["suites"].items()}


def faults() -> list[Fault]:
    """Return all faults, in the order of the file."""
    parts = suites()
    return [
        Fault(**{k: v for k, v in case.items() if k != "suite"}, tests=parts[suite])
        for case in _read()["fault"]
        for suite in [case["suite"]]
    ]


def _read():
    return tomllib.loads(CASES.read_text("utf-8"))
