"""Making every projection again from the changes alone.

It is compared with the tables, or written in their place where an earlier program has
made them. All documents are held in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from intake_server.storage import (
    boards,
    bulk,
    changes,
    forms,
    items,
    kinship,
    projection,
    refold,
    siblings,
    sites,
    standing,
    withheld,
)
from intake_server.storage.tables import METADATA
from intake_server.storage.types import doc_bytes, doc_text
from sync.change import Change
from sync.merge import queue
from sync.merge import siblings as families
from sync.merge.cells import ERASED, LINK, Document
from sync.merge.fold import judged, told
from sync.merge.identity import Identity
from sync.merge.schema import Schema

_TABLES: Final = {
    "document": "FROM document",
    "duty": "FROM duty",
    "withheld": "FROM withheld",
    "alias": "FROM alias",
    "form": "FROM form",
    "form_file": "FROM form_file",
    "site": "FROM site",
    "queue": "FROM queue WHERE source <> 'local' AND cell <> 'hash'",
}
"""What follows from the changes, and from which rows of a table it is read."""
_JUDGED: Final = "FROM change WHERE code IS NOT NULL AND code <> 'hash'"
_CODES: Final = "code"
_ABOUT: Final = {"form": 2, "site": 1}
"""Which column says what a row is about; the first, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Report:
    """How much there is, and the documents, logs or changes that differ."""

    changes: int
    documents: int
    different: tuple[str, ...]


def compare(session: Session, *, schema: Schema | None = None) -> Report:
    """Rebuild everything in memory and return what the tables say otherwise.

    Args:
        session: An open session.
        schema: The rules; those of the published forms when none are given.
    """
    connection = session.connection()
    schema = schema or forms.current(connection)
    every = {change.id: change for change in changes.all_of(connection)}
    expected = _expected(session, every, schema)
    there = {table: f"SELECT * {rows}" for table, rows in _TABLES.items()}
    there[_CODES] = f"SELECT id, code {_JUDGED}"
    different: set[str] = set()
    for table, query in there.items():
        wanted = {tuple(row) for row in expected[table]}
        found = {tuple(row) for row in bulk.fetch(connection, query)}
        column = _ABOUT.get(table, 0)
        different.update(_name(row[column]) for row in wanted ^ found)
    return Report(len(every), len(expected["document"]), tuple(sorted(different)))


def is_due(session: Session) -> bool:
    """Tell whether a step has taken the documents away, to be made again."""
    (there,) = bulk.fetch(
        session.connection(),
        "SELECT EXISTS (SELECT 1 FROM body) AND NOT EXISTS (SELECT 1 FROM document)",
    )
    return bool(there[0])


def renew(session: Session) -> None:
    """Write everything that follows from the changes in place of what is there.

    Args:
        session: An open transaction that keeps all other writers away.
    """
    connection = session.connection()
    schema = forms.current(connection)
    every = {change.id: change for change in changes.all_of(connection)}
    expected = _expected(session, every, schema)
    for table, rows in _TABLES.items():
        bulk.many(connection, f"DELETE {rows}", [()])
        if table != "queue":
            columns = ", ".join(METADATA.tables[table].columns.keys())
            bulk.insert(connection, table, columns, list(expected[table]))
    items.add(connection, expected["queue"])
    no_more = [(None, id_) for (id_,) in bulk.fetch(connection, f"SELECT id {_JUDGED}")]
    codes = no_more + [(code, id_) for id_, code in expected[_CODES]]
    bulk.many(connection, "UPDATE change SET code = ? WHERE id = ?", codes)


def _expected(
    session: Session, every: Mapping[str, Change], schema: Schema
) -> dict[str, list[bulk.Row]]:
    """Return all rows that follow from the changes, by table."""
    codes = judged(every, schema)
    documents = _documents(session, told(every, codes, schema)[0])
    return _rows(session, every, codes, documents, schema)


def _documents(session: Session, folded: Mapping[str, Document]) -> dict[str, Document]:
    erased = [doc for doc, known in folded.items() if ERASED in known.cells]
    touched = standing.touched(session.connection(), erased)
    return {
        doc: refold.settled(known, touched.get(doc, ()))
        for doc, known in folded.items()
    }


def _rows(
    session: Session,
    every: Mapping[str, Change],
    codes: Mapping[str, str],
    documents: Mapping[str, Document],
    schema: Schema,
) -> dict[str, list[bulk.Row]]:
    connection = session.connection()
    links = _of_kind(documents, LINK)
    who = kinship.resolve(links)
    groups = _groups(who, documents)
    looked = projection.seen(connection, documents, schema)
    derived = {
        doc: projection.derive(
            doc, one, groups.get(doc, ()), schema=schema, other=looked.get
        )
        for doc, one in looked.items()
    }
    values = {doc: one.view.values for doc, one in derived.items()}
    questions = [row for one in derived.values() for row in one.items]
    questions += kinship.rows_of(who, links.values())
    questions += siblings.rows_of(families.parted(looked, who.aliases), looked)
    questions += _about_changes(every, codes)
    return {
        "document": [one.row for one in derived.values()],
        "duty": boards.table_rows([r for one in derived.values() for r in one.duties]),
        "withheld": withheld.rows_of(looked),
        "alias": [(doc_bytes(a), doc_bytes(b)) for a, b in who.aliases.items()],
        "form": forms.rows_of(_of_kind(documents, forms.KIND), values),
        "form_file": forms.files_of(_of_kind(documents, forms.KIND), values),
        "site": sites.rows_of({d: values[d] for d in _of_kind(documents, sites.KIND)}),
        "queue": questions,
        _CODES: [(bytes.fromhex(id_), code) for id_, code in codes.items()],
    }


def _of_kind(documents: Mapping[str, Document], kind: str) -> dict[str, Document]:
    return {doc: known for doc, known in documents.items() if known.kind == kind}


def _groups(
    who: Identity, documents: Mapping[str, Document]
) -> dict[str, tuple[str, ...]]:
    return {
        member: tuple(other for other in cluster if other != member)
        for cluster in who.clusters
        for member in cluster
        if member in documents and documents[member].kind == kinship.PERSON
    }


def _about_changes(
    every: Mapping[str, Change], codes: Mapping[str, str]
) -> list[bulk.Row]:
    rows = [
        items.row(queue.quarantined(every[id_], code), items.CHANGE, (every[id_].site,))
        for id_, code in codes.items()
    ]
    places: dict[tuple[str, int], list[str]] = {}
    for id_, change in every.items():
        places.setdefault((change.log, change.seq), []).append(id_)
    for (log, seq), ids in places.items():
        if len(ids) > 1:
            belongs = {every[id_].site for id_ in ids}
            item = queue.fork(log, seq, ids)
            rows.append(items.row(item, items.CHANGE, sorted(belongs)))
    return rows


def _name(about: Any) -> str:
    if not isinstance(about, bytes):
        return str(about)
    return doc_text(about)
