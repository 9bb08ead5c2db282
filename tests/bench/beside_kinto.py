"""Reception forms over HTTP beside Kinto's ``/batch``, in turns on one machine.

Kinto is a record store with sync that is in wide use. It is installed into a folder that
is thrown away and runs on a real PostgreSQL of our own, which makes each batch durable;
the same answers are posted to it, as many in a batch, by the same client.
"""

import argparse
import base64
import http.client
import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))

import ground
import report
from children import answered
from ground import Files, Served
from rich.console import Console
from serving import free_port, wait_for
from workloads import SUBMISSIONS_A_BATCH, alone, posted, timed

BUILD: Final = Path(__file__).resolve().parents[2] / "build"
AT_LEAST: Final = 3.0
_WANTED: Final = ("kinto[postgresql]", "setuptools<81")
"""Pyramid below it imports ``pkg_resources``, which a newer setuptools lacks."""
_TOLD: Final = ("kinto", "pyramid", "SQLAlchemy", "psycopg2-binary", "waitress")
_USER: Final = "Basic " + base64.b64encode(b"bench:bench").decode()
_PATIENCE_S: Final = 60
_SETTINGS: Final = {
    "use": "egg:kinto",
    "kinto.storage_backend": "kinto.core.storage.postgresql",
    "kinto.permission_backend": "kinto.core.permission.postgresql",
    "kinto.cache_backend": "kinto.core.cache.memory",
    "kinto.userid_hmac_secret": "nobody signs in here",
    "kinto.bucket_create_principals": "system.Authenticated",
    "multiauth.policies": "basicauth",
    "multiauth.policy.basicauth.use": (
        "kinto.core.authentication.BasicAuthAuthenticationPolicy"
    ),
    "kinto.batch_max_requests": str(SUBMISSIONS_A_BATCH),
}


@dataclass(frozen=True, slots=True)
class Kinto:
    """A server with an empty collection."""

    port: int

    def send(self, body: bytes) -> None:
        """Post a batch and hold the server to its word that all of it is kept."""
        said = self._ask("POST", "/v1/batch", body)
        statuses = {one["status"] for one in said["responses"]}
        if statuses != {http.HTTPStatus.CREATED}:
            raise RuntimeError(f"Kinto did not store all: {statuses}")

    def found(self) -> None:
        """Make the collection."""
        self._ask("PUT", "/v1/buckets/bench", b"{}")
        self._ask("PUT", "/v1/buckets/bench/collections/f1", b"{}")

    def _ask(self, method: str, path: str, body: bytes) -> Any:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        try:
            line.request(
                method,
                path,
                body,
                {"Authorization": _USER, "Content-Type": "application/json"},
            )
            answer = line.getresponse()
            said = answer.read()
        finally:
            line.close()
        if answer.status not in (http.HTTPStatus.OK, http.HTTPStatus.CREATED):
            raise RuntimeError(f"Kinto answered {answer.status}")
        return json.loads(said)


def main() -> None:
    """Measure both in turns, print the ratio, write the JSON."""
    asked = _asked()
    console = Console()
    with TemporaryDirectory(prefix="dodomu-kinto-") as name:
        folder = Path(name)
        problem = _installed(folder)
        if problem:
            console.print(f"Kinto cannot be installed here, skipped: {problem}")
            return
        with ground.served() as server, _served(folder, server) as kinto:
            files = Files(folder)
            files.prepare()
            runs = [
                (
                    alone(posted, files, asked.submissions, "Dodomu").seconds,
                    alone(_posted, kinto, asked.submissions, "Kinto").seconds,
                )
                for _ in range(asked.runs)
            ]
            facts = {
                "versions": _versions(folder),
                "settings": _SETTINGS,
                "postgresql": dict(server.facts),
                "machine": report.machine(),
            }
    ours, theirs = (
        [asked.submissions / s for s in one] for one in zip(*runs, strict=True)
    )
    ratio = median(ours) / median(theirs)
    said = {
        "forms": asked.submissions,
        "batch": SUBMISSIONS_A_BATCH,
        "dodomu": [round(rate, 1) for rate in ours],
        "kinto": [round(rate, 1) for rate in theirs],
        "ratio": round(ratio, 2),
        "to_reach": AT_LEAST,
        "is_reached": ratio >= AT_LEAST,
        **facts,
    }
    for name, value in facts.items():
        console.print(name, value)
    console.print(
        f"F1 over HTTP, medians of {asked.runs} runs of {asked.submissions} in batches"
        f" of {SUBMISSIONS_A_BATCH}: Dodomu {median(ours):,.0f}/s,"
        f" Kinto {median(theirs):,.0f}/s, {ratio:.1f} times (to reach {AT_LEAST:g})"
    )
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n")


def _installed(folder: Path) -> str:
    """Install Kinto; return why that cannot be, or nothing."""
    venv.create(folder / "venv", with_pip=True)
    done = subprocess.run(
        [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", *_WANTED],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip() or "pip gave no reason" if done.returncode else ""


@contextmanager
def _served(folder: Path, server: Served) -> Iterator[Kinto]:
    """Serve Kinto on a database of its own, in one process, as it starts itself."""
    address = server.made("kinto").set(drivername="postgresql")
    url = address.render_as_string(hide_password=False).replace("%", "%%")
    settings = {
        **_SETTINGS,
        "kinto.storage_url": url,
        "kinto.permission_url": url,
    }
    ini = folder / "kinto.ini"
    lines = [f"{name} = {value}" for name, value in settings.items()]
    ini.write_text(
        "\n".join(
            [
                "[server:main]",
                "use = egg:waitress#main",
                "host = 127.0.0.1",
                "port = %(http_port)s",
                "[app:main]",
                *lines,
                _LOGGING,
            ]
        )
    )
    program = folder / "venv/bin/kinto"
    subprocess.run([program, "migrate", "--ini", ini], check=True, capture_output=True)
    port = free_port()
    running = subprocess.Popen(
        [program, "start", "--ini", ini, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, "/v1/")
        kinto = Kinto(port)
        kinto.found()
        yield kinto
    finally:
        running.terminate()
        running.wait(_PATIENCE_S)


def _posted(kinto: Kinto, count: int, what: str) -> Any:
    """Hand the answers of as many forms to Kinto."""
    bodies = [
        _packed(range(begun, min(begun + SUBMISSIONS_A_BATCH, count)))
        for begun in range(0, count, SUBMISSIONS_A_BATCH)
    ]
    return timed(kinto.send, bodies, what)


def _packed(numbers: range) -> bytes:
    records = [
        {"instance_id": name, "answers": said}
        for name, _, said in map(answered, numbers)
    ]
    return json.dumps(
        {
            "defaults": {
                "method": "POST",
                "path": "/v1/buckets/bench/collections/f1/records",
            },
            "requests": [{"body": {"data": record}} for record in records],
        }
    ).encode()


def _versions(folder: Path) -> dict[str, str]:
    told = subprocess.run(
        [folder / "venv/bin/python", "-m", "pip", "list", "--format", "json"],
        check=True,
        capture_output=True,
    )
    known = {one["name"].lower(): one["version"] for one in json.loads(told.stdout)}
    return {name: known.get(name.lower(), "absent") for name in _TOLD}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=2_000, metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--json", type=Path, default=BUILD / "kinto.json")
    return parser.parse_args()


_LOGGING: Final = """
[loggers]
keys = root
[handlers]
keys =
[formatters]
keys =
[logger_root]
level = ERROR
handlers =
"""

if __name__ == "__main__":
    main()
