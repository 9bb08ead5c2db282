"""The auditor reads who did and read what."""

from typing import Any

from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from intake_server.clock import text
from intake_server.errors import AuditError
from intake_server.security.policy import Action
from intake_server.services import trail
from intake_server.storage.audit import Entry
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.schemas import Message, Text
from intake_server.web.auth import asking
from intake_server.web.context import context

audit = blueprint("audit", "Who did and read what")


class TrailQuerySchema(Message):
    """Which entries."""

    object = Text(longest=200)
    actor = Text(longest=200)
    before = fields.Integer(
        validate=validate.Range(min=1, max=2**63 - 1),
        metadata={"description": "the page behind the one that said this"},
    )


class EntrySchema(Schema):
    """One act: ids, counts and field names, never a value."""

    seq = fields.Integer(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    actor = fields.String(required=True)
    action = fields.String(required=True)
    object = fields.String(required=True)
    meta = fields.Dict(keys=fields.String(), required=True)


class TrailSchema(Schema):
    """Entries, newest first; ``before`` asks for older ones, null at the end."""

    entries = fields.List(fields.Nested(EntrySchema), required=True)
    before = fields.Integer(required=True, allow_none=True)


@offer(
    audit,
    "GET",
    "/audit",
    Call(
        action=Action.READ_AUDIT,
        query=TrailQuerySchema(),
        answer=TrailSchema(),
        failures=(AuditError,),
    ),
)
def page(query: dict[str, Any]) -> ResponseReturnValue:
    """Return what was noted, newest first; asking is noted too."""
    here = context()
    found = trail.page(here.database, viewer=asking(), now=here.now(), **query)
    entries = [_said(entry) for entry in found.entries]
    return {"entries": entries, "before": found.before}


def _said(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": text(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.object,
        "meta": dict(entry.meta),
    }
