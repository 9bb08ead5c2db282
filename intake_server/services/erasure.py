"""Erasing all that is known of a child, and the law's hold that forbids it.

Central alone erases and holds. It looks for a hold and writes the erasure in one
transaction, in which nobody else writes on the child's record or in this node's name:
so no erasure and hold can cross each other, and a node that hears of both has nothing
to decide. Each document is erased by a change of its own, which stands alone in it; so
it does not matter in which order, or in how many exchanges, they travel.

What comes later about an erased child is asked about (``edit_on_erased``); erasing again
takes that with it too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Final

from intake_server.errors import (
    BusyError,
    LegalHoldError,
    NotCentralError,
    NotFoundError,
)
from intake_server.security.audit import Act, note, note_all
from intake_server.security.policy import Action, Principal, may
from intake_server.services import child
from intake_server.services.authoring import Entropy, Pen, need_reason
from intake_server.storage import (
    documents,
    kinship,
    letters,
    locks,
    node,
    queue,
    standing,
)
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from sync import documents as ids
from sync.change import Change, Write
from sync.merge.cells import ERASED, HOLD
from sync.merge.view import is_erased, is_held

_PERSON: Final = "person"
_CENTRAL: Final = "central"
_WRITTEN_SINCE: Final = "edit_on_erased"


@dataclass(frozen=True, slots=True)
class Reach:
    """What an erasure takes: kinds by document, the child's own first.

    ``linked`` are other records of the same child, which stay until they are erased too.
    """

    documents: Mapping[str, str]
    linked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, by which changes, in the order of the documents.

    ``is_scrubbed`` says that the files of this store were written anew, so that nothing
    can be found in them; where that had to wait it is done at night.
    """

    reach: Reach
    changes: tuple[str, ...]
    is_scrubbed: bool


def reach(database: Database, doc: str, *, by: Principal) -> Reach:
    """Return what ``erase`` would take now; it raises what that would."""
    with database.reading() as session:
        _refuse(session, doc, by)
        found = _reach(session, doc)
        _refuse_held(session, (doc, *found.linked))
    return found


def erase(
    database: Database,
    doc: str,
    reason: str,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> Erased:
    """Erase a person with everything about them, here and wherever it travels.

    Erasing again takes what came since. Backups hold it until they are too old.

    Args:
        database: The store.
        doc: The person's document.
        reason: Why; it travels and stays, so it names nobody.
        by: Who erases.
        now: When.
        entropy: Gives random bytes.

    Raises:
        NotFoundError: There is no such person, or it is not for the asker to erase.
        NotCentralError: This node is not central.
        LegalHoldError: The law forbids it for now.
        InvalidRequestError: There is no reason.
    """
    need_reason(reason)
    with database.transaction() as session:
        _refuse(session, doc, by)
        pen = Pen(session, now=now, entropy=entropy)
        locks.lock_all(session.connection())
        found = _reach(session, doc)
        _refuse_held(session, (doc, *found.linked))
        changes = _erasures(session, found, reason, pen=pen, by=by)
        pen.take_in(changes)
        note_all(session, Act.ERASE, found.documents, by=by.actor, now=now, person=doc)
    try:
        database.scrub()
    except BusyError:
        return Erased(found, tuple(c.id for c in changes), is_scrubbed=False)
    return Erased(found, tuple(c.id for c in changes), is_scrubbed=True)


def hold(
    database: Database,
    doc: str,
    reason: str,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str | None:
    """Forbid that a person's record is erased; return the change, None if it was held.

    Raises:
        NotFoundError: There is no such record, it is erased, or it is not for the asker.
        NotCentralError: This node is not central.
        InvalidRequestError: There is no reason.
    """
    return _say(database, doc, reason, act=Act.HOLD, by=by, now=now, entropy=entropy)


def lift(
    database: Database,
    doc: str,
    reason: str,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> str | None:
    """Let a held record be erased again; return the change, None if it was not held.

    It raises what ``hold`` does.
    """
    act = Act.LIFT_HOLD
    return _say(database, doc, reason, act=act, by=by, now=now, entropy=entropy)


def _refuse(session: Session, doc: str, by: Principal) -> None:
    """Refuse who may not, where nobody may, and what is no person."""
    if not may(by, Action.ERASE):
        raise NotFoundError(_PERSON, doc)
    if node.read(session).role != _CENTRAL:
        raise NotCentralError
    found = child.persons_of(session, [doc]).get(doc)
    if found is None or found.doc != doc:
        raise NotFoundError(_PERSON, doc)


def _refuse_held(session: Session, persons: Iterable[str]) -> None:
    for doc, known in documents.documents(session, persons).items():
        if is_held(known):
            raise LegalHoldError(doc)


def _reach(session: Session, doc: str) -> Reach:
    """Return the documents about a person that are not erased, the person's always.

    An erased one that was written to since is among them.
    """
    found: dict[str, str] = {}
    links = kinship.links_of(session.connection(), (doc,))
    waiting = [
        *documents.find_all(session, (doc, ids.case(doc), *links)).values(),
        *documents.about(session, doc),
    ]
    while waiting:
        view = waiting.pop()
        if view.doc not in found:
            found[view.doc] = view.kind
            waiting += documents.rows_of(session, view.doc)
    found |= dict.fromkeys(letters.about(session, (doc,)), letters.KIND)
    views = documents.find_all(session, found)
    wanted = sorted(
        one for one in found if _is_wanted(session, views[one]) or one == doc
    )
    linked = (one for one in documents.aliases(session, doc) if one != doc)
    return Reach({one: found[one] for one in (doc, *wanted)}, tuple(linked))


def _is_wanted(session: Session, view: StoredView) -> bool:
    asked = queue.of_document(session, view.doc) if view.is_erased else ()
    return not view.is_erased or any(item.kind == _WRITTEN_SINCE for item in asked)


def _erasures(
    session: Session, found: Reach, reason: str, *, pen: Pen, by: Principal
) -> list[Change]:
    touched = standing.touched(session.connection(), found.documents)
    heads = documents.heads(session, [(doc, ERASED) for doc in found.documents])
    return [
        pen.decide(
            {
                (doc, kind): [
                    Write(
                        f=ERASED,
                        v=True,
                        p=heads[doc, ERASED],
                        saw=tuple(sorted(touched[doc])),
                        why=reason,
                    )
                ]
            },
            by=by,
        )
        for doc, kind in found.documents.items()
    ]


def _say(  # noqa: PLR0913 - what its two callers are asked for
    database: Database,
    doc: str,
    reason: str,
    *,
    act: Act,
    by: Principal,
    now: datetime,
    entropy: Entropy,
) -> str | None:
    """Hold a record or let it go; return the change, None where it is so."""
    need_reason(reason)
    with database.transaction() as session:
        _refuse(session, doc, by)
        pen = Pen(session, now=now, entropy=entropy)
        locks.lock_all(session.connection())
        known = documents.documents(session, [doc])[doc]
        if is_erased(known):
            raise NotFoundError(_PERSON, doc)
        if is_held(known) == (act is Act.HOLD):
            return None
        heads = documents.heads(session, [(doc, HOLD)])[doc, HOLD]
        write = Write(f=HOLD, v=act is Act.HOLD, p=heads, why=reason)
        change = pen.decide({(doc, known.kind): [write]}, by=by)
        pen.take_in([change])
        note(session, act, doc, by=by.actor, now=now, change=change.id)
    return change.id
