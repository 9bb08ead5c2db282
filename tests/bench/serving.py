"""A web server on a real socket of this machine: a node's, or one without a thought."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bare
from flask import Flask, request
from ground import Files
from gunicorn.app.base import BaseApplication

from intake_server import clock
from intake_server.app import create_app
from intake_server.cli import writer
from intake_server.config import Settings
from intake_server.services import enrolment
from intake_server.services.intake import Incoming
from intake_server.storage.database import Database

_PATIENCE_S = 20
_ENROLMENT = frozenset(("audit", "code", "device"))
"""Tables with a row of the phone that posts, which is there already."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A device that hands its submissions over."""

    port: int
    token: str

    def send(self, body: bytes) -> None:
        """Post a batch and hold the server to its word that all of it is kept."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        try:
            line.request(
                "POST",
                "/api/v1/submissions",
                body,
                {
                    "Authorization": f"Bearer {self.token}",
                    "Content-Type": "application/json",
                },
            )
            answer = line.getresponse()
            said = answer.read()
        finally:
            line.close()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"the server answered {answer.status}")
        statuses = {receipt["status"] for receipt in json.loads(said)["receipts"]}
        if statuses != {"stored"}:
            raise RuntimeError(f"the server did not store all: {statuses}")


def packed(batch: Sequence[Incoming]) -> bytes:
    """Return the request that carries a batch."""
    items = [
        {
            "instance_id": one.instance_id,
            "form_id": one.form_id,
            "form_version": one.form_version,
            "finalized_at": one.finalized_at,
            "xml": (one.xml or b"").decode(),
        }
        for one in batch
    ]
    return json.dumps({"submissions": items}).encode()


@contextmanager
def served(
    url: str, key: bytes, folder: Path, site: str, app: str = "batches"
) -> Iterator[Phone]:
    """Serve a store and give a device that is enrolled there.

    Args:
        url: Where the store lies; it is SQLite.
        key: What it is encrypted with.
        folder: What the server may write to, and where the prepared stores lie.
        site: Whose device it is.
        app: What is served: ``batches`` by one worker, ``posts`` as a node is served,
            or ``bare``, which inserts ready rows and is served the same.
    """
    with Database(url, key) as database:
        now = clock.now()
        code = enrolment.offer_device(
            database, site, label="Phone", by="bench", now=now
        )
        token = enrolment.enrol(database, code, label="", now=now).token
    port = free_port()
    here = str(Path(__file__).resolve())
    server = subprocess.Popen(
        [sys.executable, here, url, key.hex(), str(folder), str(port), app],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        wait_for(port, "/healthz")
        yield Phone(port, token)
    finally:
        server.terminate()
        server.wait(_PATIENCE_S)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int, path: str) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
            line.request("GET", path)
            line.getresponse().read()
        except ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


class _Server(BaseApplication):
    """Gunicorn without a configuration file."""

    def __init__(self, url: str, key: bytes, folder: Path, port: int, app: str) -> None:
        self._store = (url, key, folder)
        self._port = port
        self._app = app
        self._entrance = None
        if app == "posts":
            self._entrance = writer.start(lambda: Database(url, key))
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"127.0.0.1:{self._port}")
        self.cfg.set("loglevel", "warning")
        if self._app != "batches":
            self.cfg.set("workers", 2)
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", 8)

    def load(self) -> Any:
        url, key, folder = self._store
        if self._app == "bare":
            return _bare(Database(url, key), Files(folder))
        settings = Settings(data=folder, secret_key="nobody signs in here " * 3)
        if self._entrance is not None:
            writer.give_way()
        store = Database(url, key)
        return create_app(settings, store, entrance=self._entrance)


def _bare(database: Database, files: Files) -> Flask:
    """Return an application that writes the rows of a post as they once came about.

    It reads the whole form that is posted, as any server must, and looks at none of it.
    """
    app = Flask("bare")
    with files.opened("posts") as finished, files.opened("prepared") as prepared:
        posts = bare.count(finished, "submission")
        loads = [
            [(table, rows) for table, rows in load if table.name not in _ENROLMENT]
            for load in bare.loads(finished, prepared, posts)
        ]

    @app.get("/healthz")
    def healthz() -> str:
        return ""

    @app.post("/key/<key>/submission")
    def submission(key: str) -> tuple[str, int]:
        for file in request.files.values():
            file.read()
        bare.insert(database, loads[int(request.headers["X-Number"])])
        return "", http.HTTPStatus.CREATED

    return app


if __name__ == "__main__":
    url, key, folder, port, app = sys.argv[1:]
    _Server(url, bytes.fromhex(key), Path(folder), int(port), app).run()
