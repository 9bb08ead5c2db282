"""A phone that signs its calls, over a real line: the path and the body as they were sent."""

import gzip
import json
from contextlib import closing
from hashlib import sha256
from http.client import HTTPConnection, HTTPException

import pytest
from lines import Line
from new_nodes import a_code, a_node
from programs import said, serving

from intake_server import clock
from intake_server.security import envelope

LINE_S = 30
JSON = {"Content-Type": "application/json"}
PART = {
    "Content-Type": "application/offset+octet-stream",
    "Tus-Resumable": "1.0.0",
    "Upload-Offset": "0",
}


class Phone:
    """A phone on the line."""

    def __init__(self, port):
        self.key = envelope.private(envelope.new_private())
        self.port = port
        self.token = ""

    def ask(self, method, path, body=b"", **headers):
        at = str(clock.now_ms())
        digest = sha256(body).hexdigest()
        signed = "\n".join(("dodomu-proof/v1", method, path, digest, at))
        proof = f"v1 {at} {envelope.sign(self.key, signed)}"
        sent = {"Authorization": f"Bearer {self.token}", "Dodomu-Proof": proof}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=LINE_S)) as line:
            line.request(method, path, body or None, {**sent, **headers})
            with line.getresponse() as answer:
                content = answer.read()
        return answer.status, json.loads(content) if content else None

    def knock(self, code):
        public = envelope.public_text(self.key)
        body = {"code": code, "label": "Lina", "public_key": public}
        content = json.dumps(body).encode()
        return self.ask("POST", "/api/v1/devices/enrol", content, **JSON)

    def come_in(self, code):
        status, told = self.knock(code)
        assert status == 200, told
        self.token = told["token"]
        return told


@pytest.fixture
def folder(tmp_path):
    return a_node(tmp_path / "node")


@pytest.fixture
def phone(folder):
    code = a_code(folder)
    with serving(folder) as server:
        phone = Phone(server.port)
        phone.told = phone.come_in(code)
        yield phone


def devices(folder):
    known = said(folder, "device", "list")["devices"]
    return {one["device_id"] for one in known}


def test_a_phone_whose_answer_was_lost_comes_in_by_the_same_code(folder):
    code = a_code(folder)
    before = devices(folder)
    with serving(folder) as server, Line(("127.0.0.1", server.port)) as line:
        phone, stranger = Phone(line.port), Phone(line.port)
        line.cuts += [0, 200]
        for _ in range(2):
            with pytest.raises((HTTPException, OSError)):
                phone.knock(code)
        [known] = devices(folder) - before

        assert stranger.knock(code)[0] == 404
        told = phone.come_in(code)

        assert phone.ask("GET", "/api/v1/devices/me")[0] == 200
        assert told["device_id"] == known
        assert devices(folder) == before | {known}


def test_a_phone_is_known_by_what_it_sent_byte_for_byte(phone):
    form = next(f for f in phone.told["forms"] if f["form_id"] == "reception")
    odd = form["xform_url"].replace("reception", "%72eception")
    line = HTTPConnection("127.0.0.1", phone.port, timeout=LINE_S)
    line.request(
        "GET", form["xform_url"], headers={"Authorization": f"Bearer {phone.token}"}
    )
    assert line.getresponse().status == 401
    line.close()

    for path in (
        "/api/v1/devices/me",
        "/api/v1/places?q=%D0%9B%D1%8C%D0%B2%D1%96%D0%B2",
        "/api/v1/places?q=a+b&q=%2f",
        "/api/v1/forms?",
    ):
        assert phone.ask("GET", path)[0] in (200, 422), path
    assert phone.ask("HEAD", odd)[0] == 200

    item = {
        "instance_id": "uuid:1",
        "form_id": "reception",
        "form_version": "1",
        "answers": {},
    }
    squeezed = gzip.compress(json.dumps({"submissions": [item]}).encode())
    status, answer = phone.ask(
        "POST",
        "/api/v1/submissions",
        squeezed,
        **{**JSON, "Content-Encoding": "gzip"},
    )
    assert status == 200
    assert answer["receipts"][0]["instance_id"] == "uuid:1"


def test_a_file_comes_in_parts_that_are_signed_each(phone):
    content = bytes(range(256)) * 3000
    digest = sha256(content).hexdigest()
    named = {"name": "a.png", "sha256": digest, "size": len(content)}
    item = {
        "instance_id": "uuid:2",
        "form_id": "reception",
        "form_version": "1",
        "answers": {},
        "attachments": [named],
    }
    body = json.dumps({"submissions": [item]}).encode()
    phone.ask("POST", "/api/v1/submissions", body, **JSON)

    for at in range(0, len(content), 262_144):
        part = content[at : at + 262_144]
        status, _ = phone.ask(
            "PATCH",
            f"/api/v1/blobs/{digest}",
            part,
            **{**PART, "Upload-Offset": str(at)},
        )
        assert status == 204

    _, answer = phone.ask("POST", "/api/v1/submissions", body, **JSON)
    assert answer["receipts"][0]["missing"] == []
