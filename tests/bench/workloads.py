"""The runs that are timed, each in a process of its own.

So the peak of memory is the run's own, and no run finds what another left warm.
"""

import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random
from time import perf_counter
from typing import Any, Final, TypeVar

import bare
from centres import MORNING, OLENA
from children import reception
from corrections import Corrections
from ground import KEY, SITE, Ground
from rich.console import Console
from rich.progress import track
from serving import packed, served

from intake_server.clock import milliseconds
from intake_server.services import intake, publishing
from intake_server.services.intake import Incoming, Receipt
from intake_server.storage.ingest import Outcome, ingest
from sync.change import Change

SUBMISSIONS_A_BATCH: Final = 100
CHANGES_A_BATCH: Final = 1_000
_SCREEN: Final = Console(stderr=True)

Batch = TypeVar("Batch")


@dataclass(frozen=True, slots=True)
class Timed:
    """One run: how long its batches took, and the most memory that it held."""

    seconds: float
    peak_mb: float


def alone(run: Callable[..., Timed], *arguments: Any) -> Timed:
    """Do a run in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as process:
        return process.submit(run, *arguments).result()


def received(ground: Ground, count: int, what: str) -> Timed:
    """Hand submissions to the service."""
    entropy = Random(count).randbytes

    def take(batch: Sequence[Incoming]) -> None:
        receipts = intake.receive(
            database, batch, sender=OLENA, now=MORNING, entropy=entropy
        )
        _hold(receipts)

    with ground.copied("received") as database:
        return _timed(take, list(_forms(count)), what)


def posted(ground: Ground, count: int, what: str) -> Timed:
    """Hand submissions to the web server; the memory is the server's."""
    bodies = [packed(batch) for batch in _forms(count)]
    ground.copied("posted").dispose()
    with served(ground.url("posted"), KEY, ground.folder, SITE) as phone:
        seconds = _timed(phone.send, bodies, what).seconds
    return Timed(seconds, _peak_mb(resource.RUSAGE_CHILDREN))


def merged(ground: Ground, count: int, what: str) -> Timed:
    """Hand changes of three cells to the store."""

    def take(batch: Sequence[Change]) -> None:
        with database.transaction() as session:
            outcomes = ingest(
                session,
                batch,
                peer="kyiv",
                received_ms=milliseconds(MORNING),
                schema=publishing.schema(session),
            )
        _hold(outcomes)

    changes = Corrections(Random(count)).batches(count, CHANGES_A_BATCH)
    with ground.copied("merged") as database:
        return _timed(take, changes, what, -(-count // CHANGES_A_BATCH))


def inserted(ground: Ground, name: str, batches: int, what: str) -> Timed:
    """Write the rows that a run has left in the store of that name."""
    with ground.opened(name) as finished, ground.opened("prepared") as prepared:
        loads = bare.loads(finished, prepared, batches)
    with ground.copied("inserted") as database:
        return _timed(lambda load: bare.insert(database, load), loads, what)


def _forms(count: int) -> Iterator[list[Incoming]]:
    for begun in range(0, count, SUBMISSIONS_A_BATCH):
        end = min(begun + SUBMISSIONS_A_BATCH, count)
        yield [reception(number) for number in range(begun, end)]


def _hold(outcomes: Iterable[Receipt | Outcome]) -> None:
    """Hold the product to its word: all that a run hands over is stored."""
    statuses = {outcome.status for outcome in outcomes}
    if statuses != {"stored"}:
        raise RuntimeError(f"not all was stored: {statuses}")


def _timed(
    take: Callable[[Batch], None],
    batches: Iterable[Batch],
    what: str,
    total: int | None = None,
) -> Timed:
    """Time what is done with each batch, but not what it takes to make one."""
    seconds = 0.0
    watched = track(
        batches,
        what,
        total,
        console=_SCREEN,
        disable=not _SCREEN.is_terminal,
        transient=True,
        refresh_per_second=2,
    )
    for batch in watched:
        begun = perf_counter()
        take(batch)
        seconds += perf_counter() - begun
    return Timed(seconds, _peak_mb(resource.RUSAGE_SELF))


def _peak_mb(whose: int) -> float:
    """Return the most memory that was held, in megabytes; Linux counts in KiB."""
    return resource.getrusage(whose).ru_maxrss * 1024 / 1e6
