"""Judging changes beside all that is kept here: whether they do what their author may."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from intake_server.storage import bulk
from intake_server.storage.types import doc_bytes, doc_text
from sync import change as kernel
from sync.change import Change, Edit
from sync.merge.fold import united
from sync.merge.heads import fact, fault
from sync.merge.rights import is_checked, names, trespass
from sync.merge.schema import Schema


def judge(
    connection: Connection, changes: Sequence[Change], schema: Schema
) -> dict[str, str]:
    """Return why changes are quarantined, by id; the good ones are left out."""
    return trespasses(connection, changes, schema) | {
        change.id: code for change in changes if (code := fault(change, schema))
    }


def trespasses(
    connection: Connection, changes: Sequence[Change], schema: Schema
) -> dict[str, str]:
    """Return which changes do what their author may not, with the code of each.

    Args:
        connection: An open transaction that holds the locks of their documents.
        changes: Changes that are what their ids say; they may name each other.
        schema: The rules.
    """
    checked = [change for change in changes if is_checked(change)]
    if not checked:
        return {}
    here = united(changes)
    kept = _kept(
        connection,
        {
            (doc_bytes(edit.doc), bytes.fromhex(id_))
            for change in checked
            for edit in change.edits
            for id_ in names(change, edit)
            if kernel.is_id(id_)
        },
    )

    def facts(doc: str, id_: str) -> tuple[Change, Edit] | None:
        return fact(here, doc, id_) or kept.get((doc, id_))

    return {
        change.id: code
        for change in checked
        if (code := trespass(change, facts, schema))
    }


def _kept(
    connection: Connection, pairs: set[tuple[bytes, bytes]]
) -> Mapping[tuple[str, str], tuple[Change, Edit]]:
    """Return what changes say on documents, where it is still here."""
    found = {}
    for doc, key, data, envelope in bulk.fetch_in(
        connection,
        "SELECT b.doc, b.change, b.data, c.envelope FROM body b"
        " JOIN change c ON c.id = b.change WHERE (b.doc, b.change) IN ({keys})",
        pairs,
    ):
        name = doc_text(doc)
        change = kernel.join(envelope, {name: data} if data else {})
        said = fact({change.id: change}, name, change.id)
        if said:
            found[name, key.hex()] = said
    return found
