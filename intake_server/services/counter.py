"""Where submissions are handed in: each becomes a change, or waits for a person."""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from intake_server.clock import milliseconds
from intake_server.errors import InvalidRequestError, NoReferencesError
from intake_server.services import (
    corrections,
    published,
    reading,
    screens,
    triage,
    unwrapping,
)
from intake_server.services.authoring import Pen
from intake_server.services.completion import files_of
from intake_server.services.corrections import Replaced
from intake_server.services.reading import Problem, Read
from intake_server.services.receipts import Receipt, Target, again, first
from intake_server.services.references import Numbers
from intake_server.storage import forgetting, ingest, queue, submissions
from intake_server.storage.database import Session
from intake_server.storage.submissions import Submission
from sync import effect
from sync.change import Change
from sync.merge.schema import Schema

DOUBTFUL: Final = timedelta(minutes=2)
"""From this offset on a device's clock is noted beside what was written by it."""

_CONFLICT: Final = Problem("instance-conflict", "this id came with other content")
_NO_REFERENCE: Final = Problem(
    "no-free-reference", "no free reference is left to give to this child"
)
_CORRECTION: Final = Problem(
    "correction", "what it corrects is not here yet, or was sent for another site"
)
_ANOTHERS: Final = "the form names another child itself"
_OTHER_CHILD: Final = Problem(
    "correction", "it names another child than the form that it corrects"
)

_ANOTHER_DEVICE: Final = Problem("correction", "another device sent what it corrects")

