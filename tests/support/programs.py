"""The program as an operator runs it: in a process of its own, in a folder."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "intake_server")


def dodomu(
    folder: Path, *words: str, expect: int = 0, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    done = subprocess.run(
        [*COMMAND, *words, "--data", str(folder)],
        capture_output=True,
        text=True,
        env={**_plain(), **environ},
        timeout=120,
        check=False,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done


def said(folder: Path, *words: str, expect: int = 0, **environ: str) -> Any:
    """Run a command with ``--json``; return its answer, which must stand alone."""
    done = dodomu(folder, *words, "--json", expect=expect, **environ)
    return json.loads(done.stdout)


class Serving:
    """A web server with its workers; what it complains of goes to ``errors``."""

    def __init__(self, folder: Path, port: int = 0, **environ: str) -> None:
        self.errors = folder / "serve.errors"
        with self.errors.open("a") as errors:
            self._process = subprocess.Popen(
                [*COMMAND, "serve", "--data", str(folder), "--port", str(port)],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**_plain(), **environ},
                start_new_session=True,
            )
        assert self._process.stdout is not None
        self.line = self._process.stdout.readline()

    @property
    def url(self) -> str:
        return self.line.strip().removeprefix("listening on ")

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def processes(self) -> list[int]:
        """The numbers of the server and its workers."""
        found = [self._process.pid]
        for process in found:
            children = Path(f"/proc/{process}/task/{process}/children").read_text()
            found += map(int, children.split())
        return found

    def kill(self) -> None:
        """End it and its workers as a power cut does."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._end()

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        self._process.terminate()
        return self._end()

    def _end(self) -> int:
        with self._process as process:
            return process.wait(timeout=60)


@contextmanager
def serving(folder: Path, port: int = 0, **environ: str) -> Iterator[Serving]:
    """Serve a node until the end of the block."""
    server = Serving(folder, port, **environ)
    try:
        yield server
    finally:
        server.stop()


def _plain() -> dict[str, str]:
    """Return the environment without anything that would set up a node.

    How full the disk of this machine is shall not matter.
    """
    plain = {k: v for k, v in os.environ.items() if not k.startswith("DODOMU_")}
    return {**plain, "DODOMU_MIN_FREE_PERCENT": "0"}
