"""Talking about a question: asking a site, answering, and what others have to say.

Who may see a question may say something about it; that decides nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Final

from intake_server.errors import InvalidRequestError, NotFoundError
from intake_server.security import policy
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal
from intake_server.services.authoring import Entropy, Pen
from intake_server.storage import documents, items, queue
from intake_server.storage.database import Database
from intake_server.storage.queue import QueueItem
from sync.change import Write
from sync.merge.rights import site_owner
from sync.merge.talk import ANSWER, ASK, COMMENT, TALK, Entry

LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What somebody says: ``to`` names the site that is asked, or nobody.

    ``mark`` is the same however often one remark is sent.
    """

    text: str
    mark: str
    to: str = ""


def say(
    database: Database,
    qid: str,
    remark: Remark,
    *,
    by: Principal,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> None:
    """Write a remark about an open question; sending it again is harmless.

    Raises:
        NotFoundError: There is no such question, or it is not for this person.
        InvalidRequestError: Nothing is said, or too much, or a site is asked that has no
            part in it.
    """
    if not remark.text.strip() or len(remark.text) > LONGEST:
        raise InvalidRequestError({"text": ["say something, in a few words"]})
    with database.transaction() as session:
        item = queue.find(session, qid)
        if item is None or not may_talk(item, by):
            raise NotFoundError("item", qid)
        if remark.to and remark.to not in item.sites:
            raise InvalidRequestError({"to": ["has no part in this question"]})
        known = documents.document(session, item.doc)
        if known is None:
            raise NotFoundError("record", item.doc)
        write = Write(n=TALK, e=remark.mark, v=_entry(item, remark, by).value)
        if write.cell in known.cells:
            return
        pen = Pen(session, now=now, entropy=entropy)
        change = pen.decide({(item.doc, known.kind): [write]}, by=by)
        pen.take_in([change])
        note(session, Act.TALK, qid, by=by.actor, now=now, change=change.id)


def may_talk(item: QueueItem, viewer: Principal) -> bool:
    """Tell whether somebody may say something about a question."""
    is_about_record = item.source in (items.DOCUMENT, items.FAMILY)
    return is_about_record and policy.sites(viewer).meet(item.sites)


def _entry(item: QueueItem, remark: Remark, by: Principal) -> Entry:
    is_asked = item.turn == site_owner(by.site)
    verb = ASK if remark.to else ANSWER if is_asked else COMMENT
    return Entry(
        verb=verb, about=item.key, text=remark.text, site=by.site, to=remark.to
    )
