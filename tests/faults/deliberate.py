"""What ``make faults`` runs: the program is broken on purpose, and a test must notice.

Each fault of ``deliberate.toml`` is planted alone in a copy of the repository, and the
tests of its suite run there until one fails. With nothing planted they must pass, or
nothing would be shown. A fault that survives asks for a test.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

from planted import Fault, faults
from repository import ROOT

COPIED = ("forms", "sync", "intake_server", "tests")
PYTEST = (
    *(sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:xdist"),
    *("-p", "no:cacheprovider", "--hypothesis-profile=hasty", "--scale=0.5"),
)
VITEST = ("node", "node_modules/vitest/vitest.mjs", "run", "--bail=1")
CLIENT = Path("intake_server") / "field_client"
PASSED, FAILED = 0, 1
"""What both answer when they ran to the end; else nothing is said of the tests."""
LONGEST_S = 600
LIBRARIES = shutil.ignore_patterns("node_modules")

Stages = Sequence[Sequence[str]]
"""What pytest is given, one after the other."""


@dataclass(frozen=True, slots=True)
class End:
    """How the tests ended in a copy, and which of them failed first."""

    fault: Fault | None
    status: int | None
    failed: str
    seconds: float

    @property
    def outcome(self) -> str:
        if self.status == FAILED and self.failed:
            return "caught"
        return "survived" if self.status == PASSED else "broken"


def main() -> int:
    """Run what was asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", metavar="WORDS", help="part of a name")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    chosen = able([fault for fault in faults() if asked.only in fault.name])
    suites = sorted({fault.tests for fault in chosen})
    began = time.monotonic()
    with ThreadPoolExecutor(asked.jobs) as pool:
        whole = [pool.submit(in_a_copy, tests) for tests in suites]
        faulty = [pool.submit(in_a_copy, fault.tests, fault) for fault in chosen]
        ends = [say(end.result()) for end in as_completed([*whole, *faulty])]
    failing = sum(end.fault is None and end.outcome != "survived" for end in ends)
    unnoticed = sum(end.fault is not None and end.outcome != "caught" for end in ends)
    minutes = (time.monotonic() - began) / 60
    print(f"{len(chosen)} faults, {unnoticed} not caught, in {minutes:.1f} minutes")
    if failing:
        print("with nothing planted they do not pass, which is to be seen to first")
    return 1 if unnoticed or failing else 0


def able(chosen: list[Fault]) -> list[Fault]:
    """Return those that this machine can plant; say which are left out."""
    if shutil.which("node"):
        return chosen
    without = [fault for fault in chosen if not is_client(fault.tests[0])]
    print(f"{len(chosen) - len(without)} of the field client are left out: no node")
    return without


def is_client(stage: Sequence[str]) -> bool:
    """Tell whether tests are the field client's own."""
    return stage[0].startswith(f"{CLIENT}/")


def say(end: End) -> End:
    """Print a line of the table."""
    name = end.fault.name if end.fault else "(nothing planted)"
    print(f"{end.outcome:8} {end.seconds:6.1f} s  {name:64} {end.failed}", flush=True)
    return end


def in_a_copy(tests: Stages, fault: Fault | None = None) -> End:
    """Run tests in a copy of the repository, with a fault in it."""
    with TemporaryDirectory(prefix="dodomu-fault-") as folder:
        tree = Path(folder)
        for name in COPIED:
            shutil.copytree(ROOT / name, tree / name, ignore=LIBRARIES)
        (tree / CLIENT / "node_modules").symlink_to(ROOT / CLIENT / "node_modules")
        shutil.copy(ROOT / "pyproject.toml", tree)
        if fault:
            fault.plant(tree)
        began = time.monotonic()
        for stage in tests:
            status, said = run(stage, tree)
            if status != PASSED:
                break
        return End(fault, status, first_failed(said), time.monotonic() - began)


def run(stage: Sequence[str], tree: Path) -> tuple[int | None, str]:
    """Return the exit status of tests and what they say; None for those that hang."""
    environ = {**os.environ, "PYTHONPATH": str(tree), "NO_COLOR": "1"}
    if is_client(stage):
        below = [str(Path(path).relative_to(CLIENT)) for path in stage]
        command, folder = [*VITEST, *below], tree / CLIENT
    else:
        command, folder = [*PYTEST, *stage], tree
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # lets them stop their PostgreSQL
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60)
            process.kill()
            return None, ""
    return process.returncode, said


def first_failed(said: str) -> str:
    """Return the test that is named first; a file that cannot be read is none."""
    for line in said.splitlines():
        if line.startswith("FAILED "):
            return line.removeprefix("FAILED ").partition(" - ")[0]
        if line.startswith(" FAIL ") and " > " in line:
            return line.removeprefix(" FAIL ").strip()
    return ""


if __name__ == "__main__":
    sys.exit(main())
