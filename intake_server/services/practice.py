"""Practice: who practises, and a store in which nothing is meant in earnest.

What is practised lives in a store of its own, which no exchange, job or figure knows
of. Before it is used it gets the forms and sites of the node, and references of a block
that no child ever has in earnest. Who may come in is known to the node's store alone,
and so is who practises.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Final

from forms import practice as forms_practice
from forms.catalogue import Form
from forms.errors import DefinitionError
from forms.practice import practised_version
from forms.reference import PRACTICE_BLOCK
from intake_server.clock import Clock
from intake_server.errors import NotFoundError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Action, Principal, Role, may, may_manage
from intake_server.security.tokens import digest, new_id, new_token
from intake_server.services import published, publishing
from intake_server.services.authoring import Entropy, Pen
from intake_server.storage import (
    devices,
    documents,
    forms,
    node,
    people,
    practising,
    references,
    sites,
)
from intake_server.storage.database import Database, Session
from intake_server.storage.devices import Device
from intake_server.storage.forms import Form as Published
from intake_server.storage.node import Node
from intake_server.storage.people import Person
from intake_server.storage.practice import PracticeStore
from intake_server.storage.practising import Subject
from intake_server.storage.references import Block
from sync import documents as ids
from sync.change import Write
from sync.errors import SchemaError

__all__ = ["Room", "Subject", "begin", "delete", "end", "everybody"]

FOLDER: Final = "practice"
"""Where the store lies, in the data directory."""

LOOK_AGAIN: Final = timedelta(seconds=30)
"""How long a newly published form may wait until it can be practised."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_EPOCH_BYTES: Final = 9
_EVERYTHING: Final = "everything"

_log = logging.getLogger(__name__)

Titles = Mapping[str, Mapping[str, str]]


def begin(
    database: Database, subject: Subject, *, by: Principal, now: datetime
) -> None:
    """Let a device, a person or a site practise from its next call on.

    Repeating is harmless.

    Raises:
        NotFoundError: There is no such subject, or it is not theirs.
    """
    with database.transaction() as session:
        _refuse_foreign(session, subject, by)
        if practising.begin(session, subject, now=now):
            _note(session, Act.PRACTISE, subject, by, now)


def end(database: Database, subject: Subject, *, by: Principal, now: datetime) -> None:
    """Let a device, a person or a site act in earnest again; repeating is harmless.

    Raises:
        NotFoundError: There is no such subject, or it is not theirs.
    """
    with database.transaction() as session:
        _refuse_foreign(session, subject, by)
        if practising.end(session, subject):
            _note(session, Act.END_PRACTICE, subject, by, now)


def everybody(database: Database) -> frozenset[Subject]:
    """Return all who practise."""
    with database.reading() as session:
        return practising.everybody(session)


def delete(database: Database, store: PracticeStore, *, by: str, now: datetime) -> None:
    """Delete all that was practised on this node; repeating is harmless.

    Raises:
        BusyError: Somebody practised all the time; nothing was deleted.
    """
    if store.throw_away():
        with database.transaction() as session:
            note(session, Act.DELETE_PRACTICE, _EVERYTHING, by=by, now=now)


