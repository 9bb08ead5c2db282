"""A batch of finished forms comes in; each gets a receipt, and none holds up another."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from intake_server.errors import NotPractisedError, StorageFullError, TooLargeError
from intake_server.security import envelope
from intake_server.security.policy import Action
from intake_server.services import attachments, enrolment, intake, post
from intake_server.services.attachments import DAMAGED, TOO_LARGE, TOO_MANY
from intake_server.services.intake import Incoming, Receipt
from intake_server.services.items import incoming
from intake_server.services.receipts import LeftOut, signed_text
from intake_server.services.unsealing import unseal
from intake_server.web import arrival, practice
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.schemas import Message, WipeSchema
from intake_server.web.auth import asking, order_to_wipe, refuse_open
from intake_server.web.context import context
from intake_server.web.language import language
from intake_server.web.receipt_problems import RECEIPT_PROBLEMS

submissions = blueprint("submissions", "Finished forms")

_ITEM = """
A finished form: `instance_id`, `form_id`, `form_version`, `finalized_at` and exactly one
of `xml` (text of the instance), `answers` (nested by group, repeats as lists of objects)
and `sealed` (`to`, `key_id`, `enc`, `ct`). Optional: `based_on` (document, cell, ids)
and `attachments` (`name`, `sha256`, `size`). A member that cannot be read sets this one
submission aside; its receipt names it.
"""


class BatchSchema(Message):
    """Finished forms, in the order in which receipts are wanted."""

    submissions = fields.List(
        fields.Dict(keys=fields.String(), metadata={"description": _ITEM}),
        required=True,
    )


class NamedDocumentSchema(Schema):
    """A document that a submission says something on."""

    doc = fields.String(required=True, metadata={"format": "uuid"})
    kind = fields.String(required=True)


class ReceiptProblemSchema(Schema):
    """What is odd about one submission; it is kept all the same."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    detail = fields.String(required=True)
    field = fields.String()


class LeftOutSchema(Schema):
    """A file that is past a limit, or damaged; the form that names it is kept all the same."""

    sha256 = fields.String(required=True)
    reason = fields.String(
        required=True, metadata={"enum": [TOO_LARGE, TOO_MANY, DAMAGED]}
    )


class ReceiptSchema(Schema):
    """What became of one submission, after it is durable."""

    instance_id = fields.String(required=True)
    status = fields.String(
        required=True, metadata={"enum": ["stored", "duplicate", "quarantined"]}
    )
    reference = fields.String()
    documents = fields.List(fields.Nested(NamedDocumentSchema), required=True)
    sha256 = fields.String(
        required=True,
        metadata={
            "description": "of what came; of the sealed item where it was sealed"
        },
    )
    missing = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "SHA-256 of named files that have not come yet, as they are sent"
        },
    )
    left_out = fields.List(
        fields.Nested(LeftOutSchema),
        metadata={"description": "named files that are not taken; the form is"},
    )
    sealed_for = fields.String(
        metadata={"description": "the site that it is kept for, which opens it"}
    )
    by = fields.String(metadata={"description": "the site that answers"})
    sig = fields.String(
        metadata={
            "description": "of that site's receipt key over instance_id, sha256, status,"
            " reference or nothing, and missing joined by commas, with | between them:"
            " ECDSA on P-256 with SHA-256, r and s in base64"
        }
    )
    problem = fields.Nested(ReceiptProblemSchema)
    practice = fields.Boolean(
        metadata={"description": "true where the sender practises; absent otherwise"}
    )


class ReceiptsSchema(Schema):
    """One receipt for each submission, in the order sent."""

    receipts = fields.List(fields.Nested(ReceiptSchema), required=True)
    wipe = fields.Nested(
        WipeSchema,
        metadata={"description": "for a revoked device; absent otherwise"},
    )


