"""The runs that are timed, each in a process of its own.

So the peak of memory is the run's own, and no run finds what another left warm.
"""

import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final, TypeVar

import bare
import history
from centres import MORNING, OLENA
from children import reception
from crowd import Crowd, body, send
from ground import KEY, SITE, Files, Ground
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
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Timed:
    """One run: how long each of its batches took, and the most memory that it held."""

    batches: tuple[float, ...]
    peak_mb: float

    @property
    def seconds(self) -> float:
        """How long all batches took."""
        return sum(self.batches)

    def part(self, begun: int, end: int) -> "Timed":
        """Return what a part of the batches took."""
        return Timed(self.batches[begun:end], self.peak_mb)


def alone(run: Callable[..., Result], *arguments: Any) -> Result:
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
        return timed(take, list(_forms(count)), what)


def posted(ground: Files, count: int, what: str) -> Timed:
    """Hand submissions to the web server; the memory is the server's."""
    bodies = [packed(batch) for batch in _forms(count)]
    ground.copied("posted").dispose()
    with served(ground.url("posted"), KEY, ground.folder, SITE) as phone:
        batches = timed(phone.send, bodies, what).batches
    return Timed(batches, _peak_mb(resource.RUSAGE_CHILDREN))


def posted_singly(ground: Files, count: int, app: str) -> Crowd:
    """Let phones post a form a request to a node, or to a server without a thought.

    Raises:
        RuntimeError: The node does not hold what it said it keeps.
    """
    bodies = [body(reception(number)) for number in range(count)]
    name = "posts" if app == "posts" else "bare_posts"
    ground.copied(name).dispose()
    with served(ground.url(name), KEY, ground.folder, SITE, app) as phone:
        crowd = send(phone.port, phone.token, bodies)
    if app == "posts":
        with ground.opened(name) as database:
            if bare.count(database, "submission") != count:
                raise RuntimeError("the store does not hold all that was posted")
    return replace(crowd, peak_mb=_peak_mb(resource.RUSAGE_CHILDREN))


def merged(ground: Ground, changes: Path, count: int, what: str) -> Timed:
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

    read = history.read(changes, CHANGES_A_BATCH)
    with ground.copied("merged") as database:
        return timed(take, read, what, -(-count // CHANGES_A_BATCH))


def inserted(ground: Ground, name: str, batches: int, what: str) -> Timed:
    """Write the rows that a run has left in the store of that name."""
    with (
        ground.opened(name) as finished,
        ground.opened("prepared") as prepared,
        ground.copied("inserted") as database,
    ):
        loads = bare.loads(finished, prepared, batches)
        return timed(lambda load: bare.insert(database, load), loads, what, batches)


def _forms(count: int) -> Iterator[list[Incoming]]:
    for begun in range(0, count, SUBMISSIONS_A_BATCH):
        end = min(begun + SUBMISSIONS_A_BATCH, count)
        yield [reception(number) for number in range(begun, end)]


def _hold(outcomes: Iterable[Receipt | Outcome]) -> None:
    """Hold the product to its word: all that a run hands over is stored."""
    statuses = {outcome.status for outcome in outcomes}
    if statuses != {"stored"}:
        raise RuntimeError(f"not all was stored: {statuses}")


def timed(
    take: Callable[[Batch], None],
    batches: Iterable[Batch],
    what: str,
    total: int | None = None,
) -> Timed:
    """Time what is done with each batch, but not what it takes to make one."""
    seconds: list[float] = []
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
        seconds.append(perf_counter() - begun)
    return Timed(tuple(seconds), _peak_mb(resource.RUSAGE_SELF))


def _peak_mb(whose: int) -> float:
    """Return the most memory that was held, in megabytes; Linux counts in KiB."""
    return resource.getrusage(whose).ru_maxrss * 1024 / 1e6
