"""Who may see a file, and what of it.

A person sees a file where they may read an answer that means it, as the copy that was
made of it. What no answer means any more is for coordinators alone. So is every original,
each with what it is read for, and what is no picture, document or recording has nothing
but its original. A device reads nothing, and every reading is noted.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
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
from intake_server.storage.copies import Beginning
from intake_server.storage.database import Database, Session
from intake_server.storage.documents import StoredView
from intake_server.storage.submissions import Submission
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


def known(database: Database, digests: Iterable[str]) -> Mapping[str, Known]:
    """Return what is known of files, without their content, by digest."""
    keys = {digest: bytes.fromhex(digest) for digest in digests}
    with database.reading() as session:
        found = made.beginnings(session, keys.values(), LOOKED_AT)
    return {digest: _known(digest, found.get(key)) for digest, key in keys.items()}


def _known(digest: str, start: Beginning | None) -> Known:
    if start is None:
        return Known(digest)
    if start.made is not None:
        media, state = start.made
        return Known(digest, media, State(state), start.size)
    return Known(digest, *look(start.head), start.size)


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
        found = made.find(session, key)
        if found is None:
            _refuse(session, key, viewer)
    found = found or copies.make(database, key)
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
    return replace(known(database, [digest])[digest], child=meant_by)


def beside(
    database: Database,
    instance_ids: Iterable[str],
    shown: Container[str],
    *,
    viewer: Principal,
) -> Mapping[str, tuple[str, ...]]:
    """Return the SHA-256 of files that came with forms and that no answer means.

    Args:
        database: The store.
        instance_ids: The forms'.
        shown: Those that answers mean.
        viewer: Who asks; whoever does not read originals is told of none.
    """
    if not may(viewer, Action.READ_ORIGINALS):
        return {}
    with database.reading() as session:
        came = submissions.known(session, instance_ids)
    return {name: _unnamed(forms, shown) for name, forms in came.items()}


def _unnamed(forms: Iterable[Submission], shown: Container[str]) -> tuple[str, ...]:
    every = (file["sha256"] for one in forms for file in one.attachments)
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
    meanings = list(_meanings(session, key.hex(), named))
    seen = _seen(session, {view.doc: view for _, view, _ in meanings}, viewer)
    for one, view, name in meanings:
        if view.doc in seen and may_read(
            viewer, schema.rule(name).level, {one.site, *view.sites}
        ):
            return seen[view.doc]
    if named and not meanings and may(viewer, Action.READ_ORIGINALS):
        return None
    raise NotFoundError("file", key.hex())


def _meanings(
    session: Session, digest: str, named: Sequence[Named]
) -> Iterator[tuple[Named, StoredView, str]]:
    """Yield the answers that mean a file: who named it, the record and the property."""
    kept = submissions.known(session, {one.instance_id for one in named})
    docs = {
        one: {
            doc
            for said in kept.get(one.instance_id, ())
            if said.sha256 == one.form
            for doc, _ in said.documents
        }
        for one in named
    }
    views = documents.find_all(session, set().union(*docs.values()))
    for one in named:
        for doc in sorted(docs[one] & views.keys()):
            for name, value in _answers(views[doc]):
                if _holds(value, digest):
                    yield one, views[doc], name


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


def _seen(
    session: Session, views: Mapping[str, StoredView], viewer: Principal
) -> Mapping[str, str | None]:
    """Return, by record that the viewer may see, the child that it is about, if any."""
    persons = documents.persons(session, views) if views else {}
    cases = documents.find_all(session, (ids.case(p.doc) for p in persons.values()))
    seen: dict[str, str | None] = {}
    for doc, view in views.items():
        person = persons.get(doc)
        if person is None:
            if child.is_visible(viewer, view):
                seen[doc] = None
        elif child.is_visible(viewer, person, cases.get(ids.case(person.doc))):
            seen[doc] = person.doc
    return seen
