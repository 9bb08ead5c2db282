"""Several programs that write into one store at the same time, on the same documents.

What a program says of its own accord is known beforehand (``chain``), so another one
delivers some of it too, earlier or later. Beside that it goes on from what all others
have said: it takes a baton that only one holds at a time, and links children.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier, Lock
from random import Random
from typing import Final

from chronicles import child

from intake_server.storage import documents, forms
from intake_server.storage.database import Database, Session
from intake_server.storage.ingest import Outcome, ingest
from sync import clock
from sync import documents as ids
from sync.change import Change, Write, compose
from sync.merge.cells import LINK, VERDICT

CHILDREN: Final = 50
BATONS: Final = 8
BATCH: Final = 8
BATON: Final = "place"
"""The cell of a child that is written with its baton in hand, so that all saw all."""
SHARED: Final = "phone"
"""The cell that everybody writes as it was read some time ago; contradictions are real."""

Edits = dict[tuple[str, str], list[Write]]

_batons: Final[list[Lock]] = []


@dataclass(frozen=True, slots=True)
class Writer:
    """One program among so many: where it writes, and how much it has to say."""

    url: str
    key: bytes | None
    number: int
    crowd: int
    length: int

    @property
    def neighbour(self) -> "Writer":
        return replace(self, number=(self.number + 1) % self.crowd)


def write_at_once(writers: Sequence[Writer]) -> list[Outcome]:
    """Let each of them write in a process of its own; return all that they were told."""
    context = get_context("forkserver")
    context.set_forkserver_preload([ingest.__module__])
    start = context.Barrier(len(writers))
    batons = [context.Lock() for _ in range(BATONS)]
    with ProcessPoolExecutor(
        len(writers), context, initializer=_enter, initargs=(start, batons)
    ) as processes:
        return [one for told in processes.map(write, writers) for one in told]


def write(writer: Writer) -> list[Outcome]:
    """Deliver all there is to say; return what one was told."""
    chance = Random(-1 - writer.number)
    told: list[Outcome] = []
    with Database(writer.url, writer.key) as database:
        for turn, batch in enumerate(_batches(writer, chance)):
            number = chance.randrange(BATONS)
            with database.reading() as session:
                seen = _heads(session, child(number), SHARED)
            with _batons[number], database.transaction() as session:
                said = _on_from_others(session, number, seen, turn, chance)
                seq = writer.length + turn + 1
                batch.append(_change(writer, seq, said, chance))
                told += ingest(
                    session,
                    chance.sample(batch, k=len(batch)),
                    peer=None,
                    received_ms=1_700_000_000_000,
                    schema=forms.schema(session),
                )
    return told


def chain(writer: Writer) -> list[Change]:
    """Return what a program says of its own accord: each edit saw its own last ones."""
    chance = Random(writer.number)
    newest: dict[str, tuple[str, ...]] = {}
    changes: list[Change] = []
    for number in range(writer.length):
        docs = map(child, chance.sample(range(CHILDREN), k=chance.choice((1, 1, 2))))
        edits: Edits = {
            (doc, "person"): [
                Write(f=f"said{writer.number}", v=number, p=newest.get(doc, ()))
            ]
            for doc in docs
        }
        change = _change(writer, number + 1, edits, chance)
        newest.update({doc: (change.id,) for doc, _ in edits})
        changes.append(change)
    return changes


def _enter(start: Barrier, batons: Sequence[Lock]) -> None:
    _batons.extend(batons)
    start.wait(timeout=120)


def _batches(writer: Writer, chance: Random) -> Iterator[list[Change]]:
    """Yield one's own words and a tenth of the neighbour's, roughly in their order."""
    turns = [(at, change) for at, change in enumerate(chain(writer))]
    turns += [
        (at + chance.randrange(-BATCH, BATCH), change)
        for at, change in enumerate(chain(writer.neighbour))
        if at % 10 == 0
    ]
    ordered = [change for _, change in sorted(turns, key=lambda turn: turn[0])]
    for at in range(0, len(ordered), BATCH):
        yield ordered[at : at + BATCH]


def _on_from_others(
    session: Session, number: int, seen: tuple[str, ...], turn: int, chance: Random
) -> Edits:
    """Write what depends on what others have written."""
    doc = child(number)
    edits: Edits = {
        (doc, "person"): [
            Write(f=BATON, v=turn, p=_heads(session, doc, BATON)),
            Write(f=SHARED, v=turn, p=seen),
        ]
    }
    if chance.random() < 0.2:
        left, right = sorted(map(child, chance.sample(range(CHILDREN), k=2)))
        link = ids.link(left, right)
        edits[link, LINK] = [
            Write(f="a", v=left),
            Write(f="b", v=right),
            Write(
                f=VERDICT,
                v=chance.choice(("same", "proposed", "proposed", "different")),
                p=_heads(session, link, VERDICT),
            ),
        ]
    return edits


def _heads(session: Session, doc: str, cell: str) -> tuple[str, ...]:
    return documents.heads(session, [(doc, cell)])[doc, cell]


def _change(writer: Writer, seq: int, edits: Edits, chance: Random) -> Change:
    return compose(
        hlc=clock.at(1_700_000_000_000 + chance.randrange(1000)),
        edits=edits,
        salts=lambda: chance.randbytes(16),
        log=f"site{writer.number}#1",
        seq=seq,
        wall="2026-03-02T09:00:00+02:00",
        author=f"u:{writer.number}",
        site=f"site{writer.number}",
    )
