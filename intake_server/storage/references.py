"""Blocks of children's references: which site or device has which, and what is free."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlmodel import Session, col, select, update

from intake_server.storage.tables import ReferenceBlockRow


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
    query = select(ReferenceBlockRow).order_by(ReferenceBlockRow.block)
    if site is not None:
        query = query.where(col(ReferenceBlockRow.site) == site)
    return tuple(Block(**row.model_dump()) for row in session.exec(query))


def draw(session: Session, block: str, count: int = 1) -> range:
    """Take the next numbers of a block; no number is given out twice."""
    session.exec(
        update(ReferenceBlockRow)
        .where(col(ReferenceBlockRow.block) == block)
        .values(next=col(ReferenceBlockRow.next) + count)
    )
    after = session.exec(
        select(ReferenceBlockRow.next).where(col(ReferenceBlockRow.block) == block)
    ).one()
    return range(after - count, after)
