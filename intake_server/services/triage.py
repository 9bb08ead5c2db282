"""What this node set aside and a person must look at: items that are local to it."""

from collections.abc import Iterable
from typing import Final

from intake_server.clock import text
from intake_server.storage import queue
from intake_server.storage.database import Session
from intake_server.storage.queue import LOCAL, QueueItem
from intake_server.storage.submissions import Submission
from sync.merge.queue import identify
from sync.merge.rights import COORDINATOR

KIND: Final = "triage"
_SEVERITY: Final = 2


def propose(session: Session, kept: Iterable[Submission]) -> None:
    """Put every submission that is held into the queue."""
    for submission in kept:
        if submission.is_held:
            queue.propose(session, item(submission))


def item(submission: Submission) -> QueueItem:
    """Return the item of a held submission: which one, and what is wrong with it."""
    digest = submission.sha256.hex()
    slug = submission.slug or ""
    return QueueItem(
        qid=identify(KIND, submission.instance_id, slug, (digest,)),
        kind=KIND,
        doc=submission.instance_id,
        cell=slug,
        key=slug,
        severity=_SEVERITY,
        owner=COORDINATOR,
        sites=(submission.site,),
        first_seen=text(submission.received),
        is_provisional=False,
        source=LOCAL,
        facts={
            "instance_id": submission.instance_id,
            "sha256": digest,
            "form_id": submission.form_id,
            "form_version": submission.form_version,
            "detail": submission.detail,
            "field": submission.field,
            "sender": submission.sender,
        },
    )
