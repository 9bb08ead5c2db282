"""A device or a centre is let in by a one-time code and gets a token of its own.

Codes and tokens are shown once and kept as digests. A device's code can be read aloud,
so wrong ones are counted by the place that they come from. A code is used up in the statement
that checks it, so of many who try it at once exactly one is let in; unknown, used,
expired and foreign codes answer alike.

An answer may be lost on its way. A device that proves its key is told the same again by
the same code, for as long as the code would have been good: until then the code alone
opened the door to anybody, and now it opens to this one key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from types import MappingProxyType
from typing import Final

from intake_server.errors import NotFoundError, ShownOnceError, UnknownCodeError
from intake_server.security.audit import Act, note
from intake_server.security.policy import Principal, Standing
from intake_server.security.throttle import CODES, place
from intake_server.security.tokens import (
    derived_token,
    digest,
    heard,
    new_code,
    new_id,
    new_spoken_code,
    new_token,
)
from intake_server.services import throttling
from intake_server.services.admission import LEASE
from intake_server.services.authoring import Entropy
from intake_server.storage import codes, devices, node, peers, practising
from intake_server.storage.codes import Code
from intake_server.storage.database import Database, Session
from intake_server.storage.devices import Device
from intake_server.storage.peers import Peer
from intake_server.storage.practising import Subject

SHOWN: Final = timedelta(minutes=15)
"""How long a code lasts that is scanned from a screen."""

PRINTED: Final = timedelta(hours=72)
"""How long a code lasts that is printed for a named person."""

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
"""The defaults of a device that fills nothing in by itself."""

MOST_INVITATIONS: Final = 50
"""How many invitations are printed at once."""

_SHOWN_UNTIL: Final = timedelta(days=1)
_FRESH: Final = timedelta(minutes=1)
_JITTER_MS: Final = 2_000
_ENROL: Final = "enrol"
_JOIN: Final = "join"
_PRACTICE: Final = "practice"
_DEFAULTS: Final = "defaults"


@dataclass(frozen=True, slots=True)
class _Offer:
    site: str
    label: str
    defaults: dict[str, str]
    life: timedelta


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device that was let in; its token is never shown again."""

    device: Device
    token: str

    @property
    def device_id(self) -> str:
        """Its id."""
        return self.device.id

    @property
    def site(self) -> str:
        """The site that it belongs to."""
        return self.device.site


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code for one named person's device, and until when it lets that one in."""

    label: str
    code: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """A node that was let in, and the secret that it shares with this one."""

    node: str
    site: str
    token: str


def offer_device(  # noqa: PLR0913 - one argument a thing that is known of an offer
    database: Database,
    site: str,
    *,
    label: str,
    by: str,
    now: datetime,
    life: timedelta = SHOWN,
    defaults: Mapping[str, str] = NOTHING,
) -> str:
    """Return a one-time code by which one device is enrolled at a site.

    It has ten characters that can be read aloud. What somebody lets in who practises,
    practises too. ``defaults`` are answers, by name, that the device fills in by itself.
    """
    offer = _Offer(site, label, dict(defaults), life)
    with database.transaction() as session:
        return _offer(session, offer, by=by, now=now)


def invite(
    database: Database,
    site: str,
    labels: Sequence[str],
    *,
    by: str,
    now: datetime,
    defaults: Mapping[str, str] = NOTHING,
) -> Sequence[Invitation]:
    """Return invitations to be printed, one for each named person, in their order."""
    offers = [_Offer(site, label, dict(defaults), PRINTED) for label in labels]
    with database.transaction() as session:
        note(session, Act.PRINT_INVITATIONS, site, by=by, now=now, count=len(labels))
        return tuple(
            Invitation(
                offer.label, _offer(session, offer, by=by, now=now), now + PRINTED
            )
            for offer in offers
        )


def show_once(database: Database, form: str, *, now: datetime) -> None:
    """Use up the word that a form carries, so that it makes one secret and no second.

    Raises:
        ShownOnceError: The form was sent before.
    """
    with database.transaction() as session:
        claimed = codes.claim(session, digest(form), now=now, until=now + _SHOWN_UNTIL)
    if not claimed:
        raise ShownOnceError


def enrol(  # noqa: PLR0913 - one argument a thing that is known of a newcomer
    database: Database,
    code: str,
    *,
    label: str,
    now: datetime,
    public_key: str | None = None,
    secret: str = "",
    came_from: str = "",
    entropy: Entropy = token_bytes,
) -> Enrolled:
    """Let a device in; tell one that proves its key the same again.

    Args:
        database: The store.
        code: As ``offer_device`` returned it, or as somebody typed it.
        label: What its people call it; the one of the offer when empty.
        now: When.
        public_key: The device's own key, when it has one; it then proves each call.
        secret: Of this node, where the device has proven the key with this very
            request: its token then follows from the code and the key. Else empty; the
            token is random and said once.
        came_from: Network address; wrong codes from there are counted. Empty for the
            operator at the machine.
        entropy: Gives the random bytes of its id.

    Raises:
        UnknownCodeError: The code is unknown, used by another, expired or not for a
            device.
        TooManyAttemptsError: Too many wrong codes came from there.
    """
    written, name = heard(code), f"enrol {place(came_from)}"
    token = new_token()
    if public_key and secret:
        token = derived_token(secret, written, public_key)
    with database.transaction() as session:
        before = throttling.refuse_early(session, name, now=now) if came_from else 0
        offered = codes.use(session, digest(written), _ENROL, now=now)
        if offered is not None:
            device = Device(
                id=new_id(entropy),
                label=label or str(offered.payload["label"]),
                site=str(offered.payload["site"]),
                token_sha256=digest(token),
                enrolled=now,
                public_key=public_key,
                lease_until=now + LEASE if public_key else None,
                defaults=offered.payload.get(_DEFAULTS),
            )
            devices.add(session, device)
            if _PRACTICE in offered.payload:
                practising.begin(session, Subject("device", device.id), now=now)
            note(session, Act.ENROL, device.id, by=f"d:{device.id}", now=now)
            return Enrolled(device, token)
        if known := _let_in(session, written, token, now=now):
            return Enrolled(known, token)
        if came_from:
            throttling.failed(session, name, CODES, now=now, before=before)
    raise UnknownCodeError


