"""Reading documents: views, listings, histories, and what is known of single cells."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, null, or_, select, union_all

from intake_server.storage import bulk, state
from intake_server.storage.tables import AliasRow, DocumentRow
from intake_server.storage.types import doc_bytes, doc_text, to_json
from intake_server.storage.views import (
    decision_of,
    family_of,
    fold,
    spelled,
    whole_view,
)
from sync import change as changes
from sync.change import Change
from sync.merge.cells import LINK, Document
from sync.merge.heads import versions

_AT_ONCE: Final = 5_000
"""So many ids go into one statement."""
_ESCAPE: Final = "\\"
COLUMNS: Final[tuple[Any, ...]] = (
    DocumentRow.doc,
    DocumentRow.kind,
    DocumentRow.reference,
    DocumentRow.subject,
    DocumentRow.parent,
    DocumentRow.sites,
    DocumentRow.newest,
    DocumentRow.is_voided,
    DocumentRow.is_erased,
    DocumentRow.contested,
    DocumentRow.view,
    DocumentRow.heads,
)
"""What a ``StoredView`` is made of."""
_NAMELESS: Final = text("document.search = lower(document.reference)")
_PERSON: Final = "person"
IS_CASE: Final = text("document.kind || '' = 'case'")
"""Said so that SQLite looks among what hangs on a person, not among all cases."""
_MEMBER: Final = aliased(DocumentRow)
_SEARCHED: Final = text("document.kind = 'person'")
"""As the indexes say it."""
_NAMES: Final = (*(column.key for column in COLUMNS[:-2]), "kept", "heads")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredView:
    """What people see of a document, before anything is hidden from a viewer.

    ``newest`` is the greatest clock value among the heads, ``contested`` how many cells
    wait for a person, ``kept`` and ``heads`` what the table holds.
    """

    doc: str
    kind: str
    reference: str | None
    subject: str | None
    parent: str | None
    sites: tuple[str, ...]
    newest: int
    is_voided: bool
    is_erased: bool
    contested: int
    kept: str
    heads: bytes
    _read: dict[str, Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def view(self) -> Mapping[str, Any]:
        """The view, read once; nobody changes it."""
        if "view" not in self._read:
            self._read["view"] = whole_view(
                self.kept,
                doc=self.doc,
                kind=self.kind,
                reference=self.reference,
                heads=self.heads,
            )
        view: Mapping[str, Any] = self._read["view"]
        return view

    @property
    def document(self) -> Document:
        """The heads, without the list of all that touched it; read once."""
        if "document" not in self._read:
            self._read["document"] = state.unpack(self.kind, self.heads)
        document: Document = self._read["document"]
        return document

    @property
    def text(self) -> str:
        """The view as canonical JSON, the same on all nodes with the same changes."""
        return to_json(self.view)


@dataclass(frozen=True, slots=True)
class Page:
    """Some documents, and the cursor behind the last one; None when it is the end."""

    views: tuple[StoredView, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One change in a document's history; ``code`` says why it is quarantined."""

    change: Change
    code: str | None
    received_ms: int
    peer: str | None


def find(session: Session, doc: str) -> StoredView | None:
    """Return a document's view."""
    return find_all(session, (doc,)).get(doc)


def find_all(session: Session, docs: Iterable[str]) -> Mapping[str, StoredView]:
    """Return the views of those documents that there are, by id."""
    wanted = sorted(set(docs))
    found: dict[str, StoredView] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        for view in _read(session, _listed().where(col(DocumentRow.doc).in_(part))):
            found[view.doc] = view
    return found


def by_reference(session: Session, reference: str) -> Sequence[StoredView]:
    """Return the persons with a reference; more than one when it was given twice."""
    return _read(
        session,
        _listed()
        .where(col(DocumentRow.reference) == reference)
        .order_by(col(DocumentRow.doc)),
    )


