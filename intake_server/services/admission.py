"""Devices with a key of their own: let in for a time, let go with an order to wipe.

What is said to such a device is signed by this node's receipt key, so that no other
server can wipe it, and so that another site's node can see who let it in. A pass says
which device has which key and until when; with it another node takes what is sealed for
this one, and nothing else.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from intake_server import clock
from intake_server.errors import NotFoundError
from intake_server.security import envelope
from intake_server.security.audit import Act, note
from intake_server.security.keyring import KeyPair, Keyring
from intake_server.security.policy import Principal, Role, Standing
from intake_server.storage import devices, node, practising, sites
from intake_server.storage.database import Database, Session
from intake_server.storage.devices import Device
from intake_server.storage.practising import Subject
from intake_server.storage.sites import Site
from sync.change import canonical

LEASE: Final = timedelta(days=30)
"""How long a device is let in; each contact before the end begins it anew."""

_STEP: Final = timedelta(minutes=1)
_ORDER: Final = "dodomu/wipe/v1|{}|{}"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Wipe:
    """An order to a device to delete all that it holds, and the signature of it."""

    order: str
    signature: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The public receipt keys of all sites, by name, and the signature of the whole."""

    keys: Mapping[str, str]
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a device is told beside what is noted of it.

    ``title`` is that of its site, ``seal_key`` seals for this site, ``receipt_key``
    signs what this node says, ``admission`` is the pass for other nodes. A key is None
    where there is none yet, and so is what it would sign.
    """

    title: Mapping[str, str]
    seal_key: str | None
    receipt_key: str | None
    admission: str | None
    neighbours: Neighbours | None
    is_practising: bool


class _Pass(msgspec.Struct):
    v: Literal[1]
    device: str
    site: str
    public_key: str
    until: Annotated[datetime, msgspec.Meta(tz=True)]


def standing(device: Device, *, now: datetime) -> Standing:
    """Return how far a device is let in."""
    if device.revoked is not None:
        return Standing.REVOKED
    is_over = device.lease_until is not None and device.lease_until <= now
    return Standing.EXPIRED if is_over else Standing.IN_FORCE


def renew(database: Database, caller: Principal, *, now: datetime) -> Device:
    """Return the device that asks, let in anew for the whole time.

    One without a key is let in without end, and one whose time is over stays out until
    a person lets it in again. Asking twice within a minute writes once.
    """
    with database.reading() as session:
        device = _device(session, caller.id)
    until = now + LEASE
    if device.public_key is None or caller.standing is not Standing.IN_FORCE:
        return device
    if device.lease_until is not None and until - device.lease_until < _STEP:
        return device
    with database.transaction() as session:
        devices.renew(session, device.id, until=until)
        return _device(session, device.id)


def extend(database: Database, device_id: str, *, by: str, now: datetime) -> None:
    """Let a device in anew whose time is over; repeating is harmless.

    Raises:
        NotFoundError: There is no such device with a key, or it was revoked.
    """
    with database.transaction() as session:
        device = _device(session, device_id)
        if device.public_key is None or device.revoked:
            raise NotFoundError("device", device_id)
        devices.renew(session, device_id, until=now + LEASE)
        note(session, Act.RENEW_DEVICE, device_id, by=by, now=now)


def wipe(
    database: Database, device_id: str, key: KeyPair | None, *, now: datetime
) -> Wipe | None:
    """Return the order for a revoked device that asks, and note that it has it now.

    None where this node has no key to sign it with yet. The order is always the same.
    """
    with database.reading() as session:
        device = _device(session, device_id)
    if device.turned_away is None:
        with database.transaction() as session:
            devices.turn_away(session, device_id, now=now)
    if key is None or device.revoked is None:
        return None
    order = _ORDER.format(device.id, clock.text(device.revoked))
    return Wipe(order, envelope.sign(key.private, order))


def wiped(database: Database, caller: Principal, *, now: datetime) -> datetime:
    """Note that nothing is left on the device that says so; return since when.

    Saying it again is harmless.
    """
    with database.transaction() as session:
        if devices.wiped(session, caller.id, now=now):
            note(session, Act.WIPED, caller.id, by=caller.actor, now=now)
        return _device(session, caller.id).wiped or now


def facts(database: Database, device: Device, ring: Keyring) -> Facts:
    """Return what a device needs to know of its site, of itself and of other nodes."""
    with database.reading() as session:
        here = node.read(session)
        known = {one.name: one for one in sites.all_of(session)}
        subjects = Subject("device", device.id), Subject("site", device.site)
        is_practising = practising.is_any(session, *subjects)
    home = known.get(device.site)
    opens, signs = ring.seal, ring.receipt
    return Facts(
        title=home.title if home else {},
        seal_key=(home and home.seal_key) or (opens.public if opens else None),
        receipt_key=signs.public if signs else None,
        admission=_pass(device, here.site, signs) if signs else None,
        neighbours=_neighbours(known.values(), signs) if signs else None,
        is_practising=is_practising,
    )


def guest(database: Database, text: str, *, now: datetime) -> Principal | None:
    """Return the device that another site's node let in; None where the pass is no good.

    A pass of this node itself is none here: it would outlive the device's revocation.
    But where the store was put back from before it let the device in, the pass is all
    that is left of that: what is sealed on such a device is not lost.
    """
    body, _, signature = text.partition(".")
    said = _read(body)
    if said is None or said.until <= now:
        return None
    with database.reading() as session:
        home = sites.find(session, said.site)
        is_ours = node.read(session).site == said.site
        is_known = is_ours and devices.find(session, said.device) is not None
    if home is None or home.receipt_key is None or is_known:
        return None
    if not envelope.is_signed(home.receipt_key, body, signature):
        return None
    return Principal(
        "device",
        said.device,
        "",
        Role.VOLUNTEER,
        said.site,
        standing=Standing.FORGOTTEN if is_ours else Standing.GUEST,
        proves_by=said.public_key,
    )


def _pass(device: Device, site: str, key: KeyPair) -> str | None:
    if device.public_key is None or device.lease_until is None:
        return None
    said = {
        "v": _VERSION,
        "device": device.id,
        "site": site,
        "public_key": device.public_key,
        "until": clock.text(device.lease_until),
    }
    text = b64encode(canonical(said)).decode()
    return f"{text}.{envelope.sign(key.private, text)}"


def _neighbours(every: Iterable[Site], key: KeyPair) -> Neighbours:
    keys = {one.name: one.receipt_key for one in every if one.receipt_key}
    return Neighbours(keys, envelope.sign(key.private, canonical(keys).decode()))


def _device(session: Session, device_id: str) -> Device:
    found = devices.find(session, device_id)
    if found is None:
        raise NotFoundError("device", device_id)
    return found


def _read(text: str) -> _Pass | None:
    try:
        return msgspec.json.decode(b64decode(text, validate=True), type=_Pass)
    except (ValueError, RecursionError, msgspec.MsgspecError):
        return None
