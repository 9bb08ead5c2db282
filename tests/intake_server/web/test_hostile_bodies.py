import gzip
import json
import tracemalloc
import zlib

import pytest
import zstandard
from servers import an_item

CALL = "/api/v1/submissions"
CHILD = "Заборонене-Прізвище"


def batch(*items):
    return json.dumps({"submissions": items}).encode()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half"),
        pytest.param(b"{'submissions': []}", id="python"),
        pytest.param('{"submissions": []}'.encode("utf-16"), id="utf-16"),
        pytest.param('{"submissions": ["є"]}'.encode("cp1251"), id="cp1251"),
        pytest.param(b'\xef\xbb\xbf{"submissions": []}', id="bom"),
        pytest.param(b'{"submissions": [NaN]}', id="nan"),
        pytest.param(b'{"submissions": [' + b"9" * 5000 + b"]}", id="endless-number"),
        pytest.param(b"[" * 100_000, id="depth"),
        pytest.param(b'{"submissions":' * 2_000 + b"1" + b"}" * 2_000, id="nested"),
    ],
)
def test_what_is_not_json_is_malformed(server, device, body):
    answer = server.post(CALL, device, body)

    assert answer.status_code == 400
    assert answer.json["type"] == "/problems/malformed"
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        pytest.param("gzip", b"no gzip", id="not-gzip"),
        pytest.param("gzip", gzip.compress(batch())[:-9], id="torn-gzip"),
        pytest.param("gzip", gzip.compress(batch()) + b"more", id="trailing"),
        pytest.param("gzip", zlib.compress(batch()), id="zlib"),
        pytest.param("zstd", b"no zstd", id="not-zstd"),
        pytest.param("zstd", zstandard.compress(batch())[:-3], id="torn-zstd"),
    ],
)
def test_what_is_not_what_its_encoding_says_is_malformed(
    server, device, encoding, body
):
    answer = server.post(CALL, device, body, **{"Content-Encoding": encoding})

    assert answer.status_code == 400
    assert answer.json["type"] == "/problems/malformed"


@pytest.mark.parametrize(
    ("encoding", "press"),
    [
        pytest.param("identity", bytes, id="plain"),
        pytest.param("gzip", gzip.compress, id="gzip-bomb"),
        pytest.param("zstd", zstandard.compress, id="zstd-bomb"),
    ],
)
def test_no_more_is_decoded_than_a_batch_may_have(server, device, encoding, press):
    bomb = press(b" " * 50_000_000)

    answer = server.post(CALL, device, bomb, **{"Content-Encoding": encoding})

    assert answer.status_code == 413
    assert answer.json["type"] == "/problems/request-too-large"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate"])
