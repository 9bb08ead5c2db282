"""Taking finished forms in: a receipt for each, after one durable commit.

Nothing is refused because it is odd. A submission is kept byte for byte as it came; it
is ``stored``, ``duplicate`` or ``quarantined``, and what is quarantined waits in the
queue where people see it. Sending a batch again is harmless.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from secrets import token_bytes

from forms.instance import attachments as named_by
from intake_server.errors import InvalidRequestError
from intake_server.security.policy import Principal
from intake_server.services import reading, revocation
from intake_server.services.answers import Decision
from intake_server.services.authoring import Entropy, Pen
from intake_server.services.counter import Counter, Handed, Sender
from intake_server.services.published import Remembered
from intake_server.services.reading import Incoming, Problem, Read
from intake_server.services.receipts import Receipt
from intake_server.storage import documents, queue, submissions
from intake_server.storage.database import Database, Session
from intake_server.storage.queue import QueueItem

__all__ = [
    "Incoming",
    "Post",
    "Problem",
    "Receipt",
    "Taken",
    "read",
    "receive",
    "receive_all",
    "receive_within",
    "take_in_waiting",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What one sender handed over at one time.

    ``batch`` holds submissions in the order sent, ``now`` is when they came,
    ``offset_ms`` how far the sender's clock was ahead, where that was measured, and
    ``read`` what they say, once they are read.
    """

    batch: Sequence[Incoming]
    sender: Principal
    now: datetime
    offset_ms: int | None = None
    read: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a post: a receipt for each submission, in the order sent.

    ``named`` are the files that the answers name, whether or not they came.
    """

    receipts: tuple[Receipt, ...]
    named: tuple[str, ...]


def receive(
    database: Database,
    batch: Sequence[Incoming],
    *,
    sender: Principal,
    now: datetime,
    offset_ms: int | None = None,
    entropy: Entropy = token_bytes,
) -> tuple[Receipt, ...]:
    """Take a batch in; the arguments are what ``Post`` holds.

    Returns:
        One receipt per submission, in the order sent.
    """
    post = Post(batch=batch, sender=sender, now=now, offset_ms=offset_ms)
    prepared = read(database, post)
    return receive_all(database, lambda: [prepared], entropy=entropy)[0]


def read(database: Database, post: Post) -> Post:
    """Return what a sender handed over with what it says; nobody waits for this."""
    return replace(post, read=reading.read_all(Remembered(database), post.batch))


def receive_all(
    database: Database,
    waiting: Callable[[], Sequence[Post]],
    *,
    entropy: Entropy = token_bytes,
) -> tuple[tuple[Receipt, ...], ...]:
    """Take in what several senders handed over, with one commit.

    Args:
        database: The store.
        waiting: Asked once it is our turn to write: gives at least one post that was
            read, in the order in which they came.
        entropy: Gives random bytes.

    Returns:
        One receipt per submission, by post.
    """
    with database.transaction() as session:
        return receive_within(session, waiting(), entropy=entropy)


def receive_within(
    session: Session, posts: Sequence[Post], *, entropy: Entropy = token_bytes
) -> tuple[tuple[Receipt, ...], ...]:
    """Do what ``receive_all`` does, in a transaction in which more is decided.

    Args:
        session: The transaction; nobody is to be told of it before its commit.
        posts: At least one, each read, in the order in which they came.
        entropy: Gives random bytes.
    """
    now = max(post.now for post in posts)
    pen = Pen(session, now=now, entropy=entropy)
    counter = Counter(session, pen, now)
    forms = counter.schema.sources or ()
    handed = [
        Handed(one, _sender(post.sender), post.now, post.offset_ms)
        for post in posts
        for one in _trusted(
            post, reading.once_more(session, post.batch, post.read, forms)
        )
    ]
    receipts = iter(counter.take(handed))
    pen.close()
    return tuple(tuple(islice(receipts, len(post.batch))) for post in posts)


def take(
    database: Database,
    waiting: Callable[[], Sequence[Post]],
    *,
    entropy: Entropy = token_bytes,
) -> tuple[Taken, ...]:
    """Take in what ``receive_all`` does; say what became of each post."""
    posts: list[Post] = []

    def let_in() -> Sequence[Post]:
        posts.extend(waiting())
        return posts

    receipts = receive_all(database, let_in, entropy=entropy)
    return tuple(
        Taken(each, tuple(name for one in post.read for name in named_by(one.answers)))
        for post, each in zip(posts, receipts, strict=True)
    )


def settle(
    session: Session, item: QueueItem, decision: Decision, *, pen: Pen, now: datetime
) -> str | None:
    """Do with a held submission what a person said; return the change it became.

    ``release`` takes it in as if it came now, ``assign`` takes it in as a form about
    the child whose record is named, ``mend`` takes it in as it reads by another version
    of its form, ``dismiss`` leaves it kept and asks no more.

    Raises:
        InvalidRequestError: It still cannot be taken in.
    """
    facts = item.facts or {}
    name, digest = facts["instance_id"], bytes.fromhex(facts["sha256"])
    kept = submissions.find(session, name, digest)
    if kept is None or not kept.raw:
        raise InvalidRequestError({"release": ["nothing is left of it"]})
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
    version = str(decision.argument) if decision.verb == "mend" else ""
    return Counter(session, pen, now).reconsider(kept, reference, version=version)


def take_in_waiting(session: Session, *, pen: Pen, now: datetime) -> None:
    """Take in what was held for want of a form that is published here by now.

    Each is treated as if it came now from who sent it then; one that cannot be taken in
    for another reason stays held for that. Repeating is harmless.

    Args:
        session: The transaction in which forms were published.
        pen: Writes what they become; as long as it is in use nobody holds another.
        now: When the forms came.
    """
    waiting = submissions.readable(session, reading.FORMLESS)
    if waiting:
        Counter(session, pen, now).take_in(waiting)


def _trusted(post: Post, read: Sequence[Read]) -> Sequence[Read]:
    slug = revocation.DOUBTS.get(post.sender.standing)
    return [revocation.doubted(one, slug) for one in read] if slug else read


def _sender(principal: Principal) -> Sender:
    device = principal.id if principal.kind == "device" else ""
    return Sender(principal.actor, principal.site, device)
