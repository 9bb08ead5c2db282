"""What this node has set aside: which forms and changes wait, and one as it came.

Nothing of it is lost: what a person left can be taken up again. What was filled in is
read as it came by coordinators alone, and every reading is noted.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from forms.answers import Answer
from forms.definition import Field
from forms.errors import DefinitionError
from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, note, note_all
from intake_server.security.policy import Action, Principal
from intake_server.services import merging, published, reading, records, triage
from intake_server.services.authoring import need_reason
from intake_server.services.reading import Problem
from intake_server.storage import attachments, changes, queue, submissions
from intake_server.storage.database import Database, Session
from intake_server.storage.queue import QueueItem
from intake_server.storage.submissions import Submission
from sync.merge.queue import identify

ASIDE: Final = "quarantine"
"""The kind of the questions about changes that were set aside."""
_MOST_CHANGES: Final = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Forms that wait or were left, and the cursor behind the last one.

    ``changes`` are the questions about changes that were set aside, ``damaged`` counts
    what came and is not what it says it is; both on the first page alone.
    """

    held: tuple[Submission, ...]
    cursor: str | None
    changes: tuple[QueueItem, ...] = ()
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How a form reads by another version; ``problem`` is None where it can be taken in."""

    version: str
    problem: Problem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A form that is held or was left, with what is known of it.

    ``submission`` has its bytes only where the viewer may read them (``is_raw``).
    ``answers`` is what can be read, ``asked`` the question whose answer is wrong, ``other``
    how the newest version of its form reads it, ``missing`` the SHA-256 of files that have
    not come, ``damaged`` that of sealed ones that came and could not be opened.
    """

    qid: str
    submission: Submission
    is_raw: bool
    answers: tuple[Answer, ...] = ()
    asked: Field | None = None
    other: Reading | None = None
    missing: frozenset[str] = frozenset()
    damaged: frozenset[str] = frozenset()


def page(
    database: Database,
    *,
    viewer: Principal,
    now: datetime,
    is_left: bool = False,
    cursor: str | None = None,
) -> Page:
    """Return what waits here, the longest first; or what people left, the latest first.

    Args:
        database: The store.
        viewer: Who asks.
        now: When.
        is_left: What people left.
        cursor: Continue behind the page that gave it.

    Raises:
        NotFoundError: No page gave this cursor.
        AuditError: The read could not be noted.
    """
    site = records.only(policy.sites(viewer))
    with database.transaction() as session:
        try:
            held, following = submissions.aside(
                session, is_held=not is_left, site=site, cursor=cursor
            )
        except ValueError:
            raise NotFoundError("page behind this cursor") from None
        held = [one for one in held if policy.may_know(viewer, one.instance_id)]
        shown = [one.instance_id for one in held] or [""]
        note_all(session, Act.LIST_HELD, shown, by=viewer.actor, now=now)
        if is_left or cursor is not None:
            return Page(tuple(held), following)
        set_aside = queue.page(session, kind=ASIDE, site=site, limit=_MOST_CHANGES)
        damaged = changes.damaged(session) if site is None else 0
    asked = [one for one in set_aside.items if policy.may_know(viewer, one.qid)]
    return Page(tuple(held), following, tuple(asked), damaged)


def evidence(
    session: Session, item: QueueItem, *, viewer: Principal, now: datetime
) -> Evidence | None:
    """Return the form behind a question that the viewer has been given.

    None where there is none. That its bytes are read is noted.

    Raises:
        AuditError: The read could not be noted.
    """
    found = _behind(session, item)
    if found is None:
        return None
    return _shown(session, item.qid, found, viewer=viewer, now=now)


def left(database: Database, qid: str, *, viewer: Principal, now: datetime) -> Evidence:
    """Return a form that was asked about once; the question is open no longer.

    Raises:
        NotFoundError: There never was such a question, or it is not for the viewer.
        AuditError: The read could not be noted.
    """
    with database.transaction() as session:
        found = _former(session, qid, viewer)
        return _shown(session, qid, found, viewer=viewer, now=now)


def raw(
    database: Database, qid: str, *, viewer: Principal, now: datetime
) -> Submission:
    """Return a form with its bytes, by a question that is or was open about it.

    Raises:
        NotFoundError: There is none, it is not for the viewer, or nothing is left of it.
        AuditError: The read could not be noted.
    """
    if not policy.may(viewer, Action.READ_RAW):
        raise NotFoundError("item", qid)
    with database.transaction() as session:
        item = queue.find(session, qid)
        if item is not None:
            merging.visible(session, qid, viewer)
        found = _behind(session, item) if item else _former(session, qid, viewer)
        if found is None or not found.raw:
            raise NotFoundError("item", qid)
        _note(session, found, viewer=viewer, now=now)
    return found


