"""People, the browsers they are signed in with, and the tokens of their scripts.

A person gets in by a one-time link and nobody else ever knows a secret of theirs.
Sessions live here, not in the cookie, so ending one works at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Final

from intake_server.errors import NotFoundError, UnknownCodeError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal, Role
from intake_server.security.tokens import digest, new_code, new_id, new_token
from intake_server.services import admission
from intake_server.services.authoring import Entropy
from intake_server.storage import codes, devices, peers, people, practising
from intake_server.storage.codes import Code
from intake_server.storage.database import Database
from intake_server.storage.database import Session as Transaction
from intake_server.storage.devices import Device
from intake_server.storage.people import Person, SignedIn, Token
from intake_server.storage.practising import Subject

INVITATION: Final = timedelta(hours=24)
"""How long a sign-in link lasts."""

PROOF: Final = timedelta(minutes=5)
"""How long a password and a code are proof enough for what is guarded most."""

LONGEST: Final = timedelta(hours=12)
"""After so long a person signs in anew, however busy they were."""

_IDLE: Final = timedelta(minutes=60)
_IDLE_OF: Final = {Role.COORDINATOR: timedelta(minutes=15)}
_SIGN_IN: Final = "sign_in"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in, and for whom; ``withheld`` as ``SignedIn`` has it."""

    principal: Principal
    csrf: str
    proved: datetime | None = None
    withheld: str = ""

    def is_proved(self, now: datetime) -> bool:
        """Tell whether they showed a short while ago that it is they."""
        return self.proved is not None and now - self.proved <= PROOF


def add(  # noqa: PLR0913 - one argument a thing that is known of a person
    database: Database,
    name: str,
    *,
    role: Role,
    site: str,
    by: str,
    now: datetime,
    until: datetime | None = None,
    entropy: Entropy = token_bytes,
) -> str:
    """Add a person, whose work may end by itself; return their id.

    Whom somebody lets in who practises, practises too.
    """
    person = Person(
        id=new_id(entropy), name=name, role=role.value, site=site, until=until
    )
    with database.transaction() as session:
        people.add(session, person)
        if practising.is_any(session, Subject("person", by.removeprefix("u:"))):
            practising.begin(session, Subject("person", person.id), now=now)
        note(session, Act.ADD_PERSON, person.id, by=by, now=now, role=role.value)
    return person.id


def everybody(database: Database) -> Sequence[Person]:
    """Return all people, those whose work ended too."""
    with database.reading() as session:
        return people.all_of(session)


def end(database: Database, person_id: str, *, by: str, now: datetime) -> None:
    """End a person's work, their sessions and tokens; repeating is harmless.

    Raises:
        NotFoundError: There is no such person.
    """
    with database.transaction() as session:
        if people.find(session, person_id) is None:
            raise NotFoundError("person", person_id)
        if people.end(session, person_id, now=now):
            note(session, Act.END_PERSON, person_id, by=by, now=now)


def invite(
    database: Database,
    person_id: str,
    *,
    by: str,
    now: datetime,
    life: timedelta = INVITATION,
) -> str:
    """Return the one-time code of a sign-in link, ``/sign-in/<code>``.

    Raises:
        NotFoundError: There is no such person, or their work ended.
    """
    code = new_code()
    with database.transaction() as session:
        person = people.find(session, person_id)
        if person is None or not person.works(now):
            raise NotFoundError("person", person_id)
        payload = {"person": person_id}
        offered = Code(purpose=_SIGN_IN, payload=payload, expires=now + life)
        codes.add(session, digest(code), offered)
        note(session, Act.INVITE, person_id, by=by, now=now)
    return code


def sign_in(database: Database, code: str, *, now: datetime) -> str:
    """Use a sign-in link; return the token of the new session.

    Raises:
        UnknownCodeError: The code is unknown, used or expired, or the person left.
    """
    with database.transaction() as session:
        person = use_link(session, code, now=now)
        if person is None:
            raise UnknownCodeError
        return open_session(session, person, now=now)


def invited(session: Transaction, code: str, *, now: datetime) -> Person:
    """Return whose sign-in link it is; it is not used up by this.

    Raises:
        UnknownCodeError: The code is unknown, used or expired, or the person left.
    """
    offered = codes.find(session, digest(code))
    if (
        offered is None
        or offered.purpose != _SIGN_IN
        or offered.used
        or offered.expires <= now
    ):
        raise UnknownCodeError
    person = people.find(session, str(offered.payload["person"]))
    if person is None or not person.works(now):
        raise UnknownCodeError
    return person


def use_link(session: Transaction, code: str, *, now: datetime) -> Person | None:
    """Use a sign-in link up; None where it opens nothing."""
    offered = codes.use(session, digest(code), _SIGN_IN, now=now)
    person = people.find(session, str(offered.payload["person"])) if offered else None
    return person if person and person.works(now) else None


def open_session(
    session: Transaction, person: Person, *, now: datetime, browser: str = ""
) -> str:
    """Sign a person in; return the token of the new session.

    Args:
        session: The transaction in which they showed who they are.
        person: Who.
        now: When.
        browser: In words, so that they know it again among their sessions.
    """
    token = new_token()
    signed_in = SignedIn(
        sha256=digest(token),
        person=person.id,
        csrf=new_token(),
        created=now,
        expires=now + _idle(person),
        browser=browser,
        proved=now,
    )
    people.add_session(session, signed_in)
    note(session, Act.SIGN_IN, person.id, by=f"u:{person.id}", now=now)
    return token


