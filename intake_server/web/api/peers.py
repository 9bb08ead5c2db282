"""How things stand with other nodes and with the devices of one's sites."""

from datetime import datetime
from typing import Any

from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from intake_server.clock import text
from intake_server.security.policy import Action, sites
from intake_server.services import contact, enrolment
from intake_server.services.contact import Contact
from intake_server.storage.devices import Device
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.auth import asking
from intake_server.web.context import context

peers = blueprint("peers", "Other nodes and devices")


class PeerSchema(Schema):
    """Another node; ``unsent`` counts changes it has not acknowledged."""

    node = fields.String(required=True)
    site = fields.String(required=True)
    upstream = fields.Boolean(required=True)
    unsent = fields.Integer(required=True)
    last_contact = fields.String(
        required=True, allow_none=True, metadata={"format": "date-time"}
    )
    lag_s = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "seconds since the last contact; null: never"},
    )
    clock_off_ms = fields.Integer(required=True, allow_none=True)
    revoked = fields.Boolean(required=True)


class CallerSchema(Schema):
    """A device of one of the asker's sites."""

    device_id = fields.String(required=True)
    label = fields.String(required=True)
    site = fields.String(required=True)
    last_contact = fields.String(
        required=True, allow_none=True, metadata={"format": "date-time"}
    )
    lag_s = fields.Integer(required=True, allow_none=True)
    clock_off_ms = fields.Integer(required=True, allow_none=True)
    revoked = fields.Boolean(required=True)


class StandingSchema(Schema):
    """What waits for people on this node, its peers, and its devices."""

    quarantined = fields.Integer(required=True)
    conflicts = fields.Integer(required=True)
    peers = fields.List(fields.Nested(PeerSchema), required=True)
    devices = fields.List(fields.Nested(CallerSchema), required=True)


@offer(
    peers,
    "GET",
    "/sync/peers",
    Call(action=Action.SEE_SYNC, answer=StandingSchema()),
)
def standing() -> ResponseReturnValue:
    """Return how things stand with other nodes and devices."""
    here = context()
    now = here.now()
    found = contact.standing(here.database)
    mine = sites(asking())
    devices = enrolment.enrolled(here.doors)
    return {
        "quarantined": found.quarantined,
        "conflicts": found.conflicts,
        "peers": [_peer(one, now) for one in found.contacts],
        "devices": [_device(one, now) for one in devices if one.site in mine],
    }


def _peer(one: Contact, now: datetime) -> dict[str, Any]:
    return {
        "node": one.node,
        "site": one.site,
        "upstream": one.is_upstream,
        "unsent": one.unsent,
        **_contact(one.last_ok, now),
        "clock_off_ms": one.clock_off_ms,
        "revoked": one.is_revoked,
    }


def _device(one: Device, now: datetime) -> dict[str, Any]:
    return {
        "device_id": one.id,
        "label": one.label,
        "site": one.site,
        **_contact(one.last_seen, now),
        "clock_off_ms": one.clock_off_ms,
        "revoked": one.revoked is not None,
    }


def _contact(last: datetime | None, now: datetime) -> dict[str, Any]:
    if last is None:
        return {"last_contact": None, "lag_s": None}
    return {"last_contact": text(last), "lag_s": int((now - last).total_seconds())}
