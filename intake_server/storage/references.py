"""Blocks of children's references: which site or device has which, and what is free."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Integer, bindparam, select, update
from sqlmodel import Session

from intake_server.storage import bulk
from intake_server.storage.tables import METADATA, ReferenceBlockRow

_TABLE: Final = METADATA.tables["reference_block"]
_ALL: Final = select(_TABLE).order_by(_TABLE.c.block)
_OF: Final = _ALL.where(_TABLE.c.site == bindparam("of"))
_DRAW: Final = (
    update(_TABLE)
    .where(_TABLE.c.block == bindparam("of"))
    .values(next=_TABLE.c.next + bindparam("count", type_=Integer))
    .returning(_TABLE.c.next)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of references; ``next`` is the first number that is free in it."""

    block: str
    site: str
    device: str | None = None
    next: int = 0


def reserve(session: Session, block: Block) -> None:
    """Give a block to a site or device."""
    session.add(ReferenceBlockRow(**asdict(block)))
    session.flush()


def blocks(session: Session, site: str | None = None) -> Sequence[Block]:
    """Return the blocks of a site, or all, by name."""
    rows = (
        bulk.rows(session, _ALL) if site is None else bulk.rows(session, _OF, of=site)
    )
    return tuple(Block(**row) for row in rows)


def draw(session: Session, block: str, count: int = 1) -> range:
    """Take the next numbers of a block; no number is given out twice."""
    (row,) = bulk.rows(session, _DRAW, of=block, count=count)
    return range(row["next"] - count, row["next"])
