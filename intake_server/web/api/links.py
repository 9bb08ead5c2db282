"""Whether two persons are one child, and whose answer stands where their records differ."""

from typing import Any, Final

from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from intake_server.errors import AuditError, RuleOfCareError, StaleRecordError
from intake_server.security.policy import Action
from intake_server.services import linking
from intake_server.services.linking import Pick, Verdict
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.schemas import Message, Text
from intake_server.web.auth import asking
from intake_server.web.context import context
from sync.merge.identity import DIFFERENT, SAME

links = blueprint("links", "Records that are one child, or are not")

_MOST: Final = 10_000


class VerdictSchema(Message):
    """What somebody says of two persons, and why."""

    a = Text(longest=36, required=True, metadata={"description": "a person"})
    b = Text(longest=36, required=True, metadata={"description": "another person"})
    verdict = fields.String(required=True, validate=validate.OneOf((SAME, DIFFERENT)))
    reason = Text(longest=2000, required=True)


class PickSchema(Message):
    """Whose answer stands for a property on which linked records differ, and why."""

    member = Text(
        longest=36,
        required=True,
        metadata={"description": "the document whose answer stands"},
    )
    property = Text(longest=200, required=True)
    shown = fields.List(
        fields.String(validate=validate.Regexp(r"^[0-9a-f]{32}$")),
        required=True,
        validate=validate.Length(min=1, max=_MOST),
        metadata={"description": "heads of all answers under contested, as read"},
    )
    reason = Text(longest=2000, required=True)


class WrittenSchema(Schema):
    """The change that was written."""

    change = fields.String(required=True)


@offer(
    links,
    "POST",
    "/links",
    Call(
        action=Action.LINK,
        body=VerdictSchema(),
        answer=WrittenSchema(),
        failures=(AuditError,),
    ),
)
def link(body: dict[str, Any]) -> ResponseReturnValue:
    """Say whether two persons are one child; the opposite said later restores both.

    That they are one takes two different people: until the second has said so, they
    count as two, and the queue holds a ``link_proposed``.
    """
    here = context()
    change = linking.link(
        here.database,
        Verdict(**body),
        by=asking(),
        now=here.now(),
        entropy=here.entropy,
    )
    return {"change": change}


@offer(
    links,
    "POST",
    "/links/picks",
    Call(
        action=Action.LINK,
        body=PickSchema(),
        answer=WrittenSchema(),
        failures=(AuditError, RuleOfCareError, StaleRecordError),
    ),
)
def pick(body: dict[str, Any]) -> ResponseReturnValue:
    """Say whose answer stands; it holds until one of the answers changes."""
    here = context()
    picked = Pick(
        member=body["member"],
        name=body["property"],
        reason=body["reason"],
        shown=frozenset(body["shown"]),
    )
    change = linking.pick(
        here.database, picked, by=asking(), now=here.now(), entropy=here.entropy
    )
    return {"change": change}
