"""A device is let in, asks what is known of it, and says that nothing is left on it."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError, fields

from intake_server.clock import text
from intake_server.errors import (
    StaleProofError,
    TooManyAttemptsError,
    UnknownCodeError,
)
from intake_server.security import envelope
from intake_server.security.policy import Action, Standing
from intake_server.services import admission, enrolment, people
from intake_server.storage.devices import Device
from intake_server.web import signed_calls
from intake_server.web.api.endpoint import PROOF, Call, blueprint, offer
from intake_server.web.api.forms import listed
from intake_server.web.api.schemas import (
    FormSchema,
    Message,
    Text,
    TitleSchema,
    WipeSchema,
)
from intake_server.web.auth import Way, asking
from intake_server.web.context import context, turn_to_practice

devices = blueprint("devices", "Phones and tablets")

_MOMENT = {"format": "date-time"}


def _refuse_no_key(written: str) -> None:
    if envelope.public(written) is None:
        raise ValidationError("Not base64 of an uncompressed point of P-256.")


class EnrolSchema(Message):
    """A one-time code, and what the device is called by its people."""

    code = Text(longest=64, required=True)
    label = Text(longest=120, shortest=0, required=True)
    public_key = Text(
        longest=88,
        allow_none=True,
        validate=[_refuse_no_key],
        metadata={
            "pattern": "^B[A-Za-z0-9+/]{86}=$",
            "description": "base64 of the 65 bytes of an uncompressed point of P-256;"
            " from then on each call carries Dodomu-Proof. Where this one does too, the"
            " same code and key get the same answer again as long as the code would live",
        },
    )


class AdmittedSchema(Schema):
    """What a device is told of itself and of its site, when it is let in and later."""

    device_id = fields.String(required=True)
    label = fields.String(required=True)
    site = fields.String(required=True)
    site_title = fields.Nested(TitleSchema, required=True)
    enrolled = fields.String(required=True, metadata=_MOMENT)
    practice = fields.Boolean(
        required=True,
        metadata={"description": "true where nothing that it sends is in earnest"},
    )
    defaults = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "answers, by name, that it fills in by itself"},
    )
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
    lease_until = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "format": "date-time",
            "description": "null for a device without a key, which is let in for good",
        },
    )
    admission = fields.String(
        required=True,
        allow_none=True,
        data_key="pass",
        attribute="pass",
        metadata={
            "description": "lets another site's node take what is sealed:"
            " Authorization: Pass; null for a device without a key"
        },
    )
    sites = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "receipt keys of the sites, by name"},
    )
    sites_sig = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "signature of sites, as canonical JSON"},
    )
    forms = fields.List(
        fields.Nested(FormSchema),
        required=True,
        metadata={"description": "as GET /forms; none while the lease is over"},
    )


class EnrolledSchema(AdmittedSchema):
    """What a new device needs; ``token`` is never shown again."""

    token = fields.String(required=True)


class DeviceSchema(AdmittedSchema):
    """What is known of the device that asks; its lease begins anew."""

    clock_off_ms = fields.Integer(required=True, allow_none=True)
    wipe = fields.Nested(
        WipeSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null; a revoked device is told by 401 revoked"},
    )


class WipedSchema(Schema):
    """Since when nothing is left on the device."""

    wiped = fields.String(required=True, metadata=_MOMENT)


@offer(
    devices,
    "POST",
    "/devices/enrol",
    Call(
        action=Action.PUBLIC,
        body=EnrolSchema(),
        answer=EnrolledSchema(),
        headers=(PROOF,),
        failures=(UnknownCodeError, TooManyAttemptsError, StaleProofError),
    ),
)
def enrol(body: dict[str, Any]) -> ResponseReturnValue:
    """Let a device in by a one-time code; one that signs may ask again."""
    here, key = context(), body.get("public_key")
    is_proven = key is not None and signed_calls.is_signed(key, Way.BEARER.value)
    enrolled = enrolment.enrol(
        here.doors,
        body["code"],
        label=body["label"],
        public_key=key,
        secret=here.settings.secret_key if is_proven else "",
        now=here.now(),
        came_from=request.remote_addr or "",
        entropy=here.entropy,
    )
    principal = people.who(here.doors, enrolled.token, now=here.now())
    if principal is not None and principal.is_practising:
        turn_to_practice(principal)
    return {**_said(enrolled.device), "token": enrolled.token, "forms": listed()}


@offer(
    devices,
    "GET",
    "/devices/me",
    Call(action=Action.SEE_OWN_DEVICE, answer=DeviceSchema()),
)
def me() -> ResponseReturnValue:
    """Return what is known of the device that asks, and let it in anew."""
    here, caller = context(), asking()
    enrolment.saw(here.doors, caller, now=here.now(), clock_off_ms=None)
    device = admission.renew(here.doors, caller, now=here.now())
    return {
        **_said(device),
        "clock_off_ms": device.clock_off_ms,
        "wipe": None,
        "forms": listed() if caller.standing is Standing.IN_FORCE else [],
    }


@offer(
    devices,
    "POST",
    "/devices/me/wiped",
    Call(action=Action.REPORT_WIPED, answer=WipedSchema()),
)
def wiped() -> ResponseReturnValue:
    """Note that nothing is left on the device that asks; saying it again is harmless."""
    here = context()
    return {"wiped": text(admission.wiped(here.doors, asking(), now=here.now()))}


def _said(device: Device) -> dict[str, Any]:
    here = context()
    facts = admission.facts(here.doors, device, here.keyring)
    return {
        "device_id": device.id,
        "label": device.label,
        "site": device.site,
        "site_title": dict(facts.title),
        "enrolled": text(device.enrolled),
        "practice": facts.is_practising,
        "defaults": dict(device.defaults or {}),
        "seal_key": facts.seal_key,
        "receipt_key": facts.receipt_key,
        "lease_until": device.lease_until and text(device.lease_until),
        "pass": facts.admission,
        "sites": dict(facts.neighbours.keys) if facts.neighbours else {},
        "sites_sig": facts.neighbours and facts.neighbours.signature,
    }
