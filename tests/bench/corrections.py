"""Changes as centres exchange them: three cells each, on a growing number of children.

Some open a record, some correct what their author has read, some contradict what
somebody else wrote meanwhile; every node would make the same history of a seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Final

from intake_server.demo.filled import HOME
from sync import clock, documents
from sync.change import Change, Write, compose

SUPERSEDES: Final = 0.35
"""The share of changes that name, in all three cells, what stood there."""
CONTRADICTS: Final = 0.10
"""The share of changes that were written without having seen what stood there."""

_SITES: Final = ("truskavets", "chernivtsi", "kyiv")
_BEGUN_MS: Final = 1_790_000_000_000
_NAMES: Final = ("Ремез", "Кравець", "Вербовий", "Гнатюк", "Яремчук", "Савчук")
_GIVEN: Final = ("Данило", "Софія", "Матвій", "Анна", "Назар", "Катерина")


@dataclass(slots=True)
class Corrections:
    """A history in the making."""

    chance: Random
    _children: list[str] = field(default_factory=list)
    _heads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _ends: dict[str, tuple[int, str]] = field(default_factory=dict)
    _count: int = 0

    def batches(self, changes: int, size: int) -> Iterator[list[Change]]:
        """Yield so many further changes, in batches."""
        for begun in range(0, changes, size):
            yield [self._next() for _ in range(min(size, changes - begun))]

    def _next(self) -> Change:
        kind = self.chance.random()
        if not self._children or kind >= SUPERSEDES + CONTRADICTS:
            child = documents.person(f"child {len(self._children)}")
            self._children.append(child)
        else:
            child = self.chance.choice(self._children)
        heads = self._heads.get(child, ())
        preds = heads if kind < SUPERSEDES else ()
        change = self._written(child, preds)
        left = () if preds else heads
        self._heads[child] = tuple(sorted((*left, change.id)))
        return change

    def _written(self, child: str, preds: tuple[str, ...]) -> Change:
        self._count += 1
        site = self.chance.choice(_SITES)
        seq, prev = self._ends.get(site, (0, ""))
        values: dict[str, Any] = {
            "family_name": self.chance.choice(_NAMES),
            "given_name": self.chance.choice(_GIVEN),
            "home_settlement": f"UA{self.chance.randrange(10**17):017}",
        }
        now_ms = _BEGUN_MS + 7 * self._count
        change = compose(
            hlc=clock.at(now_ms),
            edits={
                (child, "person"): [
                    Write(f=name, v=value, p=preds) for name, value in values.items()
                ]
            },
            salts=lambda: self.chance.randbytes(16),
            log=f"{site}-1#1",
            seq=seq + 1,
            prev=prev,
            wall=datetime.fromtimestamp(now_ms / 1_000, HOME).isoformat(
                timespec="milliseconds"
            ),
            author=f"u:{site}",
            site=site,
            form="registration@2026112201",
        )
        self._ends[site] = (seq + 1, change.id)
        return change
