"""Published forms and the merge rules in them: a projection of the schema documents.

A schema document has the fields ``form_id``, ``version``, ``xml``, ``title``, ``rules``
(what ``Schema.from_json`` reads), ``is_retired`` and, where the form needs files, ``media``:
``{"name","sha256","data"}`` of each, ``data`` as ``forms.media.packed`` gives it; without
``data`` it is a file that every installation has.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import md5
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from forms.media import Medium, medium, shipped, unpacked
from intake_server.storage import bulk, sites
from intake_server.storage.tables import METADATA, FormRow
from intake_server.storage.types import doc_bytes, from_json, signed, to_json
from sync import documents
from sync.errors import SchemaError
from sync.merge.cells import VERDICT, Document
from sync.merge.schema import Schema

KIND: Final = "schema"

_FORM_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
_VERSION: Final = re.compile(r"[1-9][0-9]{0,17}\Z")
_RESERVED: Final = frozenset(
    {
        "form_id",
        "version",
        "xml",
        "title",
        "rules",
        "media",
        "is_retired",
        "name",
        "reference_block",
        "a",
        "b",
        VERDICT,
    }
)
"""Cells by which forms, sites and links themselves are kept."""

_INSERT: Final = """
INSERT INTO form
(form_id, version, doc, xml, md5, title, rules, published, is_retired, media)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_FILE: Final = "INSERT INTO form_file (doc, sha256, content) VALUES (?, ?, ?)"
_MOST_FILES: Final = 100
_RETIRED: Final = "is_retired"
"""Says nothing of what a form asks, so its rules are no newer for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A version of a form: its XForm, how its answers meet, the files beside it.

    ``media`` says what the files are; ``content`` gives one.
    """

    form_id: str
    version: str
    doc: str
    xml: str
    md5: str
    title: Mapping[str, str]
    rules: Mapping[str, Any]
    published: int
    is_retired: bool
    media: tuple[Medium, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a form, by what it is called; ``published`` is a clock value."""

    form_id: str
    version: str
    doc: str
    title: Mapping[str, str]
    published: int
    is_retired: bool


def all_of(session: Session) -> Sequence[Form]:
    """Return every version of every form, by form and version."""
    rows = session.exec(select(FormRow).order_by(FormRow.form_id, FormRow.version))
    return tuple(map(_form, rows))


def listed(session: Session) -> Sequence[Version]:
    """Return what every version of every form is called, by form and version."""
    table = METADATA.tables["form"].c
    named = ("form_id", "version", "doc", "title", "published", "is_retired")
    query = sa.select(*(table[name] for name in named))
    rows = session.connection().execute(query.order_by(table.form_id, table.version))
    return tuple(Version(*row) for row in rows)


def rules_of(session: Session, form_id: str) -> Mapping[str, str]:
    """Return the ids of the rules between answers that a form says, in all its versions.

    Returns:
        By id, the property that the rule stands beside.
    """
    rows = session.exec(
        select(FormRow.rules)
        .where(col(FormRow.form_id) == form_id)
        .order_by(col(FormRow.published))
    )
    return {
        check["id"]: check["a"] for rules in rows for check in rules.get("rules", ())
    }


def find(session: Session, form_id: str, version: str) -> Form | None:
    """Return one version of a form."""
    row = session.exec(
        select(FormRow).where(
            col(FormRow.form_id) == form_id, col(FormRow.version) == version
        )
    ).first()
    return None if row is None else _form(row)


def content(session: Session, form: Form, sha256: str) -> bytes | None:
    """Return the bytes of a file that came with a form."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT content FROM form_file WHERE doc = ? AND sha256 = ?",
        (doc_bytes(form.doc), bytes.fromhex(sha256)),
    )
    return bytes(rows[0][0]) if rows else None


def schema(session: Session) -> Schema:
    """Return the merge rules of all forms; a later form's rule of a name holds."""
    return current(session.connection())


def sources(session: Session) -> tuple[bytes, ...]:
    """Return the changes that the rules follow from, to cache ``schema`` by."""
    return _sources(session.connection())


def is_current(connection: Connection, schema: Schema) -> bool:
    """Tell whether no form was published since these rules were read from the store."""
    return schema.sources in (None, _sources(connection))


def digests(session: Session) -> tuple[tuple[str, str, str], ...]:
    """Return (form, version, MD5 of the XForm) of all versions, to cache by."""
    rows = bulk.fetch(
        session.connection(),
        "SELECT form_id, version, md5, published FROM form ORDER BY published, doc",
    )
    return tuple((form_id, version, md5) for form_id, version, md5, _ in rows)


def current(connection: Connection) -> Schema:
    """Return what ``schema`` returns."""
    sources = _sources(connection)
    fields: dict[str, Any] = {}
    checks: dict[str, Any] = {}
    for (text,) in bulk.fetch(
        connection, "SELECT rules FROM form ORDER BY published, doc"
    ):
        rules = from_json(text)
        fields.update(rules.get("fields", {}))
        checks.update({check["id"]: check for check in rules.get("rules", ())})
    found = Schema.from_json({"fields": fields, "rules": list(checks.values())})
    return replace(found, sources=sources)