def enrolled(database: Database, site: str | None = None) -> Sequence[Device]:
    """Return the devices of a site, or all, revoked ones too."""
    with database.reading() as session:
        return devices.all_of(session, site)


def device(database: Database, device_id: str) -> Device:
    """Return a device.

    Raises:
        NotFoundError: There is none.
    """
    with database.reading() as session:
        found = devices.find(session, device_id)
    if found is None:
        raise NotFoundError("device", device_id)
    return found


def saw(
    database: Database, caller: Principal, *, now: datetime, clock_off_ms: int | None
) -> None:
    """Note that a device called, and by how much its clock was ahead when it said so.

    Nothing is written while what is known is less than a minute old and the clock has
    hardly moved, so a phone that sends its queue costs one note. Others are not noted.
    """
    is_noted = caller.standing not in (Standing.GUEST, Standing.FORGOTTEN)
    if caller.kind != "device" or not is_noted or _is_fresh(caller, now, clock_off_ms):
        return
    with database.transaction() as session:
        devices.saw(session, caller.id, now=now, clock_off_ms=clock_off_ms)


def revoke(database: Database, device_id: str, *, by: str, now: datetime) -> None:
    """End a device's access from its next call on; repeating is harmless.

    Raises:
        NotFoundError: There is no such device.
    """
    with database.transaction() as session:
        if devices.find(session, device_id) is None:
            raise NotFoundError("device", device_id)
        if devices.revoke(session, device_id, now=now):
            note(session, Act.REVOKE_DEVICE, device_id, by=by, now=now)


def turn_away(database: Database, token: str, *, now: datetime) -> None:
    """Note that a revoked device called, the first time; nothing for anybody else."""
    with database.reading() as session:
        found = devices.by_token(session, digest(token))
    if found and found.revoked and found.turned_away is None:
        with database.transaction() as session:
            devices.turn_away(session, found.id, now=now)


def offer_site(database: Database, site: str, *, by: str, now: datetime) -> str:
    """Return a one-time code by which the node of a centre joins this one."""
    code = new_code()
    with database.transaction() as session:
        offered = Code(purpose=_JOIN, payload={"site": site}, expires=now + PRINTED)
        codes.add(session, digest(code), offered)
        note(session, Act.OFFER_SITE, site, by=by, now=now)
    return code


def join(
    database: Database,
    code: str,
    *,
    peer: str,
    site: str,
    now: datetime,
    public_key: str | None = None,
) -> Joined:
    """Let a centre's node in.

    Args:
        database: The store.
        code: As ``offer_site`` returned it.
        peer: Id of the node that asks.
        site: The site it stands in; must be the one the code was made for.
        now: When.
        public_key: The node's own key, when it has one.

    Returns:
        Who this node is, and the secret that the two share from now on.

    Raises:
        UnknownCodeError: The code is unknown, used, expired or for another site.
    """
    token = new_token()
    with database.transaction() as session:
        offered = codes.use(session, digest(code), _JOIN, now=now)
        if offered is None or offered.payload["site"] != site:
            raise UnknownCodeError
        joined = Peer(
            id=peer, site=site, token_sha256=digest(token), public_key=public_key
        )
        peers.write(session, joined)
        note(session, Act.JOIN, peer, by=f"n:{peer}", now=now, site=site)
        here = node.read(session)
    return Joined(here.id, here.site, token)


def _let_in(session: Session, code: str, token: str, *, now: datetime) -> Device | None:
    """Return the device that this code let in with this token, if it may be told again."""
    known = devices.by_token(session, digest(token))
    offered = codes.find(session, digest(code)) if known else None
    is_over = offered is None or offered.expires <= now
    return None if known is None or known.revoked or is_over else known


def _offer(session: Session, offer: _Offer, *, by: str, now: datetime) -> str:
    code = new_spoken_code()
    by_whom = Subject("person", by.removeprefix("u:"))
    payload: dict[str, object] = {"site": offer.site, "label": offer.label}
    if offer.defaults:
        payload[_DEFAULTS] = offer.defaults
    if practising.is_any(session, by_whom):
        payload[_PRACTICE] = by_whom.name
    offered = Code(purpose=_ENROL, payload=payload, expires=now + offer.life)
    codes.add(session, digest(code), offered)
    note(session, Act.OFFER_DEVICE, offer.site, by=by, now=now)
    return code


def _is_fresh(caller: Principal, now: datetime, clock_off_ms: int | None) -> bool:
    if caller.last_seen is None or now - caller.last_seen >= _FRESH:
        return False
    if clock_off_ms is None:
        return True
    noted = caller.clock_off_ms
    return noted is not None and abs(clock_off_ms - noted) < _JITTER_MS