def siblings(session: Session, persons: Sequence[StoredView]) -> Sequence[StoredView]:
    """Return the other persons of the same families, by reference.

    A family goes by the reference of its first child, whom the others name.
    """
    said = (family_of(one.kind, one.view["values"]) for one in persons)
    named = {one for one in said if one}
    families = named | {one.reference for one in persons if one.reference}
    if not families:
        return ()
    found = _read(
        session,
        _listed()
        .where(
            or_(
                col(DocumentRow.family).in_(sorted(families)),
                col(DocumentRow.reference).in_(sorted(named)),
            )
        )
        .order_by(col(DocumentRow.reference), col(DocumentRow.doc)),
    )
    own = {one.doc for one in persons}
    return tuple(one for one in found if one.doc not in own and not one.is_voided)


def decided_alike(session: Session, cases: Sequence[StoredView]) -> Sequence[str]:
    """Return other cases whose care rests on a decision of one of these."""
    said = {decision_of(one.kind, one.view["values"]) for one in cases}
    decisions = sorted(one for one in said if one)
    if not decisions:
        return ()
    own = {one.doc for one in cases}
    found = session.exec(
        select(DocumentRow.doc).where(
            col(DocumentRow.decision).in_(decisions),
            ~col(DocumentRow.is_voided),
        )
    )
    return tuple(sorted(doc for doc in found if doc not in own))


def with_references(session: Session, references: Iterable[str]) -> frozenset[str]:
    """Return those of the references that a person bears already."""
    rows = bulk.fetch_in(
        session.connection(),
        "SELECT reference FROM document WHERE reference IN ({keys})",
        sorted(set(references)),
    )
    return frozenset(reference for (reference,) in rows)


def about(session: Session, subject: str) -> Sequence[StoredView]:
    """Return the documents about a person, oldest first."""
    return _read(
        session,
        _listed()
        .where(col(DocumentRow.subject) == subject, col(DocumentRow.kind) != LINK)
        .order_by(col(DocumentRow.newest), col(DocumentRow.doc)),
    )


def rows_of(session: Session, parent: str) -> Sequence[StoredView]:
    """Return the documents that are rows of another, oldest first."""
    return _read(
        session,
        _listed()
        .where(col(DocumentRow.parent) == parent, col(DocumentRow.kind) != LINK)
        .order_by(col(DocumentRow.newest), col(DocumentRow.doc)),
    )


def persons(session: Session, docs: Iterable[str]) -> Mapping[str, StoredView]:
    """Return the person that documents hang on at any depth, by document."""
    above = _above(docs)
    found = (
        select(above.c.start, *COLUMNS)
        .join(above, above.c.doc == col(DocumentRow.doc))
        .where(above.c.kind == _PERSON)
    )
    rows = session.exec(found)
    return {row[0]: stored(row[1:]) for row in rows}


def with_persons(
    session: Session, docs: Iterable[str], hanging: Collection[str]
) -> tuple[Mapping[str, StoredView], Mapping[str, StoredView]]:
    """Return documents by id, and by document the persons that others hang on.

    Args:
        session: An open session.
        docs: Documents that are wanted.
        hanging: Documents whose persons are wanted, with what says that it is about
            these persons and is a case.
    """
    if not hanging:
        return find_all(session, docs), {}
    above = _above(hanging)
    is_person = above.c.kind == _PERSON
    parts = (
        select(above.c.start, above.c.doc).where(is_person),
        select(null(), DocumentRow.doc).where(
            col(DocumentRow.doc).in_(sorted(set(docs)))
        ),
        select(null(), DocumentRow.doc)
        .join(above, above.c.doc == col(DocumentRow.subject))
        .where(is_person, IS_CASE),
    )
    places = union_all(*parts).subquery()
    query = (
        select(places.c.start, *COLUMNS)
        .select_from(places)
        .outerjoin(DocumentRow, places.c.doc == col(DocumentRow.doc))
    )
    views: dict[str, StoredView] = {}
    by_start: dict[str, StoredView] = {}
    for start, *row in session.exec(query):
        view = views[row[0]] = stored(row)
        if start is not None:
            by_start[start] = view
    return views, by_start


