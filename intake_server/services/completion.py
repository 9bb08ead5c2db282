"""Says which files the answers of a submission mean, when these came after it.

An answer that names a file says its SHA-256 as soon as the file is here. Of several
files under one name it means the first that came; the others stay kept with the
submission. Where the answer has moved on since, by a correction or a decision, nothing
is written: the file stays kept, and nobody is asked anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from msgspec import structs

from intake_server.services import corrections, published, reading
from intake_server.services.authoring import Pen
from intake_server.services.corrections import Replaced
from intake_server.services.reading import Read
from intake_server.storage import documents, submissions
from intake_server.storage.database import Session
from intake_server.storage.submissions import Submission
from sync import effect
from sync.change import Change, Write
from sync.effect import Said, Statement
from sync.merge.cells import name_of
from sync.merge.schema import Schema

_CAME: Final = "файл надійшов після форми"
"""Why an answer that is given once is written again: its file came after the form."""


def files_of(chain: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return the SHA-256 that an answer means, by the name that it gives."""
    return {file["name"]: file["sha256"] for file in reversed(chain)}


def complete(session: Session, kept: Submission, *, pen: Pen) -> Change | None:
    """Write what the files of a submission mean that came after it; None for nothing.

    Args:
        session: The transaction in which they were noted.
        kept: The submission as it was before that.
        pen: Writes in this node's name.
    """
    if kept.change is None:
        return None
    now = next(
        one
        for one in submissions.known(session, [kept.instance_id])[kept.instance_id]
        if one.sha256 == kept.sha256
    )
    raw = submissions.raw(session, kept.instance_id, kept.sha256) or b""
    read = reading.again(session, replace(now, raw=raw), kept.reference)
    if read.problem is not None:
        return None
    before = corrections.of_itself(session, kept, published.schema(session))
    if before is None:
        return None
    statements = tuple(_news(session, kept, now, read, before))
    if not statements:
        return None
    return _write(session, now, read, before, statements, pen=pen)


def _news(
    session: Session, was: Submission, now: Submission, read: Read, before: Replaced
) -> Iterator[Statement]:
    """Yield what is said otherwise now, where the answer still stands as it was."""
    said_before = set(map(repr, _said(was, read, before).statements))
    for one in _said(now, read, before).statements:
        if repr(one) not in said_before and _stands(session, one, before):
            yield one


def _said(form: Submission, read: Read, before: Replaced) -> Said:
    assert read.definition is not None  # noqa: S101 - what has no problem has a form
    inherited = [file for one in before.chain for file in one.attachments]
    occasion = effect.Occasion(
        instance_id=form.instance_id,
        root=before.first.instance_id,
        definition=read.definition,
        reference=form.reference,
        site=form.site,
        files={**files_of(inherited), **files_of(form.attachments)},
    )
    return effect.said(occasion, read.answers)


def _stands(session: Session, one: Statement, before: Replaced) -> bool:
    """Tell whether what the submission itself wrote there is still current."""
    own = {
        cell: heads
        for (doc, cell), (_, heads) in before.written.items()
        if doc == one.doc and name_of(cell) == one.name
    }
    current = documents.heads(session, [(one.doc, cell) for cell in own])
    return any(heads & set(current[one.doc, cell]) for cell, heads in own.items())


def _marked(write: Write, schema: Schema) -> Write:
    """Say of an answer that is given once that this is no second one."""
    if schema.rule(write.name).policy != "once" or not write.p:
        return write
    return structs.replace(write, act="amend", why=_CAME)


def _write(
    session: Session,
    form: Submission,
    read: Read,
    before: Replaced,
    statements: Sequence[Statement],
    *,
    pen: Pen,
) -> Change:
    schema = published.schema(session)
    assert read.definition is not None  # noqa: S101 - what has no problem has a form
    edits = effect.writes(statements, schema, before.written)
    change = pen.write(
        {
            target: [_marked(one, schema) for one in said]
            for target, said in edits.items()
        },
        author=form.sender,
        device=form.sender[2:] if form.sender.startswith("d:") else "",
        site=form.site,
        form=f"{read.definition.form_id}@{read.definition.version}",
        wall=read.finalized_at if read.finished else None,
    )
    pen.take_in([change])
    submissions.went_on(session, form, change.id)
    return change
