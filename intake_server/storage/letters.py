"""What is sealed for another site travels as a letter; here are those to be opened here.

A letter is a document of its own, which every node keeps and only its own reads. That
it waits to be opened is local: it is noted with the letter and forgotten when what is
inside has been taken in.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlmodel import Session

from intake_server.storage import bulk
from intake_server.storage.types import doc_bytes, doc_text

KIND: Final = "letter"

TO: Final = "letter_to"
"""The cell with the name of the site that opens it."""

SAYS: Final = "letter_says"
"""The cell with all that it says: JSON, as a text."""

ABOUT: Final = "letter_about"
"""The cell with the child's record that what was inside speaks of."""


def expect(session: Session, docs: Iterable[str]) -> None:
    """Note that letters wait to be opened."""
    bulk.insert(
        session.connection(),
        "mail",
        "doc",
        [(doc_bytes(doc),) for doc in sorted(set(docs))],
        "ON CONFLICT DO NOTHING",
    )


def waiting(session: Session, limit: int) -> Sequence[str]:
    """Return letters that wait to be opened, at most so many."""
    rows = bulk.fetch(
        session.connection(), "SELECT doc FROM mail ORDER BY doc LIMIT ?", (limit,)
    )
    return tuple(doc_text(doc) for (doc,) in rows)


def opened(session: Session, docs: Iterable[str]) -> None:
    """Forget that letters waited."""
    bulk.many(
        session.connection(),
        "DELETE FROM mail WHERE doc = ?",
        [(doc_bytes(doc),) for doc in docs],
    )


def about(session: Session, persons: Iterable[str]) -> Sequence[str]:
    """Return the letters of which it is known that they speak of children.

    Looks through all letters, for the rare moment of an erasure.
    """
    found: set[str] = set()
    for person in persons:
        rows = bulk.fetch(
            session.connection(),
            "SELECT doc FROM document WHERE kind = ? AND view LIKE ?",
            (KIND, f'%"{ABOUT}"%"{person}"%'),
        )
        found |= {doc_text(doc) for (doc,) in rows}
    return tuple(sorted(found))
