"""Shapes that several calls of the JSON API share; meaning is not checked here."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import RAISE, Schema, ValidationError, fields, validate
from typing_extensions import override

from intake_server.services.storable import is_storable

_NO_NUL: Final = r"^[^\u0000]*$"


class Text(fields.String):
    """Text that every store can hold: no NUL and no half of a surrogate pair."""

    def __init__(self, *, longest: int, shortest: int = 1, **more: Any) -> None:
        length = validate.Length(min=shortest, max=longest)
        metadata = {"pattern": _NO_NUL, **more.pop("metadata", {})}
        checks = [length, _refuse_unstorable, *more.pop("validate", ())]
        super().__init__(validate=checks, metadata=metadata, **more)


class Flag(fields.Boolean):
    """Truth as JSON says it: ``true`` or ``false``, and never 1 or 0."""

    @override
    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Whole(fields.Integer):
    """A whole number as JSON says it: ``7`` is ``7.0``, and ``"7"`` is none."""

    @override
    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> int:
        is_whole = isinstance(value, float) and value.is_integer()
        value = int(value) if is_whole else value
        return super()._deserialize(value, attr, data, **kwargs)


def _refuse_unstorable(value: str) -> None:
    if not is_storable(value):
        raise ValidationError("Not a text that can be kept.")


class Message(Schema):
    """A shape in which an unknown member is an error."""

    class Meta:
        """Nothing is guessed, so nothing is dropped in silence."""

        unknown = RAISE


class ProblemSchema(Schema):
    """RFC 9457: branch on ``type``; ``title`` and ``detail`` are for people."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    instance = fields.String(metadata={"format": "uri-reference"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "422: reasons by path of the member"},
    )
    current = fields.Raw(
        metadata={"description": "409: the queue item as it is now, null when settled"}
    )
    rule = fields.String(metadata={"description": "the rule of care that would break"})
    field = fields.String(metadata={"description": "the property to look at for it"})
    advice = fields.String(metadata={"description": "what to do, for people"})
    retry_after_s = fields.Integer(metadata={"description": "503: when to try again"})
    server_time_ms = fields.Integer(
        metadata={"description": "401 stale-proof: the time here"}
    )
    wipe_order = fields.String(
        metadata={"description": "401 revoked: what the device does now"}
    )
    wipe_sig = fields.String(
        metadata={"description": "401 revoked: signature of the site's receipt key"}
    )


class MediaSchema(Schema):
    """A file that belongs to a form."""

    name = fields.String(required=True)
    hash = fields.String(required=True)
    url = fields.String(required=True, metadata={"format": "uri-reference"})


class TitleSchema(Schema):
    """A form's title in both languages."""

    uk = fields.String()
    en = fields.String()


class FormSchema(Schema):
    """A version of a form; ``hash`` is ``md5:`` over exactly the served bytes."""

    form_id = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.Nested(TitleSchema, required=True)
    hash = fields.String(required=True)
    xform_url = fields.String(required=True, metadata={"format": "uri-reference"})
    media = fields.List(fields.Nested(MediaSchema), required=True)


class FormListSchema(Schema):
    """The newest version of each form that is in use."""

    forms = fields.List(fields.Nested(FormSchema), required=True)


class WipeSchema(Schema):
    """An order to delete all that is on a device, and the site's signature of it."""

    order = fields.String(required=True)
    sig = fields.String(required=True)
