"""Phones and tablets that may send submissions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from intake_server.storage import bulk
from intake_server.storage.tables import METADATA, DeviceRow

_TABLE: Final = METADATA.tables["device"]
_BY_TOKEN: Final = sa.select(_TABLE).where(
    _TABLE.c.token_sha256 == sa.bindparam("token")
)
_BY_ID: Final = sa.select(_TABLE).where(_TABLE.c.id == sa.bindparam("device"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """An enrolled device; its token is kept as a SHA-256.

    One with a ``public_key`` proves each call by it, and is let in until ``lease_until``.
    ``defaults`` are answers, by name, that it fills in by itself.
    """

    id: str
    label: str
    site: str
    token_sha256: bytes
    enrolled: datetime
    role: str = "volunteer"
    public_key: str | None = None
    revoked: datetime | None = None
    last_seen: datetime | None = None
    clock_off_ms: int | None = None
    turned_away: datetime | None = None
    lease_until: datetime | None = None
    wiped: datetime | None = None
    defaults: Mapping[str, str] | None = None


def add(session: Session, device: Device) -> None:
    """Keep a new device."""
    session.add(DeviceRow(**asdict(device)))
    session.flush()


def find(session: Session, device_id: str) -> Device | None:
    """Return a device, revoked or not."""
    rows = bulk.rows(session, _BY_ID, device=device_id)
    return Device(**rows[0]) if rows else None


def by_token(session: Session, token_sha256: bytes) -> Device | None:
    """Return the device with this token, revoked or not."""
    rows = bulk.rows(session, _BY_TOKEN, token=token_sha256)
    return Device(**rows[0]) if rows else None


def all_of(session: Session, site: str | None = None) -> Sequence[Device]:
    """Return the devices of a site, or all, by site and label."""
    query = select(DeviceRow).order_by(DeviceRow.site, DeviceRow.label, DeviceRow.id)
    if site is not None:
        query = query.where(col(DeviceRow.site) == site)
    return tuple(Device(**row.model_dump()) for row in session.exec(query))


def revoke(session: Session, device_id: str, *, now: datetime) -> bool:
    """End a device's access; tell whether it had any."""
    done = session.exec(
        update(DeviceRow)
        .where(col(DeviceRow.id) == device_id, col(DeviceRow.revoked).is_(None))
        .values(revoked=now)
    )
    return bool(done.rowcount)


def saw(
    session: Session, device_id: str, *, now: datetime, clock_off_ms: int | None
) -> None:
    """Note that a device called; an unknown clock offset leaves the last one."""
    facts: dict[str, object] = {"last_seen": now}
    if clock_off_ms is not None:
        facts["clock_off_ms"] = clock_off_ms
    session.exec(
        update(DeviceRow).where(col(DeviceRow.id) == device_id).values(**facts)
    )


def turn_away(session: Session, device_id: str, *, now: datetime) -> None:
    """Note that a revoked device called, the first time that it does."""
    session.exec(
        update(DeviceRow)
        .where(
            col(DeviceRow.id) == device_id,
            col(DeviceRow.revoked).is_not(None),
            col(DeviceRow.turned_away).is_(None),
        )
        .values(turned_away=now)
    )


def renew(session: Session, device_id: str, *, until: datetime) -> None:
    """Let a device that is not revoked in until a moment."""
    session.exec(
        update(DeviceRow)
        .where(col(DeviceRow.id) == device_id, col(DeviceRow.revoked).is_(None))
        .values(lease_until=until)
    )


def wiped(session: Session, device_id: str, *, now: datetime) -> bool:
    """Note that nothing is left on a device; tell whether it said so for the first time."""
    done = session.exec(
        update(DeviceRow)
        .where(col(DeviceRow.id) == device_id, col(DeviceRow.wiped).is_(None))
        .values(wiped=now)
    )
    return bool(done.rowcount)
