"""Reading and filling the queue: what people are asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, and_, case, col, delete, func, or_, select, true, union

from intake_server.storage import audit
from intake_server.storage.tables import AskedRow, QueueRow
from intake_server.storage.views import enclosed

LOCAL: Final = "local"
"""The source of items that are proposals of this node; their verdicts travel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A question as it is kept.

    ``cell`` is what people know it by, ``key`` the whole cell key; ``source`` is
    ``document``, ``change``, ``identity`` or ``local``, ``turn`` who is looked to while
    people talk about it: ``site:<name>``, an actor, or None. ``candidates`` have ``value``,
    ``heads``, ``change``, ``site``, ``author``, ``device``, ``at``, ``off``, ``src``.
    ``facts`` holds what a local item adds.
    """

    qid: str
    kind: str
    doc: str
    cell: str
    key: str
    severity: int
    owner: str
    sites: tuple[str, ...]
    first_seen: str
    is_provisional: bool
    source: str
    is_spelling: bool = False
    turn: str | None = None
    candidates: Sequence[Mapping[str, Any]] = ()
    displayed: Any = None
    element: str | None = None
    heads: tuple[str, ...] = ()
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Former:
    """What a question was about: a document, the kind of item and the cell's key."""

    doc: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items are open, and how many of these are new, and old."""

    open: int
    new: int
    old: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, and the cursor behind the last one; None when it is the end."""

    items: tuple[QueueItem, ...]
    cursor: str | None


def find(session: Session, qid: str) -> QueueItem | None:
    """Return an item that is open."""
    asked = and_(
        col(AskedRow.qid) == col(QueueRow.qid), col(AskedRow.doc) == col(QueueRow.doc)
    )
    row = session.exec(
        select(QueueRow).join(AskedRow, asked).where(col(AskedRow.qid) == qid)
    ).first()
    return _item(row) if row else None