def _above(docs: Iterable[str]) -> Any:
    """Return documents and all that they hang on, each with where that began."""
    up = func.coalesce(col(DocumentRow.subject), col(DocumentRow.parent)).label("up")
    start = (
        select(
            col(DocumentRow.doc).label("start"), DocumentRow.doc, DocumentRow.kind, up
        )
        .where(col(DocumentRow.doc).in_(sorted(set(docs))))
        .cte("above", recursive=True)
    )
    return start.union(
        select(start.c.start, DocumentRow.doc, DocumentRow.kind, up)
        .join(start, col(DocumentRow.doc) == start.c.up)
        .where(start.c.kind != _PERSON)
    )


def below(session: Session, docs: Iterable[str]) -> Mapping[str, str]:
    """Return what hangs on documents at any depth, each with what it hangs on.

    Args:
        session: An open session.
        docs: Documents; each hangs on itself.

    Returns:
        The given document by the name under which questions know one that hangs on it:
        its id, or of a link ``link:`` and the ids of the two.
    """
    rows = bulk.fetch_in(
        session.connection(),
        "WITH RECURSIVE below (root, doc, kind, subject, parent) AS ("
        "SELECT doc, doc, kind, subject, parent FROM document WHERE doc IN ({keys})"
        " UNION SELECT b.root, d.doc, d.kind, d.subject, d.parent FROM below b"
        " JOIN document d ON (d.subject = b.doc OR d.parent = b.doc)"
        " WHERE b.kind <> 'link') SELECT root, doc, kind, subject, parent FROM below",
        [doc_bytes(doc) for doc in sorted(set(docs))],
    )
    found: dict[str, str] = {}
    for root, doc, kind, *ends in rows:
        name = doc_text(doc)
        if kind == LINK and all(ends):
            name = f"{LINK}:{'|'.join(map(doc_text, ends))}"
        found.setdefault(name, doc_text(root))
    return found


def recent(
    session: Session, kinds: Iterable[str], site: str, *, since: int, limit: int
) -> Sequence[tuple[StoredView, Document]]:
    """Return documents of a site that changed lately, newest first, with their heads.

    Args:
        session: An open session.
        kinds: Of which kinds.
        site: Only documents that belong to this site.
        since: Only those whose newest head has a greater clock value.
        limit: At most so many.
    """
    query = (
        _listed()
        .where(
            col(DocumentRow.kind).in_(sorted(kinds)),
            col(DocumentRow.newest) > since,
            col(DocumentRow.is_voided).is_(False),
            _holds(DocumentRow.sites, f"|{site}|"),
        )
        .order_by(col(DocumentRow.newest).desc())
        .limit(limit)
    )
    return [
        (view, state.unpack(view.kind, view.heads)) for view in _read(session, query)
    ]


