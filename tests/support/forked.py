"""The program in processes of its own that need not read it again: they are forked.

One process reads the whole program and waits. For each command it forks; with its words,
environment, folder and outputs it goes on as one that was started.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path


def serve(entrance: socket.socket) -> None:
    """Fork for each command that comes, until nobody can send one any more.

    With each come the end of a line, on which its number and its exit code are told,
    and what it writes its output and its errors to.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        said, files, _, _ = socket.recv_fds(entrance, 1 << 20, 3)
        if not said:
            return
        if os.fork() == 0:
            entrance.close()
            _watch(json.loads(said), *files)
            return
        for file in files:
            os.close(file)


def _watch(said: dict, line: int, out: int, errors: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    command = os.fork()
    if command == 0:
        os.close(line)
        _become(said, out, errors)
    os.close(out)
    os.close(errors)
    with socket.socket(fileno=line) as told:
        told.sendall(f"{command}\n".encode())
        _, status = os.waitpid(command, 0)
        told.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(said: dict, out: int, errors: int) -> None:
    if said["is_apart"]:
        os.setsid()
    os.chdir(said["folder"])
    os.environ.clear()
    os.environ.update(said["environ"])
    with Path(os.devnull).open() as nothing:
        for number, file in enumerate((nothing.fileno(), out, errors)):
            os.dup2(file, number)
    os.close(out)
    os.close(errors)
    sys.argv = ["dodomu", *said["words"]]
    runpy.run_module("intake_server", run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    sys.path.pop(0)
    import intake_server.cli  # noqa: F401 - all of it is read here, once

    # A collector that went through all of it would copy it for each process.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as entrance:
        serve(entrance)
