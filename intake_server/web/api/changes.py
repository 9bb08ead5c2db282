"""Changes are taken back."""

from typing import Any, Final

from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from intake_server.errors import AuditError, NotFoundError
from intake_server.security.policy import Action
from intake_server.services import undoing
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.queue import ItemSchema
from intake_server.web.api.schemas import Message, Text
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.items import said
from sync.change import is_id

changes = blueprint("changes", "What was said, and taking it back")

_LONGEST: Final = 2000


class ReasonSchema(Message):
    """Why."""

    reason = Text(longest=_LONGEST, required=True)


class UndoneSchema(Schema):
    """The change that took the other back, and the questions that are open again."""

    change = fields.String(required=True)
    open = fields.List(fields.Nested(ItemSchema), required=True)


@offer(
    changes,
    "POST",
    "/changes/<change>/undo",
    Call(
        action=Action.UNDO,
        body=ReasonSchema(),
        answer=UndoneSchema(),
        failures=(AuditError,),
    ),
)
def undo(change: str, body: dict[str, Any]) -> ResponseReturnValue:
    """Take back a decision, or one's own word; once it is back, asking again is harmless."""
    if not is_id(change):
        raise NotFoundError("change")
    here = context()
    undone = undoing.undo(
        here.database,
        change,
        body["reason"],
        by=asking(),
        now=here.now(),
        entropy=here.entropy,
    )
    return {"change": undone.change_id, "open": [said(item) for item in undone.opened]}
