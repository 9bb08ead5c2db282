"""A file comes over a line that breaks, to a server that is killed: it goes on."""

import socket
import time
from hashlib import sha256
from random import Random

import requests
from centres import FORMS, RECEPTION, with_answers
from programs import serving

from forms.instance import to_xml

FILE = Random("a long recording").randbytes(3_000_000)
DIGEST = sha256(FILE).hexdigest()
MIDDLE = 1_234_567


def send_form(url, token):
    form, name = FORMS["reception"], "uuid:with-a-file"
    answers = with_answers(RECEPTION, g_child={"photo_id": "face.jpg"})
    item = {
        "instance_id": name,
        "form_id": form.form_id,
        "form_version": form.version,
        "xml": to_xml(form.definition, answers, instance_id=name).decode(),
        "attachments": [{"name": "face.jpg", "sha256": DIGEST, "size": len(FILE)}],
    }
    answer = requests.post(
        f"{url}/api/v1/submissions",
        json={"submissions": [item]},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    return answer.json()["receipts"][0]


def said_by(token, offset=None):
    headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
    if offset is None:
        return headers
    kind = "application/offset+octet-stream"
    return {**headers, "Content-Type": kind, "Upload-Offset": str(offset)}


def patch(url, token, data, offset):
    address = f"{url}/api/v1/blobs/{DIGEST}"
    headers = said_by(token, offset)
    return requests.patch(address, data=data, headers=headers, timeout=60)


def offset_at(url, token):
    address = f"{url}/api/v1/blobs/{DIGEST}"
    answer = requests.head(address, headers=said_by(token), timeout=60)
    return int(answer.headers["Upload-Offset"])


def test_a_part_that_was_acknowledged_outlives_the_server(node):
    folder, token = node
    with serving(folder) as server:
        assert send_form(server.url, token)["missing"] == [DIGEST]
        assert patch(server.url, token, FILE[:MIDDLE], 0).status_code == 204
        server.kill()

    with serving(folder) as server:
        assert offset_at(server.url, token) == MIDDLE
        assert patch(server.url, token, FILE[MIDDLE:], MIDDLE).status_code == 204
        assert send_form(server.url, token)["missing"] == []


def test_what_came_before_the_line_broke_need_not_come_again(node):
    folder, token = node
    with serving(folder) as server:
        send_form(server.url, token)
        lines = said_by(token, 0) | {"Host": "x", "Content-Length": str(len(FILE))}
        head = "".join(f"{name}: {text}\r\n" for name, text in lines.items())
        with socket.create_connection(("127.0.0.1", server.port), 30) as line:
            line.sendall(
                f"PATCH /api/v1/blobs/{DIGEST} HTTP/1.1\r\n{head}\r\n".encode()
            )
            line.sendall(FILE[:MIDDLE])

        until = time.monotonic() + 20
        while offset_at(server.url, token) < MIDDLE and time.monotonic() < until:
            time.sleep(0.05)

        assert offset_at(server.url, token) == MIDDLE
        assert patch(server.url, token, FILE[MIDDLE:], MIDDLE).status_code == 204
        assert send_form(server.url, token)["missing"] == []
