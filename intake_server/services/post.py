"""The post office: what is sealed for another site is kept, travels, and is opened there.

Any node takes any site's forms. What this one cannot open it hands on as a letter,
which all nodes carry and none reads but its own. There it is opened once, however often
it comes, and is from then on a form of the device that had sealed it. Files are not
carried: a phone keeps them until it meets the node of its own site.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from json import loads
from secrets import token_bytes
from typing import Any, Final

from intake_server.security.keyring import Keyring
from intake_server.security.policy import Principal
from intake_server.services import intake, reading, revocation
from intake_server.services.authoring import Entropy, Pen
from intake_server.services.counter import Counter, Handed, Sender
from intake_server.services.items import incoming
from intake_server.services.published import Remembered
from intake_server.services.reading import Incoming, Read
from intake_server.services.receipts import Receipt
from intake_server.services.storable import is_storable
from intake_server.services.unsealing import sent_as, unseal
from intake_server.storage import documents, letters, node, sites
from intake_server.storage.database import Database, Session
from intake_server.storage.letters import ABOUT, KIND, SAYS, TO
from sync import documents as ids
from sync.change import Change, Write, canonical

AT_ONCE: Final = 100
"""So many letters are opened with one commit."""

_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class _Letter:
    """What somebody sealed for a site, with who sent it, and of whom it is known to speak."""

    doc: str
    item: Incoming
    sender: Sender
    about: str | None


def receive(
    database: Database,
    batch: Sequence[Incoming],
    *,
    sender: Principal,
    now: datetime,
    offset_ms: int | None = None,
    entropy: Entropy = token_bytes,
) -> tuple[Receipt, ...]:
    """Take a batch in as ``intake.receive`` does; what is for other sites goes there.

    What a device sends that is not trusted goes nowhere: here alone that is known.
    A receipt that names the site it is ``sealed_for`` claims the form and no file.
    """
    take = partial(
        intake.receive,
        database,
        sender=sender,
        now=now,
        offset_ms=offset_ms,
        entropy=entropy,
    )
    elsewhere = _elsewhere(database, batch)
    if not elsewhere or sender.standing in revocation.DOUBTS:
        return take(batch)
    own = [one for one in batch if _to(one) not in elsewhere]
    away = [one for one in batch if _to(one) in elsewhere]
    received = iter(take(own) if own else ())
    posted = iter(_post(database, away, sender=sender, now=now, entropy=entropy))
    return tuple(
        next(posted) if _to(one) in elsewhere else next(received) for one in batch
    )


def deliver(
    database: Database,
    ring: Keyring,
    *,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> int:
    """Open the letters that wait here and take in what is inside; return how many.

    One that no key opens is kept like anything else that none opens. Repeating is
    harmless, and so is doing it twice at once.

    Args:
        database: The store.
        ring: This node's keys.
        now: When.
        entropy: Gives random bytes.
    """
    done = 0
    while found := _waiting(database):
        whole = [one for one in found.values() if one is not None]
        inside = [unseal(one.item, ring) for one in whole]
        read = reading.read_all(Remembered(database), inside)
        with database.transaction() as session:
            pen = Pen(session, now=now, entropy=entropy)
            counter = Counter(session, pen, now)
            forms = counter.schema.sources or ()
            read = reading.once_more(session, inside, read, forms)
            handed = [
                Handed(_trusted(session, one, letter, now), letter.sender, now, None)
                for one, letter in zip(read, whole, strict=True)
            ]
            _note(session, pen, zip(whole, counter.take(handed), strict=True))
            letters.opened(session, found)
        done += len(whole)
    return done


def _trusted(session: Session, read: Read, letter: _Letter, now: datetime) -> Read:
    """Return what a letter says, set aside where its device is revoked by now."""
    is_out = revocation.was_out(session, letter.sender.device, at=now)
    return revocation.doubted(read) if is_out else read


def _waiting(database: Database) -> Mapping[str, _Letter | None]:
    """Return letters that wait to be opened here, as far as they have come."""
    with database.reading() as session:
        docs = letters.waiting(session, AT_ONCE)
        views = documents.find_all(session, docs) if docs else {}
    return {doc: _read(doc, view.view["values"]) for doc, view in views.items()}


def expect(session: Session, changes: Sequence[Change]) -> None:
    """Note the letters among changes that are to be opened here.

    Args:
        session: The transaction in which the changes were stored.
        changes: They.
    """
    written = [edit for c in changes for edit in c.edits if edit.type == KIND]
    if not written:
        return
    here = node.read(session).site
    letters.expect(
        session,
        (
            edit.doc
            for edit in written
            if any(write.f == TO and write.v == here for write in edit.w or ())
        ),
    )


def _to(one: Incoming) -> str | None:
    """Return for which site something is sealed that could not be opened here."""
    if one.sealed is None or one.problem is not None:
        return None
    return str(one.sealed.get("to"))


def _elsewhere(database: Database, batch: Sequence[Incoming]) -> frozenset[str]:
    """Return the other sites for which some of a batch is sealed."""
    wanted = {to for one in batch if (to := _to(one)) is not None and one.instance_id}
    if not wanted:
        return frozenset()
    with database.reading() as session:
        here = node.read(session).site
        known = {one.name for one in sites.all_of(session)}
    return frozenset(wanted & known - {here})


def _post(
    database: Database,
    batch: Sequence[Incoming],
    *,
    sender: Principal,
    now: datetime,
    entropy: Entropy,
) -> tuple[Receipt, ...]:
    """Write letters; return a receipt for each."""
    device = sender.id if sender.kind == "device" else ""
    said = [_said(one, sender, device) for one in batch]
    docs = [ids.letter(sha256(text.encode()).hexdigest()) for text in said]
    with database.transaction() as session:
        pen = Pen(session, now=now, entropy=entropy)
        known = set(documents.find_all(session, docs))
        changes, receipts = [], []
        for doc, text, one in zip(docs, said, batch, strict=True):
            receipts.append(_receipt(one, "duplicate" if doc in known else "stored"))
            if doc not in known:
                known.add(doc)
                writes = [Write(f=TO, v=_to(one)), Write(f=SAYS, v=text)]
                changes.append(
                    pen.write(
                        {(doc, KIND): writes},
                        author=sender.actor,
                        device=device,
                        site=sender.site,
                    )
                )
        pen.take_in(changes)
    return tuple(receipts)


def _said(one: Incoming, sender: Principal, device: str) -> str:
    """Return all that a letter says: the same for the same, whoever carries it."""
    said = {
        "item": {
            "instance_id": one.instance_id,
            "form_id": one.form_id,
            "form_version": one.form_version,
            "finalized_at": one.finalized_at,
            "sealed": one.sealed,
            "attachments": [dict(file) for file in one.attachments],
        },
        "sender": sender.actor,
        "device": device,
        "site": sender.site,
    }
    return canonical(said).decode()


def _receipt(one: Incoming, status: str) -> Receipt:
    return Receipt(
        instance_id=one.instance_id or "",
        status=status,
        sha256=sent_as(one).hex(),
        missing=tuple(dict.fromkeys(file["sha256"] for file in one.attachments)),
        sealed_for=_to(one),
    )


def _read(doc: str, values: Mapping[str, Any]) -> _Letter | None:
    """Return what a letter says; None where it says nothing that a node has written."""
    text = values.get(SAYS)
    if not isinstance(text, str):
        return None
    if ids.letter(sha256(text.encode()).hexdigest()) != doc:
        return None
    try:
        said = loads(text)
        item = incoming(said["item"])
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return None
    names = [said.get(name) for name in ("sender", "device", "site")]
    if not all(map(_is_name, names)):
        return None
    sender, device, site = names
    return _Letter(doc, item, Sender(sender, site, device), values.get(ABOUT))


def _is_name(said: Any) -> bool:
    return isinstance(said, str) and len(said) <= _NAME and is_storable(said)


def _note(session: Session, pen: Pen, taken: Iterable[tuple[_Letter, Receipt]]) -> None:
    """Say on letters whose child they are about, so that they can be erased with it."""
    changes = [
        pen.write(
            {(letter.doc, KIND): [Write(f=ABOUT, v=person)]},
            author="operator",
            site=node.read(session).site,
        )
        for letter, receipt in taken
        for person, kind in receipt.documents
        if kind == "person" and person != letter.about
    ]
    pen.take_in(changes)