def page(
    session: Session,
    *,
    q: str = "",
    kind: str | None = None,
    site: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return documents that are not voided, newest first.

    Args:
        session: An open session.
        q: Words, each of which stands in a name or the reference.
        kind: Only documents of this kind.
        site: Only documents that belong to this site, or are linked with one that does.
        cursor: Continue behind the page that gave it.
        limit: At most so many.

    Raises:
        ValueError: No page gave this cursor.
    """
    query = _listed().where(col(DocumentRow.is_voided).is_(False))
    if words := fold(q).split():
        query = query.where(_is_found_by(words))
    if kind is not None and not (words and kind == _PERSON):
        query = query.where(col(DocumentRow.kind) == kind)
    if site is not None:
        query = query.where(_belongs_to(site))
    if cursor is not None:
        newest, doc = _read_cursor(cursor)
        query = query.where(
            or_(
                col(DocumentRow.newest) < newest,
                and_(col(DocumentRow.newest) == newest, col(DocumentRow.doc) < doc),
            )
        )
    query = query.order_by(
        col(DocumentRow.newest).desc(), col(DocumentRow.doc).desc()
    ).limit(limit + 1)
    found = _read(session, query)
    shown = found[:limit]
    more = len(found) > limit
    return Page(tuple(shown), f"{shown[-1].newest:x}~{shown[-1].doc}" if more else None)


def changed(
    session: Session, kind: str, *, site: str, since: int, limit: int
) -> Sequence[StoredView]:
    """Return documents of a site with a newer clock value, newest first.

    Args:
        session: An open session.
        kind: Only documents of this kind.
        site: Only those that belong to it themselves.
        since: The clock value.
        limit: At most so many.
    """
    query = _listed().where(
        col(DocumentRow.kind) == kind,
        col(DocumentRow.newest) > since,
        col(DocumentRow.is_voided).is_(False),
        _holds(DocumentRow.sites, f"|{site}|"),
    )
    return _read(session, query.order_by(col(DocumentRow.newest).desc()).limit(limit))


def nameless(
    session: Session, *, site: str | None = None, limit: int = 500
) -> Sequence[StoredView]:
    """Return the persons with a reference and no name that are not voided, newest first.

    Args:
        session: An open session.
        site: As for ``page``.
        limit: At most so many.
    """
    query = _listed().where(_NAMELESS, col(DocumentRow.is_voided).is_(False))
    if site is not None:
        query = query.where(_belongs_to(site))
    return _read(session, query.order_by(col(DocumentRow.newest).desc()).limit(limit))


def count(session: Session, kind: str | None = None) -> int:
    """Return how many documents there are."""
    query = select(func.count()).select_from(DocumentRow)
    if kind is not None:
        query = query.where(col(DocumentRow.kind) == kind)
    return session.exec(query).one()


def all_views(session: Session) -> Iterator[tuple[str, str]]:
    """Yield (document id, view as canonical JSON) of all documents, by id."""
    for key, kind, reference, kept, heads in session.connection().exec_driver_sql(
        "SELECT doc, kind, reference, view, heads FROM document ORDER BY doc"
    ):
        doc = doc_text(key)
        view = whole_view(kept, doc=doc, kind=kind, reference=reference, heads=heads)
        yield doc, to_json(view)


def history(session: Session, doc: str) -> Sequence[Past]:
    """Return the changes on a document with what they say on it alone, newest first."""
    return histories(session, (doc,)).get(doc, ())


def histories(session: Session, docs: Iterable[str]) -> Mapping[str, Sequence[Past]]:
    """Return the changes on documents with what they say on each, newest first, by id."""
    rows = bulk.fetch_in(
        session.connection(),
        "SELECT b.doc, c.envelope, c.code, c.received_ms, c.peer, b.data FROM body b"
        " JOIN change c ON c.id = b.change WHERE b.doc IN ({keys})",
        [doc_bytes(doc) for doc in sorted(set(docs))],
    )
    found: dict[str, list[Past]] = {}
    for key, envelope, code, received_ms, peer, data in rows:
        doc = doc_text(key)
        past = Past(
            change=changes.join(envelope, {doc: data} if data else {}),
            code=code,
            received_ms=received_ms,
            peer=peer,
        )
        found.setdefault(doc, []).append(past)
    for pasts in found.values():
        pasts.sort(key=lambda p: (p.change.hlc, p.change.id), reverse=True)
    return found


def document(session: Session, doc: str) -> Document | None:
    """Return the heads of a document, without the list of all that touched it."""
    return documents(session, (doc,)).get(doc)


def documents(session: Session, docs: Iterable[str]) -> Mapping[str, Document]:
    """Return the heads of those documents that there are, by id."""
    rows = bulk.fetch_in(
        session.connection(),
        "SELECT doc, kind, heads FROM document WHERE doc IN ({keys})",
        [doc_bytes(doc) for doc in sorted(set(docs))],
    )
    return {doc_text(doc): state.unpack(kind, heads) for doc, kind, heads in rows}


def heads(
    session: Session, pairs: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the heads of cells, by (document id, cell key); none for an unknown one."""
    wanted = set(pairs)
    known = documents(session, (doc for doc, _ in wanted))
    return {
        (doc, cell): tuple(sorted(known[doc].cells[cell].heads))
        if doc in known and cell in known[doc].cells
        else ()
        for doc, cell in wanted
    }


def values_of(
    session: Session, doc: str, cells: Mapping[str, Sequence[str]]
) -> Mapping[str, Mapping[str, Any]]:
    """Return what changes wrote in cells of a document, from the changes themselves.

    Args:
        session: An open session.
        doc: The document.
        cells: Change ids by cell key.

    Returns:
        By cell key and change id; a change that did not write the cell is left out.
    """
    wanted = {id_ for ids in cells.values() for id_ in ids}
    rows = bulk.fetch_in(
        session.connection(),
        "SELECT b.data, c.envelope FROM body b JOIN change c ON c.id = b.change"
        " WHERE (b.doc, b.change) IN ({keys})",
        [(doc_bytes(doc), bytes.fromhex(id_)) for id_ in sorted(wanted)],
    )
    written: dict[str, Mapping[str, Any]] = {}
    for data, envelope in rows:
        known = changes.join(envelope, {doc: data} if data else {})
        for edit in known.edits:
            if edit.doc == doc:
                written[known.id] = {
                    c: v.value for c, v in versions(known, edit).items()
                }
    return {
        cell: {
            id_: written[id_][cell]
            for id_ in ids
            if id_ in written and cell in written[id_]
        }
        for cell, ids in cells.items()
    }


def aliases(session: Session, doc: str) -> tuple[str, ...]:
    """Return the cluster of a person, the canonical one first; itself when alone."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT doc FROM alias WHERE canonical ="
        " (SELECT canonical FROM alias WHERE doc = ?) ORDER BY doc",
        (doc_bytes(doc),),
    )
    return tuple(doc_text(member) for (member,) in rows) or (doc,)


def _listed() -> Any:
    return select(*COLUMNS)


def _read(session: Session, query: Select[Any]) -> list[StoredView]:
    return [stored(row) for row in session.exec(query)]  # type: ignore[call-overload]


def stored(row: Any) -> StoredView:
    """Return what a row of ``COLUMNS`` holds."""
    known = dict(zip(_NAMES, row, strict=True))
    known["sites"] = tuple(site for site in known["sites"].split("|") if site)
    return StoredView(**known)


def _holds(column: Any, text: str) -> Any:
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    return col(column).like(f"%{text}%", escape=_ESCAPE)


def _is_found_by(words: Sequence[str]) -> Any:
    """Return that each word stands in a person's reference or names.

    It is looked for in an index that holds this text and little else.
    """
    found = select(DocumentRow.doc).where(_SEARCHED)
    for word in words:
        holds = [_holds(DocumentRow.search, word)]
        if key := spelled(word):
            holds.append(_holds(DocumentRow.search, key))
        found = found.where(or_(*holds))
    return col(DocumentRow.doc).in_(found)


def _belongs_to(site: str) -> Any:
    own = _holds(DocumentRow.sites, f"|{site}|")
    linked = select(AliasRow.canonical).where(
        select(_MEMBER.doc)
        .where(
            col(_MEMBER.doc) == col(AliasRow.doc), _holds(_MEMBER.sites, f"|{site}|")
        )
        .exists()
    )
    members = select(AliasRow.doc).where(col(AliasRow.canonical).in_(linked))
    return or_(own, col(DocumentRow.doc).in_(members))


def _read_cursor(cursor: str) -> tuple[int, str]:
    newest, _, doc = cursor.partition("~")
    if doc_text(doc_bytes(doc)) != doc:
        raise ValueError("no page gave this cursor")
    return int(newest, 16), doc
