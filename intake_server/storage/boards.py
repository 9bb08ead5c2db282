"""The boards of centres: what has to be done, who is expected, and who is there.

Rows follow from documents and are written with them. Whether a duty is open follows from
all rows of a child, so that no page has to look for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, literal, tuple_
from sqlmodel import Session, and_, col, or_, select

from intake_server.storage import bulk
from intake_server.storage.tables import DutyRow
from intake_server.storage.types import DocumentId, doc_bytes, doc_text
from sync.merge import duties
from sync.merge.cells import Document
from sync.merge.duties import Row
from sync.merge.view import View

COLUMNS: Final = "doc, key, board, site, owner, at, due, role, is_open"
_CLOSED: Final = (
    "EXISTS (SELECT 1 FROM duty AS done WHERE done.owner = duty.owner"
    " AND done.key = duty.key AND done.board = '' AND done.at >= duty.at)"
)
_SETTLE: Final = (
    f"UPDATE duty SET is_open = NOT is_open WHERE owner IN ({{keys}})"  # noqa: S608 - our own words
    f" AND board <> '' AND is_open = {_CLOSED}"
)

_POSTED: Final = "doc, key, board, site, owner, at, due, role"
_BOARD: Final = (
    f"SELECT * FROM (SELECT {_POSTED} FROM duty"  # noqa: S608 - our own names
    " WHERE is_open AND site = ? AND board = ? AND due <= ?"
    " ORDER BY due, doc, key LIMIT ?) AS part"
)


@dataclass(frozen=True, slots=True)
class Posted:
    """An open duty as it stands on the board of a site."""

    doc: str
    key: str
    board: str
    site: str
    owner: str
    at: str
    due: str
    role: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Which records are one child, and the newest word on any of these that a task is done.

    ``members`` are in order, the canonical record first; a record alone is in none.
    """

    members: Mapping[str, tuple[str, ...]]
    done: Mapping[tuple[str, str], str]

    def child(self, owner: str) -> str:
        """Return the record that stands for the child."""
        return self.members.get(owner, (owner,))[0]

    def is_done(self, owner: str, key: str, at: str) -> bool:
        """Tell whether a word on some record of the child closes a duty."""
        return self.done.get((self.child(owner), key), "") >= at


def rows_of(
    doc: str, document: Document, view: View, sites: Sequence[str], subject: str | None
) -> tuple[Row, ...]:
    """Return what follows from one document.

    Args:
        doc: Its id.
        document: What is known of it.
        view: What people see of it.
        sites: The sites it belongs to.
        subject: The child that it says it is about.
    """
    owner = subject if subject and _is_place(subject) else doc
    return tuple(Row(doc, owner, duty) for duty in duties.duties(document, view, sites))


def table_rows(rows: Sequence[Row]) -> list[bulk.Row]:
    """Return rows as the table holds them: one for each board that they stand on."""
    is_open = duties.settled(rows)
    return [
        (
            doc_bytes(row.doc),
            row.duty.key,
            row.duty.board,
            site,
            doc_bytes(row.owner),
            row.duty.at,
            row.duty.due,
            row.duty.role,
            row.duty.board != duties.CLOSING and is_open[row.doc, row.duty.key],
        )
        for row in rows
        for site in row.duty.sites or ("",)
    ]


def project(
    connection: Connection, rows: Sequence[Row], *, is_known: Iterable[str]
) -> None:
    """Write what follows from documents, in place of what followed before.

    Args:
        connection: An open transaction that holds the locks of the documents.
        rows: What follows from them now.
        is_known: Those of the documents that were there before.
    """
    known = [doc_bytes(doc) for doc in is_known]
    owners = {doc_bytes(row.owner) for row in rows}
    before = {
        bytes(owner)
        for column, keys in (("doc", known), ("owner", sorted(owners)))
        for (owner,) in bulk.fetch_in(
            connection,
            f"SELECT owner FROM duty WHERE {column} IN ({{keys}})",  # noqa: S608 - one of two words
            keys,
        )
    }
    bulk.act_in(connection, "DELETE FROM duty WHERE doc IN ({keys})", known)
    bulk.insert(connection, "duty", COLUMNS, table_rows(rows))
    bulk.act_in(connection, _SETTLE, sorted(before))


