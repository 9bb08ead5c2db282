"""Saying that a record was made by mistake, and taking that back.

A void holds against what its author saw. If somebody wrote what was not on the screen,
the record stays, and a question says so. Nothing is removed.
"""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes

from intake_server.errors import NotFoundError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import records
from intake_server.services.authoring import Entropy, Pen, need_reason
from intake_server.services.child import is_document
from intake_server.storage import documents, standing
from intake_server.storage.database import Database, Session
from sync.change import Write
from sync.merge.cells import DELETED, LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """What somebody says of a record: that it was made by mistake, or that it stays.

    ``shown`` are the heads of all its cells that were on the screen.
    """

    doc: str
    is_void: bool
    reason: str
    shown: frozenset[str]


def void(
    database: Database,
    said: Void,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str | None:
    """Write it down; return the change, None where just this was on the screen.

    Raises:
        NotFoundError: There is no such record, it is erased, or it is not for the
            asker. Links are parted instead.
        InvalidRequestError: There is no reason.
    """
    need_reason(said.reason)
    if not is_document(said.doc):
        raise NotFoundError("record", said.doc)
    with database.transaction() as session:
        found = records.visible(session, said.doc, by)
        if found.is_erased or found.kind == LINK:
            raise NotFoundError("record", said.doc)
        if found.is_voided == said.is_void and _is_said(session, said):
            return None
        voids = standing.history(session.connection(), said.doc, DELETED)
        write = Write(
            f=DELETED,
            v=said.is_void,
            p=tuple(sorted(voids.keys() & said.shown)),
            saw=tuple(sorted(said.shown)),
            why=said.reason,
        )
        pen = Pen(session, now=now, entropy=entropy)
        change = pen.decide({(said.doc, found.kind): [write]}, by=by)
        pen.take_in([change])
        note(session, Act.VOID, said.doc, by=by.actor, now=now, change=change.id)
    return change.id


def _is_said(session: Session, said: Void) -> bool:
    """Tell whether all that was shown is all there is, and nobody says otherwise."""
    cells = documents.documents(session, [said.doc])[said.doc].cells
    heads = {id_ for cell in cells.values() for id_ in cell.heads}
    voids = cells[DELETED].heads.values() if DELETED in cells else ()
    votes = {bool(head.version.value) for head in voids}
    return heads == said.shown and votes <= {said.is_void}
