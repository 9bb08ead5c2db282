"""Taking finished forms in: a receipt for each, after one durable commit.

Nothing is refused because it is odd. A submission is kept byte for byte as it came; it
is ``stored``, ``duplicate`` or ``quarantined``, and what is quarantined waits in the
queue where people see it. Sending a batch again is harmless.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Final

from intake_server.clock import milliseconds
from intake_server.errors import InvalidRequestError
from intake_server.security.policy import Principal
from intake_server.services import publishing, reading, triage
from intake_server.services.answers import Decision
from intake_server.services.authoring import Entropy, Pen
from intake_server.services.reading import Incoming, Problem, Read
from intake_server.services.references import Numbers
from intake_server.storage import documents, ingest, queue, submissions
from intake_server.storage.database import Database, Session
from intake_server.storage.queue import QueueItem
from intake_server.storage.submissions import Submission
from sync import effect
from sync.change import Change
from sync.merge.cells import Version
from sync.merge.heads import versions
from sync.merge.schema import Schema

__all__ = ["Incoming", "Problem", "Receipt", "receive"]

DOUBTFUL: Final = timedelta(minutes=2)
"""From this offset on a device's clock is noted beside what was written by it."""

Target = tuple[str, str]
Place = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one submission; ``documents`` are (document, kind) pairs."""

    instance_id: str
    status: str
    sha256: str
    reference: str | None = None
    documents: tuple[Target, ...] = ()
    missing: tuple[str, ...] = ()
    sealed_for: str | None = None
    problem: Problem | None = None


def receive(
    database: Database,
    batch: Sequence[Incoming],
    *,
    sender: Principal,
    now: datetime,
    offset_ms: int | None = None,
    entropy: Entropy = token_bytes,
) -> tuple[Receipt, ...]:
    """Take a batch in.

    Args:
        database: The store.
        batch: Submissions, in the order sent.
        sender: The device or person that sends them.
        now: When they came.
        offset_ms: How far the sender's clock was ahead, where that was measured.
        entropy: Gives random bytes.

    Returns:
        One receipt per submission, in the order sent.
    """
    with database.reading() as session:
        read = reading.read_all(session, batch)
    came_by = Sender(
        sender.actor, sender.site, sender.id if sender.kind == "device" else ""
    )
    with database.transaction() as session:
        pen = Pen(session, now=now, entropy=entropy)
        receipts = _Counter(session, came_by, pen, now, offset_ms).take(read)
        pen.close()
    return receipts


def settle(
    session: Session, item: QueueItem, decision: Decision, *, pen: Pen, now: datetime
) -> str | None:
    """Do with a held submission what a person said; return the change it became.

    ``release`` takes it in as if it came now, ``assign`` takes it in as a form about
    the child whose record is named, ``dismiss`` leaves it kept and asks no more.

    Raises:
        InvalidRequestError: It still cannot be taken in.
    """
    facts = item.facts or {}
    name, digest = facts["instance_id"], bytes.fromhex(facts["sha256"])
    known = submissions.known(session, [name])[name]
    found = next(s for s in known if s.sha256 == digest)
    kept = replace(found, raw=submissions.raw(session, name, digest) or b"")
    queue.withdraw(session, item.qid)
    if decision.verb == "dismiss":
        submissions.settle(session, replace(kept, is_held=False))
        return None
    reference = None
    if decision.verb == "assign":
        child = documents.find(session, str(decision.argument))
        reference = child.reference if child else None
        if reference is None:
            raise InvalidRequestError({"assign": ["no child's record has this id"]})
    sender = Sender(kept.sender, kept.site, _device_of(kept.sender))
    counter = _Counter(session, sender, pen, now, None)
    return counter.reconsider(kept, reference)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a submission, for which site, with which device."""

    actor: str
    site: str
    device: str


