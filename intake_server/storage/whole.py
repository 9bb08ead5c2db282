"""All that hangs on one child, asked of the store at once however much it is.

Outer joins tell SQLite where to begin: from the few documents that are known, never
through all there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, literal, or_, select, union, union_all

from intake_server.storage import documents
from intake_server.storage.documents import StoredView
from intake_server.storage.tables import AliasRow, DocumentRow
from sync.merge.cells import LINK, Document

_PERSON: Final = "person"
_CASE: Final = "case"


@dataclass(frozen=True, slots=True)
class Whole:
    """The documents around a child, by id.

    ``own`` are the child's records and everything that hangs on them at any depth,
    links among it; ``persons`` says which of these are the records. ``kin`` are the
    other persons of the family with their cases, ``alike`` other cases whose care rests
    on a decision of this child's.
    """

    persons: tuple[StoredView, ...]
    own: Mapping[str, StoredView]
    kin: Mapping[str, StoredView]
    alike: frozenset[str]

    @property
    def links(self) -> Mapping[str, Document]:
        """The links that name one of the records, by id."""
        return {d: v.document for d, v in self.own.items() if v.kind == LINK}

    @property
    def clusters(self) -> Mapping[str, tuple[str, ...]]:
        """All records by each of them; nothing where there is one alone."""
        every = tuple(view.doc for view in self.persons)
        return dict.fromkeys(every, every) if len(every) > 1 else {}

    def about(self) -> Sequence[StoredView]:
        """Return what is about the records, oldest first, links left out."""
        every = {view.doc for view in self.persons}
        return _oldest_first(v for v in self.own.values() if v.subject in every)

    def rows_of(self, parent: str) -> Sequence[StoredView]:
        """Return the rows of a document, oldest first."""
        return _oldest_first(v for v in self.own.values() if v.parent == parent)


def of(session: Session, doc: str) -> Whole:
    """Return the child that a document is about, in all its records, and its family.

    ``persons`` is empty where it is about none.
    """
    above = _above(doc)
    linked = (
        select(AliasRow.doc)
        .where(
            col(AliasRow.canonical).in_(
                select(AliasRow.canonical).join(above, above.c.doc == col(AliasRow.doc))
            )
        )
        .union(select(above.c.doc).where(above.c.kind == _PERSON))
    ).cte("member")
    below = _below(linked)
    kin = _kin(linked)
    parts = (
        select(literal(0).label("part"), below.c.doc),
        select(literal(1), kin.c.doc),
        select(literal(1), DocumentRow.doc)
        .select_from(kin)
        .outerjoin(
            DocumentRow, and_(kin.c.doc == col(DocumentRow.subject), documents.IS_CASE)
        ),
        select(literal(2), linked.c.doc),
        _alike(below),
    )
    return _read(session, union_all(*parts).subquery())


def _above(doc: str) -> Any:
    up = func.coalesce(col(DocumentRow.subject), col(DocumentRow.parent)).label("up")
    start = (
        select(DocumentRow.doc, DocumentRow.kind, up)
        .where(col(DocumentRow.doc) == doc)
        .cte("above", recursive=True)
    )
    return start.union(
        select(DocumentRow.doc, DocumentRow.kind, up)
        .join(start, col(DocumentRow.doc) == start.c.up)
        .where(start.c.kind != _PERSON)
    )


def _below(persons: Any) -> Any:
    start = (
        select(DocumentRow.doc, DocumentRow.kind)
        .join(persons, persons.c.doc == col(DocumentRow.doc))
        .cte("below", recursive=True)
    )
    hangs = or_(
        col(DocumentRow.subject) == start.c.doc, col(DocumentRow.parent) == start.c.doc
    )
    return start.union(
        select(DocumentRow.doc, DocumentRow.kind)
        .join(start, hangs)
        .where(start.c.kind != LINK)
    )


def _kin(persons: Any) -> Any:
    """Return who names the same first child, is that child, or names this one."""
    own, other = aliased(DocumentRow), aliased(DocumentRow)
    ties = (
        col(other.family) == col(own.family),
        col(other.family) == col(own.reference),
        col(other.reference) == col(own.family),
    )
    return union(
        *(
            select(other.doc)
            .select_from(persons)
            .outerjoin(own, persons.c.doc == col(own.doc))
            .outerjoin(other, tie)
            for tie in ties
        )
    ).cte("kin")


def _alike(below: Any) -> Any:
    own, other = aliased(DocumentRow), aliased(DocumentRow)
    return (
        select(literal(3), other.doc)
        .select_from(own)
        .join(below, and_(below.c.doc == col(own.doc), below.c.kind == _CASE))
        .join(other, col(other.decision) == col(own.decision))
        .where(~col(other.is_voided))
    )


def _oldest_first(views: Iterable[StoredView]) -> Sequence[StoredView]:
    every = [view for view in views if view.kind != LINK]
    return sorted(every, key=lambda view: (view.newest, view.doc))


def _read(session: Session, places: Any) -> Whole:
    query = (
        select(places.c.part, *documents.COLUMNS)
        .select_from(places)
        .outerjoin(DocumentRow, places.c.doc == col(DocumentRow.doc))
    )
    found: tuple[dict[str, StoredView], ...] = ({}, {}, {}, {})
    for part, doc, *row in session.exec(query):
        if doc is None:
            continue
        view = documents.stored((doc, *row))
        found[part][view.doc] = view
    own, kin, persons, alike = found
    return Whole(
        persons=tuple(persons[doc] for doc in sorted(persons)),
        own=own,
        kin={doc: view for doc, view in kin.items() if doc not in own},
        alike=frozenset(alike.keys() - own.keys()),
    )
