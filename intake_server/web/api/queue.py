"""Questions that wait for a person: a page of them, one, and an answer to it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from flask import url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from intake_server.errors import (
    AuditError,
    InvalidRequestError,
    NotFoundError,
    RuleOfCareError,
    StaleItemError,
    WrongVerbError,
)
from intake_server.security.policy import Action
from intake_server.services import merging
from intake_server.services.merging import Decision
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.records import CURSOR, CandidateSchema
from intake_server.web.api.schemas import Flag, Message, ProblemSchema, Text, Whole
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.items import said
from intake_server.web.language import language
from intake_server.web.problems import PROBLEMS, document

queue = blueprint("queue", "Questions that wait for a person")

VERBS: Final = (
    *("pick", "value", "same", "release", "assign", "mend", "dismiss"),
    "sign",
)
"""The ways to answer; which of them fit is said by the item's kind."""

MOST: Final = 200
"""How many questions one request may answer."""

_ITEM: Final = "<string(length=32):qid>"
_QID: Final = re.compile(r"[0-9a-f]{32}\Z")


class QueueQuerySchema(Message):
    """Which items."""

    kind = Text(longest=40)
    site = Text(longest=80)
    mine = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)
    spelling = fields.Boolean(
        truthy={"true"},
        falsy={"false"},
        load_default=None,
        metadata={"description": "whether the answers differ in spelling alone"},
    )
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
    spelling = fields.Boolean(required=True)
    element = fields.String(allow_none=True)
    facts = fields.Dict(keys=fields.String(), allow_none=True)


class QueuePageSchema(Schema):
    """Some items, the most serious first, and the cursor of the next page."""

    items = fields.List(fields.Nested(ItemSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AnswerSchema(Message):
    """Exactly one verb with its argument."""

    pick = Whole(
        strict=True,
        validate=validate.Range(min=0, max=9999),
        metadata={"description": "number of a candidate, from 0"},
    )
    value = fields.Raw(allow_none=True)
    same = Flag()
    release = Flag(validate=validate.OneOf([True]))
    assign = Text(longest=36, metadata={"description": "a document"})
    mend = Text(
        longest=200, metadata={"description": "a version of the form to read it by"}
    )
    dismiss = Flag(validate=validate.OneOf([True]))
    sign = Flag(metadata={"description": "true signs, false refuses"})
    review_on = Text(
        longest=10,
        metadata={"description": "beside sign: the day to look at it again"},
    )


class DecisionSchema(AnswerSchema):
    """Exactly one verb with its argument, and why."""

    reason = Text(longest=2000, required=True)


class NamedAnswerSchema(AnswerSchema):
    """An answer to one of several questions."""

    qid = fields.String(
        required=True,
        validate=[validate.Length(equal=32), validate.Regexp(r"^[0-9a-f]{32}$")],
    )


class DecisionsSchema(Message):
    """Answers to several questions, and why."""

    items = fields.List(
        fields.Nested(NamedAnswerSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST),
    )
    reason = Text(longest=2000, required=True)


class ResolutionSchema(Schema):
    """The change that the decision wrote; null where it wrote none."""

    change = fields.String(required=True, allow_none=True)


class OutcomeSchema(Schema):
    """What became of one answer: a change, null where none was needed, or a problem."""

    qid = fields.String(required=True)
    change = fields.String(allow_none=True)
    problem = fields.Nested(ProblemSchema)


class OutcomesSchema(Schema):
    """One outcome for each answer, in the order sent."""

    results = fields.List(fields.Nested(OutcomeSchema), required=True)


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
    f"/queue/{_ITEM}",
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
    f"/queue/{_ITEM}/resolve",
    Call(
        action=Action.DECIDE,
        body=DecisionSchema(),
        answer=ResolutionSchema(),
        failures=(AuditError, StaleItemError, WrongVerbError, RuleOfCareError),
    ),
)
def resolve(qid: str, body: dict[str, Any]) -> ResponseReturnValue:
    """Answer a question; 409 with the item as it is now where somebody was faster."""
    return {"change": _decided(_item_id(qid), body, body["reason"])}


@offer(
    queue,
    "POST",
    "/queue/resolve",
    Call(
        action=Action.DECIDE,
        body=DecisionsSchema(),
        answer=OutcomesSchema(),
        failures=(AuditError,),
    ),
)
def resolve_all(body: dict[str, Any]) -> ResponseReturnValue:
    """Answer several questions for one reason, each for itself.

    An answer that would be refused alone gets the problem that it would get there; the
    others are written all the same.
    """
    return {"results": [_answered(one, body["reason"]) for one in body["items"]]}


def _answered(answer: Mapping[str, Any], reason: str) -> Mapping[str, Any]:
    qid = answer["qid"]
    try:
        return {"qid": qid, "change": _decided(qid, answer, reason)}
    except (
        NotFoundError,
        StaleItemError,
        InvalidRequestError,
        RuleOfCareError,
    ) as refusal:
        kind, there = PROBLEMS[type(refusal)], url_for(".resolve", qid=qid)
        told = document(kind, refusal, instance=there, language=language())
        return {"qid": qid, "problem": told}


def _decided(qid: str, answer: Mapping[str, Any], reason: str) -> str | None:
    here = context()
    verb = _verb(answer)
    decision = Decision(
        verb=verb,
        argument=answer[verb],
        reason=reason,
        review_on=answer.get("review_on", ""),
    )
    resolution = merging.resolve(
        here.database,
        qid,
        decision,
        by=asking(),
        now=here.now(),
        entropy=here.entropy,
    )
    return resolution.change_id


def _verb(answer: Mapping[str, Any]) -> str:
    found = [verb for verb in VERBS if verb in answer]
    if len(found) != 1:
        raise InvalidRequestError({"body": ["Exactly one verb is needed."]})
    return found[0]


def _item_id(qid: str) -> str:
    if not _QID.match(qid):
        raise NotFoundError("item")
    return qid