def page(  # noqa: PLR0913 - one argument a thing that can be asked for
    session: Session,
    *,
    kind: str | None = None,
    site: str | None = None,
    owners: Sequence[str] | None = None,
    with_provisional: bool = True,
    spelling: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return open items, the most serious first, among these the oldest.

    Args:
        session: An open session.
        kind: Only items of this kind.
        site: Only items in which this site has a part.
        owners: Only items that one of these decides.
        with_provisional: Also items that wait for an earlier edit to arrive.
        spelling: Only items whose answers differ in spelling alone; or only others.
        cursor: Continue behind the page that gave it.
        limit: At most so many.

    Raises:
        ValueError: No page gave this cursor.
    """
    query = select(QueueRow)
    if kind is not None:
        query = query.where(col(QueueRow.kind) == kind)
    if site is not None:
        query = query.where(col(QueueRow.sites).contains(f"|{site}|", autoescape=True))
    if owners is not None:
        query = query.where(col(QueueRow.owner).in_(owners))
    if not with_provisional:
        query = query.where(col(QueueRow.is_provisional).is_(False))
    if spelling is not None:
        query = query.where(col(QueueRow.is_spelling).is_(spelling))
    if cursor is not None:
        query = query.where(_behind(cursor))
    query = query.order_by(
        col(QueueRow.severity).desc(), col(QueueRow.first_seen), col(QueueRow.qid)
    )
    found = [_item(row) for row in session.exec(query.limit(limit + 1))]
    return _paged(tuple(found[:limit]), is_whole=len(found) <= limit)


def waiting(
    session: Session,
    *,
    site: str | None,
    owners: Sequence[str] | None,
    most: int,
    since_ms: int | None = None,
) -> int:
    """Return how many items wait for one of these owners; no more than ``most`` are read.

    Args:
        session: An open session.
        site: Only items in which this site has a part.
        owners: Only items that one of these decides; None for all.
        most: Where counting ends.
        since_ms: Only items that were first asked here after this moment.
    """
    query = select(QueueRow.qid).where(col(QueueRow.is_provisional).is_(False))
    if owners is not None:
        query = query.where(col(QueueRow.owner).in_(owners))
    if since_ms is not None:
        query = query.join(AskedRow, col(AskedRow.qid) == col(QueueRow.qid)).where(
            col(AskedRow.since) > since_ms
        )
    if site is not None:
        query = query.where(col(QueueRow.sites).contains(f"|{site}|", autoescape=True))
    return len(session.exec(query.limit(most)).all())


def of_document(session: Session, doc: str) -> Sequence[QueueItem]:
    """Return the open items of a document, the most serious first."""
    rows = session.exec(
        select(QueueRow)
        .where(col(QueueRow.doc) == doc)
        .order_by(col(QueueRow.severity).desc(), col(QueueRow.qid))
    )
    return tuple(_item(row) for row in rows)


def of_documents(session: Session, docs: Iterable[str]) -> Sequence[QueueItem]:
    """Return the open items of documents, the most serious first, then the oldest."""
    wanted = sorted(set(docs))
    if not wanted:
        return ()
    rows = session.exec(
        select(QueueRow)
        .where(col(QueueRow.doc).in_(wanted))
        .order_by(
            col(QueueRow.severity).desc(), col(QueueRow.first_seen), col(QueueRow.qid)
        )
    )
    return tuple(_item(row) for row in rows)


def counts(session: Session) -> Mapping[str, int]:
    """Return how many items of each kind are open."""
    rows = session.exec(select(QueueRow.kind, func.count()).group_by(QueueRow.kind))
    return {row[0]: row[1] for row in rows}


def by_severity(session: Session, site: str) -> Mapping[int, int]:
    """Return how many items in which a site has a part are open, by severity."""
    rows = session.exec(
        select(QueueRow.severity, func.count())
        .where(col(QueueRow.sites).contains(f"|{site}|", autoescape=True))
        .group_by(col(QueueRow.severity))
    )
    return {row[0]: row[1] for row in rows}


def tally(
    session: Session,
    *,
    new_ms: int,
    old_ms: int,
    lately: datetime,
    site: str | None = None,
) -> tuple[Mapping[tuple[int, str], Tally], int]:
    """Return how many items are open, by severity and kind, and how many were decided.

    Args:
        session: An open session.
        new_ms: What was first asked here after this moment counts as new.
        old_ms: What was first asked here before this moment counts as old.
        lately: Decisions count that were written here since this moment.
        site: Only items in which this site has a part.
    """
    since = func.coalesce(col(AskedRow.since), 0)
    query: Any = (
        sa.select(
            col(QueueRow.severity).label("severity"),
            col(QueueRow.kind).label("kind"),
            func.count().label("open"),
            func.sum(case((since > new_ms, 1), else_=0)).label("new"),
            func.sum(case((since < old_ms, 1), else_=0)).label("old"),
        )
        .select_from(QueueRow)
        .join(AskedRow, col(AskedRow.qid) == col(QueueRow.qid))
    )
    if site is not None:
        query = query.where(col(QueueRow.sites).contains(f"|{site}|", autoescape=True))
    tallies = query.group_by(col(QueueRow.severity), col(QueueRow.kind)).subquery()
    decided = audit.decided(lately).subquery()
    both = sa.select(decided, tallies).select_from(decided.outerjoin(tallies, true()))
    rows = session.connection().execute(both).all()
    found = {
        (severity, kind): Tally(*rest)
        for _, severity, kind, *rest in rows
        if kind is not None
    }
    return found, rows[0][0]


def opening(
    session: Session, turns: Sequence[str], *, site: str | None = None, limit: int = 50
) -> Page:
    """Return the first page of open items, before it those in which it is one's turn.

    Args:
        session: An open session.
        turns: Under which names one is asked.
        site: Only items in which this site has a part.
        limit: At most so many of either.
    """
    order = (col(QueueRow.severity).desc(), col(QueueRow.first_seen), col(QueueRow.qid))
    every = select(QueueRow.doc, QueueRow.qid).order_by(*order)
    if site is not None:
        every = every.where(col(QueueRow.sites).contains(f"|{site}|", autoescape=True))
    asked = every.where(col(QueueRow.turn).in_(turns)).limit(limit).subquery()
    first = every.limit(limit + 1).subquery()
    keys = union(select(asked.c.doc, asked.c.qid), select(first.c.doc, first.c.qid))
    both = keys.subquery()
    is_one = and_(col(QueueRow.doc) == both.c.doc, col(QueueRow.qid) == both.c.qid)
    rows = session.exec(select(QueueRow).join(both, is_one).order_by(*order))
    found = [_item(row) for row in rows]
    is_asked = [item for item in found if item.turn in turns]
    others = [item for item in found if item.turn not in turns]
    return _paged((*is_asked, *others[:limit]), is_whole=len(others) <= limit)


def _paged(shown: tuple[QueueItem, ...], *, is_whole: bool) -> Page:
    if is_whole:
        return Page(shown, None)
    last = shown[-1]
    return Page(shown, f"{last.severity}~{last.first_seen}~{last.qid}")


def propose(session: Session, item: QueueItem) -> None:
    """Put a local item into the queue, in place of one with the same id."""
    session.merge(
        QueueRow(
            qid=item.qid,
            doc=item.doc,
            kind=item.kind,
            cell=item.cell,
            key=item.key,
            severity=item.severity,
            owner=item.owner,
            sites=enclosed(item.sites),
            first_seen=item.first_seen,
            is_provisional=item.is_provisional,
            source=LOCAL,
            turn=item.turn,
            body={
                "candidates": item.candidates,
                "displayed": item.displayed,
                "element": item.element,
                "heads": item.heads,
                "facts": item.facts,
            },
        )
    )
    session.merge(AskedRow(qid=item.qid, doc=item.doc, kind=item.kind, key=item.key))
    session.flush()


def formerly(session: Session, qid: str) -> Former | None:
    """Return what a question was about, also when it is settled; None if never asked."""
    row = session.exec(select(AskedRow).where(col(AskedRow.qid) == qid)).first()
    return None if row is None else Former(row.doc, row.kind, row.key)


def withdraw(session: Session, qid: str) -> bool:
    """Take a local item out of the queue; tell whether it was there."""
    former = formerly(session, qid)
    if former is None:
        return False
    gone = session.exec(
        delete(QueueRow).where(
            col(QueueRow.doc) == former.doc,
            col(QueueRow.qid) == qid,
            col(QueueRow.source) == LOCAL,
        )
    )
    return bool(gone.rowcount)


def _item(row: QueueRow) -> QueueItem:
    body = row.body
    return QueueItem(
        qid=row.qid,
        kind=row.kind,
        doc=row.doc,
        cell=row.cell,
        key=row.key,
        severity=row.severity,
        owner=row.owner,
        sites=tuple(site for site in row.sites.split("|") if site),
        first_seen=row.first_seen,
        is_provisional=row.is_provisional,
        source=row.source,
        is_spelling=row.is_spelling,
        turn=row.turn,
        candidates=tuple(body["candidates"]),
        displayed=body["displayed"],
        element=body["element"],
        heads=tuple(body["heads"]),
        facts=body.get("facts"),
    )


def _behind(cursor: str) -> Any:
    severity, first_seen, qid = cursor.split("~")
    bytes.fromhex(qid)
    same_severity = col(QueueRow.severity) == int(severity)
    return or_(
        col(QueueRow.severity) < int(severity),
        and_(same_severity, col(QueueRow.first_seen) > first_seen),
        and_(
            same_severity,
            col(QueueRow.first_seen) == first_seen,
            col(QueueRow.qid) > qid,
        ),
    )