Place = tuple[str, bytes]
"""The id of a submission and its SHA-256."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a submission, for which site, with which device."""

    actor: str
    site: str
    device: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A submission that was read, with who sent it, when it came, and by which clock."""

    read: Read
    sender: Sender
    received: datetime
    offset_ms: int | None


@dataclass(slots=True)
class Counter:
    """Where submissions are handed in.

    ``late`` are changes on what is erased, ``settled`` submissions that were held, as
    they stand by now.
    """

    session: Session
    pen: Pen
    now: datetime
    schema: Schema = field(init=False)
    kept: list[Submission] = field(default_factory=list)
    written: list[tuple[Submission, Change]] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    numbers: dict[str, Numbers] = field(default_factory=dict)
    settled: dict[Place, Submission] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the rules that hold for the whole batch."""
        self.schema = published.schema(self.session)

    def take(self, handed: Sequence[Handed]) -> tuple[Receipt, ...]:
        """Hand in what was read; return a receipt for each."""
        known = submissions.known(self.session, [one.read.key for one in handed])
        earlier = {
            (s.instance_id, s.sha256): s for all_ in known.values() for s in all_
        }
        names = {one.instance_id for one in earlier.values() if not _is_closed(one)}
        wanted = Tally(
            one.sender.site for one in handed if self._needs_number(one.read, earlier)
        )
        for site, count in wanted.items():
            with suppress(NoReferencesError):  # some of them wait for a person
                self._numbers(site).reserve(count)
        order = []
        for one in handed:
            place = (one.read.key, one.read.sha256)
            if place in earlier:
                order.append(again(earlier[place]))
                continue
            problem = one.read.problem
            if problem is None and one.read.corrects is not None:
                problem = _CORRECTION
            if problem in (None, _CORRECTION) and one.read.key in names:
                problem = _CONFLICT
            names.add(one.read.key)
            submission = self._keep(one, problem)
            earlier[place] = submission
            order.append(first(submission))
        outcome = self._merge()
        submissions.add_all(
            self.session, [outcome.get(_place(s), s) for s in self.kept]
        )
        for kept in filter(lambda kept: kept.attachments, self.kept):
            unwrapping.open_here(self.session, kept.site, kept.attachments, self.now)
        triage.propose(self.session, [outcome.get(_place(s), s) for s in self.kept])
        forgetting.forget_late(self.session, self.late)
        self.follow(self.kept)
        return tuple(self._final(receipt, outcome) for receipt in order)

    def follow(self, come: Sequence[Submission]) -> None:
        """Apply the corrections that waited for what has come, and those after them."""
        names = {one.instance_id for one in come} | {
            one.corrects for one in come if one.corrects
        }
        if not submissions.is_awaited(self.session, names):
            return
        further = Counter(self.session, self.pen, self.now)
        for kept in submissions.held(self.session, names):
            further.correct(kept)
        if further.written:
            further.settle()
            applied = [submission for submission, _ in further.written]
            further.follow(applied)
        self.settled |= further.settled

    def correct(self, kept: Submission) -> None:
        """Write what a correction changes, where what it replaces is here."""
        before = corrections.replaced(self.session, kept, self.schema)
        if before is None:
            return
        kept = replace(kept, reference=before.first.reference)
        if kept.media == "json" and before.first.sender != kept.sender:
            self._hold_on(kept, _ANOTHER_DEVICE)
            return
        read = reading.again(self.session, kept, before.first.reference)
        if read.problem is not None:
            self._hold_on(kept, read.problem)
            if read.problem == reading.NOTHING_LEFT and before.first.change:
                forgetting.forget_late(self.session, [before.first.change])
            return
        if read.reference not in (None, before.first.reference):
            self._hold_on(kept, _OTHER_CHILD)
            return
        self._take_in(kept, read, before.first.reference, before)

    def _numbers(self, site: str) -> Numbers:
        if site not in self.numbers:
            self.numbers[site] = Numbers(self.session, site)
        return self.numbers[site]

    @staticmethod
    def _needs_number(one: Read, earlier: Mapping[Place, Submission]) -> bool:
        is_new = (one.key, one.sha256) not in earlier and one.problem is None
        if one.corrects is not None:
            return False
        return is_new and one.reference is None and one.makes_a_child

    def reconsider(
        self, kept: Submission, reference: str | None, *, version: str = ""
    ) -> str:
        """Take in a submission that was held; return its change.

        Args:
            kept: The submission with its bytes.
            reference: Whose it is, where a person has said so.
            version: By which version of its form it is read, where a person has said so.

        Raises:
            InvalidRequestError: It still cannot be taken in.
        """
        read = reading.again(self.session, kept, reference, version=version)
        if read.problem is not None:
            raise InvalidRequestError({"release": [read.problem.detail]})
        if reference is not None and read.reference not in (None, reference):
            raise InvalidRequestError({"another": [_ANOTHERS]})
        kept = replace(kept, form_version=version or kept.form_version)
        before = None
        if read.corrects is not None:
            kept = replace(kept, corrects=read.corrects)
            before = corrections.replaced(self.session, kept, self.schema)
            if before is None:
                raise InvalidRequestError({"release": [_CORRECTION.detail]})
            if (read.reference or reference) not in (None, before.first.reference):
                raise InvalidRequestError({"release": [_OTHER_CHILD.detail]})
            reference = before.first.reference
        change = self._take_in(kept, read, reference, before)
        self.settle()
        self.follow([kept])
        return change.id

    def take_in(self, waiting: Sequence[Submission]) -> None:
        """Take in what was held until its form came, oldest first."""
        known = submissions.known(self.session, [kept.instance_id for kept in waiting])
        taken = {s.instance_id for all_ in known.values() for s in all_ if s.change}
        for kept in waiting:
            read = reading.again(self.session, kept, None)
            problem = read.problem or (_CONFLICT if kept.instance_id in taken else None)
            if problem is None and read.corrects is not None:
                problem = _CORRECTION
                kept = replace(kept, awaits=read.corrects)  # noqa: PLW2901 - the same
            if problem is not None:
                self._hold_on(kept, problem)
                continue
            with suppress(NoReferencesError):  # without a free reference it is held on
                self._take_in(kept, read, None)
                taken.add(kept.instance_id)
        self.settle()
        self.follow(waiting)

    def _take_in(
        self,
        kept: Submission,
        read: Read,
        reference: str | None,
        before: Replaced | None = None,
    ) -> Change:
        """Write the change of a submission that was held."""
        reference = read.reference or reference
        if reference is None and read.makes_a_child:
            reference = self._numbers(kept.site).draw()
        sender = sender_of(kept)
        change, targets = self._change(read, reference, sender, kept.off_ms, before)
        queue.withdraw(self.session, triage.item(kept).qid)
        taken = replace(
            kept,
            status="stored",
            slug=None,
            detail=None,
            field=None,
            reference=reference,
            documents=targets,
            change=change.id,
            is_held=False,
            awaits=None,
        )
        self.written.append((taken, change))
        return change

    def _hold_on(self, kept: Submission, problem: Problem) -> None:
        """Hold a submission for another problem than before."""
        queue.withdraw(self.session, triage.item(kept).qid)
        held = replace(
            kept, slug=problem.slug, detail=problem.detail, field=problem.field
        )
        submissions.settle(self.session, held)
        self.settled[_place(held)] = held
        triage.propose(self.session, [held])

    def settle(self) -> None:
        """Merge what was written, and note what became of what was held."""
        outcome = self._merge()
        for taken, _ in self.written:
            final = outcome.get(_place(taken), taken)
            submissions.settle(self.session, final)
            self.settled[_place(taken)] = final
        forgetting.forget_late(self.session, self.late)

    def _keep(self, handed: Handed, problem: Problem | None) -> Submission:
        """Note a submission that has not come before, and write its change."""
        read, sender = handed.read, handed.sender
        reference = read.reference
        if problem is None and reference is None and read.makes_a_child:
            try:
                reference = self._numbers(sender.site).draw()
            except NoReferencesError:
                problem = _NO_REFERENCE
        submission = _submission(handed, problem, reference)
        if problem is None:
            change, targets = self._change(read, reference, sender, handed.offset_ms)
            submission = replace(submission, change=change.id, documents=targets)
            self.written.append((submission, change))
        self.kept.append(submission)
        return submission

    def _change(
        self,
        one: Read,
        reference: str | None,
        sender: Sender,
        offset_ms: int | None,
        before: Replaced | None = None,
    ) -> tuple[Change, tuple[Target, ...]]:
        definition = one.definition
        assert definition is not None  # noqa: S101 - what has no problem has a form
        seen = screens.on_screen(self.session, one.based_on, self.schema)
        said = effect.said(
            effect.Occasion(
                instance_id=one.key,
                root=before.first.instance_id if before else one.key,
                definition=definition,
                reference=reference,
                site=sender.site,
                files={
                    **files_of([a for s in _chain(before) for a in s.attachments]),
                    **files_of(one.attachments),
                },
                rows=screens.rows(self.session, one.based_on, definition),
            ),
            one.answers,
        )
        if before is not None:
            edits = corrections.writes(said, before, self.schema, seen, one.entered)
        else:
            news = effect.news(said.statements, self.schema, seen)
            edits = effect.writes(news, self.schema, seen)
        finished = one.finished
        off = _doubtful(offset_ms)
        change = self.pen.write(
            effect.beside(edits, self.schema),
            author=sender.actor,
            device=sender.device,
            site=sender.site,
            form=f"{definition.form_id}@{definition.version}",
            wall=one.finalized_at if finished else None,
            off=off,
            at=finished - timedelta(milliseconds=off or 0) if finished else None,
        )
        return change, said.documents

    def _merge(self) -> Mapping[Place, Submission]:
        """Ingest what was written; return the submissions whose change was set aside."""
        outcomes = ingest.ingest(
            self.session,
            [change for _, change in self.written],
            peer=None,
            received_ms=milliseconds(self.now),
            schema=self.schema,
        )
        self.late = [outcome.id for outcome in outcomes if outcome.is_late]
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
        if place in self.settled:
            return first(self.settled[place])
        if receipt.status != "stored" or place not in outcome:
            return receipt
        return first(outcome[place])