@dataclass(slots=True)
class _Counter:
    """Where one batch is handed in."""

    session: Session
    sender: Sender
    pen: Pen
    now: datetime
    offset_ms: int | None
    schema: Schema = field(init=False)
    kept: list[Submission] = field(default_factory=list)
    written: list[tuple[Submission, Change]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the rules that hold for the whole batch."""
        self.schema = publishing.schema(self.session)

    def take(self, read: Sequence[Read]) -> tuple[Receipt, ...]:
        """Hand in what was read; return a receipt for each."""
        known = submissions.known(self.session, [one.key for one in read])
        earlier = {
            (s.instance_id, s.sha256): s for all_ in known.values() for s in all_
        }
        names = {one.instance_id for one in earlier.values()}
        numbers = Numbers(self.session, self.sender.site)
        numbers.reserve(sum(self._needs_number(one, earlier) for one in read))
        order = []
        for one in read:
            place = (one.key, one.sha256)
            if place in earlier:
                order.append(_again(earlier[place]))
                continue
            problem = one.problem
            if problem is None and one.key in names:
                problem = Problem(
                    "instance-conflict", "this id came with other content"
                )
            names.add(one.key)
            submission = self._keep(one, problem, numbers)
            earlier[place] = submission
            order.append(_first(submission))
        outcome = self._merge()
        submissions.add_all(
            self.session, [outcome.get(_place(s), s) for s in self.kept]
        )
        triage.propose(self.session, [outcome.get(_place(s), s) for s in self.kept])
        return tuple(self._final(receipt, outcome) for receipt in order)

    @staticmethod
    def _needs_number(one: Read, earlier: Mapping[Place, Submission]) -> bool:
        is_new = (one.key, one.sha256) not in earlier and one.problem is None
        return is_new and one.reference is None and one.makes_a_child

    def reconsider(self, kept: Submission, reference: str | None) -> str:
        """Take in a submission that was held; return its change."""
        read = reading.again(self.session, kept, reference)
        if read.problem is not None:
            raise InvalidRequestError({"release": [read.problem.detail]})
        if read.reference is None and read.makes_a_child:
            reference = Numbers(self.session, self.sender.site).draw()
        change, targets = self._change(read, read.reference or reference)
        taken = replace(
            kept,
            status="stored",
            slug=None,
            detail=None,
            field=None,
            reference=read.reference or reference,
            documents=targets,
            change=change.id,
            is_held=False,
        )
        self.written.append((taken, change))
        submissions.settle(self.session, self._merge().get(_place(taken), taken))
        return change.id

    def _keep(self, one: Read, problem: Problem | None, numbers: Numbers) -> Submission:
        """Note a submission that has not come before, and write its change."""
        reference = one.reference
        if problem is None and reference is None and one.makes_a_child:
            reference = numbers.draw()
        submission = self._submission(one, problem, reference)
        if problem is None:
            change, targets = self._change(one, reference)
            submission = replace(submission, change=change.id, documents=targets)
            self.written.append((submission, change))
        self.kept.append(submission)
        return submission

    def _change(
        self, one: Read, reference: str | None
    ) -> tuple[Change, tuple[Target, ...]]:
        definition = one.definition
        assert definition is not None  # noqa: S101 - what has no problem has a form
        said = effect.said(
            effect.Occasion(
                instance_id=one.key,
                root=one.key,
                definition=definition,
                reference=reference,
                site=self.sender.site,
                files={a["name"]: a["sha256"] for a in one.attachments},
            ),
            one.answers,
        )
        on_screen = _on_screen(self.session, one.based_on)
        edits = effect.writes(said.statements, self.schema, on_screen)
        finished = one.finished
        off = self._offset()
        change = self.pen.write(
            edits,
            author=self.sender.actor,
            device=self.sender.device,
            site=self.sender.site,
            form=f"{definition.form_id}@{definition.version}",
            wall=one.finalized_at if finished else None,
            off=off,
            at=finished - timedelta(milliseconds=off or 0) if finished else None,
        )
        return change, said.documents

    def _offset(self) -> int | None:
        if self.offset_ms is None:
            return None
        is_doubtful = abs(timedelta(milliseconds=self.offset_ms)) >= DOUBTFUL
        return self.offset_ms if is_doubtful else None

    def _submission(
        self, one: Read, problem: Problem | None, reference: str | None
    ) -> Submission:
        return Submission(
            instance_id=one.key,
            sha256=one.sha256,
            media=one.media,
            raw=one.raw,
            form_id=one.form_id,
            form_version=one.form_version,
            finalized_at=one.finalized_at,
            received=self.now,
            sender=self.sender.actor,
            site=self.sender.site,
            status="quarantined" if problem else "stored",
            slug=problem.slug if problem else None,
            detail=problem.detail if problem else None,
            field=problem.field if problem else None,
            reference=reference,
            attachments=one.attachments,
            is_held=problem is not None,
        )

    def _merge(self) -> Mapping[Place, Submission]:
        """Ingest what was written; return the submissions whose change was set aside."""
        outcomes = ingest.ingest(
            self.session,
            [change for _, change in self.written],
            peer=None,
            received_ms=milliseconds(self.now),
            schema=self.schema,
        )
        aside = {}
        for (submission, _), outcome in zip(self.written, outcomes, strict=True):
            if outcome.status == "quarantined":
                code, _, name = (outcome.code or "").partition(":")
                aside[_place(submission)] = replace(
                    submission,
                    status="quarantined",
                    slug="unreadable-value",
                    detail=f"the answer does not fit its field ({code})",
                    field=name or None,
                )
        return aside

    def _final(self, receipt: Receipt, outcome: Mapping[Place, Submission]) -> Receipt:
        place = (receipt.instance_id, bytes.fromhex(receipt.sha256))
        if receipt.status != "stored" or place not in outcome:
            return receipt
        return _first(outcome[place])


def _on_screen(
    session: Session, based_on: Mapping[str, Mapping[str, Sequence[str]]]
) -> effect.OnScreen:
    """Return, for every cell that was rendered, its history and the heads shown."""
    seen: dict[tuple[str, str], tuple[Mapping[str, Version], frozenset[str]]] = {}
    for doc, cells in based_on.items():
        known: dict[str, dict[str, Version]] = {}
        for past in documents.history(session, doc):
            if past.code is not None:
                continue
            for edit in past.change.edits:
                if edit.doc != doc:
                    continue
                for cell, version in versions(past.change, edit).items():
                    known.setdefault(cell, {})[version.id] = version
        for cell, ids in cells.items():
            seen[(doc, cell)] = (known.get(cell, {}), frozenset(ids))
    return seen


def _device_of(actor: str) -> str:
    return actor[2:] if actor.startswith("d:") else ""


def _place(submission: Submission) -> tuple[str, bytes]:
    return (submission.instance_id, submission.sha256)


def _first(submission: Submission) -> Receipt:
    return _receipt(submission, submission.status)


def _again(submission: Submission) -> Receipt:
    return _receipt(submission, "duplicate")


def _receipt(submission: Submission, status: str) -> Receipt:
    problem = None
    if submission.slug is not None:
        problem = Problem(submission.slug, submission.detail or "", submission.field)
    return Receipt(
        instance_id=submission.instance_id,
        status=status,
        sha256=submission.sha256.hex(),
        reference=submission.reference,
        documents=tuple(submission.documents),
        problem=problem,
    )
