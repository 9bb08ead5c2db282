"""Records are read: one, a page of them, the history of one; and one is voided."""

import re
from typing import Any, Final
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate
from msgspec import UNSET
from typing_extensions import override

from intake_server.errors import AuditError
from intake_server.security.policy import Action
from intake_server.services import records as service
from intake_server.services import voiding
from intake_server.services.voiding import Void
from intake_server.storage.documents import Past, StoredView
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.schemas import Message, Text
from intake_server.web.auth import asking
from intake_server.web.body import JSON
from intake_server.web.context import context
from sync.change import Write

records = blueprint("records", "Children, their cases, and what happened")

_CHANGE: Final = r"^[0-9a-f]{32}$"

CURSOR: Final = re.compile(r"^[0-9A-Za-z:.~+-]{1,200}$")


class PageQuerySchema(Message):
    """Which records."""

    q = Text(longest=200, shortest=0, load_default="")
    kind = Text(longest=40)
    site = Text(longest=80)
    cursor = fields.String(validate=validate.Regexp(CURSOR))


class CandidateSchema(Schema):
    """One of several answers, and who gave it."""

    value = fields.Raw(required=True, allow_none=True)
    heads = fields.List(fields.String())
    change = fields.String(required=True)
    site = fields.String(required=True)
    author = fields.String(required=True)
    device = fields.String()
    at = fields.String(required=True)
    off = fields.Integer(allow_none=True)
    src = fields.String(allow_none=True)
    member = fields.String()


class OriginSchema(Schema):
    """Who said something, where, when and on what evidence."""

    change = fields.String(required=True)
    site = fields.String(required=True)
    author = fields.String(required=True)
    device = fields.String(required=True)
    at = fields.String(required=True)
    off = fields.Integer(required=True, allow_none=True)
    src = fields.String(required=True, allow_none=True)


class PickedSchema(OriginSchema):
    """Whose answer a person let stand, and why."""

    member = fields.String(required=True)
    why = fields.String(required=True, allow_none=True)


class UnsortedSchema(OriginSchema):
    """An answer that was written while the record counted as one with another."""

    property = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    element = fields.String()
    other = fields.String(required=True)


class RecordSchema(Schema):
    """What people see of a document; contested properties stand with all answers.

    Records that are linked show the same: what their answers amount to together.
    """

    doc = fields.String(required=True, metadata={"format": "uuid"})
    kind = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    values = fields.Dict(keys=fields.String(), required=True)
    contested = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(CandidateSchema)),
        required=True,
    )
    heads = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "per cell what based_on names after reading this"},
    )
    aliases = fields.List(fields.String(), required=True)
    picks = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(PickedSchema),
        metadata={"description": "whose answer was picked where linked records differ"},
    )
    sorting = fields.List(
        fields.Nested(UnsortedSchema),
        metadata={"description": "after unlinking: whose answers are these?"},
    )
    subject = fields.String()
    form = fields.String()
    instance_id = fields.String()
    parent = fields.String()


class PageSchema(Schema):
    """Some records, and the cursor of the next page; null at the end."""

    records = fields.List(fields.Nested(RecordSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class WriteSchema(Schema):
    """One write of one cell."""

    cell = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    preds = fields.List(fields.String(), required=True)
    src = fields.String(allow_none=True)
    act = fields.String(allow_none=True)
    why = fields.String(allow_none=True)
    undoes = fields.List(fields.String())


class PastSchema(Schema):
    """One change and what it says on this record; ``writes`` is null where withheld."""

    change = fields.String(required=True)
    author = fields.String(required=True)
    device = fields.String(required=True)
    site = fields.String(required=True)
    at = fields.String(required=True)
    off = fields.Integer(required=True, allow_none=True)
    form = fields.String(required=True)
    quarantined = fields.String(required=True, allow_none=True)
    writes = fields.List(fields.Nested(WriteSchema), required=True, allow_none=True)


class HistorySchema(Schema):
    """The changes of a record, newest first."""

    changes = fields.List(fields.Nested(PastSchema), required=True)


class Flag(fields.Boolean):
    """True or false, and nothing that Python takes for it."""

    @override
    def _deserialize(self, value: Any, *args: Any, **more: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class VoidSchema(Message):
    """Whether a record was made by mistake, and why."""

    void = Flag(required=True)
    reason = Text(longest=2000, required=True)
    based_on = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String(validate=validate.Regexp(_CHANGE))),
        required=True,
        metadata={"description": "heads of the record, as it was read"},
    )


class VoidedSchema(Schema):
    """The change that was written; null where just this was on the screen."""

    change = fields.String(required=True, allow_none=True)


@offer(
    records,
    "GET",
    "/records",
    Call(
        action=Action.READ_RECORDS,
        query=PageQuerySchema(),
        answer=PageSchema(),
        failures=(AuditError,),
    ),
)
def page(query: dict[str, Any]) -> ResponseReturnValue:
    """Return records, newest first; each one that is shown is noted."""
    here = context()
    found = service.page(here.database, viewer=asking(), now=here.now(), **query)
    return {"records": [view.view for view in found.views], "next": found.cursor}


@offer(
    records,
    "GET",
    "/records/<uuid:doc>",
    Call(action=Action.READ_RECORDS, answer=RecordSchema(), failures=(AuditError,)),
)
def one(doc: UUID) -> ResponseReturnValue:
    """Return a record; the read is noted."""
    here = context()
    found = service.one(here.database, str(doc), viewer=asking(), now=here.now())
    return as_kept(found)


@offer(
    records,
    "GET",
    "/records/<uuid:doc>/history",
    Call(action=Action.READ_RECORDS, answer=HistorySchema(), failures=(AuditError,)),
)
def history(doc: UUID) -> ResponseReturnValue:
    """Return the changes of a record, newest first; the read is noted."""
    here = context()
    found = service.history(here.database, str(doc), viewer=asking(), now=here.now())
    return {"changes": [_past(past, str(doc)) for past in found]}


@offer(
    records,
    "POST",
    "/records/<uuid:doc>/void",
    Call(
        action=Action.VOID,
        body=VoidSchema(),
        answer=VoidedSchema(),
        failures=(AuditError,),
    ),
)
def void(doc: UUID, body: dict[str, Any]) -> ResponseReturnValue:
    """Say that a record was made by mistake, or that it stays.

    Where somebody wrote what ``based_on`` does not name, the record stays and a question
    says so.
    """
    here = context()
    said = Void(
        doc=str(doc),
        is_void=body["void"],
        reason=body["reason"],
        shown=frozenset(id for ids in body["based_on"].values() for id in ids),
    )
    change = voiding.void(
        here.database, said, by=asking(), now=here.now(), entropy=here.entropy
    )
    return {"change": change}


def as_kept(found: StoredView) -> Response:
    """Answer with a view byte for byte as every node with the same changes does."""
    return Response(found.text, content_type=JSON)


def _past(past: Past, doc: str) -> dict[str, Any]:
    change = past.change
    said = next((edit.w for edit in change.edits if edit.doc == doc), None)
    return {
        "change": change.id,
        "author": change.author,
        "device": change.device,
        "site": change.site,
        "at": change.wall,
        "off": change.off,
        "form": change.form,
        "quarantined": past.code,
        "writes": None if said is None else [_write(write) for write in said],
    }


def _write(write: Write) -> dict[str, Any]:
    return {
        "cell": write.cell,
        "value": None if write.v is UNSET else write.v,
        "preds": list(write.p),
        "src": write.src,
        "act": write.act,
        "why": write.why,
        "undoes": list(write.undoes),
    }
