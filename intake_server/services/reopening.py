"""What no key here opened is opened as soon as one does, once and as if it came now.

The opened submission stands in the place of the sealed one: its evidence is what was
sealed, its sender and the moment it came are those of then.
"""

from datetime import datetime
from json import loads
from secrets import token_bytes

from intake_server.security.keyring import Keyring
from intake_server.services import reading, triage
from intake_server.services.authoring import Entropy, Pen
from intake_server.services.counter import Counter, Handed, sender_of
from intake_server.services.published import Remembered
from intake_server.services.reading import UNKNOWN_KEY, Incoming
from intake_server.services.revocation import doubted, was_out
from intake_server.services.unsealing import unseal
from intake_server.storage import queue, submissions
from intake_server.storage.database import Database
from intake_server.storage.submissions import Submission


def open_waiting(
    database: Database,
    ring: Keyring,
    *,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> int:
    """Take in what is held for want of a key that is here by now; return how many.

    Args:
        database: The store.
        ring: This node's keys.
        now: When.
        entropy: Gives random bytes.
    """
    with database.reading() as session:
        waiting = submissions.held_for(session, UNKNOWN_KEY)
    found = [(kept, unseal(_as_it_came(kept), ring)) for kept in waiting]
    opened = [(kept, inside) for kept, inside in found if inside.sealed is None]
    if not opened:
        return 0
    read = reading.read_all(Remembered(database), [inside for _, inside in opened])
    with database.transaction() as session:
        pen = Pen(session, now=now, entropy=entropy)
        counter = Counter(session, pen, now)
        forms = counter.schema.sources or ()
        read = reading.once_more(session, [one for _, one in opened], read, forms)
        handed = []
        for (kept, _), one in zip(opened, read, strict=True):
            still = submissions.find(session, kept.instance_id, kept.sha256)
            if still is None or not still.is_held:
                continue
            queue.withdraw(session, triage.item(still).qid)
            submissions.drop(session, still)
            sender = sender_of(kept)
            if was_out(session, sender.device, at=kept.received):
                one = doubted(one)  # noqa: PLW2901 - the same, set aside
            handed.append(Handed(one, sender, kept.received, kept.off_ms))
        counter.take(handed)
        pen.close()
    return len(handed)


def _as_it_came(kept: Submission) -> Incoming:
    return Incoming(
        instance_id=kept.instance_id,
        form_id=kept.form_id,
        form_version=kept.form_version,
        finalized_at=kept.finalized_at,
        sealed=loads(kept.raw)["sealed"],
        attachments=kept.attachments,
    )
