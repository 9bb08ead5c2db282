"""Every role at every call: a new call fails here until somebody says who may."""

import pytest
from illustrated import illustrated
from servers import a_server

from intake_server.security.policy import PEOPLE, Action, Role
from intake_server.web.auth import required

EVERYBODY = "everybody"
STAFF = {Role.WORKER, Role.CLINICIAN, Role.COORDINATOR}
FIELD = STAFF | {Role.VOLUNTEER}
DOC = "7f1a8d1e-0000-5000-8000-000000000000"
QID = "0" * 32

API = {
    "GET /api/v1/openapi.json": EVERYBODY,
    "POST /api/v1/devices/enrol": EVERYBODY,
    "GET /api/v1/devices/me": {Role.VOLUNTEER},
    "POST /api/v1/devices/me/wiped": {Role.VOLUNTEER},
    "GET /api/v1/forms": FIELD,
    "GET /api/v1/forms/<form_id>/<version>.xml": FIELD,
    "GET /api/v1/forms/<form_id>/<version>/media/<name>": FIELD,
    "GET /api/v1/places": FIELD,
    "POST /api/v1/submissions": FIELD,
    "HEAD /api/v1/blobs/<string(length=64):sha256>": FIELD,
    "PATCH /api/v1/blobs/<string(length=64):sha256>": FIELD,
    "GET /api/v1/blobs/<string(length=64):sha256>": STAFF,
    "GET /api/v1/blobs/<string(length=64):sha256>/original": {Role.COORDINATOR},
    "GET /api/v1/records": STAFF,
    "GET /api/v1/records/<uuid:doc>": STAFF,
    "GET /api/v1/records/<uuid:doc>/history": STAFF,
    "POST /api/v1/records/<uuid:doc>/void": STAFF,
    "GET /api/v1/queue": STAFF,
    "GET /api/v1/queue/<string(length=32):qid>": STAFF,
    "POST /api/v1/queue/<string(length=32):qid>/resolve": STAFF,
    "POST /api/v1/queue/resolve": STAFF,
    "POST /api/v1/changes/<change>/undo": STAFF,
    "POST /api/v1/links": STAFF,
    "POST /api/v1/links/picks": STAFF,
    "GET /api/v1/sync/peers": STAFF | {Role.ADMIN},
    "GET /api/v1/audit": {Role.AUDITOR},
}
KEY = {
    "GET /key/<key>/formList": FIELD,
    "GET /key/<key>/xforms/<form_id>/<version>.xml": FIELD,
    "GET /key/<key>/xforms/<form_id>/<version>/manifest.xml": FIELD,
    "GET /key/<key>/xforms/<form_id>/<version>/media/<name>": FIELD,
    "HEAD /key/<key>/submission": FIELD,
    "POST /key/<key>/submission": FIELD,
}
BASIC = {
    "GET /formList": FIELD,
    "GET /xforms/<form_id>/<version>.xml": FIELD,
    "GET /xforms/<form_id>/<version>/manifest.xml": FIELD,
    "GET /xforms/<form_id>/<version>/media/<name>": FIELD,
    "HEAD /submission": FIELD,
    "POST /submission": FIELD,
}
PAGES = {
    "GET /static/<path:filename>": EVERYBODY,
    "GET /healthz": EVERYBODY,
    "GET /field/": EVERYBODY,
    "GET /field/desk/": EVERYBODY,
    "GET /field/<path:name>": EVERYBODY,
    "GET /field/squeezed/<path:name>": EVERYBODY,
    "GET /help/collect": EVERYBODY,
    "GET /help/field": EVERYBODY,
    "GET /help/": EVERYBODY,
    "GET /help/<any(worker,coordinator,admin,auditor):role>": EVERYBODY,
    "GET /problems/": EVERYBODY,
    "GET /problems/<slug>": EVERYBODY,
    "GET /enrol": EVERYBODY,
    "GET /enrol/<code>": EVERYBODY,
    "POST /enrol": EVERYBODY,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "GET /sign-in/<code>": EVERYBODY,
    "POST /sign-in/<code>": EVERYBODY,
    "GET /prove": set(PEOPLE),
    "POST /prove": set(PEOPLE),
    "POST /sign-out": {
        Role.WORKER,
        Role.COORDINATOR,
        Role.AUDITOR,
        Role.ADMIN,
        Role.NATIONAL_SUPERVISOR,
    },
}
OWN_SUITES = {"sync", "pages", "desk"}
"""Blueprints that have tests of this kind of their own."""


def routes(server):
    for rule in server.app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in OWN_SUITES:
            continue
        methods = rule.methods - {"OPTIONS"}
        if "GET" in methods:
            methods -= {"HEAD"}
        for method in methods:
            yield f"{method} {rule.rule}", required(server.app, rule.endpoint)


def at(rule, key=""):
    path = rule.split(" ", 1)[1]
    for part, value in {
        "<form_id>/<version>/media/<name>": "herbs/1/media/meadow.png",
        "<uuid:doc>": DOC,
        "<string(length=32):qid>": QID,
        "<string(length=64):sha256>": "0" * 64,
        "<path:name>": "index.html",
        "<key>": key,
        "<form_id>": "arrival",
        "<version>": "2026112201",
    }.items():
        path = path.replace(part, value)
    return path


@pytest.fixture(scope="module")
def everyone(tmp_path_factory, stores):
    with a_server(tmp_path_factory.mktemp("matrix"), stores) as server:
        server.publish(illustrated())
        yield server, {role: server.token(role) for role in Role}


def test_every_call_is_in_the_matrix(everyone):
    server, _ = everyone

    named = {**API, **KEY, **BASIC, **PAGES}
    assert {rule for rule, _ in routes(server)} == set(named)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("rule", API)
def test_a_bearer_token_opens_what_its_role_may(everyone, role, rule):
    server, tokens = everyone
    method = rule.split(" ")[0]

    answer = server.client.open(
        at(rule),
        method=method,
        json={} if method == "POST" else None,
        headers={"Authorization": f"Bearer {tokens[role]}"},
    )

    may = API[rule] == EVERYBODY or role in API[rule]
    assert is_refused(answer) != may


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("rule", KEY)
def test_a_key_in_the_path_opens_what_its_role_may(everyone, role, rule):
    server, tokens = everyone

    answer = server.client.open(at(rule, tokens[role]), method=rule.split(" ")[0])

    assert (answer.status_code == 404) != (role in KEY[rule])


@pytest.mark.parametrize(
    "rule", [rule for rule, who in {**API, **KEY, **BASIC}.items() if who != EVERYBODY]
)
def test_nobody_gets_in_without_credentials(everyone, rule):
    server, _ = everyone

    answer = server.client.open(at(rule, "no-such-key"), method=rule.split(" ")[0])

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "rule", [rule for rule, who in API.items() if who != EVERYBODY]
)
def test_a_session_of_pages_never_opens_the_api(everyone, rule):
    server, _ = everyone
    browser = server.browser(Role.COORDINATOR)

    assert browser.open(at(rule), method=rule.split(" ")[0]).status_code == 401


def test_every_view_says_what_it_requires(everyone):
    server, _ = everyone

    assert all(isinstance(action, Action) for _, action in routes(server))


def is_refused(answer):
    """A refusal is the 404 that names no thing that could be there."""
    if answer.request.method == "HEAD":
        return answer.status_code == 404
    return (
        answer.status_code == 404 and answer.json["detail"] == "there is no such page"
    )
