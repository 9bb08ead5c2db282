"""The program as an operator runs it: in a process of its own, in a folder."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

import forked

COMMAND: Final = (sys.executable, "-m", "intake_server")
_PATIENCE_S: Final = 300


class Running:
    """A command in a process of its own, forked from one that has read the program."""

    def __init__(
        self,
        *words: str,
        out: IO[Any],
        errors: IO[Any],
        is_apart: bool = False,
        **environ: str,
    ) -> None:
        said = {
            "words": words,
            "folder": str(Path.cwd()),
            "environ": {**_plain(), **environ},
            "is_apart": is_apart,
        }
        self._line, theirs = socket.socketpair()
        self._line.settimeout(_PATIENCE_S)
        with theirs:
            files = [theirs.fileno(), out.fileno(), errors.fileno()]
            socket.send_fds(_entrance(), [json.dumps(said).encode()], files)
        self._told = self._line.makefile()
        self.pid = int(self._told.readline())
        self.code: int | None = None

    def wait(self) -> int:
        """Wait for its end; return the exit code, which a signal makes negative."""
        if self.code is None:
            with self._line, self._told:
                self.code = int(self._told.readline())
        return self.code


def ended(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    with TemporaryFile("w+") as out, TemporaryFile("w+") as errors:
        code = Running(*words, out=out, errors=errors, **environ).wait()
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read())
    return subprocess.CompletedProcess(words, code, *texts)


def dodomu(
    folder: Path, *words: str, expect: int = 0, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a command about the node of a folder, which must end as expected."""
    done = ended(*words, "--data", str(folder), **environ)
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
        words = ("serve", "--data", str(folder), "--port", str(port))
        ours, theirs = os.pipe()
        with self.errors.open("a") as errors, os.fdopen(theirs, "w") as out:
            self._process = Running(
                *words, out=out, errors=errors, is_apart=True, **environ
            )
        self._out = os.fdopen(ours)
        self.line = self._out.readline()

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
        if self._process.code is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGTERM)
        return self._end()

    def _end(self) -> int:
        self._out.close()
        return self._process.wait()


@contextmanager
def serving(folder: Path, port: int = 0, **environ: str) -> Iterator[Serving]:
    """Serve a node until the end of the block."""
    server = Serving(folder, port, **environ)
    try:
        yield server
    finally:
        server.stop()


@cache
def _entrance() -> socket.socket:
    """Where the process is spoken to that forks; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, forked.__file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=_plain(),
        )

    def end() -> None:
        ours.close()
        process.wait(_PATIENCE_S)

    atexit.register(end)
    return ours


def _plain() -> dict[str, str]:
    """Return the environment without anything that would set up a node.

    How full the disk of this machine is shall not matter.
    """
    plain = {k: v for k, v in os.environ.items() if not k.startswith("DODOMU_")}
    return {**plain, "DODOMU_MIN_FREE_PERCENT": "0"}
