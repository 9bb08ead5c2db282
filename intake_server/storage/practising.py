"""Who practises: devices, people, and sites with all that belong to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, delete, select

from intake_server.storage import bulk
from intake_server.storage.tables import PractisingRow

Kind = Literal["device", "person", "site"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A device or a person by id, or a site by name."""

    kind: Kind
    name: str


def begin(session: Session, subject: Subject, *, now: datetime) -> bool:
    """Note that somebody practises from now on; tell whether they did not before."""
    if is_any(session, subject):
        return False
    session.add(PractisingRow(kind=subject.kind, name=subject.name, since=now))
    session.flush()
    return True


def end(session: Session, subject: Subject) -> bool:
    """Note that somebody practises no more; tell whether they did."""
    done = session.exec(
        delete(PractisingRow).where(
            col(PractisingRow.kind) == subject.kind,
            col(PractisingRow.name) == subject.name,
        )
    )
    return bool(done.rowcount)


def everybody(session: Session) -> frozenset[Subject]:
    """Return all who practise."""
    rows = session.exec(select(PractisingRow.kind, PractisingRow.name))
    return frozenset(Subject(kind, name) for kind, name in rows)  # type: ignore[arg-type]


def is_any(session: Session, *subjects: Subject) -> bool:
    """Tell whether one of these practises."""
    names = [text for one in subjects for text in (one.kind, one.name)]
    condition = " OR ".join(("(kind = ? AND name = ?)",) * len(subjects))
    query = f"SELECT 1 FROM practising WHERE {condition} LIMIT 1"  # noqa: S608 - our own text
    return bool(bulk.fetch(session.connection(), query, names))


def exists(**names: Any) -> ColumnElement[bool]:
    """Return the condition that one of several practises: a name or a column by kind."""
    return (
        select(PractisingRow.kind)
        .where(
            or_(
                *(
                    and_(
                        col(PractisingRow.kind) == kind, col(PractisingRow.name) == name
                    )
                    for kind, name in names.items()
                )
            )
        )
        .exists()
    )
