"""Who may see a file, and what of it.

A person sees a file where they may read an answer that means it, as the copy that was
made of it. What no answer means any more is for coordinators alone. So is every original,
each with what it is read for, and what is no picture, document or recording has nothing
but its original. A device reads nothing, and every reading is noted.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from intake_server.errors import NotFoundError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Action, Principal, may, may_read
from intake_server.services import child, copies, publishing
from intake_server.services.kinds import LOOKED_AT, State, look
from intake_server.storage import attachments, blobs, documents, submissions
from intake_server.storage import copies as made
from intake_server.storage.attachments import Named
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from sync import documents as ids

_JPEG: Final = "image/jpeg"
_DIGEST: Final = 64


class Purpose(Enum):
    """What an original is read for."""

    IDENTITY = "identity"
    TRACING = "tracing"
    TREATMENT = "treatment"
    EVIDENCE = "evidence"
    UNREADABLE = "unreadable"
    OVERSIGHT = "oversight"


@dataclass(frozen=True, slots=True)
class Known:
    """What a page says of a file: ``state`` is None of one that has not come here.

    ``child`` is whose record an answer with it stands in, where that was asked.
    """

    digest: str
    media: str = ""
    state: State | None = None
    size: int = 0
    child: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A file as it is given out; ``is_ours`` says that its bytes were made here."""

    digest: str
    media: str
    data: bytes
    is_ours: bool


def known(database: Database, digest: str) -> Known:
    """Return what is known of a file, without its content."""
    key = bytes.fromhex(digest)
    with database.reading() as session:
        start = blobs.beginning(session, key, LOOKED_AT)
        copied = made.state(session, key)
    if start is None:
        return Known(digest)
    size, head = start
    if copied is not None:
        return Known(digest, copied[0], State(copied[1]), size)
    return Known(digest, *look(head), size)


def copy(
    database: Database,
    digest: str,
    *,
    viewer: Principal,
    now: datetime,
    is_small: bool = False,
) -> Served:
    """Return what the viewer gets of a file; a copy that is missing is made now.

    Raises:
        NotFoundError: There is none, it is not for the viewer, or it cannot be shown.
        AuditError: The read could not be noted.
    """
    key = _key(digest)
    with database.reading() as session:
        _refuse(session, key, viewer)
    found = copies.make(database, key)
    if found is None:
        raise NotFoundError("file", digest)
    state = State(found.state)
    if state in (State.UNREADABLE, State.EVIDENCE):
        raise NotFoundError("copy of file", digest)
    with database.transaction() as session:
        _refuse(session, key, viewer)
        data = found.small if is_small else found.data
        is_ours = data is not None
        if data is None:
            data = blobs.find(session, key)
        if data is None:
            raise NotFoundError("file", digest)
        note(session, Act.READ_FILE, digest, by=viewer.actor, now=now)
    return Served(digest, _JPEG if is_ours else found.media, data, is_ours)


def original(
    database: Database,
    digest: str,
    *,
    viewer: Principal,
    purpose: Purpose,
    now: datetime,
) -> Served:
    """Return a file as it came; who reads it, and what for, is noted.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    key = _key(digest)
    if not may(viewer, Action.READ_ORIGINALS):
        raise NotFoundError("file", digest)
    with database.transaction() as session:
        _refuse(session, key, viewer)
        data = blobs.find(session, key)
        if data is None:
            raise NotFoundError("file", digest)
        note(
            session,
            Act.READ_ORIGINAL,
            digest,
            by=viewer.actor,
            now=now,
            purpose=purpose.value,
        )
    return Served(digest, look(data[:LOOKED_AT])[0], data, is_ours=False)


def about(database: Database, digest: str, *, viewer: Principal) -> Known:
    """Return what is known of a file that the viewer may see.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
    """
    key = _key(digest)
    with database.reading() as session:
        meant_by = _refuse(session, key, viewer)
    return replace(known(database, digest), child=meant_by)


def beside(
    database: Database, instance_id: str, shown: Container[str], *, viewer: Principal
) -> tuple[str, ...]:
    """Return the SHA-256 of files that came with a form and that no answer means.

    Args:
        database: The store.
        instance_id: The form's.
        shown: Those that answers mean.
        viewer: Who asks; whoever does not read originals is told of none.
    """
    if not may(viewer, Action.READ_ORIGINALS):
        return ()
    with database.reading() as session:
        came = submissions.known(session, [instance_id]).get(instance_id, ())
    every = (file["sha256"] for one in came for file in one.attachments)
    return tuple(dict.fromkeys(digest for digest in every if digest not in shown))


def _key(digest: str) -> bytes:
    try:
        key = bytes.fromhex(digest)
    except ValueError:
        key = b""
    if len(digest) != _DIGEST or key.hex() != digest:
        raise NotFoundError("file")
    return key


def _refuse(session: Session, key: bytes, viewer: Principal) -> str | None:
    """Refuse who may read no answer that means a file; return the child of the answer.

    Raises:
        NotFoundError: They may not.
    """
    named = attachments.naming(session, key)
    schema = publishing.schema(session)
    is_meant = False
    for one, view, name in _meanings(session, key.hex(), named):
        is_meant = True
        person = child.persons_of(session, [view.doc]).get(view.doc)
        if _is_seen(session, view, person, viewer) and may_read(
            viewer, schema.rule(name).level, {one.site, *view.sites}
        ):
            return person.doc if person else None
    if named and not is_meant and may(viewer, Action.READ_ORIGINALS):
        return None
    raise NotFoundError("file", key.hex())


def _meanings(
    session: Session, digest: str, named: Sequence[Named]
) -> Iterator[tuple[Named, StoredView, str]]:
    """Yield the answers that mean a file: who named it, the record and the property."""
    for one in named:
        kept = submissions.known(session, [one.instance_id]).get(one.instance_id, ())
        docs = {doc for s in kept if s.sha256 == one.form for doc, _ in s.documents}
        for view in documents.find_all(session, docs).values():
            for name, value in _answers(view):
                if _holds(value, digest):
                    yield one, view, name


def _answers(view: StoredView) -> Iterator[tuple[str, Any]]:
    yield from view.view["values"].items()
    for name, said in view.view["contested"].items():
        for each in said:
            yield name, each["value"]


def _holds(value: Any, digest: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(each, digest) for each in value.values())
    if isinstance(value, list):
        return any(_holds(each, digest) for each in value)
    return bool(value == digest)


def _is_seen(
    session: Session, view: StoredView, person: StoredView | None, viewer: Principal
) -> bool:
    """Tell whether somebody may see the child that a record is about, or the record."""
    if person is None:
        return child.is_visible(viewer, view)
    case = documents.find(session, ids.case(person.doc))
    return child.is_visible(viewer, person, case)
