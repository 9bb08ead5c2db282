"""Faults that are planted on purpose, to see that a test notices: read from data."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from repository import ROOT

CASES = ROOT / "tests" / "faults" / "deliberate.toml"


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong line in one file, and the tests of which one must fail.

    ``tests`` holds what pytest is given, one list after the other until one fails.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[tuple[str, ...], ...]

    def planted_in(self, text: str) -> str:
        """Return the file with the fault in it."""
        if text.count(self.old) != 1:
            raise LookupError(f"{self.name}: no single such place in {self.file}")
        return text.replace(self.old, self.new)

    def plant(self, tree: Path) -> None:
        """Put the fault into a copy of the repository."""
        path = tree / self.file
        path.write_text(self.planted_in(path.read_text("utf-8")), "utf-8")


def faults() -> list[Fault]:
    """Return all faults, in the order of the file."""
    read = tomllib.loads(CASES.read_text("utf-8"))
    suites = {
        name: tuple(map(tuple, stages)) for name, stages in read["suites"].items()
    }
    return [Fault(tests=suites[case.pop("suite")], **case) for case in read["fault"]]
