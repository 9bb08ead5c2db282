"""Forms that are not finished: at this node alone, each with a number that rises.

Whoever saves names the number that they know; of two who save at once the second is
told. What was discarded stays for a while, in case somebody wants it back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import zstandard
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, delete, or_, select, update

from intake_server.storage import blobs, bulk, documents
from intake_server.storage.documents import StoredView
from intake_server.storage.tables import DocumentRow, DraftFileRow, DraftRow
from intake_server.storage.types import doc_bytes

_LARGEST: Final = 64_000_000
_FILE: Final = ("name", "sha256", "size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form that is not finished, as it was saved last.

    ``person`` is the child's document; ``author``, ``saved_by`` and ``owner`` are
    actors; ``opened`` is what was known when the form was opened; ``held`` the question
    about what a phone sent, where it came from there; ``unasked`` what was answered and
    is not asked now, ``typed`` what is no answer. A list has neither ``xml`` nor these.
    """

    id: str
    person: str | None
    site: str
    form_id: str
    form_version: str
    author: str
    saved_by: str
    owner: str | None
    begun: datetime
    saved: datetime
    revision: int
    xml: bytes = b""
    opened: Mapping[str, Any] = field(default_factory=dict)
    discarded: datetime | None = None
    held: str | None = None
    unasked: Sequence[Mapping[str, Any]] | None = None
    typed: Sequence[Mapping[str, Any]] | None = None