def sessions(
    database: Database, person_id: str, *, now: datetime
) -> Sequence[SignedIn]:
    """Return the browsers in which somebody is signed in, the newest first."""
    with database.reading() as session:
        return people.sessions(session, person_id, now=now)


def end_session(
    database: Database, person_id: str, session_id: str, *, now: datetime
) -> None:
    """End one of somebody's sessions, named by its digest in hex; repeating is harmless.

    Raises:
        NotFoundError: They have none such.
    """
    with database.transaction() as session:
        for one in people.sessions(session, person_id, now=now):
            if one.sha256.hex() == session_id:
                people.drop_session(session, one.sha256)
                note(session, Act.SIGN_OUT, person_id, by=f"u:{person_id}", now=now)
                return
    raise NotFoundError("session", "")


def end_sessions(database: Database, person_id: str, *, now: datetime) -> None:
    """End all of somebody's sessions and tokens, the present one too."""
    with database.transaction() as session:
        people.drop_access(session, person_id, now=now)
        by = f"u:{person_id}"
        note(session, Act.SIGN_OUT_EVERYWHERE, person_id, by=by, now=now)


def sign_out(database: Database, token: str, *, now: datetime) -> None:
    """End a session; repeating is harmless."""
    with database.transaction() as session:
        found = people.find_session(session, digest(token), now=now)
        if found:
            people.drop_session(session, digest(token))
            person = found[1].id
            note(session, Act.SIGN_OUT, person, by=f"u:{person}", now=now)


def signed_in(database: Database, token: str, *, now: datetime) -> Session | None:
    """Return whose session a token is of, and let it live on; None when it is over."""
    with database.reading() as session:
        found = people.find_session(session, digest(token), now=now)
    if found is None:
        return None
    browser, person = found
    _live_on(database, browser, person, now)
    principal = _person(person.id, person.name, person.role, person.site)
    principal = replace(principal, is_practising=browser.is_practising)
    return Session(principal, browser.csrf, browser.proved, browser.withheld)


def token_new(
    database: Database, name: str, *, role: Role, site: str, by: str, now: datetime
) -> str:
    """Return a new bearer token for a script or a desk; it is never shown again."""
    token = new_token()
    kept = Token(
        sha256=digest(token),
        id=new_id(),
        name=name,
        role=role.value,
        site=site,
        created=now,
    )
    with database.transaction() as session:
        people.add_token(session, kept)
        note(session, Act.NEW_TOKEN, kept.id, by=by, now=now, role=role.value)
    return token


def token_of(database: Database, person_id: str, *, by: str, now: datetime) -> str:
    """Return a new bearer token that speaks for a person; it ends with their work.

    Raises:
        NotFoundError: There is no such person, or their work ended.
    """
    token = new_token()
    with database.transaction() as session:
        person = people.find(session, person_id)
        if person is None or not person.works(now):
            raise NotFoundError("person", person_id)
        kept = Token(
            sha256=digest(token),
            id=new_id(),
            name=person.name,
            role=person.role,
            site=person.site,
            created=now,
            person=person.id,
        )
        people.add_token(session, kept)
        note(session, Act.NEW_TOKEN, kept.id, by=by, now=now, role=person.role)
    return token


def revoke_token(database: Database, token_id: str, *, by: str, now: datetime) -> None:
    """End a token from the next call on; repeating is harmless."""
    with database.transaction() as session:
        if people.revoke_token(session, token_id, now=now):
            note(session, Act.REVOKE_TOKEN, token_id, by=by, now=now)


def who(database: Database, token: str, *, now: datetime) -> Principal | None:
    """Return whose bearer token this is: a device's, a script's or another node's.

    A revoked one is nobody's, but of a device that can prove that it is the one. Such a
    device practises no more: it will never act in earnest again, so what it has that is
    in earnest comes in now or is lost.
    """
    sha256 = digest(token)
    with database.reading() as session:
        device = devices.by_token(session, sha256)
        if device and (device.public_key or not device.revoked):
            return Principal(
                "device",
                device.id,
                device.label,
                Role(device.role),
                device.site,
                device.last_seen,
                device.clock_off_ms,
                is_practising=_practises(session, device),
                standing=admission.standing(device, now=now),
                proves_by=device.public_key or "",
            )
        if (script := people.by_token(session, sha256)) and not script.revoked:
            id = script.person or script.id
            principal = _person(id, script.name, script.role, script.site)
            whose = Subject("person", id), Subject("site", script.site)
            is_practising = practising.is_any(session, *whose)
            return replace(principal, is_practising=is_practising)
        if (peer := peers.by_token(session, sha256)) and not peer.revoked:
            return Principal("node", peer.id, peer.site, Role.NODE, peer.site)
    return None


def _practises(session: Transaction, device: Device) -> bool:
    if device.revoked:
        return False
    whose = Subject("device", device.id), Subject("site", device.site)
    return practising.is_any(session, *whose)


def _person(id: str, name: str, role: str, site: str) -> Principal:
    return Principal("person", id, name, Role(role), site)


def _idle(person: Person) -> timedelta:
    return _IDLE_OF.get(Role(person.role), _IDLE)


def _live_on(
    database: Database, browser: SignedIn, person: Person, now: datetime
) -> None:
    """Move the end of a session when a tenth of its idle time has passed."""
    until = min(now + _idle(person), browser.created + LONGEST)
    if until - browser.expires >= _idle(person) / 10:
        with database.transaction() as session:
            people.prolong_session(session, browser.sha256, expires=until)
