"""What ``make bench`` runs: how fast, beside what the same rows cost with no thought.

Run and bare insert take turns, so a busy machine slows both.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

import report
from ground import Ground
from report import Figure
from workloads import (
    CHANGES_A_BATCH,
    SUBMISSIONS_A_BATCH,
    Timed,
    alone,
    inserted,
    merged,
    posted,
    received,
)

BUILD = Path(__file__).resolve().parents[2] / "build"
SERVICE, WEB, MERGE, BARE_FORMS, BARE_CHANGES = range(5)


def main() -> None:
    """Measure, print the table, write the JSON."""
    asked = _asked()
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=asked.json.parent, prefix="bench-") as folder:
        figures = measure(
            Ground(Path(folder)), asked.submissions, asked.changes, asked.runs
        )
    machine = report.machine()
    report.show(figures, machine)
    said = {"machine": machine, "figures": [figure.json() for figure in figures]}
    asked.json.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n")


def measure(
    ground: Ground, submissions: int, changes: int, runs: int
) -> tuple[Figure, ...]:
    """Return all figures of so many runs."""
    ground.prepare()
    rounds = [
        _round(ground, submissions, changes, f"{number}/{runs}")
        for number in range(1, runs + 1)
    ]
    timed = list(zip(*rounds, strict=True))
    return (
        Figure(
            name="F1 taken in, by the service",
            what="submissions",
            count=submissions,
            runs=timed[SERVICE],
            bare=timed[BARE_FORMS],
            at_least=600,
            share_at_least=0.05,
        ),
        Figure(
            name="F1 taken in, over HTTP",
            what="submissions",
            count=submissions,
            runs=timed[WEB],
            bare=timed[BARE_FORMS],
            at_least=450,
            share_at_least=0.05,
        ),
        Figure(
            name="changes of three cells merged",
            what="changes",
            count=changes,
            runs=timed[MERGE],
            bare=timed[BARE_CHANGES],
            at_least=4_000,
        ),
    )


def _round(
    ground: Ground, submissions: int, changes: int, which: str
) -> tuple[Timed, ...]:
    """Return one run of everything, in the order of the names above."""
    batches_of_forms = -(-submissions // SUBMISSIONS_A_BATCH)
    batches_of_changes = -(-changes // CHANGES_A_BATCH)
    return (
        alone(received, ground, submissions, f"service {which}"),
        alone(posted, ground, submissions, f"web {which}"),
        alone(merged, ground, changes, f"merge {which}"),
        alone(inserted, ground, "received", batches_of_forms, f"bare forms {which}"),
        alone(inserted, ground, "merged", batches_of_changes, f"bare changes {which}"),
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--submissions", type=int, default=2_000, metavar="N")
    parser.add_argument("--changes", type=int, default=10_000, metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--json", type=Path, default=BUILD / "bench.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
