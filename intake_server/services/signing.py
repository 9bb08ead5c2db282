"""Signing in with a name, a password and a code; choosing them by a one-time link.

An attempt is counted before anything is compared and forgotten when it succeeds, so
of many at once no more are compared than the throttle allows. An unknown name, a wrong
password and a wrong code take the same time and get the same answer.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from intake_server.errors import UnknownCodeError, WrongCredentialsError
from intake_server.security import passwords, totp
from intake_server.security.audit import Act, note
from intake_server.security.throttle import Throttle, place
from intake_server.security.tokens import digest, heard, new_spoken_code, new_token
from intake_server.services import people, throttling
from intake_server.storage import attempts, credentials
from intake_server.storage import people as rows
from intake_server.storage.credentials import Credential
from intake_server.storage.database import Database, Session
from intake_server.storage.people import Person

RECOVERY_CODES: Final = 10

_ACCOUNT: Final = Throttle(free=5, longest=timedelta(minutes=15))
_PLACE: Final = Throttle(free=100, longest=timedelta(seconds=30))
_LOGIN: Final = re.compile(r"[\w.@-]{3,64}")
_NO_SECRET: Final = "A" * 32
_PROGRAM: Final = ("dodomu", "додому")


class Refused(Enum):
    """Why a way in is not taken."""

    LOGIN = "login"
    TAKEN = "taken"
    DIGITS = "digits"
    SHORT = "short"
    LONG = "long"
    COMMON = "common"


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed to get in; ``digits`` may be a recovery code."""

    login: str
    password: str
    digits: str


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody sits: a network address, and in words which browser it is."""

    address: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SetUp:
    """A new session, and the codes for the day on which the phone is lost."""

    token: str
    recovery: tuple[str, ...]


def invited(database: Database, code: str, *, now: datetime) -> Person:
    """Return whose one-time link it is; it is not used up by this.

    Raises:
        UnknownCodeError: The link is unknown, used or expired, or the person left.
    """
    with database.reading() as session:
        return people.invited(session, code, now=now)


def suggested(person: Person) -> str:
    """Return a name to sign in with, made of what the person is called."""
    return ".".join(re.findall(r"[\w-]+", _folded(person.name)))[:64]


def set_up(
    database: Database,
    code: str,
    chosen: Typed,
    secret: str,
    *,
    now: datetime,
    browser: Browser,
) -> SetUp | frozenset[Refused]:
    """Use a one-time link to choose by what its person signs in; end other sessions.

    Returns:
        A new session, or all that is wrong with what was chosen; then the link lives.

    Raises:
        UnknownCodeError: The link is unknown, used or expired, or the person left.
    """
    person = invited(database, code, now=now)
    step = totp.step_of(secret, chosen.digits, now=now)
    wrong = _wrong(database, chosen, person)
    if wrong or step is None:
        return wrong | ({Refused.DIGITS} if step is None else frozenset())
    password = passwords.hashed(chosen.password)
    recovery = tuple(new_spoken_code() for _ in range(RECOVERY_CODES))
    with database.transaction() as session:
        if people.use_link(session, code, now=now) is None:
            raise UnknownCodeError
        kept = Credential(
            person=person.id,
            login=_folded(chosen.login),
            password=password,
            secret=secret,
            since=now,
        )
        credentials.write(session, kept, map(digest, recovery))
        credentials.use_step(session, person.id, step)
        rows.drop_access(session, person.id, now=now)
        note(session, Act.SET_UP, person.id, by=f"u:{person.id}", now=now)
        token = people.open_session(session, person, now=now, browser=browser.name)
    return SetUp(token, recovery)


def enter(database: Database, typed: Typed, *, now: datetime, browser: Browser) -> str:
    """Sign somebody in; return the token of the new session.

    Raises:
        TooManyAttemptsError: It went wrong too often, for this account and place.
        WrongCredentialsError: Something of it is wrong; nobody says what.
        BusyError: Too many sign in at the moment.
    """
    person = _known(database, typed, now=now, address=browser.address)
    with database.transaction() as session:
        return people.open_session(session, person, now=now, browser=browser.name)


def change_password(
    database: Database,
    typed: Typed,
    password: str,
    *,
    now: datetime,
    browser: Browser,
) -> str | frozenset[Refused]:
    """Choose another password; return a new session's token, all others end.

    Returns:
        The token, or all that is wrong with the new password.

    Raises:
        TooManyAttemptsError: It went wrong too often, for this account and place.
        WrongCredentialsError: Something of it is wrong; nobody says what.
        BusyError: Too many sign in at the moment.
    """
    person = _known(database, typed, now=now, address=browser.address)
    if fault := passwords.fault(password, _context(typed, person)):
        return frozenset({Refused(fault.value)})
    kept = passwords.hashed(password)
    with database.transaction() as session:
        credentials.change_password(session, person.id, kept)
        rows.drop_access(session, person.id, now=now)
        note(session, Act.CHANGE_PASSWORD, person.id, by=f"u:{person.id}", now=now)
        return people.open_session(session, person, now=now, browser=browser.name)


def prove(
    database: Database, token: str, typed: Typed, *, now: datetime, browser: Browser
) -> str:
    """Take somebody's proof that it is still they; return their session's new token.

    The former token opens nothing more.

    Args:
        database: The store.
        token: The session's.
        typed: The password and the code; whose they must be follows from the session.
        now: When.
        browser: Where they sit.

    Raises:
        TooManyAttemptsError: It went wrong too often, for this account and place.
        WrongCredentialsError: Something of it is wrong; nobody says what.
        BusyError: Too many sign in at the moment.
    """
    with database.reading() as session:
        found = rows.find_session(session, digest(token), now=now)
    if found is None:
        raise WrongCredentialsError
    own = Typed(login_of(database, found[1].id), typed.password, typed.digits)
    person = _known(database, own, now=now, address=browser.address)
    new = new_token()
    with database.transaction() as session:
        if not rows.prove_session(
            session, digest(token), person=person.id, new=digest(new), now=now
        ):
            raise WrongCredentialsError
        note(session, Act.PROVE, person.id, by=f"u:{person.id}", now=now)
    return new


def login_of(database: Database, person_id: str) -> str:
    """Return the name that somebody signs in with; empty where they have chosen none."""
    with database.reading() as session:
        found = credentials.of(session, person_id)
    return found.login if found else ""


def _known(database: Database, typed: Typed, *, now: datetime, address: str) -> Person:
    login, where = _folded(typed.login), place(address)
    account, house = f"sign-in {where} {login}", f"sign-in {where}"
    with database.transaction() as session:
        _count(session, account, _ACCOUNT, now=now)
        in_house = _count(session, house, _PLACE, now=now)
        known = credentials.by_login(session, login)
    is_right = passwords.matches(known.password if known else None, typed.password)
    secret = known.secret if known else _NO_SECRET
    step = totp.step_of(secret, typed.digits, now=now)
    with database.transaction() as session:
        person = rows.find(session, known.person) if known and is_right else None
        if (
            person is None
            or not person.works(now)
            or not _is_second(session, person.id, step, typed.digits)
        ):
            raise WrongCredentialsError
        attempts.drop(session, account)
        throttling.restore(session, house, now=now, to=in_house)
    return person


def _count(session: Session, name: str, throttle: Throttle, *, now: datetime) -> int:
    before = throttling.refuse_early(session, name, now=now)
    throttling.failed(session, name, throttle, now=now, before=before)
    return before


def _is_second(session: Session, person: str, step: int | None, digits: str) -> bool:
    if step is not None:
        return credentials.use_step(session, person, step)
    return credentials.use_recovery(session, person, digest(heard(digits)))


def _wrong(database: Database, chosen: Typed, person: Person) -> frozenset[Refused]:
    login = _folded(chosen.login)
    found: set[Refused] = set()
    if not _LOGIN.fullmatch(login):
        found.add(Refused.LOGIN)
    else:
        with database.reading() as session:
            other = credentials.by_login(session, login)
        if other and other.person != person.id:
            found.add(Refused.TAKEN)
    if fault := passwords.fault(chosen.password, _context(chosen, person)):
        found.add(Refused(fault.value))
    return frozenset(found)


def _context(typed: Typed, person: Person) -> tuple[str, ...]:
    return (typed.login, person.name, person.site, *_PROGRAM)


def _folded(login: str) -> str:
    return unicodedata.normalize("NFKC", login).strip().casefold()
