"""A device is let in, and asks what is known of it."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from intake_server.clock import text
from intake_server.errors import TooManyAttemptsError, UnknownCodeError
from intake_server.security.policy import Action
from intake_server.services import enrolment
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.forms import listed
from intake_server.web.api.schemas import FormSchema, Message, Text
from intake_server.web.auth import asking
from intake_server.web.context import context

devices = blueprint("devices", "Phones and tablets")


class EnrolSchema(Message):
    """A one-time code, and what the device is called by its people."""

    code = Text(longest=64, required=True)
    label = Text(longest=120, shortest=0, required=True)
    public_key = Text(longest=2000, allow_none=True)


class EnrolledSchema(Schema):
    """What a new device needs; ``token`` is never shown again."""

    device_id = fields.String(required=True)
    token = fields.String(required=True)
    site = fields.String(required=True)
    seal_key = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "public key to seal submissions with; null: none yet"},
    )
    receipt_key = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "public key that signs receipts; null: none yet"},
    )
    forms = fields.List(fields.Nested(FormSchema), required=True)


class DeviceSchema(Schema):
    """What is known of the device that asks."""

    device_id = fields.String(required=True)
    label = fields.String(required=True)
    site = fields.String(required=True)
    enrolled = fields.String(required=True, metadata={"format": "date-time"})
    clock_off_ms = fields.Integer(required=True, allow_none=True)


@offer(
    devices,
    "POST",
    "/devices/enrol",
    Call(
        action=Action.PUBLIC,
        body=EnrolSchema(),
        answer=EnrolledSchema(),
        failures=(UnknownCodeError, TooManyAttemptsError),
    ),
)
def enrol(body: dict[str, Any]) -> ResponseReturnValue:
    """Let a device in by a one-time code."""
    here = context()
    enrolled = enrolment.enrol(
        here.doors,
        body["code"],
        label=body["label"],
        public_key=body.get("public_key"),
        now=here.now(),
        came_from=request.remote_addr or "",
        entropy=here.entropy,
    )
    ring = here.keyring
    return {
        "device_id": enrolled.device_id,
        "token": enrolled.token,
        "site": enrolled.site,
        "seal_key": ring.seal.public if ring.seal else None,
        "receipt_key": ring.receipt.public if ring.receipt else None,
        "forms": listed(),
    }


@offer(
    devices,
    "GET",
    "/devices/me",
    Call(action=Action.SEE_OWN_DEVICE, answer=DeviceSchema()),
)
def me() -> ResponseReturnValue:
    """Return what is known of the device that asks."""
    device = enrolment.device(context().doors, asking().id)
    return {
        "device_id": device.id,
        "label": device.label,
        "site": device.site,
        "enrolled": text(device.enrolled),
        "clock_off_ms": device.clock_off_ms,
    }
