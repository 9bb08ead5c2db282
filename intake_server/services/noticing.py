"""Letters that say how many questions wait, and where; never what they are about.

Whoever wants them gets one at most so often, and only when something new waits. A letter
that does not go is tried again when the next would be due; nobody waits for it.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

from intake_server.clock import milliseconds
from intake_server.config import Settings, is_address
from intake_server.errors import InvalidRequestError
from intake_server.security import policy
from intake_server.security.audit import Act, note
from intake_server.security.policy import Action, Principal, Role
from intake_server.services import records
from intake_server.storage import notices, queue
from intake_server.storage.database import Database
from intake_server.storage.notices import Notice
from intake_server.storage.people import Person

HOURLY: Final = 1
DAILY: Final = 24
MOST: Final = 999
"""So many questions are counted at the most."""

_TIMEOUT_S: Final = 20.0
_INTERRUPTED: Final = "interrupted"
_FAILURES: Final = (OSError, smtplib.SMTPException, ValueError)
"""What goes wrong on the way; the last where a setting or an answer is no plain text."""
_SUBJECT: Final = "Dodomu: чекає питань: {count} / questions waiting: {count}"
_BODY: Final = """\
На вас чекає питань: {count}.
Questions that wait for you: {count}.

{url}
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """How many letters went, and how many did not."""

    gone: int
    failed: int


def wanted(database: Database, person: str) -> Notice | None:
    """Return what letters somebody wants; None for none."""
    with database.reading() as session:
        return notices.find(session, person)


def want(
    database: Database, address: str, hours: int, *, by: Principal, now: datetime
) -> None:
    """Ask for letters from now on, to an address, at most one in so many hours.

    Raises:
        InvalidRequestError: It is no address, or not so often.
    """
    if not is_address(address):
        raise InvalidRequestError({"address": ["is no address of e-mail"]})
    if hours not in (HOURLY, DAILY):
        raise InvalidRequestError({"hours": ["1 or 24"]})
    with database.transaction() as session:
        before = notices.find(session, by.id)
        kept = before or Notice(person=by.id, address=address, hours=hours, told=now)
        kept = replace(kept, address=address, hours=hours, trouble="")
        notices.keep(session, kept)
        note(session, Act.WANT_NOTICES, by.id, by=by.actor, now=now, hours=hours)


def want_none(database: Database, *, by: Principal, now: datetime) -> None:
    """Ask for no letters any more; repeating is harmless."""
    with database.transaction() as session:
        notices.drop(session, by.id)
        note(session, Act.WANT_NO_NOTICES, by.id, by=by.actor, now=now)


def send_due(database: Database, settings: Settings, *, now: datetime) -> Sent:
    """Send the letters that are due; what does not go is noted and named by no address."""
    due = tuple(_due(database, now)) if settings.smtp_host else ()
    if not due:
        return Sent(0, 0)
    with database.transaction() as session:
        for one, _count in due:
            notices.begin(session, one.person, now=now, trouble=_INTERRUPTED)
    outcomes: dict[str, str] = {}
    try:
        with _post_office(settings) as server:
            for one, count in due:
                outcomes[one.person] = _handed_in(
                    server, _letter(one.address, count, settings, now)
                )
    except _FAILURES as failure:
        outcomes = {
            one.person: outcomes.get(one.person, _named(failure)) for one, _ in due
        }
    with database.transaction() as session:
        for person, trouble in outcomes.items():
            told = None if trouble else now
            notices.end(session, person, told=told, trouble=trouble)
    failed = sum(1 for trouble in outcomes.values() if trouble)
    return Sent(len(due) - failed, failed)


def trouble(database: Database) -> tuple[str, ...]:
    """Return why letters did not go, one for each person whose last one did not."""
    with database.reading() as session:
        return tuple(notices.troubled(session))


def knock(settings: Settings) -> str:
    """Return why the server of letters does not answer; empty where it does."""
    try:
        with _post_office(settings) as server:
            server.noop()
    except _FAILURES as failure:
        return _named(failure)
    return ""


def _due(database: Database, now: datetime) -> Iterator[tuple[Notice, int]]:
    """Yield who is to be written to, and how much waits for them."""
    with database.reading() as session:
        for one, person in notices.all_of(session):
            viewer = _principal(person)
            is_early = one.tried and now - one.tried < timedelta(hours=one.hours)
            if is_early or not person.works(now):
                continue
            if not policy.may(viewer, Action.DECIDE):
                continue
            site, owners = records.only(policy.sites(viewer)), policy.owners(viewer)
            since = milliseconds(one.told)
            if queue.waiting(session, site=site, owners=owners, most=1, since_ms=since):
                count = queue.waiting(session, site=site, owners=owners, most=MOST)
                yield one, count


def _principal(person: Person) -> Principal:
    return Principal("person", person.id, person.name, Role(person.role), person.site)


@contextmanager
def _post_office(settings: Settings) -> Iterator[smtplib.SMTP]:
    """Give a connection to the server of letters; in the clear only where that is set."""
    place = (settings.smtp_host, settings.smtp_port)
    trusted = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            *place, timeout=_TIMEOUT_S, context=trusted
        )
    else:
        server = smtplib.SMTP(*place, timeout=_TIMEOUT_S)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=trusted)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        yield server


def _letter(
    address: str, count: int, settings: Settings, now: datetime
) -> EmailMessage:
    said = f"{count}+" if count >= MOST else str(count)
    letter = EmailMessage()
    letter["From"] = settings.smtp_sender
    letter["To"] = address
    letter["Subject"] = _SUBJECT.format(count=said)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = make_msgid(domain=settings.smtp_sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_BODY.format(count=said, url=settings.address))
    return letter


def _handed_in(server: smtplib.SMTP, letter: EmailMessage) -> str:
    """Hand a letter in; return why that failed, empty where it did not.

    Raises:
        SMTPServerDisconnected: The line is gone, and with it the letters behind.
    """
    try:
        server.send_message(letter)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as failure:
        return _named(failure)
    return ""


def _named(failure: Exception) -> str:
    """Return what went wrong by its kind: what servers answer may hold addresses."""
    return type(failure).__name__