def standing(
    session: Session, site: str, limits: Mapping[str, tuple[str, int]]
) -> Sequence[Posted]:
    """Return what is open on the boards of a site, the most urgent first.

    Args:
        session: An open session.
        site: Whose boards.
        limits: By board, up to which due day or moment, and at most how many.
    """
    asked = [
        value
        for board, (due, limit) in limits.items()
        for value in (site, board, due, limit)
    ]
    rows = bulk.fetch(
        session.connection(), " UNION ALL ".join(_BOARD for _ in limits), asked
    )
    return tuple(
        Posted(doc_text(doc), key, board, site, doc_text(owner), at, due, role)
        for doc, key, board, site, owner, at, due, role in rows
    )


def further(
    session: Session, site: str, *, after: tuple[str, str, str], limit: int
) -> Sequence[Posted]:
    """Return open tasks of a site behind one of them, the most urgent first.

    Args:
        session: An open session.
        site: Whose board.
        after: The due day, document and key of the last one that is known; empty texts
            to begin.
        limit: At most so many.
    """
    due, doc, key = after
    query = (
        select(DutyRow)
        .where(
            col(DutyRow.is_open),
            col(DutyRow.site) == site,
            col(DutyRow.board) == duties.TASK,
        )
        .order_by(col(DutyRow.due), col(DutyRow.doc), col(DutyRow.key))
        .limit(limit)
    )
    if doc:
        place = tuple_(col(DutyRow.due), col(DutyRow.doc), col(DutyRow.key))
        query = query.where(
            place > tuple_(literal(due), literal(doc, DocumentId), literal(key))
        )
    return tuple(map(_posted, session.exec(query)))


def joined(session: Session, owners: Iterable[str]) -> Joined:
    """Return which of some records are one child with others, and what is done there."""
    canonical: dict[str, set[str]] = {}
    done: dict[tuple[str, str], str] = {}
    for member, first, key, at in bulk.fetch_in(
        session.connection(),
        "SELECT b.doc, b.canonical, d.key, d.at FROM alias a"
        " JOIN alias b ON b.canonical = a.canonical"
        " LEFT JOIN duty d ON d.owner = b.doc AND d.board = ''"
        " WHERE a.doc IN ({keys})",
        sorted({doc_bytes(owner) for owner in owners}),
    ):
        child = doc_text(first)
        canonical.setdefault(child, set()).add(doc_text(member))
        if key is not None:
            done[child, key] = max(at, done.get((child, key), ""))
    groups = {child: tuple(sorted(members)) for child, members in canonical.items()}
    members = {one: group for group in groups.values() for one in group}
    first_of = {child: group[0] for child, group in groups.items()}
    return Joined(members, {(first_of[c], key): at for (c, key), at in done.items()})


def of_children(
    session: Session, owners: Iterable[str], docs: Iterable[str]
) -> Sequence[Posted]:
    """Return what is open about children, and on single documents, whatever the site."""
    query = select(DutyRow).where(
        and_(
            col(DutyRow.is_open),
            or_(
                col(DutyRow.owner).in_(sorted(set(owners))),
                col(DutyRow.doc).in_(sorted(set(docs))),
            ),
        )
    )
    query = query.order_by(col(DutyRow.due), col(DutyRow.key))
    return tuple(map(_posted, session.exec(query)))


def _posted(row: DutyRow) -> Posted:
    return Posted(
        row.doc, row.key, row.board, row.site, row.owner, row.at, row.due, row.role
    )


def _is_place(text: str) -> bool:
    try:
        return len(doc_bytes(text)) > 0
    except ValueError:
        return False