def is_form_id(text: str) -> bool:
    """Tell whether a form can have this id."""
    return _FORM_ID.match(text) is not None


def is_version(text: str) -> bool:
    """Tell whether a version can be written so."""
    return _VERSION.match(text) is not None


def check(rules: Any) -> None:
    """See to it that a form's merge rules hold.

    They hold for names on every document, so none may be a name by which something
    else is kept.

    Raises:
        SchemaError: They do not.
    """
    for name in Schema.from_json(rules).rules:
        if name in _RESERVED or name.startswith("_") or "/" in name:
            raise SchemaError(name, "a name that a form cannot use")


def project(
    connection: Connection,
    said: Mapping[str, Document],
    values: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write the forms that schema documents say, in place of what they said before.

    Args:
        connection: An open transaction.
        said: Schema documents by id.
        values: What each of them shows.
    """
    docs = [(doc_bytes(doc),) for doc in said]
    bulk.many(connection, "DELETE FROM form WHERE doc = ?", docs)
    bulk.many(connection, _INSERT, rows_of(said, values))
    bulk.many(connection, "DELETE FROM form_file WHERE doc = ?", docs)
    bulk.many(connection, _INSERT_FILE, files_of(said, values))


def rows_of(
    said: Mapping[str, Document], values: Mapping[str, Mapping[str, Any]]
) -> list[bulk.Row]:
    """Return the rows of those schema documents that hold."""
    return [
        _row(doc, document, values[doc])
        for doc, document in said.items()
        if _holds(doc, values[doc])
    ]


def files_of(
    said: Mapping[str, Document], values: Mapping[str, Mapping[str, Any]]
) -> list[bulk.Row]:
    """Return the rows of the files that came with those schema documents that hold."""
    return [
        (doc_bytes(doc), bytes.fromhex(sha256), content)
        for doc in said
        if _holds(doc, values[doc])
        for sha256, content in _contents(values[doc]).items()
    ]


def _form(row: FormRow) -> Form:
    known = row.model_dump()
    media = tuple(_here(Medium(**one)) for one in known.pop("media"))
    return Form(**known, media=media)


def _here(said: Medium) -> Medium:
    """Return a file as this installation has it, where it did not come with the form."""
    known = None if said.md5 else shipped(said.name)
    return known if known is not None and known.sha256 == said.sha256 else said


def _contents(said: Mapping[str, Any]) -> Mapping[str, bytes]:
    """Return the files in a schema document by digest."""
    media = _media(said) or ()
    return {one.sha256: one.content for one in media if one.content is not None}


def _media(said: Mapping[str, Any]) -> tuple[Medium, ...] | None:
    """Return the files of a schema document; None where it says them wrongly."""
    listed = said.get("media", [])
    if not isinstance(listed, list) or len(listed) > _MOST_FILES:
        return None
    try:
        media = tuple(_medium(one) for one in listed)
    except (KeyError, TypeError, ValueError):
        return None
    return media if len({one.name for one in media}) == len(media) else None


def _medium(said: Any) -> Medium:
    name, digest = said["name"], said["sha256"]
    if not isinstance(name, str) or not _DIGEST.match(digest):
        raise ValueError("no file is named so")
    if "data" not in said:
        return Medium(name=name, md5="", sha256=digest, size=0)
    found = medium(name, unpacked(said["data"]))
    if found.sha256 != digest:
        raise ValueError("is another file")
    return found


def _sources(connection: Connection) -> tuple[bytes, ...]:
    rows = bulk.fetch(
        connection,
        "SELECT b.change FROM document d JOIN body b ON b.doc = d.doc WHERE d.kind = ?",
        (KIND,),
    )
    return tuple(sorted({bytes(change) for (change,) in rows}))


def _holds(doc: str, said: Mapping[str, Any]) -> bool:
    form_id, version = said.get("form_id"), said.get("version")
    if not isinstance(form_id, str) or not isinstance(version, str):
        return False
    if not is_form_id(form_id) or not is_version(version):
        return False
    if documents.schema(form_id, version) != doc:
        return False
    if not isinstance(said.get("xml"), str) or _media(said) is None:
        return False
    try:
        check(said.get("rules"))
    except SchemaError:
        return False
    return sites.is_title(said.get("title", {}))


def _kept(one: Medium) -> Mapping[str, Any]:
    """Return what the row of a form says of a file; of a shipped one, no more than which."""
    return {"name": one.name, "md5": one.md5, "sha256": one.sha256, "size": one.size}


def _row(doc: str, document: Document, said: Mapping[str, Any]) -> bulk.Row:
    newest = max(
        head.version.hlc
        for cell, state in document.cells.items()
        if cell != _RETIRED
        for head in state.heads.values()
    )
    return (
        said["form_id"],
        said["version"],
        doc_bytes(doc),
        said["xml"],
        md5(said["xml"].encode(), usedforsecurity=False).hexdigest(),
        to_json(said.get("title") or {}),
        to_json(said["rules"]),
        signed(newest),
        bool(said.get("is_retired")),
        to_json([_kept(one) for one in _media(said) or ()]),
    )
