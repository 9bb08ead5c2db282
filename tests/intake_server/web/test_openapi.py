"""The description of the API holds: schemathesis asks as each role and finds nothing."""

import re
import threading

import pytest
import schemathesis
from schemathesis.engine import events, from_schema
from servers import REFERENCE, a_server, an_item
from werkzeug.serving import make_server

from intake_server.security.policy import Role

schemathesis.serializer.alias(
    "application/offset+octet-stream", "application/octet-stream"
)

ROLES = (Role.VOLUNTEER, Role.COORDINATOR, Role.AUDITOR)
BY_DESIGN = {
    ("HEAD /api/v1/blobs/{sha256}", "Missing required header accepted"),
    ("HEAD /api/v1/blobs/{sha256}", "Schema-violating request accepted"),
    ("PATCH /api/v1/blobs/{sha256}", "Missing required header accepted"),
    ("PATCH /api/v1/blobs/{sha256}", "Schema-violating request accepted"),
    ("POST /api/v1/devices/enrol", "Schema-valid request rejected"),
    ("POST /api/v1/queue/{qid}/resolve", "Schema-valid request rejected"),
    ("POST /api/v1/changes/{change}/undo", "Schema-valid request rejected"),
}
"""Which 65 bytes are a point of P-256 is said by the curve. Which verbs fit is said by the item's kind, and whose a change is by its author.

An upload in another version of tus is refused with 412, as tus says.
"""


@pytest.fixture(scope="module")
def described(tmp_path_factory, stores):
    with a_server(tmp_path_factory.mktemp("openapi"), stores) as server:
        device = server.device()
        for number in (1, 2):
            item = an_item(str(number), child_ref=REFERENCE, medication=str(number))
            server.send(device, item)
        yield server


@pytest.fixture(scope="module")
def address(described):
    http = make_server("127.0.0.1", 0, described.app, threaded=True)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{http.port}/api/v1/openapi.json"
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.mark.parametrize("role", ROLES)
def test_whoever_asks_gets_what_is_described(described, address, scale, role):
    schema = schemathesis.openapi.from_url(address)
    schema.config.headers = {"Authorization": f"Bearer {described.token(role)}"}
    schema.config.request_timeout = 120
    schema.config.generation.deterministic = True
    schema.config.generation.max_examples = scale(10)

    found = set()
    asked = 0
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.interactions)
            found |= set(failures(event.recorder))

    assert found - BY_DESIGN == set()
    assert asked > 200


def failures(recorder):
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                call = recorder.cases[case].value.operation.label
                yield call, check.failure_info.failure.title


@pytest.fixture(scope="module")
def paths(described):
    return described.client.get("/api/v1/openapi.json").json["paths"]


def test_every_call_of_the_api_is_described(described, paths):
    there = {
        re.sub(r"<(?:[^:>]*:)?(\w+)>", r"{\1}", rule.rule)
        for rule in described.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "openapi" not in rule.rule
    }

    assert set(paths) == there


def test_every_call_has_a_sentence_and_a_way_in(paths):
    for path, operations in paths.items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            assert operation["summary"].endswith((".", ";"))
            is_open = path == "/api/v1/devices/enrol"
            known = [*operation.get("security", ())]
            takes_guests = path.endswith(("/submissions", "/{sha256}"))
            if takes_guests and method in ("post", "head", "patch"):
                assert known.pop() == {"pass": []}
            assert known == ([] if is_open else [{"bearer": []}])
