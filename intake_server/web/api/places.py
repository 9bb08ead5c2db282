"""Places: finding one by a part of its name; its code is what forms write down."""

from typing import Any, Final

from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields, validate

from forms.places import oblasts
from forms.places.codifier import Kind, Place, label
from forms.places.search import MOST, find
from intake_server.security.policy import Action
from intake_server.web.api.endpoint import Call, blueprint, offer
from intake_server.web.api.schemas import Message, Text, TitleSchema

places = blueprint("places", "Places of Ukraine")

_LIMIT: Final = 100
_NAMES: Final = {kind: kind.name.lower() for kind in Kind}


class PlacesQuerySchema(Message):
    """A part of a name, and where to look."""

    q = Text(
        longest=80,
        required=True,
        metadata={"description": "in Ukrainian or Latin letters"},
    )
    within = Text(
        longest=19,
        load_default="",
        shortest=0,
        metadata={
            "description": "code of an oblast, raion, hromada or city, or ISO 3166-2"
        },
    )
    limit = fields.Integer(
        load_default=MOST, validate=validate.Range(min=1, max=_LIMIT)
    )


class PlaceSchema(Schema):
    """A place; ``oblast`` is the ISO 3166-2 code that forms name it by."""

    code = fields.String(required=True, metadata={"description": "KATOTTG"})
    kind = fields.String(required=True, validate=validate.OneOf(tuple(_NAMES.values())))
    name = fields.String(required=True)
    label = fields.Nested(TitleSchema, required=True)
    oblast = fields.String(required=True)


class PlacesSchema(Schema):
    """Places, the likeliest first; none in a place that is not known."""

    places = fields.List(fields.Nested(PlaceSchema), required=True)


@offer(
    places,
    "GET",
    "/places",
    Call(
        action=Action.FIND_PLACES,
        query=PlacesQuerySchema(),
        answer=PlacesSchema(),
    ),
)
def find_places(query: dict[str, Any]) -> ResponseReturnValue:
    """Return the places that a part of a name may mean, settlements first."""
    found = find(query["q"], inside=query["within"], most=query["limit"])
    return {"places": [_said(place) for place in found]}


def _said(place: Place) -> dict[str, Any]:
    return {
        "code": place.code,
        "kind": _NAMES[place.kind],
        "name": place.name,
        "label": {"uk": label(place.code), "en": label(place.code, "en")},
        "oblast": oblasts.iso(place.code),
    }
