"""One decorator for a call of the JSON API: who may, what goes in, what comes out.

The OpenAPI document is made of the same arguments that the call works with, so it
cannot say something else.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

import flask_smorest
from flask import request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError

from intake_server import errors
from intake_server.security.policy import LEFT, TABLE, Action, Role, Standing
from intake_server.web import signed_calls
from intake_server.web.api.schemas import ProblemSchema
from intake_server.web.auth import requires
from intake_server.web.body import read_json
from intake_server.web.problems import MEDIA_TYPE, PROBLEMS

View = Callable[..., ResponseReturnValue]

_ALWAYS: Final = (errors.BusyError,)
_WITH_CREDENTIALS: Final = (errors.UnauthenticatedError, errors.NotFoundError)
_OF_DEVICES: Final = (
    errors.LeaseOverError,
    errors.RevokedDeviceError,
    errors.StaleProofError,
)
PROOF: Final = {
    "in": "header",
    "name": signed_calls.HEADER,
    "description": "of a device with a key: `v1 {unix_ms} {signature}`, ECDSA P-256 with"
    " SHA-256, r and s in base64, over the lines `dodomu-proof/v1`, method, path with"
    " query, hex SHA-256 of the body as sent, and unix_ms",
    "required": False,
    "schema": {"type": "string"},
}
_WITH_QUERY: Final = (errors.InvalidRequestError,)
_WITH_BODY: Final = (
    errors.MalformedError,
    errors.TooLargeError,
    errors.UnsupportedTypeError,
    errors.InvalidRequestError,
)
_SUCCESS: Final = frozenset({"200", "204"})
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the API.

    Attributes:
        action: What somebody must be allowed to do.
        answer: Shape of the answer; a view may also give a finished response.
        body: Shape of the JSON body; the view gets it as ``body``.
        query: Shape of the query; the view gets it as ``query``.
        failures: Errors that this call can be answered with, beside the usual ones.
        headers: Request headers that mean something, as OpenAPI parameters.
        responses: What OpenAPI shall say of answers beside the usual ones, by status;
            where it says of success, that is all that is said of it.
        raw: Media type of a body that is no JSON; the view reads it itself.
    """

    action: Action
    answer: Schema | None = None
    body: Schema | None = None
    query: Schema | None = None
    failures: Sequence[type[errors.IntakeError]] = ()
    headers: Sequence[Mapping[str, Any]] = ()
    responses: Mapping[str, Any] = field(default_factory=dict)
    raw: str = ""


def blueprint(name: str, description: str) -> Any:
    """Return a blueprint under ``/api/v1``."""
    return flask_smorest.Blueprint(
        name, name, url_prefix="/api/v1", description=description
    )


def offer(blueprint: Any, method: str, rule: str, call: Call) -> Callable[[View], View]:
    """Offer a view as a call of the API."""

    def register(view: View) -> View:
        @wraps(view)
        def run(**path: Any) -> Any:
            return view(**path, **_given(call))

        documented = blueprint.doc(**_documentation(call))(run)
        if call.responses.keys().isdisjoint(_SUCCESS):
            documented = blueprint.response(200, call.answer)(documented)
        blueprint.route(rule, methods=[method])(requires(call.action)(documented))
        return view

    return register


def _given(call: Call) -> dict[str, Any]:
    given = {}
    if call.query:
        given["query"] = _loaded(call.query, request.args.to_dict())
    if call.body:
        given["body"] = _loaded(call.body, read_json())
    return given


def _loaded(schema: Schema, data: Any) -> Any:
    try:
        return schema.load(data)
    except ValidationError as error:
        raise errors.InvalidRequestError(dict(_flat(error.messages))) from None


def _flat(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield reasons by path; a name that nobody here gave is not repeated."""
    if not isinstance(messages, dict):
        yield path or "body", [str(message) for message in messages]
        return
    for key, inner in messages.items():
        name = "body" if key == "_schema" else str(key)
        name = name if _NAME.match(name) or name.isdecimal() else "?"
        yield from _flat(inner, f"{path}.{name}" if path else name)


def _documentation(call: Call) -> dict[str, Any]:
    is_for_devices = Role.VOLUNTEER in TABLE.get(call.action, ())
    operation: dict[str, Any] = {
        "parameters": [*call.headers, *([PROOF] if is_for_devices else ())],
        "responses": {**dict(_problems(call)), **call.responses},
    }
    if call.action is not Action.PUBLIC:
        operation["security"] = [{"bearer": []}]
    if call.action in LEFT[Standing.GUEST]:
        operation["security"].append({"pass": []})
    if call.query:
        operation["parameters"].append({"in": "query", "schema": call.query})
    if call.body:
        content = {"application/json": {"schema": call.body}}
        operation["requestBody"] = {"required": True, "content": content}
    if call.raw:
        binary = {"type": "string", "format": "binary"}
        operation["requestBody"] = {"content": {call.raw: {"schema": binary}}}
    return operation


def _problems(call: Call) -> Iterator[tuple[str, dict[str, Any]]]:
    failures: list[type[errors.IntakeError]] = [*_ALWAYS, *call.failures]
    failures += _WITH_CREDENTIALS if call.action is not Action.PUBLIC else ()
    failures += _OF_DEVICES if Role.VOLUNTEER in TABLE.get(call.action, ()) else ()
    failures += _WITH_QUERY if call.query else ()
    failures += _WITH_BODY if call.body else ()
    kinds = {PROBLEMS[failure] for failure in failures}
    for status in sorted({kind.status for kind in kinds if kind.status}):
        slugs = sorted(kind.slug for kind in kinds if kind.status == status)
        yield (
            str(status),
            {
                "description": f"{HTTPStatus(status).phrase}: {', '.join(slugs)}",
                "content": {MEDIA_TYPE: {"schema": ProblemSchema}},
            },
        )