@offer(
    submissions,
    "POST",
    "/submissions",
    Call(
        action=Action.SUBMIT,
        body=BatchSchema(),
        answer=ReceiptsSchema(),
        failures=(StorageFullError, NotPractisedError),
        responses={
            "429": {
                "description": "Too many requests, said by a proxy; see Retry-After"
            }
        },
    ),
)
def receive(body: dict[str, Any]) -> ResponseReturnValue:
    """Take a batch; one receipt per submission, in the order sent.

    Sending a batch again is harmless: what is known is answered as a duplicate.
    """
    here = context()
    batch = body["submissions"]
    if len(batch) > here.settings.max_batch_items:
        raise TooLargeError(here.settings.max_batch_items, "submissions")
    sender = asking()
    offset_ms = arrival.clock_off_ms()
    came = [incoming(item) for item in batch]
    if not all(one.sealed for one in came):
        refuse_open()
    items = [unseal(one, here.keyring) for one in came]
    practice.refuse_earnest(items)
    receive_all = intake.receive if practice.is_practice() else post.receive
    receipts = receive_all(
        here.database,
        items,
        sender=sender,
        now=arrival.arrived(),
        offset_ms=offset_ms,
        entropy=here.entropy,
    )
    told = _with_files(items, receipts)
    known_as = [item.sent_as.hex() if item.sent_as else "" for item in items]
    enrolment.saw(here.doors, sender, now=arrival.arrived(), clock_off_ms=offset_ms)
    answer: dict[str, Any] = {
        "receipts": [
            _said(receipt, digest or receipt.sha256)
            for receipt, digest in zip(told, known_as, strict=True)
        ]
    }
    if wipe := order_to_wipe():
        answer["wipe"] = {"order": wipe.order, "sig": wipe.signature}
    return answer


def _with_files(
    items: Sequence[Incoming], receipts: Sequence[Receipt]
) -> tuple[Receipt, ...]:
    """Say which files are missing, where an item names some or was here before."""
    here = context()
    for item, receipt in zip(items, receipts, strict=True):
        is_known = receipt.status == "duplicate" and not receipt.sealed_for
        if item.attachments and is_known:
            attachments.add_to(
                here.database,
                receipt.place,
                item.attachments,
                now=arrival.arrived(),
                settings=here.settings,
                entropy=here.entropy,
            )
    asked = [
        receipt
        for item, receipt in zip(items, receipts, strict=True)
        if not receipt.sealed_for
        and (item.attachments or receipt.status == "duplicate")
    ]
    if not asked:
        return tuple(receipts)
    found = attachments.outstanding(here.database, asked, here.settings)
    nothing: tuple[tuple[str, ...], tuple[LeftOut, ...]] = ((), ())
    told = []
    for receipt in receipts:
        if receipt.sealed_for:
            told.append(receipt)
            continue
        missing, left_out = found.get(receipt.place, nothing)
        told.append(replace(receipt, missing=missing, left_out=left_out))
    return tuple(told)


def _said(receipt: Receipt, sha256: str) -> dict[str, Any]:
    """Return a receipt as it is sent, signed where this node has a key for that."""
    here = context()
    pair = here.keyring.receipt
    said: dict[str, Any] = {
        "instance_id": receipt.instance_id,
        "status": receipt.status,
        "reference": receipt.reference,
        "documents": [{"doc": doc, "kind": kind} for doc, kind in receipt.documents],
        "sha256": sha256,
        "missing": receipt.missing,
        "left_out": [
            {"sha256": one.sha256, "reason": one.reason} for one in receipt.left_out
        ]
        or None,
        "sealed_for": receipt.sealed_for,
        "problem": _problem(receipt),
        "practice": practice.is_practice() or None,
        "by": here.settings.site if pair else None,
        "sig": envelope.sign(pair.private, signed_text(receipt, sha256))
        if pair
        else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _problem(receipt: Receipt) -> dict[str, Any] | None:
    if receipt.problem is None:
        return None
    kind = RECEIPT_PROBLEMS[receipt.problem.slug]
    said = {
        "type": kind.uri,
        "title": kind.title.within(language()),
        "detail": receipt.problem.detail,
    }
    if receipt.problem.field:
        said["field"] = receipt.problem.field
    return said
