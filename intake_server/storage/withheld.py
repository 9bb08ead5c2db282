"""From whom children's records are withheld (R32), and by what such a record is known.

Rows follow from documents and are written with them. Names are kept as they sound, so a
person is found however the name was spelled.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from zlib import crc32

from sqlalchemy import Connection
from sqlmodel import Session

from forms.reference import printed
from intake_server.storage import bulk, documents, queue
from intake_server.storage.types import doc_bytes, doc_text
from intake_server.storage.views import spelled
from sync import documents as documents_of
from sync.merge.cells import LINK, name_of
from sync.merge.rules import Looked

CELL: Final = "withhold_from"
"""A set on a case: a person each, and behind a colon what is withheld from them."""
COLUMNS: Final = "doc, names, mark"
STAMP: Final = "(SELECT count(*) || ':' || coalesce(sum(mark), 0) FROM withheld)"
"""A text that is another one when what is withheld from anybody has changed."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_MEMBERS: Final = (
    "SELECT b.doc FROM alias a JOIN alias b ON b.canonical = a.canonical"
    " WHERE a.doc IN ({keys})"
)
_CHANGES: Final = "SELECT change FROM body WHERE doc IN ({keys})"
_SENT: Final = "SELECT instance_id FROM submission WHERE change IN ({keys})"
_HELD: Final = (
    "SELECT instance_id FROM submission WHERE status = 'quarantined'"
    " AND reference IN ({keys})"
)
_FILES: Final = "SELECT sha256 FROM attachment WHERE instance_id IN ({keys})"


def words(text: str) -> frozenset[str]:
    """Return the words of a name as they sound."""
    return frozenset(_WORD.findall(spelled(text)))


def is_named(name: str, names: str) -> bool:
    """Tell whether somebody is among the people of a row, by all words of their name."""
    wanted = words(name)
    return bool(wanted) and any(
        wanted <= frozenset(line.split()) for line in names.splitlines()
    )


def rows_of(looked: Mapping[str, Looked]) -> list[bulk.Row]:
    """Return the rows that follow from documents."""
    found: list[bulk.Row] = []
    for doc, (document, view) in looked.items():
        if document.kind == "case":
            said = set(_texts(view.values.get(CELL)))
            # Whom somebody shall not see is kept from them while it is in question.
            said |= {
                str(one.element)
                for one in view.questions
                if name_of(one.cell) == CELL and one.element
            }
            people = {" ".join(sorted(words(one.partition(":")[0]))) for one in said}
            if names := "\n".join(sorted(people - {""})):
                found.append((doc_bytes(doc), names, crc32(f"{doc}{names}".encode())))
    return found


def project(
    connection: Connection, looked: Mapping[str, Looked], *, is_known: Collection[str]
) -> None:
    """Write what follows from documents, in place of what followed before.

    Args:
        connection: An open transaction that holds the locks of the documents.
        looked: The documents.
        is_known: Those of them that were there before.
    """
    known = [d for d in is_known if d in looked and looked[d][0].kind == "case"]
    bulk.act_in(
        connection, "DELETE FROM withheld WHERE doc IN ({keys})", map(doc_bytes, known)
    )
    rows = rows_of(looked)
    if rows:
        bulk.insert(connection, "withheld", COLUMNS, rows)


def cases(session: Session, name: str) -> frozenset[str]:
    """Return the cases that are withheld from somebody of this name."""
    rows = bulk.fetch(session.connection(), "SELECT doc, names FROM withheld")
    return frozenset(doc_text(doc) for doc, names in rows if is_named(name, names))


def reach(session: Session, cases: Iterable[str]) -> frozenset[str]:
    """Return by what the children of some cases may be asked for.

    Such are their documents with those of linked records, what hangs on these, questions,
    changes, forms that were sent and held, files, and their references.
    """
    connection = session.connection()
    persons = {one.doc for one in documents.persons(session, cases).values()}
    rows = bulk.fetch_in(connection, _MEMBERS, map(doc_bytes, sorted(persons)))
    persons |= {doc_text(doc) for (doc,) in rows}
    below = documents.below(session, persons)
    ids = {_id(name) for name in below}
    references = {
        view.reference
        for view in documents.find_all(session, persons).values()
        if view.reference
    }
    changes = _column(connection, _CHANGES, map(doc_bytes, sorted(ids)))
    sent = {
        *_column(connection, _SENT, changes),
        *_column(connection, _HELD, sorted(references)),
    }
    asked = queue.of_documents(session, {*below, *sent})
    files = _column(connection, _FILES, sorted(sent))
    return frozenset(
        {
            *below,
            *ids,
            *references,
            *map(printed, references),
            *(bytes(id_).hex() for id_ in changes),
            *sent,
            *(item.qid for item in asked),
            *(bytes(digest).hex() for digest in files),
        }
    )


def _id(name: str) -> str:
    """Return the document that questions know by a name; of a link they know the two."""
    kind, _, pair = name.partition(":")
    return documents_of.link(*pair.split("|")) if kind == LINK else name


def _column(connection: Connection, query: str, keys: Iterable[Any]) -> list[Any]:
    return [value for (value,) in bulk.fetch_in(connection, query, list(keys))]


def _texts(value: Any) -> list[str]:
    every = value if isinstance(value, list) else [value]
    return [text for text in every if isinstance(text, str)]