def _submission(
    handed: Handed, problem: Problem | None, reference: str | None
) -> Submission:
    one = handed.read
    return Submission(
        instance_id=one.key,
        sha256=one.sha256,
        media=one.media,
        raw=one.raw,
        form_id=one.form_id,
        form_version=one.form_version,
        finalized_at=one.finalized_at,
        received=handed.received,
        sender=handed.sender.actor,
        site=handed.sender.site,
        status="quarantined" if problem else "stored",
        slug=problem.slug if problem else None,
        detail=problem.detail if problem else None,
        field=problem.field if problem else None,
        reference=reference,
        attachments=one.attachments,
        is_held=problem is not None,
        awaits=one.corrects if problem is _CORRECTION else None,
        corrects=one.corrects,
        off_ms=handed.offset_ms,
        worker=one.worker,
        based_on=one.based_on if one.media == "xml" and one.based_on else None,
    )


def _is_closed(kept: Submission) -> bool:
    """Tell whether what is kept may be the same form: nobody has opened it yet."""
    return kept.media == "sealed" and kept.slug == reading.UNKNOWN_KEY


def _doubtful(offset_ms: int | None) -> int | None:
    """Return an offset that is to be noted beside what was written by that clock."""
    if offset_ms is None or abs(timedelta(milliseconds=offset_ms)) < DOUBTFUL:
        return None
    return offset_ms


def _chain(before: Replaced | None) -> Sequence[Submission]:
    return before.chain if before else ()


def sender_of(kept: Submission) -> Sender:
    """Return who sent what is kept."""
    device = kept.sender[2:] if kept.sender.startswith("d:") else ""
    return Sender(kept.sender, kept.site, device)


def _place(submission: Submission) -> tuple[str, bytes]:
    return (submission.instance_id, submission.sha256)
