"""What is asked about whole families: a child who would be parted from the others.

Such a question follows from the records of all children of a family, so it is made
again when any of them changes. For children without brothers or sisters the store is
asked once or twice a batch, whatever its size.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from intake_server.storage import bulk, items, kinship, standing, views
from intake_server.storage.locks import Locked, NotLockedError
from intake_server.storage.types import doc_bytes, doc_text, is_document
from sync import documents as ids
from sync.change import Change
from sync.merge import siblings, talk
from sync.merge.rules import Looked
from sync.merge.schema import Schema
from sync.merge.siblings import FAMILY, Parted
from sync.merge.view import look

_FAMILIES: Final = "SELECT doc, reference, family FROM document WHERE {} IN ({{keys}})"
_ABOUT: Final = frozenset(("case", "event"))
"""Kinds of documents that say where a child is."""
_SUBJECTS: Final = (
    "SELECT subject FROM document WHERE doc IN ({keys}) AND subject IS NOT NULL"
)
_VISITS: Final = (
    "SELECT doc FROM document WHERE subject IN ({keys}) AND subject IS NOT NULL"
    " AND kind || '' = 'event'"
)
"""The kind is said so that SQLite looks below the children, not through all visits."""


@dataclass(frozen=True, slots=True)
class Before:
    """The persons whose families are to be looked at again.

    ``names`` are the references by which these families went until now, ``joined``
    those that a person named: nobody may do so any more.
    """

    persons: frozenset[str]
    names: frozenset[str]
    joined: frozenset[str]


def need(batch: Iterable[Change], locked: Locked) -> None:
    """Make sure that nobody else writes on a family that a batch speaks of.

    Raises:
        NotLockedError: Somebody may; it takes ``lock_all``.
    """
    if locked.docs is not None and any(
        write.name == FAMILY
        for change in batch
        for edit in change.edits
        for write in edit.w or ()
    ):
        raise NotLockedError


def before(
    connection: Connection, looked: Mapping[str, Looked], known: Collection[str]
) -> Before:
    """Return how things stood with families, before documents are written anew.

    Args:
        connection: An open transaction.
        looked: The documents that are about to be written.
        known: Those of them that are in the tables already.
    """
    about = [doc for doc in known if doc in looked and looked[doc][0].kind in _ABOUT]
    subjects = bulk.fetch_in(connection, _SUBJECTS, map(doc_bytes, about))
    persons = persons_of(looked) | {doc_text(subject) for (subject,) in subjects}
    kept = {doc for doc in persons if doc in known or doc not in looked}
    rows = _rows(connection, "doc", map(doc_bytes, sorted(kept)))
    joined = frozenset(family for _, _, family in rows if family)
    return Before(frozenset(persons), frozenset(_names(rows)), joined)


def persons_of(looked: Mapping[str, Looked]) -> set[str]:
    """Return the persons whose families are to be looked at again.

    Such are those who changed themselves, or of whom something changed on which it
    depends where they are.
    """
    found = set()
    for doc, (document, view) in looked.items():
        subject = view.values.get("subject")
        is_about = document.kind == "case" or (
            document.kind == "event" and siblings.STAY in view.cells
        )
        if document.kind == kinship.PERSON:
            found.add(doc)
        elif is_about and isinstance(subject, str) and is_document(subject):
            found.add(subject)
    return found


def project(
    connection: Connection,
    looked: Mapping[str, Looked],
    was: Before,
    *,
    schema: Schema,
    locked: Locked,
) -> None:
    """Write the questions about families anew.

    Args:
        connection: An open transaction, in which documents have been written.
        looked: These documents.
        was: How things stood ``before``.
        schema: The rules.
        locked: What nobody else changes meanwhile.

    Raises:
        NotLockedError: Somebody else may be writing on one of the families.
    """
    if not was.persons:
        return
    named = _rows(connection, "family", sorted({*was.names, *_now(looked)}))
    families = was.joined.union(family for _, _, family in named if family)
    if not families:
        return
    if locked.docs is not None:
        raise NotLockedError
    first = _rows(connection, "reference", sorted(families))
    members = {doc_text(doc) for doc, _, _ in (*named, *first)}
    whole = _whole(connection, members, looked, schema)
    aliases = _aliases(connection, members)
    bulk.act_in(
        connection,
        f"DELETE FROM queue WHERE doc IN ({{keys}}) AND source = '{items.FAMILY}'",  # noqa: S608 - our own word
        map(ids.case, sorted(members | was.persons)),
    )
    items.add(connection, rows_of(siblings.parted(whole, aliases), whole))


def rows_of(
    found: Iterable[Parted], looked: Mapping[str, Looked]
) -> tuple[bulk.Row, ...]:
    """Return questions as the queue holds them; all sites of the family see them."""
    return tuple(
        items.row(
            one.item,
            items.FAMILY,
            sorted(
                {
                    site
                    for doc in one.family
                    if doc in looked
                    for site in views.sites_of(
                        views.current(looked[doc][0]), looked[doc][1]
                    )
                }
            ),
            talk.turn(talk.about(looked[one.item.doc][1].values, one.item.key)),
        )
        for one in found
    )


def _now(looked: Mapping[str, Looked]) -> set[str]:
    """Return by which references the families of persons go now."""
    said = {
        name
        for document, view in looked.values()
        for name in (
            views.reference_of(document.kind, view.values),
            views.family_of(document.kind, view.values),
        )
    }
    return {name for name in said if name}


def _whole(
    connection: Connection,
    members: Collection[str],
    looked: Mapping[str, Looked],
    schema: Schema,
) -> dict[str, Looked]:
    """Return the persons of families with their cases and stays."""
    wanted = {*members, *map(ids.case, members)}
    visits = bulk.fetch_in(connection, _VISITS, map(doc_bytes, members))
    wanted |= {doc_text(doc) for (doc,) in visits}
    found = {doc: looked[doc] for doc in wanted & looked.keys()}
    for doc, document in standing.load(connection, wanted - looked.keys()).items():
        if document.kind != "event" or siblings.STAY in document.cells:
            past = partial(standing.history, connection, doc)
            found[doc] = (document, look(document, schema, past))
    return found


def _aliases(connection: Connection, members: Collection[str]) -> dict[str, str]:
    rows = bulk.fetch_in(
        connection,
        "SELECT doc, canonical FROM alias WHERE doc IN ({keys})",
        map(doc_bytes, members),
    )
    return {doc_text(doc): doc_text(canonical) for doc, canonical in rows}


def _rows(
    connection: Connection, column: str, keys: Iterable[bytes | str]
) -> list[tuple[bytes, str | None, str | None]]:
    query = _FAMILIES.format(column)
    if column != "doc":
        query += f" AND {column} IS NOT NULL"
    return [tuple(row) for row in bulk.fetch_in(connection, query, keys)]


def _names(rows: Iterable[tuple[bytes, str | None, str | None]]) -> set[str]:
    return {name for _, *both in rows for name in both if name}
