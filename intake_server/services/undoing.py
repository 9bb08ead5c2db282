"""Taking back a decision, or one's own word: what stood before stands again.

Nothing is removed: an undo is a change of its own that travels as all do, and can be
taken back too. Asking twice is harmless.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Final

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import publishing
from intake_server.services.authoring import Edits, Entropy, Pen, need_reason
from intake_server.storage import changes, documents, queue
from intake_server.storage.database import Database, Session
from intake_server.storage.queue import QueueItem
from sync.change import Change, Edit, Write
from sync.merge import rights
from sync.merge.authorship import removal, undoing
from sync.merge.cells import LINK, Version, undone
from sync.merge.heads import versions
from sync.merge.identity import edge_of
from sync.merge.schema import Schema

_NOT_YOURS: Final = (
    "an answer is taken back by who gave it, a decision by who may decide;"
    " a published form and an erasure stay"
)


@dataclass(frozen=True, slots=True)
class Undone:
    """The change that took another back, and what is asked again for that."""

    change_id: str
    opened: tuple[QueueItem, ...]


def undo(
    database: Database,
    change_id: str,
    reason: str,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> Undone:
    """Take back all that a change says; one that is taken back already stays so.

    Raises:
        NotFoundError: There is no such change, or it is not for this person.
        InvalidRequestError: It is not theirs to take back, or there is no reason.
    """
    need_reason(reason)
    with database.transaction() as session:
        change = _visible(session, change_id, by)
        if not may(change, by):
            raise InvalidRequestError({"change": [_NOT_YOURS]})
        docs = [edit.doc for edit in change.edits]
        standing = _standing(session, change)
        if standing is not None:
            return Undone(standing, _asked(session, change))
        before = {item.qid for item in _asked(session, change)}
        edits = _as_asked(session, change, undoing([change], why=reason), by)
        if not edits:
            return Undone(change_id, _asked(session, change))
        pen = Pen(session, now=now, entropy=entropy)
        written = pen.decide(edits, by=by)
        pen.take_in([written])
        opened = [item for item in _asked(session, change) if item.qid not in before]
        note(
            session,
            Act.UNDO,
            change_id,
            by=by.actor,
            now=now,
            change=written.id,
            documents=docs,
        )
    return Undone(written.id, tuple(opened))


def may(change: Change, by: Principal) -> bool:
    """Tell whether somebody may take a change back."""
    return policy.may(by, policy.Action.UNDO) and rights.may_undo(
        change, author=by.actor, role=by.role.value, site=by.site
    )


def taken_back(
    told: Iterable[tuple[Change, str | None]],
) -> Mapping[str, frozenset[tuple[str, str]]]:
    """Return what is taken back of each change, as (document, cell) pairs.

    Args:
        told: Changes on some documents, with the code of those set aside.
    """
    said: dict[tuple[str, str], dict[str, Version]] = {}
    for change, code in told:
        for edit in change.edits if code is None else ():
            for cell, version in versions(change, edit).items():
                said.setdefault((edit.doc, cell), {})[change.id] = version
    gone: dict[str, set[tuple[str, str]]] = {}
    for place, cell_versions in said.items():
        for id_ in undone(cell_versions):
            gone.setdefault(id_, set()).add(place)
    return {id_: frozenset(places) for id_, places in gone.items()}


def _as_asked(session: Session, change: Change, edits: Edits, by: Principal) -> Edits:
    """Return what an undo writes, given that some of it is not its author's to remove.

    That is said in the place of the answer that stands, and so becomes a question.
    """
    schema = publishing.schema(session)
    said = {edit.doc: edit for edit in change.edits}
    made = {}
    for (doc, kind), writes in edits.items():
        asks = [w for w in writes if _is_asked(by, w, said[doc], schema)]
        known = documents.document(session, doc) if asks else None
        made[doc, kind] = [
            *(write for write in writes if write not in asks),
            *(
                removal(write, change.id)
                for write in asks
                if known and list(known.cells[write.cell].heads) == [change.id]
            ),
        ]
    return {target: writes for target, writes in made.items() if writes}


def _is_asked(by: Principal, write: Write, said: Edit, schema: Schema) -> bool:
    rule = schema.rule(write.name)
    return rights.takes_away(by.role.value, write, said, rule)


def _visible(session: Session, change_id: str, by: Principal) -> Change:
    found = changes.find(session, change_id)
    if found is None:
        raise NotFoundError("change", change_id)
    views = documents.find_all(session, [edit.doc for edit in found.edits])
    allowed = policy.sites(by)
    if not any(allowed.meet(view.sites) for view in views.values()):
        raise NotFoundError("change", change_id)
    return found


def _standing(session: Session, change: Change) -> str | None:
    """Return the newest undo of a change that nothing is left of."""
    told = {
        past.change.id: (past.change, past.code)
        for edit in change.edits
        for past in documents.history(session, edit.doc)
    }
    gone = taken_back(told.values())
    places = {(e.doc, write.cell) for e in change.edits for write in e.w or ()}
    if not places <= gone.get(change.id, frozenset()):
        return None
    return max(
        (
            (other.hlc, other.id)
            for other, code in told.values()
            if code is None and _undoes(other, change.id)
        ),
    )[1]


def _undoes(change: Change, other: str) -> bool:
    return any(other in write.undoes for e in change.edits for write in e.w or ())


def _asked(session: Session, change: Change) -> tuple[QueueItem, ...]:
    """Return what is asked about the documents of a change."""
    found = documents.documents(session, [edit.doc for edit in change.edits])
    edges = {doc: edge_of(known) for doc, known in found.items() if known.kind == LINK}
    names = [edge.name if (edge := edges.get(doc)) else doc for doc in found]
    return tuple(i for name in names for i in queue.of_document(session, name))