_BARE: Final = tuple(
    getattr(DraftRow, name)
    for name in DraftRow.model_fields
    if name not in ("xml", "unasked", "typed")
)
_INSERT: Final[Mapping[str, Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_ORDER: Final[tuple[Any, ...]] = (DraftRow.saved, DraftRow.id)


def add(session: Session, draft: Draft) -> bool:
    """Keep a form for the first time; return whether it was the first with its id."""
    said = {name: getattr(draft, name) for name in DraftRow.model_fields}
    row = said | {"xml": _pressed(draft.xml)}
    make = _INSERT[session.connection().dialect.name]
    adding = make(DraftRow).values(**row).on_conflict_do_nothing()
    return bool(session.connection().execute(adding).rowcount == 1)


def save(session: Session, draft: Draft, *, after: int) -> bool:
    """Keep a form as it is now, unless somebody has saved it since; return whether.

    Args:
        session: An open transaction.
        draft: The form, with the number that it has from now on.
        after: The number that whoever saves knows.
    """
    written = session.exec(
        update(DraftRow)
        .where(
            col(DraftRow.id) == draft.id,
            col(DraftRow.revision) == after,
            col(DraftRow.discarded).is_(None),
        )
        .values(
            xml=_pressed(draft.xml),
            unasked=draft.unasked,
            typed=draft.typed,
            saved=draft.saved,
            saved_by=draft.saved_by,
            revision=draft.revision,
        )
    )
    return written.rowcount == 1


def note(session: Session, draft: Draft) -> None:
    """Note whose a form is, and whether it was discarded."""
    session.exec(
        update(DraftRow)
        .where(col(DraftRow.id) == draft.id)
        .values(owner=draft.owner, discarded=draft.discarded)
    )


def find(session: Session, id_: str, *, is_ending: bool = False) -> Draft | None:
    """Return one form with what was filled in.

    Args:
        session: An open session.
        id_: The form's id.
        is_ending: Whether nobody is to save it until this transaction ends.
    """
    query = select(DraftRow).where(col(DraftRow.id) == id_)
    row = session.exec(query.with_for_update() if is_ending else query).first()
    if row is None:
        return None
    unpress = zstandard.ZstdDecompressor()
    xml = unpress.decompress(row.xml, max_output_size=_LARGEST)
    return Draft(**row.model_dump() | {"xml": xml})


def of_held(session: Session, qid: str) -> str | None:
    """Return the form that was made of what a phone sent, where there is one."""
    query = select(DraftRow.id).where(col(DraftRow.held) == qid)
    return session.exec(query).first()


def of_team(
    session: Session, *, site: str, author: str, persons: Collection[str] | None = None
) -> Sequence[Draft]:
    """Return the forms of a site and of an author, what was saved first coming first.

    Args:
        session: An open session.
        site: Whose team.
        author: Whose own ones, wherever they were begun.
        persons: Only those about these children.
    """
    query = select(*_BARE).where(_theirs(site, author))
    if persons is not None:
        query = query.where(col(DraftRow.person).in_(sorted(persons)))
    rows = session.connection().execute(query.order_by(*_ORDER))
    return tuple(Draft(**row) for row in rows.mappings())


def with_children(
    session: Session, *, site: str, author: str
) -> Sequence[tuple[Draft, tuple[StoredView, ...]]]:
    """Return what ``of_team`` does, each with the child's record and its cases."""
    about = aliased(DocumentRow)
    columns = [getattr(about, column.key) for column in documents.COLUMNS]
    is_about = or_(
        col(about.doc) == col(DraftRow.person),
        and_(col(about.subject) == col(DraftRow.person), col(about.kind) == "case"),
    )
    query = (
        select(*_BARE, *columns)
        .select_from(DraftRow)
        .outerjoin(about, is_about)
        .where(_theirs(site, author))
        .order_by(*_ORDER)
    )
    found: dict[str, tuple[Draft, tuple[StoredView, ...]]] = {}
    names = [column.key for column in _BARE]
    for row in session.connection().execute(query):
        draft = Draft(**dict(zip(names, row, strict=False)))
        _, views = found.get(draft.id, (draft, ()))
        more = row[len(names) :]
        views += (documents.stored(more),) if more[0] is not None else ()
        found[draft.id] = (draft, views)
    return tuple(found.values())


def _theirs(site: str, author: str) -> Any:
    return or_(col(DraftRow.site) == site, col(DraftRow.author) == author)


def files(session: Session, id_: str) -> Sequence[Mapping[str, Any]]:
    """Return the files that a form names: ``name``, ``sha256``, ``size``."""
    rows = session.exec(
        select(DraftFileRow.name, DraftFileRow.sha256, DraftFileRow.size)
        .where(col(DraftFileRow.draft) == id_)
        .order_by(DraftFileRow.name)
    )
    return tuple(
        {"name": name, "sha256": digest.hex(), "size": size}
        for name, digest, size in rows
    )


def name_files(session: Session, id_: str, named: Iterable[Mapping[str, Any]]) -> None:
    """Note which files a form names, in place of those that it named before."""
    wanted = {file["name"]: (file["sha256"], file["size"]) for file in named}
    before = {f["name"]: (f["sha256"], f["size"]) for f in files(session, id_)}
    if wanted == before:
        return
    session.exec(delete(DraftFileRow).where(col(DraftFileRow.draft) == id_))
    for name, (digest, size) in wanted.items():
        key = bytes.fromhex(digest)
        session.add(DraftFileRow(draft=id_, name=name, sha256=key, size=size))
    session.flush()


def drop(session: Session, ids: Collection[str]) -> None:
    """Forget forms; files that nothing else names go with them."""
    _drop(session.connection(), ids)


def drop_discarded(session: Session, *, before: datetime) -> None:
    """Forget what was discarded before a moment."""
    query = select(DraftRow.id).where(col(DraftRow.discarded) < before)
    drop(session, session.exec(query).all())


def drop_about(connection: Connection, docs: Iterable[str]) -> None:
    """Forget forms about children who are erased."""
    rows = bulk.fetch_in(
        connection,
        "SELECT id FROM draft WHERE person IN ({keys})",
        [doc_bytes(doc) for doc in sorted(set(docs))],
    )
    _drop(connection, [id_ for (id_,) in rows])


def _drop(connection: Connection, ids: Collection[str]) -> None:
    if not ids:
        return
    named = bulk.fetch_in(
        connection, "SELECT sha256 FROM draft_file WHERE draft IN ({keys})", ids
    )
    digests = {bytes(key).hex() for (key,) in named}
    for table, column in (("draft_file", "draft"), ("draft", "id")):
        statement = f"DELETE FROM {table} WHERE {column} IN ({{keys}})"  # noqa: S608 - our own names
        bulk.act_in(connection, statement, ids)
    blobs.drop_unnamed(connection, digests)


def _pressed(xml: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(xml)
