"""Who is written to when something waits, and what became of the last letter."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select, update

from intake_server.storage.people import Person
from intake_server.storage.tables import NoticeRow, PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Where somebody is written to, at most once in ``hours``.

    What was asked until ``told`` they know of; ``tried`` is when the last letter was
    begun, ``trouble`` why it did not go, empty where it did.
    """

    person: str
    address: str
    hours: int
    told: datetime
    tried: datetime | None = None
    trouble: str = ""


def keep(session: Session, notice: Notice) -> None:
    """Write down what somebody wants, in place of what they wanted before."""
    session.merge(NoticeRow(**asdict(notice)))
    session.flush()


def drop(session: Session, person: str) -> None:
    """Write to somebody no more; harmless where nobody does."""
    session.exec(delete(NoticeRow).where(col(NoticeRow.person) == person))


def find(session: Session, person: str) -> Notice | None:
    """Return what somebody wants; None where they want nothing."""
    row = session.exec(select(NoticeRow).where(col(NoticeRow.person) == person)).first()
    return None if row is None else Notice(**row.model_dump())


def all_of(session: Session) -> Sequence[tuple[Notice, Person]]:
    """Return all who want letters and whose work is not ended, by person."""
    rows = session.exec(
        select(NoticeRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(NoticeRow.person))
        .where(col(PersonRow.ended).is_(None))
        .order_by(NoticeRow.person)
    )
    return tuple(
        (Notice(**notice.model_dump()), Person(**person.model_dump()))
        for notice, person in rows
    )


def begin(session: Session, person: str, *, now: datetime, trouble: str) -> None:
    """Note that a letter is begun, before it is sent."""
    session.exec(
        update(NoticeRow)
        .where(col(NoticeRow.person) == person)
        .values(tried=now, trouble=trouble)
    )


def end(session: Session, person: str, *, told: datetime | None, trouble: str) -> None:
    """Note what became of a letter; ``told`` None where it did not go."""
    values = {"trouble": trouble} if told is None else {"trouble": "", "told": told}
    session.exec(
        update(NoticeRow).where(col(NoticeRow.person) == person).values(**values)
    )


def troubled(session: Session) -> Sequence[str]:
    """Return why letters did not go, one for each person whose last one did not."""
    rows = session.exec(
        select(NoticeRow.trouble)
        .where(col(NoticeRow.trouble) != "")
        .order_by(func.lower(NoticeRow.trouble))
    )
    return tuple(rows)
