"""An admin lets people in, moves them, and ends their work; never learns a secret.

Whoever is moved is signed out everywhere, so no session outlives the rights it began
with. At least one admin stays whose work has no end.
"""

from dataclasses import dataclass
from datetime import datetime

from intake_server.errors import LastAdminError, NotFoundError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal, Role, may_manage
from intake_server.storage import credentials, people
from intake_server.storage.database import Database, Session
from intake_server.storage.people import Person

_JOB = "job"


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is here for, where, and until when; None: with no end."""

    role: Role
    site: str
    until: datetime | None


def everybody(database: Database, *, by: Principal) -> tuple[Person, ...]:
    """Return the people whom somebody manages, those whose work ended too."""
    with database.reading() as session:
        known = people.all_of(session)
    return tuple(one for one in known if _manages(by, one))


def one(database: Database, person_id: str, *, by: Principal) -> Person:
    """Return a person whom somebody manages.

    Raises:
        NotFoundError: There is none, or they do not manage them.
    """
    with database.reading() as session:
        return _theirs(session, person_id, by)


def change(
    database: Database, person_id: str, post: Post, *, by: Principal, now: datetime
) -> None:
    """Give somebody another post; they sign in anew.

    Raises:
        NotFoundError: There is no such person whose work goes on, or they do not
            manage them, or not such a post.
        LastAdminError: Nobody would be left who lets people in.
    """
    with database.transaction() as session:
        person = _theirs(session, person_id, by)
        if person.ended or not may_manage(by, post.role, post.site):
            raise NotFoundError("person", person_id)
        if post == _post(person):
            return
        if post.role is not Role.ADMIN or post.until:
            _refuse_last(session, person)
        people.change(
            session,
            person_id,
            role=post.role.value,
            site=post.site,
            until=post.until,
        )
        people.drop_access(session, person_id, now=now)
        note(
            session,
            Act.CHANGE_PERSON,
            person_id,
            by=by.actor,
            now=now,
            role=post.role.value,
            site=post.site,
        )


def end(database: Database, person_id: str, *, by: Principal, now: datetime) -> None:
    """End somebody's work from their next call on; repeating is harmless.

    Raises:
        NotFoundError: There is no such person, or they do not manage them.
        LastAdminError: Nobody would be left who lets people in.
    """
    with database.transaction() as session:
        person = _theirs(session, person_id, by)
        _refuse_last(session, person)
        if people.end(session, person_id, now=now):
            note(session, Act.END_PERSON, person_id, by=by.actor, now=now)


def sign_out(
    database: Database, person_id: str, *, by: Principal, now: datetime
) -> None:
    """End every session and token of somebody.

    Raises:
        NotFoundError: There is no such person, or they do not manage them.
    """
    with database.transaction() as session:
        _theirs(session, person_id, by)
        people.drop_access(session, person_id, now=now)
        note(session, Act.SIGN_OUT_EVERYWHERE, person_id, by=by.actor, now=now)


def reset(
    database: Database, person_id: str, *, by: Principal, now: datetime
) -> Person:
    """Forget by what somebody signs in, and sign them out; they need a new link.

    Raises:
        NotFoundError: There is no such person, or they do not manage them.
    """
    with database.transaction() as session:
        person = _theirs(session, person_id, by)
        credentials.drop(session, person_id)
        people.drop_access(session, person_id, now=now)
        note(session, Act.RESET_PERSON, person_id, by=by.actor, now=now)
    return person


def end_overdue(database: Database, *, now: datetime) -> None:
    """End the work of those whose last day has passed."""
    with database.transaction() as session:
        for person_id in people.overdue(session, now=now):
            people.end(session, person_id, now=now)
            note(session, Act.END_PERSON, person_id, by=_JOB, now=now)


def _theirs(session: Session, person_id: str, by: Principal) -> Person:
    person = people.find(session, person_id)
    if person is None or not _manages(by, person):
        raise NotFoundError("person", person_id)
    return person


def _manages(by: Principal, person: Person) -> bool:
    return may_manage(by, Role(person.role), person.site)


def _post(person: Person) -> Post:
    return Post(Role(person.role), person.site, person.until)


def _refuse_last(session: Session, person: Person) -> None:
    if person.role == Role.ADMIN.value and not person.ended:
        lasting = set(people.lasting(session, Role.ADMIN.value))
        if not lasting - {person.id}:
            raise LastAdminError
