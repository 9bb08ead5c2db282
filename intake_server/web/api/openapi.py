"""The JSON API as one: its calls, and the document that describes them."""

from functools import partial
from typing import Any, Final

import flask_smorest
from flask import Flask

from intake_server.security.policy import Action
from intake_server.web.api.audit import audit
from intake_server.web.api.blobs import blobs
from intake_server.web.api.changes import changes
from intake_server.web.api.devices import devices
from intake_server.web.api.forms import forms
from intake_server.web.api.links import links
from intake_server.web.api.peers import peers
from intake_server.web.api.places import places
from intake_server.web.api.queue import VERBS, queue
from intake_server.web.api.records import records
from intake_server.web.api.submissions import submissions
from intake_server.web.auth import requires

CALLS: Final = (
    *(devices, forms, places, submissions, blobs, records, queue, changes, links),
    *(peers, audit),
)

_CONFIG: Final = {
    "API_TITLE": "Dodomu",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api/v1",
    "OPENAPI_JSON_PATH": "openapi.json",
}
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "Token of an enrolled device, or of a person or script",
}
_PASS: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "`Pass {pass}`: a device of another site, with `Dodomu-Proof`;"
    " it hands in sealed submissions and their files alone",
}
_DESCRIPTION: Final = "api-docs.openapi_json"


def offer_api(app: Flask) -> None:
    """Offer the calls of the API and its description."""
    app.config.update(_CONFIG)
    api: Any = flask_smorest.Api(app)
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    api.spec.components.security_scheme("bearer", _BEARER)
    api.spec.components.security_scheme("pass", _PASS)
    for calls in CALLS:
        api.register_blueprint(calls)
    decision = api.spec.components.schemas["Decision"]
    decision["oneOf"] = [{"required": [verb]} for verb in VERBS]
    described = partial(app.view_functions[_DESCRIPTION])
    app.view_functions[_DESCRIPTION] = requires(Action.PUBLIC)(described)
