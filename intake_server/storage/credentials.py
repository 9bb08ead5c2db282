"""By what people sign in; each step of TOTP and each recovery code is used once."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select, update

from intake_server.storage import bulk
from intake_server.storage.tables import CredentialRow, RecoveryRow, StepRow

_USE: Final = (
    "INSERT INTO totp_step (person, step) VALUES (?, ?)"
    " ON CONFLICT DO NOTHING RETURNING step"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The name that somebody types, their password as argon2id, their TOTP secret."""

    person: str
    login: str
    password: str
    secret: str
    since: datetime


def of(session: Session, person: str) -> Credential | None:
    """Return by what a person signs in."""
    return _found(session, col(CredentialRow.person) == person)


def by_login(session: Session, login: str) -> Credential | None:
    """Return the credential with a name."""
    return _found(session, col(CredentialRow.login) == login)


def write(session: Session, credential: Credential, recovery: Iterable[bytes]) -> None:
    """Keep by what a person signs in from now on, in the stead of what was."""
    drop(session, credential.person)
    session.add(CredentialRow(**asdict(credential)))
    session.flush()
    bulk.insert(
        session.connection(),
        "recovery",
        "person, sha256",
        [(credential.person, sha256) for sha256 in recovery],
    )


def change_password(session: Session, person: str, password: str) -> None:
    """Keep another password."""
    session.exec(
        update(CredentialRow)
        .where(col(CredentialRow.person) == person)
        .values(password=password)
    )


def drop(session: Session, person: str) -> None:
    """Forget by what a person signs in; used steps stay used."""
    session.exec(delete(CredentialRow).where(col(CredentialRow.person) == person))
    session.exec(delete(RecoveryRow).where(col(RecoveryRow.person) == person))


def use_step(session: Session, person: str, step: int) -> bool:
    """Use a step up; False where somebody did before."""
    return bool(bulk.fetch(session.connection(), _USE, (person, step)))


def use_recovery(session: Session, person: str, sha256: bytes) -> bool:
    """Use a recovery code up; False where there is none such."""
    gone = session.exec(
        delete(RecoveryRow).where(
            col(RecoveryRow.person) == person, col(RecoveryRow.sha256) == sha256
        )
    )
    return bool(gone.rowcount)


def drop_steps(session: Session, *, before: int) -> None:
    """Forget used steps of which no code is taken any more."""
    session.exec(delete(StepRow).where(col(StepRow.step) < before))


def _found(session: Session, condition: object) -> Credential | None:
    row = session.exec(select(CredentialRow).where(condition)).first()  # type: ignore[arg-type]
    return None if row is None else Credential(**row.model_dump())