@dataclass(slots=True)
class Room:
    """Where people practise: keeps a practice store furnished as the node's own is.

    Guests that were seen in a life of the store are known; what is published is looked
    for again every ``LOOK_AGAIN``.
    """

    database: Database
    clock: Clock
    entropy: Entropy = token_bytes
    _looked: datetime = field(default=_LONG_AGO, init=False)
    _guests: set[tuple[str, str]] = field(default_factory=set, init=False)

    def furnish(self, store: Database) -> None:
        """Make an empty store one of a node like this one."""
        with self.database.reading() as session:
            here = node.read(session)
        id_ = new_id(self.entropy)
        with store.transaction() as session:
            practice = Node(
                id=id_,
                role=here.role,
                site=here.site,
                log=f"{id_}#1",
                epoch=secrets.token_urlsafe(_EPOCH_BYTES),
            )
            node.write(session, practice)
            references.reserve(session, Block(block=PRACTICE_BLOCK, site=here.site))
        self._bring(store)

    def welcome(self, store: Database, guest: Principal) -> None:
        """See that somebody finds the forms and sites of now, and is known by name."""
        now = self.clock()
        if not self._looked <= now < self._looked + LOOK_AGAIN:
            self._bring(store)
            self._looked = now
        if (store.store, guest.id) not in self._guests:
            with store.transaction() as session:
                if not _is_known(session, guest):
                    _introduce(session, guest, now)
            self._guests.add((store.store, guest.id))

    def _bring(self, store: Database) -> None:
        """Bring the forms and the sites' names from the node's own store."""
        with self.database.reading() as session:
            offered = published.available(session)
            wanted = {(one.form_id, practised_version(one.version)) for one in offered}
            titles = {site.name: site.title for site in sites.all_of(session)}
            with store.reading() as other:
                there = {(name, version) for name, version, _ in forms.digests(other)}
            new = [
                form
                for one in offered
                if (one.form_id, practised_version(one.version)) not in there
                and (form := _practised(session, one)) is not None
            ]
        with store.transaction() as session:
            self._publish(session, new)
            self._say(session, wanted, titles)

    def _publish(self, session: Session, new: list[Form]) -> None:
        here = node.read(session)
        for form in new:
            try:
                publishing.publish(
                    session,
                    [form],
                    site=here.site,
                    now=self.clock(),
                    entropy=self.entropy,
                )
            except (DefinitionError, SchemaError):
                _log.warning("form %s cannot be practised", form.form_id)

    def _say(
        self, session: Session, offered: set[tuple[str, str]], titles: Titles
    ) -> None:
        """Say what the sites are called, and that all other forms are retired."""
        named = {site.name: site.title for site in sites.all_of(session)}
        edits = {
            (ids.site(name), sites.KIND): [
                _write(session, ids.site(name), "name", value=name),
                _write(session, ids.site(name), "title", value=dict(title)),
            ]
            for name, title in titles.items()
            if named.get(name) != title
        }
        for form in forms.all_of(session):
            is_over = (form.form_id, form.version) not in offered
            if is_over is not form.is_retired:
                retired = _write(session, form.doc, "is_retired", value=is_over)
                edits[(form.doc, forms.KIND)] = [retired]
        if edits:
            pen = Pen(session, now=self.clock(), entropy=self.entropy)
            here = node.read(session)
            change = pen.write(edits, author=publishing.OPERATOR, site=here.site)
            pen.take_in([change])


def _write(session: Session, doc: str, cell: str, *, value: object) -> Write:
    heads = documents.heads(session, [(doc, cell)])[(doc, cell)]
    return Write(f=cell, v=value, p=heads)


def _practised(session: Session, one: Published) -> Form | None:
    """Return a published form as it is practised; None where it cannot be read here."""
    given = {
        file.name: content
        for file in one.media
        if (content := forms.content(session, one, file.sha256)) is not None
    }
    try:
        return forms_practice.practised(one.xml.encode(), given)
    except DefinitionError:
        return None


def _is_known(session: Session, guest: Principal) -> bool:
    if guest.kind == "device":
        return devices.find(session, guest.id) is not None
    return people.find(session, guest.id) is not None


def _introduce(session: Session, guest: Principal, now: datetime) -> None:
    """Let the records say who wrote them; nobody comes in by what is kept here."""
    if guest.kind == "device":
        nobodys = digest(new_token())
        devices.add(
            session,
            Device(
                id=guest.id,
                label=guest.name,
                site=guest.site,
                token_sha256=nobodys,
                enrolled=now,
            ),
        )
        return
    people.add(
        session,
        Person(id=guest.id, name=guest.name, role=guest.role.value, site=guest.site),
    )


def _refuse_foreign(session: Session, subject: Subject, by: Principal) -> None:
    if not _is_theirs(session, subject, by):
        raise NotFoundError(subject.kind, subject.name)


def _is_theirs(session: Session, subject: Subject, by: Principal) -> bool:
    match subject.kind:
        case "device":
            device = devices.find(session, subject.name)
            return device is not None and may_manage(by, Role.VOLUNTEER, device.site)
        case "person":
            if by.kind == "person" and by.id == subject.name:
                return True
            person = people.find(session, subject.name)
            return person is not None and may_manage(by, Role(person.role), person.site)
        case "site":
            is_own = node.read(session).site == subject.name
            is_one = is_own or sites.find(session, subject.name) is not None
            return is_one and may(by, Action.MANAGE_SITES)


def _note(
    session: Session, act: Act, subject: Subject, by: Principal, now: datetime
) -> None:
    note(session, act, subject.name, by=by.actor, now=now, kind=subject.kind)
