"""People who work with the records, their signed-in browsers and their tokens."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, delete, literal_column, select, update

from intake_server.storage import practising, withheld
from intake_server.storage.tables import PersonRow, SessionRow, TokenRow

_PRACTISES: Final = practising.exists(
    person=col(PersonRow.id), site=col(PersonRow.site)
)


_STAMP: Final[Any] = literal_column(withheld.STAMP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a role at a site, until ``ended``."""

    id: str
    name: str
    role: str
    site: str
    ended: datetime | None = None
    until: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Tell whether their work goes on."""
        return self.ended is None and (self.until is None or self.until > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A browser in which a person is signed in; ``csrf`` stands in its forms.

    ``proved`` is when they last showed that it is they.
    ``is_practising`` is known of one that was found by its token: whether the person,
    or the whole site, practises; and so is ``withheld``, a text that changes when what
    is withheld from anybody does.
    """

    sha256: bytes
    person: str
    csrf: str
    created: datetime
    expires: datetime
    browser: str = ""
    proved: datetime | None = None
    is_practising: bool = False
    withheld: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A bearer token of a script or a person, kept as a SHA-256."""

    sha256: bytes
    id: str
    name: str
    role: str
    site: str
    created: datetime
    person: str | None = None
    revoked: datetime | None = None


def add(session: Session, person: Person) -> None:
    """Keep a new person."""
    session.add(PersonRow(**asdict(person)))
    session.flush()


def find(session: Session, person_id: str) -> Person | None:
    """Return a person, ended or not."""
    row = session.exec(select(PersonRow).where(col(PersonRow.id) == person_id)).first()
    return None if row is None else Person(**row.model_dump())


def all_of(session: Session) -> Sequence[Person]:
    """Return all people, by site and name."""
    rows = session.exec(
        select(PersonRow).order_by(PersonRow.site, PersonRow.name, PersonRow.id)
    )
    return tuple(Person(**row.model_dump()) for row in rows)


def end(session: Session, person_id: str, *, now: datetime) -> bool:
    """End a person's work and every access with it; tell whether there was any."""
    done = session.exec(
        update(PersonRow)
        .where(col(PersonRow.id) == person_id, col(PersonRow.ended).is_(None))
        .values(ended=now)
    )
    drop_access(session, person_id, now=now)
    return bool(done.rowcount)


def change(
    session: Session, person_id: str, *, role: str, site: str, until: datetime | None
) -> None:
    """Give a person another role, site or end."""
    session.exec(
        update(PersonRow)
        .where(col(PersonRow.id) == person_id)
        .values(role=role, site=site, until=until)
    )


def lasting(session: Session, role: str) -> Sequence[str]:
    """Return the ids of those whose work in a role has no end, locked."""
    rows = session.exec(
        select(PersonRow.id)
        .where(
            col(PersonRow.role) == role,
            col(PersonRow.ended).is_(None),
            col(PersonRow.until).is_(None),
        )
        .with_for_update()
    )
    return tuple(rows)


def overdue(session: Session, *, now: datetime) -> Sequence[str]:
    """Return the ids of those whose work should have ended by itself."""
    rows = session.exec(
        select(PersonRow.id).where(
            col(PersonRow.ended).is_(None), col(PersonRow.until) <= now
        )
    )
    return tuple(rows)


def drop_access(session: Session, person_id: str, *, now: datetime) -> None:
    """End every session and token of a person."""
    session.exec(delete(SessionRow).where(col(SessionRow.person) == person_id))
    session.exec(
        update(TokenRow)
        .where(col(TokenRow.person) == person_id, col(TokenRow.revoked).is_(None))
        .values(revoked=now)
    )


def sessions(session: Session, person_id: str, *, now: datetime) -> Sequence[SignedIn]:
    """Return the browsers in which a person is signed in, the newest first."""
    rows = session.exec(
        select(SessionRow)
        .where(col(SessionRow.person) == person_id, col(SessionRow.expires) > now)
        .order_by(col(SessionRow.created).desc())
    )
    return tuple(SignedIn(**row.model_dump()) for row in rows)


def add_session(session: Session, signed_in: SignedIn) -> None:
    """Keep a signed-in browser."""
    kept = asdict(signed_in)
    del kept["is_practising"], kept["withheld"]
    session.add(SessionRow(**kept))
    session.flush()


def find_session(
    session: Session, sha256: bytes, *, now: datetime
) -> tuple[SignedIn, Person] | None:
    """Return a browser that is signed in now, and its person, who has not ended."""
    row = session.exec(
        select(SessionRow, PersonRow, _PRACTISES, _STAMP)
        .join(PersonRow)
        .where(
            col(SessionRow.sha256) == sha256,
            col(SessionRow.expires) > now,
            col(PersonRow.ended).is_(None),
        )
    ).first()
    if row is None or not Person(**row[1].model_dump()).works(now):
        return None
    signed_in = SignedIn(**row[0].model_dump(), is_practising=row[2], withheld=row[3])
    return signed_in, Person(**row[1].model_dump())


def prolong_session(session: Session, sha256: bytes, *, expires: datetime) -> None:
    """Let a signed-in browser stay so until a later moment."""
    session.exec(
        update(SessionRow)
        .where(col(SessionRow.sha256) == sha256)
        .values(expires=expires)
    )


def prove_session(
    session: Session, sha256: bytes, *, person: str, new: bytes, now: datetime
) -> bool:
    """Give a person's browser another token, proved now; tell whether there was one."""
    done = session.exec(
        update(SessionRow)
        .where(
            col(SessionRow.sha256) == sha256,
            col(SessionRow.person) == person,
            col(SessionRow.expires) > now,
        )
        .values(sha256=new, proved=now)
    )
    return bool(done.rowcount)


def drop_session(session: Session, sha256: bytes) -> None:
    """Sign a browser out; harmless when it is."""
    session.exec(delete(SessionRow).where(col(SessionRow.sha256) == sha256))


def drop_expired(session: Session, *, now: datetime) -> int:
    """Forget browsers whose time is over; return how many."""
    gone = session.exec(delete(SessionRow).where(col(SessionRow.expires) <= now))
    return int(gone.rowcount)


def add_token(session: Session, token: Token) -> None:
    """Keep a new token."""
    session.add(TokenRow(**asdict(token)))
    session.flush()


def by_token(session: Session, sha256: bytes) -> Token | None:
    """Return a token, revoked or not."""
    row = session.exec(select(TokenRow).where(col(TokenRow.sha256) == sha256)).first()
    return None if row is None else Token(**row.model_dump())


def tokens(session: Session) -> Sequence[Token]:
    """Return all tokens, by name."""
    rows = session.exec(select(TokenRow).order_by(TokenRow.name, TokenRow.id))
    return tuple(Token(**row.model_dump()) for row in rows)


def revoke_token(session: Session, token_id: str, *, now: datetime) -> bool:
    """End a token; tell whether it was in force."""
    done = session.exec(
        update(TokenRow)
        .where(col(TokenRow.id) == token_id, col(TokenRow.revoked).is_(None))
        .values(revoked=now)
    )
    return bool(done.rowcount)