def take_up(
    database: Database, qid: str, reason: str, *, by: Principal, now: datetime
) -> str:
    """Ask again about a form that somebody left; return the question.

    Asking twice is harmless.

    Raises:
        NotFoundError: There is no such form, or it is not for this person.
        InvalidRequestError: It was not left, or there is no reason.
    """
    need_reason(reason)
    with database.transaction() as session:
        found = _former(session, qid, by)
        item = triage.item(found)
        if not policy.may_decide(by, item.owner, item.sites):
            raise NotFoundError("item", qid)
        if found.is_held:
            return item.qid
        if found.change is not None or not found.raw:
            raise InvalidRequestError({"take_up": ["it was not left"]})
        held = replace(found, is_held=True)
        submissions.settle(session, held)
        triage.propose(session, [held])
        note(session, Act.TAKE_UP, item.qid, by=by.actor, now=now)
    return item.qid


def _behind(session: Session, item: QueueItem) -> Submission | None:
    """Return the form that a question is about, or that became the change it is about."""
    if item.kind == triage.KIND:
        facts: Mapping[str, Any] = item.facts or {}
        digest = bytes.fromhex(facts["sha256"])
        return submissions.find(session, facts["instance_id"], digest)
    if item.kind != ASIDE:
        return None
    sent = [one for head in item.heads for one in submissions.of_change(session, head)]
    if not sent:
        return None
    return submissions.find(session, sent[0].instance_id, sent[0].sha256)


def _former(session: Session, qid: str, viewer: Principal) -> Submission:
    """Return the form that was asked about once under this id.

    Raises:
        NotFoundError: There is none, or it is not for the viewer.
    """
    former = queue.formerly(session, qid)
    if former is None or former.kind != triage.KIND:
        raise NotFoundError("item", qid)
    known = submissions.known(session, [former.doc]).get(former.doc, ())
    for one in known:
        name = identify(triage.KIND, former.doc, former.key, (one.sha256.hex(),))
        if name == qid and one.site in policy.sites(viewer):
            found = submissions.find(session, one.instance_id, one.sha256)
            if found is not None:
                return found
    raise NotFoundError("item", qid)


def _shown(
    session: Session,
    qid: str,
    found: Submission,
    *,
    viewer: Principal,
    now: datetime,
) -> Evidence:
    is_raw = policy.may(viewer, Action.READ_RAW) and bool(found.raw)
    if is_raw:
        _note(session, found, viewer=viewer, now=now)
    is_readable = bool(found.raw) and found.media != "sealed"
    place = (found.instance_id, found.sha256)
    files = attachments.missing(session, [place]) if found.attachments else {}
    return Evidence(
        qid=qid,
        submission=found if is_raw else replace(found, raw=b""),
        is_raw=is_raw,
        answers=reading.again(session, found, None).answers if is_readable else (),
        asked=_asked(session, found),
        other=_by_newest(session, found) if is_readable and found.is_held else None,
        missing=frozenset(one.sha256.hex() for one in files.get(place, ())),
        damaged=frozenset(
            one.sent_as.hex() for one in files.get(place, ()) if one.is_damaged
        ),
    )


def _asked(session: Session, found: Submission) -> Field | None:
    """Return the question whose answer is wrong, where its form is published here."""
    shelf = published.Stored(session)
    for version in filter(
        None, (found.form_version, published.newest(session, found.form_id))
    ):
        with suppress(DefinitionError):
            definition = shelf.find(found.form_id, version)
            for field in definition.fields if definition else ():
                if field.name == found.field:
                    return field
    return None


def _by_newest(session: Session, found: Submission) -> Reading | None:
    """Return how the newest version of a form reads what came by another one."""
    newest = published.newest(session, found.form_id)
    if newest is None or newest == found.form_version:
        return None
    read = reading.again(session, found, None, version=newest)
    return Reading(newest, read.problem)


def _note(
    session: Session, found: Submission, *, viewer: Principal, now: datetime
) -> None:
    name, digest = found.instance_id, found.sha256.hex()
    note(session, Act.READ_RAW, name, by=viewer.actor, now=now, sha256=digest)