def test_other_encodings_are_not_read(server, device, encoding):
    answer = server.post(CALL, device, batch(), **{"Content-Encoding": encoding})

    assert answer.status_code == 415
    assert "gzip" in answer.headers["Accept-Encoding"]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=cp1251",
    ],
)
def test_other_types_are_not_read(server, device, content_type):
    answer = server.client.post(
        CALL,
        data=batch(),
        content_type=content_type,
        headers={"Authorization": f"Bearer {device}"},
    )

    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("body", "path"),
    [
        pytest.param([], "body", id="list"),
        pytest.param({}, "submissions", id="no-member"),
        pytest.param({"submissions": {}}, "submissions", id="object"),
        pytest.param({"submissions": [CHILD]}, "submissions.0", id="text-as-item"),
        pytest.param({"submissions": [], "more": 1}, "more", id="unknown-member"),
        pytest.param({"submissions": [], CHILD: 1}, "?", id="unknown-odd-member"),
    ],
)
def test_a_batch_of_another_shape_names_the_member_and_no_value(
    server, device, body, path
):
    answer = server.post(CALL, device, body)

    assert answer.status_code == 422
    assert answer.json["type"] == "/problems/invalid"
    assert path in answer.json["errors"]
    assert CHILD not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "slug", "field"),
    [
        ({"instance_id": 7}, "unreadable-value", "instance_id"),
        ({"instance_id": "\ud800"}, "unreadable-value", "instance_id"),
        ({"instance_id": "a" * 300}, "unreadable-value", "instance_id"),
        ({"instance_id": None}, "missing-instance-id", None),
        ({"form_id": "\0"}, "unreadable-value", "form_id"),
        ({"form_version": 2026112201}, "unreadable-value", "form_version"),
        ({"form_id": "nothing"}, "unknown-form", "form_id"),
        ({"finalized_at": {}}, "unreadable-value", "finalized_at"),
        ({"answers": None}, "unreadable-value", "answers"),
        ({"answers": [1]}, "unreadable-value", "answers"),
        ({"xml": "<data/>"}, "unreadable-value", "answers"),
        ({"answers": None, "xml": 1}, "unreadable-value", "xml"),
        ({"answers": None, "xml": "<a>\udfff</a>"}, "unreadable-value", "xml"),
        ({"answers": None, "xml": "<a>\0</a>"}, "malformed-xml", None),
        ({"answers": None, "xml": "<a>"}, "malformed-xml", None),
        ({"answers": None, "xml": "<!DOCTYPE a><a/>"}, "doctype", None),
        ({"answers": {"family_name": "\ud83d"}}, "unreadable-value", "answers.family_name"),
        ({"answers": {"\udead": 1}}, "unreadable-value", "answers"),
        ({"answers": {"a": {"b": ["\0"]}}}, "unreadable-value", "answers.a.b.0"),
        ({"answers": {"weight": 2**70}}, "unreadable-value", "answers.weight"),
        ({"answers": {"weight": 1e400}}, "unreadable-value", "answers.weight"),
        ({"answers": {"a": "x" * 300_000}}, "too-large", "answers.a"),
        ({"based_on": []}, "unreadable-value", "based_on"),
        ({"based_on": {"d": {"c": [1]}}}, "unreadable-value", "based_on"),
        ({"attachments": {}}, "unreadable-value", "attachments"),
        ({"attachments": [{"name": "a.jpg"}]}, "unreadable-value", "attachments"),
    ],
)  # fmt: skip
def test_an_odd_item_is_kept_and_its_receipt_names_the_field(
    server, device, change, slug, field
):
    text = json.dumps({"submissions": [{**an_item(), **change}, an_item("2")]})
    body = text.replace("Infinity", "1e400").encode()

    answer = server.post(CALL, device, body)

    odd, other = answer.json["receipts"]
    assert odd["status"] == "quarantined"
    assert odd["problem"]["type"] == f"/problems/{slug}"
    assert field is None or odd["problem"]["field"] == field
    assert other["status"] == "stored"


def test_an_odd_item_sent_again_is_a_duplicate(server, device):
    item = {**an_item(), "answers": {"family_name": "\ud83d"}}

    assert [r["status"] for r in server.send(device, item)] == ["quarantined"]
    assert [r["status"] for r in server.send(device, item)] == ["duplicate"]


@pytest.mark.parametrize("depth", [70, 400, 800, 930, 940, 950, 960, 970, 980, 990])
def test_a_deep_item_never_breaks_the_server(server, device, depth):
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    body = batch(an_item()).replace(b'{"family_name"', b'{"x": ' + deep + b', "y"')

    answer = server.post(CALL, device, body)

    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        (receipt,) = answer.json["receipts"]
        assert receipt["problem"]["type"] == "/problems/too-deep"


def test_too_many_answers_are_set_aside(server, device):
    (receipt,) = server.send(device, {**an_item(), "answers": {"a": [0] * 20_001}})

    assert receipt["problem"]["type"] == "/problems/too-many-elements"


@pytest.mark.parametrize(
    ("encoding", "press"), [("gzip", gzip.compress), ("zstd", zstandard.compress)]
)
def test_a_bomb_costs_little_memory(server, device, encoding, press):
    bomb = press(b" " * 50_000_000)

    tracemalloc.start()
    server.post(CALL, device, bomb, **{"Content-Encoding": encoding})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 15_000_000
