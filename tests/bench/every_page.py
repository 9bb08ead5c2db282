"""What ``make pages`` runs: each page of a large store, how often it asks and how long.

The store is made once, of so many children, and kept in a folder. Pages take turns with
one that asks nothing, so a busy machine slows all of them. Lists for a spreadsheet are
left out: such a file is as long as what it holds.
"""

import argparse
import gc
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

import full_record
import populace
import report
from desks import Desk
from flask.testing import FlaskClient
from ground import KEY
from rich.console import Console
from rich.table import Table
from servers import SIGNING
from statements import asked

from forms.catalogue import builtin
from intake_server.config import Settings
from intake_server.security.policy import Role
from intake_server.storage.database import Database

BUILD: Final = Path(__file__).resolve().parents[2] / "build"
BARE: Final = "/healthz"
_WARM: Final = 3
_PEOPLE: Final = {
    "coordinator": (Role.COORDINATOR, "kyiv"),
    "worker": (Role.WORKER, "truskavets"),
    "admin": (Role.ADMIN, "kyiv"),
}
_SEARCHES: Final = ("верб", "ремез данило", "verbov", "немає такого")
_MOST_STATEMENTS: Final = 12
_MOST_MS: Final = 150


@dataclass(slots=True)
class Page:
    """One page as one person opens it.

    ``times`` and ``work``, what of them the processor worked on it, are in milliseconds.
    """

    who: str
    name: str
    path: str
    client: FlaskClient
    statements: int = 0
    times: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)

    def open(self) -> int:
        """Open it, note how long that took, and return the status."""
        begun, worked = perf_counter(), process_time()
        answer = self.client.get(self.path)
        answer.get_data()
        self.times.append(1_000 * (perf_counter() - begun))
        self.work.append(1_000 * (process_time() - worked))
        return answer.status_code

    @property
    def p95(self) -> float:
        """What 95 of 100 requests stayed below."""
        return quantiles(self.times, n=20, method="inclusive")[-1]

    @property
    def is_reached(self) -> bool:
        """Whether it asks as seldom, and is as fast, as it shall be."""
        return self.statements <= _MOST_STATEMENTS and self.p95 <= _MOST_MS

    def json(self) -> dict[str, Any]:
        """Return the row as it is written down."""
        return {
            "who": self.who,
            "page": self.name,
            "statements": self.statements,
            "median_ms": round(median(self.times), 1),
            "p95_ms": round(self.p95, 1),
            "processor_ms": round(median(self.work), 1),
        }


def main() -> None:
    """Make the store where it is not there, measure, print the table, write the JSON."""
    said = _asked()
    said.folder.mkdir(parents=True, exist_ok=True)
    machine = report.machine()
    with _desk(said.folder, said.children, said.questions) as desk:
        bare = Page("", "a page that asks nothing", BARE, desk.app.test_client())
        pages = [page for page in _pages(desk) if _is_there(page)]
        for page in pages:
            with asked() as statements:
                page.client.get(page.path).get_data()
            page.statements = len(statements)
        for _ in range(said.requests):
            for page in pages:
                bare.open()
                page.open()
    _show(bare, pages, said.children, machine)
    found = {
        "machine": machine,
        "children": said.children,
        "questions": said.questions,
        "bare": bare.json(),
        "pages": [page.json() for page in pages],
    }
    said.json.parent.mkdir(parents=True, exist_ok=True)
    said.json.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


def _pages(desk: Desk) -> Iterator[Page]:
    paths = full_record.paths(desk)
    searches = {f"pages.children?{q}": f"/children?q={q}" for q in _SEARCHES}
    for who, (role, site) in _PEOPLE.items():
        browser = desk.browser(role, site, f"{who} {desk.watch.moment:%f}")
        for endpoint, path in {**paths, **searches}.items():
            name = endpoint.removeprefix("pages.")
            if not name.startswith("list_"):
                yield Page(who, name, path, browser)


def _is_there(page: Page) -> bool:
    """Open a page until it is warm; tell whether this person has it."""
    statuses = [page.open() for _ in range(_WARM)]
    page.times.clear()
    page.work.clear()
    return statuses[-1] < 400


@contextmanager
def _desk(folder: Path, children: int, questions: int) -> Iterator[Desk]:
    file = folder / f"{children}-{questions}.sqlite3"
    if not file.exists():
        Console(stderr=True).print(f"Making {file}: some minutes, this once")
        half = file.with_suffix(".half")
        half.unlink(missing_ok=True)
        with _opened(half) as desk:
            desk.publish(*builtin())
            populace.settle(desk, children, questions)
            phone = full_record.with_a_full_record(desk).phone("truskavets", "Ще")
            full_record.more(desk, 5, first=1, phone=phone)
        half.rename(file)
    with _opened(file) as desk:
        yield desk


@contextmanager
def _opened(file: Path) -> Iterator[Desk]:
    room: Mapping[str, Any] = {"min_free_bytes": 0, "min_free_percent": 0}
    with Database(f"sqlite:///{file}", KEY) as database:
        database.migrate()
        desk = Desk(database, Settings(data=file.parent, secret_key=SIGNING, **room))
        gc.freeze()  # as a worker of the server does once it is loaded
        yield desk


def _show(
    bare: Page, pages: Sequence[Page], children: int, machine: Mapping[str, Any]
) -> None:
    table = Table(title=f"Pages of a store with {children:,} children")
    for head in ("who", "page"):
        table.add_column(head, no_wrap=True)
    for head in ("asks", "median", "p95", "work", "of bare", ""):
        table.add_column(head, justify="right")
    for page in (bare, *sorted(pages, key=lambda one: -median(one.times))):
        table.add_row(
            page.who,
            page.name,
            str(page.statements),
            f"{median(page.times):.1f}",
            f"{page.p95:.1f}",
            f"{median(page.work):.1f}",
            f"{median(page.work) / median(bare.work):.0f}",
            "" if page.is_reached else "not reached",
        )
    console = Console()
    console.print(table)
    console.print(
        "Asks are statements to the store; median, p95 and the median of the processor's"
        " work are in ms; the last number is that work over the bare page's."
    )
    console.print(", ".join(f"{name} {fact}" for name, fact in machine.items()))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make pages", description=__doc__)
    parser.add_argument("--children", type=int, default=100_000, metavar="N")
    parser.add_argument("--questions", type=int, default=5_000, metavar="N")
    parser.add_argument("--requests", type=int, default=40, metavar="N")
    parser.add_argument("--folder", type=Path, default=BUILD / "pages")
    parser.add_argument("--json", type=Path, default=BUILD / "pages.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
