"""Whatever is posted to a server, it answers, stays small, and takes the next form.

A real server over a real line: no answer is a 5xx, none takes more than two seconds, and
all of them together cost it at most 100 MB.
"""

import http.client
import json
import socket
import time
from hashlib import sha256
from itertools import count
from pathlib import Path

import intruders
import pytest
import requests
from centres import FORMS, RECEPTION
from intruders import JSON, Post
from lxml import html
from new_nodes import a_node, a_token
from programs import Serving, said, serving

from forms.instance import to_xml
from intake_server import clock
from intake_server.cli.here import Here
from intake_server.services import people

MOST_MB = 100
MOST_S = 2.0
BUNCH = 10
TRIES = 3
PAUSE_S = 10
"""One busy stretch of the machine does not spoil all tries."""


class Line:
    """What a phone with a key and a coordinator's browser say to a server."""

    def __init__(self, server: Serving, token: str, session: str) -> None:
        self.server = server
        self.token = token
        self._numbers = count(1)
        self._cookie = f"dodomu={session}"
        page = requests.get(
            f"{server.url}/forms", headers={"Cookie": self._cookie}, timeout=30
        )
        self._csrf = html.fromstring(page.text).xpath("//input[@name='csrf']/@value")[0]

    def send(self, post: Post) -> tuple[int | None, float]:
        """Post; return the status and the seconds it took; None where the line broke."""
        for content in post.named:
            self._name(content)
        headers = {**post.headers, **self._shown(post)}
        body = post.body.replace(b"{csrf}", self._csrf.encode())
        path = post.path.replace("{key}", self.token)
        began = time.monotonic()
        if post.is_cut:
            self._break_off(post.method, path, headers, body)
            return None, time.monotonic() - began
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            line.request(post.method, path, body, headers)
            answer = line.getresponse()
            answer.read()
        except (BrokenPipeError, ConnectionResetError):
            return None, time.monotonic() - began  # it would not read all of it
        finally:
            line.close()
        return answer.status, time.monotonic() - began

    def good_form(self) -> str:
        """Send a form as it should be; return what became of it."""
        form, name = FORMS["reception"], f"uuid:good-{next(self._numbers)}"
        item = {
            "instance_id": name,
            "form_id": form.form_id,
            "form_version": form.version,
            "xml": to_xml(form.definition, RECEPTION, instance_id=name).decode(),
        }
        return self._batch(item)[0]["status"]

    def _name(self, content: bytes) -> None:
        digest = sha256(content).hexdigest()
        file = {"name": "a.jpg", "sha256": digest, "size": len(content)}
        item = {
            "instance_id": f"uuid:naming-{next(self._numbers)}",
            "form_id": "reception",
            "form_version": "1",
            "answers": {},
            "attachments": [file],
        }
        (receipt,) = self._batch(item)
        assert receipt["missing"] == [digest]

    def _batch(self, *items: object) -> list[dict[str, str]]:
        answer = requests.post(
            f"{self.server.url}/api/v1/submissions",
            data=json.dumps({"submissions": items}),
            headers={"Content-Type": JSON, "Authorization": f"Bearer {self.token}"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json()["receipts"]

    def _shown(self, post: Post) -> dict[str, str]:
        match post.as_who:
            case "phone":
                return {"Authorization": f"Bearer {self.token}"}
            case "desk":
                return {"Cookie": self._cookie}
            case _:
                return {}

    def _break_off(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> None:
        said = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
        lines = "".join(f"{name}: {text}\r\n" for name, text in said.items())
        with socket.create_connection(("127.0.0.1", self.server.port), 30) as line:
            line.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode())
            line.sendall(body[: len(body) // 2])


@pytest.fixture
def line(tmp_path):
    folder = a_node(tmp_path / "node")
    token = a_token(folder)
    person = said(folder, "user", "add", "--name", "Ірина", "--role", "coordinator")
    with Here(folder).opened() as (_, database):
        code = person["url"].rsplit("/", 1)[1]
        session = people.sign_in(database, code, now=clock.now())
    with serving(folder) as server:
        line = Line(server, token, session)
        for _ in range(20):
            line.good_form()
        yield line


def memory_mb(server):
    """The memory of the server and its workers, without what files are read through."""
    total = 0
    for process in server.processes:
        status = Path(f"/proc/{process}/status").read_text()
        total += int(status.split("RssAnon:")[1].split()[0])
    return total / 1024


def withstand(line, posts, record):
    before = memory_mb(line.server)
    processes = line.server.processes
    most, slowest, wrong = before, ("", 0.0), []
    for number, (name, post) in enumerate(posts, 1):
        status, took = line.send(post)
        for _ in range(TRIES - 1):
            if took <= MOST_S:
                break
            time.sleep(PAUSE_S)
            status, took = line.send(post)
        slowest = max(slowest, (name, took), key=lambda one: one[1])
        most = max(most, memory_mb(line.server))
        if (status or 0) >= 500:
            wrong.append(f"{name}: {status}")
        if number % BUNCH == 0 and line.good_form() != "stored":
            wrong.append(f"{name}: the form after it was not stored")
    record("hostile_posts", number)
    record("slowest_ms", round(slowest[1] * 1000))
    record("more_mb", round(most - before))
    assert wrong == []
    assert line.good_form() == "stored"
    assert line.server.processes == processes, "a worker died and was replaced"
    assert slowest[1] <= MOST_S, slowest
    assert most - before <= MOST_MB


def test_no_hostile_post_breaks_a_server(line, record_property):
    withstand(line, intruders.posts(intruders.COUNT), record_property)


@pytest.mark.soak
def test_no_thousand_hostile_posts_break_a_server(line, scale, record_property):
    withstand(line, intruders.posts(scale(1_000)), record_property)
