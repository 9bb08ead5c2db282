"""Questions that wait for a person: a page of them, one, and an answer to it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from intake_server.errors import (
    AuditError,
    NotFoundError,
    StaleItemError,
    WrongVerbError,
)
from intake_server.security.policy import Action
from intake_server.services import merging
from intake_server.services.merging import Decision
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.records import CURSOR, CandidateSchema
from intake_server.web.api.schemas import Message, Text
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.items import said

queue = blueprint("queue", "Questions that wait for a person")

VERBS: Final = ("pick", "value", "same", "release", "assign", "dismiss")
"""The ways to answer; which of them fit is said by the item's kind."""

_QID: Final = re.compile(r"[0-9a-f]{32}\Z")


class QueueQuerySchema(Message):
    """Which items."""

    kind = Text(longest=40)
    site = Text(longest=80)
    mine = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)
    cursor = fields.String(validate=validate.Regexp(CURSOR))


class ItemSchema(Schema):
    """One question, with every answer and who gave it."""

    qid = fields.String(required=True)
    kind = fields.String(required=True)
    doc = fields.String(required=True)
    cell = fields.String(required=True)
    candidates = fields.List(fields.Nested(CandidateSchema), required=True)
    displayed = fields.Raw(required=True, allow_none=True)
    severity = fields.Integer(required=True)
    owner = fields.String(required=True)
    first_seen = fields.String(required=True)
    provisional = fields.Boolean(required=True)
    element = fields.String(allow_none=True)
    facts = fields.Dict(keys=fields.String(), allow_none=True)


class QueuePageSchema(Schema):
    """Some items, the most serious first, and the cursor of the next page."""

    items = fields.List(fields.Nested(ItemSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class DecisionSchema(Message):
    """Exactly one verb with its argument, and why."""

    pick = fields.Integer(
        strict=True,
        validate=validate.Range(min=0, max=9999),
        metadata={"description": "number of a candidate, from 0"},
    )
    value = fields.Raw(allow_none=True)
    same = fields.Boolean(truthy={True}, falsy={False})
    release = fields.Boolean(truthy={True}, falsy=set(), metadata={"enum": [True]})
    assign = Text(longest=36, metadata={"description": "a document"})
    dismiss = fields.Boolean(truthy={True}, falsy=set(), metadata={"enum": [True]})
    reason = Text(longest=2000, required=True)

    @validates_schema
    def has_one_verb(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a decision with no verb, or with two."""
        if sum(verb in data for verb in VERBS) != 1:
            raise ValidationError("Exactly one verb is needed.")


class ResolutionSchema(Schema):
    """The change that the decision wrote; null where it wrote none."""

    change = fields.String(required=True, allow_none=True)


@offer(
    queue,
    "GET",
    "/queue",
    Call(
        action=Action.READ_QUEUE,
        query=QueueQuerySchema(),
        answer=QueuePageSchema(),
        failures=(AuditError,),
    ),
)
def page(query: dict[str, Any]) -> ResponseReturnValue:
    """Return open items, the most serious first; each one that is shown is noted."""
    here = context()
    found = merging.page(here.database, viewer=asking(), now=here.now(), **query)
    return {"items": [said(item) for item in found.items], "next": found.cursor}


@offer(
    queue,
    "GET",
    "/queue/<qid>",
    Call(action=Action.READ_QUEUE, answer=ItemSchema(), failures=(AuditError,)),
)
def one(qid: str) -> ResponseReturnValue:
    """Return an open item; the read is noted."""
    here = context()
    found = merging.item(here.database, _item_id(qid), viewer=asking(), now=here.now())
    return said(found)


@offer(
    queue,
    "POST",
    "/queue/<qid>/resolve",
    Call(
        action=Action.DECIDE,
        body=DecisionSchema(),
        answer=ResolutionSchema(),
        failures=(AuditError, StaleItemError, WrongVerbError),
    ),
)
def resolve(qid: str, body: dict[str, Any]) -> ResponseReturnValue:
    """Answer a question; 409 with the item as it is now where somebody was faster."""
    here = context()
    verb = next(verb for verb in VERBS if verb in body)
    decision = Decision(verb=verb, argument=body[verb], reason=body["reason"])
    resolution = merging.resolve(
        here.database,
        _item_id(qid),
        decision,
        by=asking(),
        now=here.now(),
        entropy=here.entropy,
    )
    return {"change": resolution.change_id}


def _item_id(qid: str) -> str:
    if not _QID.match(qid):
        raise NotFoundError("item")
    return qid
