"""Finishing a form at a desk: what was seen, what became of it, and the end of its draft.

A draft goes with the form that it became, and only as whoever finished it had seen it:
what a colleague has saved since is never dropped unread. What a phone sent unfinished
becomes a draft, which somebody finishes; what the phone sent stays as it came, and is
asked about no more once the form is finished.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from forms.blank import renamed
from forms.errors import DefinitionError, SubmissionError
from intake_server.errors import NotFoundError, StaleDraftError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services import child, intake, merging, opening, reading, screens
from intake_server.services.authoring import Entropy
from intake_server.services.intake import Post
from intake_server.services.published import Remembered
from intake_server.services.reading import Incoming, Read
from intake_server.services.receipts import Receipt
from intake_server.storage import changes, drafts, queue, submissions
from intake_server.storage.database import Database, Session
from intake_server.storage.drafts import Draft
from intake_server.storage.queue import QueueItem
from sync import documents as ids
from sync import effect
from sync.effect import Occasion
from sync.merge.cells import SCOPE
from sync.merge.heads import versions

UNFINISHED: Final = "unfinished"
"""The problem of what a phone sent before it was finished."""
_FRAME: Final = frozenset(
    {"form", "instance_id", "subject", "parent", SCOPE, "filled_on", effect.REFERENCE}
)
"""What every form says by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finishing:
    """A form that somebody says is finished, and what stood of what it asks anew.

    ``draft`` is the id under which it is kept, where it is, and ``revision`` the number
    of the state of it that whoever finishes it knows.
    """

    form: Incoming
    anew: screens.BasedOn
    draft: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: what it put into question, and how many answers are new.

    ``person`` is the child's document, where the form is about one.
    """

    questions: tuple[QueueItem, ...]
    changed: int
    person: str | None


def take_in(
    database: Database,
    said: Finishing,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy,
) -> Receipt:
    """Take a form in and forget its draft, both or neither; what is held keeps its draft.

    What is here already is answered as before, whatever became of its draft.

    Raises:
        StaleDraftError: A colleague has saved it meanwhile; it is recorded nowhere.
    """
    form = _seen(database, said.form, said.anew)
    post = intake.read(database, Post(batch=[form], sender=by, now=now))
    with database.transaction() as session:
        draft = _draft(session, said, by)
        is_stale = draft is not None and draft.revision != said.revision
        if is_stale and not _is_here(session, post.read[0]):
            raise StaleDraftError(draft)
        ((receipt,),) = intake.receive_within(session, [post], entropy=entropy)
        if draft is not None and not is_stale and receipt.problem is None:
            _let_go(session, draft)
    return receipt


def _seen(database: Database, one: Incoming, anew: screens.BasedOn) -> Incoming:
    """Return a form with what its author saw; what is asked anew only where answered."""
    (read,) = reading.read_all(Remembered(database), [one])
    if not anew or read.definition is None or read.problem is not None:
        return one
    with database.reading() as session:
        rows = screens.rows(session, {**one.based_on, **anew}, read.definition)
    said = effect.said(
        Occasion(
            instance_id=read.key,
            root=read.key,
            definition=read.definition,
            reference=read.reference,
            site="",
            rows=rows,
        ),
        read.answers,
    )
    answered = {(s.doc, s.name) for s in said.statements if s.value is not None}
    based_on = {doc: dict(cells) for doc, cells in one.based_on.items()}
    for doc, cells in anew.items():
        for cell, heads in cells.items():
            if (doc, cell) in answered:
                based_on.setdefault(doc, {})[cell] = heads
    return replace(one, based_on=based_on)


def outcome(
    database: Database, receipt: Receipt, *, by: Principal, now: datetime
) -> Outcome:
    """Return what became of a form that was taken in."""
    with database.transaction() as session:
        known = submissions.known(session, [receipt.instance_id])
        (sent,) = [
            one
            for one in known[receipt.instance_id]
            if one.sha256.hex() == receipt.sha256
        ]
        note(session, Act.FINISH_AT_DESK, sent.instance_id, by=by.actor, now=now)
        person = ids.person(sent.reference) if sent.reference else None
        if sent.change is None:
            return Outcome((), 0, person)
        found = changes.whole(session.connection(), [bytes.fromhex(sent.change)])
        asked = queue.of_documents(session, [doc for doc, _ in sent.documents])
        questions = tuple(item for item in asked if sent.change in _heads(item))
    cells = {
        (edit.doc, version.element or cell)
        for change in found.values()
        for edit in change.edits
        for cell, version in versions(change, edit).items()
        if cell.partition("/")[0] not in _FRAME
    }
    return Outcome(questions, len(cells), person)


def _draft(session: Session, said: Finishing, by: Principal) -> Draft | None:
    """Return as what a form is kept, where it is and is theirs; nobody saves it now."""
    if said.draft is None:
        return None
    draft = drafts.find(session, said.draft, is_ending=True)
    if draft is None or (draft.site != by.site and draft.author != by.actor):
        return None
    return draft


def _is_here(session: Session, read: Read) -> bool:
    known = submissions.known(session, [read.key])
    return any(one.sha256 == read.sha256 for one in known.get(read.key, ()))


def _let_go(session: Session, draft: Draft) -> None:
    """Forget a draft whose form was taken in; nothing is asked about its origin then."""
    if draft.held is not None:
        _settle(session, draft.held)
    drafts.drop(session, [draft.id])


def of_unfinished(
    database: Database,
    qid: str,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy,
) -> str:
    """Return the draft of what a phone sent unfinished; it is made once.

    Raises:
        NotFoundError: There is no such form, or it is not for this person.
    """
    with database.transaction() as session:
        item = merging.visible(session, qid, by)
        facts: Mapping[str, Any] = item.facts or {}
        if item.cell != UNFINISHED or by.site not in item.sites:
            raise NotFoundError("item", qid)
        known = drafts.of_held(session, qid)
        if known is not None:
            return known
        digest = bytes.fromhex(facts["sha256"])
        kept = submissions.find(session, facts["instance_id"], digest)
        xml = None if kept is None else _renamed(kept, opening.name(entropy))
        if kept is None or xml is None:
            raise NotFoundError("item", qid)
        draft = Draft(
            id=str(uuid5(NAMESPACE_URL, f"dodomu:unfinished:{qid}")),
            person=_person(session, kept, by),
            site=by.site,
            form_id=kept.form_id,
            form_version=kept.form_version,
            author=kept.sender,
            saved_by=kept.sender,
            owner=None,
            begun=kept.received,
            saved=kept.received,
            revision=1,
            xml=xml,
            held=qid,
        )
        drafts.add(session, draft)
        drafts.name_files(session, draft.id, kept.attachments)
        note(session, Act.READ_DRAFT, draft.id, by=by.actor, now=now)
    return draft.id


def _renamed(kept: submissions.Submission, instance_id: str) -> bytes | None:
    """Return what was sent under an id of its own; None where it is no such form."""
    if not kept.raw or kept.media != "xml" or not opening.is_at_desks(kept.form_id):
        return None
    try:
        return renamed(kept.raw, instance_id)
    except DefinitionError:
        return None


def _person(
    session: Session, kept: submissions.Submission, by: Principal
) -> str | None:
    """Return the child that a form names, where the record is one of the viewer's."""
    try:
        reference = reading.again(session, kept, None).reference
    except SubmissionError:
        return None
    if reference is None:
        return None
    doc = ids.person(reference)
    return doc if child.visible(session, [doc], by) else None


def _settle(session: Session, qid: str) -> None:
    """Ask no more about what a phone sent; it stays as it came."""
    item = queue.find(session, qid)
    facts: Mapping[str, Any] = (item.facts if item else None) or {}
    if not facts:
        return
    queue.withdraw(session, qid)
    digest = bytes.fromhex(facts["sha256"])
    kept = submissions.find(session, facts["instance_id"], digest)
    if kept is not None:
        submissions.settle(session, replace(kept, is_held=False))


def _heads(item: QueueItem) -> Sequence[str]:
    return [*item.heads, *(h for one in item.candidates for h in one.get("heads", ()))]
