"""What ``make bench`` runs: how fast, beside what the same rows cost with no thought.

Run and bare insert take turns, so a busy machine slows both. The store grows while
changes are merged; the rate at a size is that of the next changes, when so many are
stored.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

import ground
import history
import report
from ground import Files, Ground
from report import Figure, Flatness, Waits
from workloads import (
    CHANGES_A_BATCH,
    SUBMISSIONS_A_BATCH,
    Timed,
    alone,
    inserted,
    merged,
    posted,
    posted_singly,
    received,
)

BUILD: Final = Path(__file__).resolve().parents[2] / "build"
SIZES: Final = (0, 10_000, 100_000, 300_000, 1_000_000)
SMALL: Final = 10_000
"""The size with whose rate those of larger stores are compared."""
WINDOW: Final = 10_000
"""Of how many changes a rate is taken."""
DATABASES: Final = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Growth:
    """A store that has grown, and the bare insert of what it holds."""

    run: Timed
    bare: Timed


def main() -> None:
    """Measure, print the table, write the JSON."""
    asked = _asked()
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    flat: list[Flatness] = []
    machine = report.machine()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(
                TemporaryDirectory(dir=asked.json.parent, prefix="bench-")
            )
        )
        files = Files(folder)
        files.prepare()
        figures += forms(files, asked.submissions, asked.runs)
        singly, waits = posts(files, asked.submissions, asked.runs)
        figures.append(singly)
        changes = folder / "changes.jsonl"
        count = asked.changes + min(asked.changes, WINDOW)
        alone(history.write, changes, count, CHANGES_A_BATCH)
        for kind in asked.databases:
            where: Ground = files
            if kind == "postgresql":
                where = stack.enter_context(ground.served())
                where.prepare()
                machine["PostgreSQL"] = dict(where.facts)
            grown = [
                _growth(where, changes, count, f"{n}/{asked.growths}")
                for n in range(1, asked.growths + 1)
            ]
            rows = merging(where.name, grown, asked.changes)
            figures += rows.values()
            flat += _flatness(where.name, rows)
    report.show(figures, [waits, *flat], machine)
    said = {
        "machine": machine,
        "figures": [figure.json() for figure in figures],
        "waits": [waits.json()],
        "flatness": [one.json() for one in flat],
    }
    asked.json.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n")


def forms(where: Files, count: int, runs: int) -> tuple[Figure, Figure]:
    """Return the figures of reception forms, by the service and over HTTP."""
    rounds = [
        (
            alone(received, where, count, f"service {which}"),
            alone(posted, where, count, f"web {which}"),
            alone(
                inserted,
                where,
                "received",
                -(-count // SUBMISSIONS_A_BATCH),
                f"bare forms {which}",
            ),
        )
        for which in (f"{number}/{runs}" for number in range(1, runs + 1))
    ]
    service, web, bare = zip(*rounds, strict=True)
    return (
        Figure(
            name="F1 taken in, by the service",
            what="submissions",
            count=count,
            runs=service,
            bare=bare,
            at_least=600,
            share_at_least=0.05,
        ),
        Figure(
            name="F1 taken in, over HTTP",
            what="submissions",
            count=count,
            runs=web,
            bare=bare,
            at_least=450,
            share_at_least=0.05,
        ),
    )


def posts(where: Files, count: int, runs: int) -> tuple[Figure, Waits]:
    """Return the figures of forms that come one a request, and of how long each waits."""
    both = [
        [alone(posted_singly, where, count, app) for app in ("posts", "bare")]
        for _ in range(runs)
    ]
    node, bare = zip(*both, strict=True)
    figure = Figure(
        name="F1 posted singly by 8 phones, as ODK Collect does; bare: same over HTTP",
        what="submissions",
        count=count,
        runs=tuple(Timed((crowd.seconds,), crowd.peak_mb) for crowd in node),
        bare=tuple(Timed((crowd.seconds,), crowd.peak_mb) for crowd in bare),
        at_least=400,
    )
    waits = Waits(
        name="99 of 100 posts are answered within",
        runs=tuple(crowd.p99_ms for crowd in node),
        bare=tuple(crowd.p99_ms for crowd in bare),
        at_most=1.5,
    )
    return figure, waits


def merging(kind: str, grown: Sequence[Growth], changes: int) -> dict[int, Figure]:
    """Return the figure at each size that the stores had."""
    count = min(changes, WINDOW)
    figures: dict[int, Figure] = {}
    for size in (size for size in SIZES if size <= changes):
        begun, end = (-(-n // CHANGES_A_BATCH) for n in (size, size + count))
        figures[size] = Figure(
            name=f"changes of three cells, {kind}, {size:,} stored before",
            what="changes",
            count=count,
            runs=tuple(one.run.part(begun, end) for one in grown),
            bare=tuple(one.bare.part(begun, end) for one in grown),
            at_least=4_000,
            peak_at_most=600,
        )
    return figures


def _flatness(kind: str, rows: Mapping[int, Figure]) -> Iterator[Flatness]:
    for size, large in rows.items():
        if size > SMALL:
            yield Flatness(
                name=f"rate at {size:,} over rate at {SMALL:,}, {kind}",
                small=rows[SMALL],
                large=large,
                at_least=0.7,
            )


def _growth(where: Ground, changes: Path, count: int, which: str) -> Growth:
    batches = -(-count // CHANGES_A_BATCH)
    name = f"{where.name} {which}"
    return Growth(
        alone(merged, where, changes, count, f"merge {name}"),
        alone(inserted, where, "merged", batches, f"bare changes {name}"),
    )


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--submissions", type=int, default=2_000, metavar="N")
    parser.add_argument("--changes", type=int, default=300_000, metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="of forms")
    parser.add_argument(
        "--growths", type=int, default=3, metavar="N", help="of stores by changes"
    )
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="some two minutes: fewer runs, 100,000 changes",
    )
    parser.add_argument("--json", type=Path, default=BUILD / "bench.json")
    asked: Any = parser.parse_args()
    if asked.quick:
        asked.submissions, asked.changes, asked.runs, asked.growths = 500, 100_000, 2, 1
    return asked


if __name__ == "__main__":
    main()
