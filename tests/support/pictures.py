"""What a store amounts to, and what of it nobody can find any more."""

import json
from typing import Any

from intake_server.storage import bulk, changes, documents, feed, standing
from intake_server.storage.database import Database, Session
from sync.change import Change
from sync.merge.cells import ERASED, CellState, Document

Picture = dict[str, list[Any]]


def picture_in(database: Database) -> Picture:
    """Return everything that nodes with the same changes must agree on."""
    with database.reading() as session:
        return {
            "views": list(documents.all_views(session)),
            "queue": _rows(
                session,
                "SELECT qid, doc, kind, cell, severity, owner, sites, first_seen,"
                " is_provisional, source, body FROM queue ORDER BY qid",
            ),
            "duties": _rows(
                session, "SELECT * FROM duty ORDER BY doc, key, board, site"
            ),
            "aliases": _rows(session, "SELECT * FROM alias ORDER BY doc"),
            "codes": _rows(session, "SELECT id, code FROM change ORDER BY id"),
            "heads": _rows(session, "SELECT doc, heads FROM document ORDER BY doc"),
        }


def lost_in(database: Database) -> list[str]:
    """Return what was taken in and is nowhere any more (I3).

    Every accepted write is a head of its cell, or an accepted change names it there;
    what is quarantined is asked about; every change is passed on.
    """
    with database.reading() as session:
        connection = session.connection()
        every = {change.id: change for change in changes.all_of(connection)}
        bad = {
            key.hex()
            for key, _ in _rows(
                session, "SELECT id, code FROM change WHERE code IS NOT NULL"
            )
        }
        told, _ = feed.since(session, 0, limit=feed.end(session))
        asked = {
            id_
            for (body,) in _rows(
                session, "SELECT body FROM queue WHERE kind = 'quarantine'"
            )
            for id_ in json.loads(body)["heads"]
        }
        good = {id_: change for id_, change in every.items() if id_ not in bad}
        known = standing.load(
            connection, {edit.doc for change in good.values() for edit in change.edits}
        )
    lost = [f"{id_} is not passed on" for id_ in every.keys() - {c.id for c in told}]
    lost += [f"{id_} is set aside in silence" for id_ in sorted(bad - asked)]
    return lost + lost_among(good, known)


def lost_among(good: dict[str, Change], known: dict[str, Document]) -> list[str]:
    """Return the writes of accepted changes that no head and no other write stands for.

    Of an undo nothing but its effect is kept, and of an erased document nothing at all.
    """
    said = [
        (id_, edit.doc, write)
        for id_, change in good.items()
        for edit in change.edits
        for write in edit.w or ()
    ]
    named = {
        (doc, write.cell, other)
        for _, doc, write in said
        for other in (*write.p, *write.undoes)
    }
    return [
        f"{id_} is no head of {write.name} on {doc}"
        for id_, doc, write in said
        if not write.undoes
        and (doc, write.cell, id_) not in named
        and ERASED not in known[doc].cells
        and id_ not in known[doc].cells.get(write.cell, CellState()).heads
    ]


def _rows(session: Session, query: str) -> list[Any]:
    return [tuple(row) for row in bulk.fetch(session.connection(), query)]
