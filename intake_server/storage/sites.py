"""Centres: a projection of the site documents.

A site document has the fields ``name``, ``title``, ``reference_block`` and the public
halves of its node's keys, ``seal_key`` and ``receipt_key``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from intake_server.storage import bulk
from intake_server.storage.tables import SiteRow
from intake_server.storage.types import doc_bytes, to_json
from sync import documents

KIND: Final = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A centre."""

    name: str
    doc: str
    title: Mapping[str, str]
    reference_block: str | None = None
    seal_key: str | None = None
    receipt_key: str | None = None


def all_of(session: Session) -> Sequence[Site]:
    """Return all centres, by name."""
    rows = session.exec(select(SiteRow).order_by(SiteRow.name))
    return tuple(Site(**row.model_dump()) for row in rows)


def find(session: Session, name: str) -> Site | None:
    """Return a centre."""
    row = session.exec(select(SiteRow).where(col(SiteRow.name) == name)).first()
    return None if row is None else Site(**row.model_dump())


def project(connection: Connection, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the centres that site documents show, in place of what they did before."""
    bulk.many(
        connection,
        "DELETE FROM site WHERE doc = ?",
        [(doc_bytes(doc),) for doc in values],
    )
    bulk.many(
        connection,
        "INSERT INTO site"
        " (name, doc, title, reference_block, seal_key, receipt_key)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        rows_of(values),
    )


def rows_of(values: Mapping[str, Mapping[str, Any]]) -> list[bulk.Row]:
    """Return the rows of those site documents that name the site they are of."""
    return [
        (
            said["name"],
            doc_bytes(doc),
            to_json(said.get("title") or {}),
            block,
            _text(said, "seal_key"),
            _text(said, "receipt_key"),
        )
        for doc, said in values.items()
        if _holds(doc, said)
        and isinstance(block := said.get("reference_block"), str | None)
    ]


def _text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) else None


def _holds(doc: str, said: Mapping[str, Any]) -> bool:
    name, title = said.get("name"), said.get("title") or {}
    if not isinstance(name, str) or documents.site(name) != doc:
        return False
    return is_title(title)


def is_title(said: object) -> bool:
    """Tell whether something is a text by language."""
    return isinstance(said, dict) and all(isinstance(t, str) for t in said.values())
