"""Commands that run until they are stopped: the web server, the jobs, the demo."""

import ctypes
import gc
import importlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click
import requests
from flask import Flask
from gunicorn.app.base import BaseApplication
from typing_extensions import override

from intake_server import clock, jobs
from intake_server.app import create_app
from intake_server.cli import writer
from intake_server.cli.here import (
    DEFAULT,
    Here,
    Refusal,
    common,
    open_practice,
    open_store,
)
from intake_server.config import Settings
from intake_server.services import contact, nodes

_THREADS: Final = 8
_TIMEOUT_S: Final = 120
_POLL_S: Final = 0.05
_PATIENCE_S: Final = 60.0
_ARENA_MAX: Final = -8
"""What ``malloc.h`` of glibc calls ``M_ARENA_MAX``; others do not know the number."""
_ARENAS: Final = 2
_RENEW_S: Final = contact.LEASE_S / 4


def application() -> Flask:
    """Return the web application of the node in ``DODOMU_DATA``, for a WSGI server."""
    _stay_small()
    here = Here(Path(os.environ.get("DODOMU_DATA", DEFAULT)))
    return _loaded(create_app(here.settings, open_store(here.settings)))


def _loaded(app: Flask) -> Flask:
    """Let the collector of cycles look no more at what is loaded, for that stays.

    It would go through all of it again and again, each time for a tenth of a second in
    which a page waits.
    """
    gc.freeze()
    return app


def _stay_small() -> None:
    """Let all threads share two pools of memory, where the C library can.

    A pool for each would keep what its largest request took: twice the memory after a
    thousand large files.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn in this process, told by us instead of by a file."""

    def __init__(
        self,
        settings: Settings,
        workers: int,
        ready: Callable[[str], None],
        entrance: socket.socket,
    ) -> None:
        self._settings = settings
        self._entrance = entrance
        self._workers = workers
        self._ready = ready
        super().__init__()

    @override
    def load_config(self) -> None:
        chosen = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": self._workers,
            "worker_class": "gthread",
            "threads": _THREADS,
            "timeout": _TIMEOUT_S,
            "umask": 0o077,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": self._announce,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    @override
    def load(self) -> Flask:
        writer.give_way()
        store = open_store(self._settings)
        return _loaded(create_app(self._settings, store, entrance=self._entrance))

    def _announce(self, arbiter: Any) -> None:
        host, port = arbiter.LISTENERS[0].sock.getsockname()[:2]
        threading.Thread(
            target=self._say_when_it_answers,
            args=(f"http://{host}:{port}",),
            daemon=True,
        ).start()

    def _say_when_it_answers(self, url: str) -> None:
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            try:
                if requests.get(f"{url}/healthz", timeout=_PATIENCE_S).ok:
                    self._ready(url)
                    return
            except requests.RequestException:
                pass
            time.sleep(_POLL_S)


@click.command()
@click.option("--host", help="Address to listen on.  [default: host]")
@click.option("--port", type=click.IntRange(0, 65_535), help="0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@common
def serve(here: Here, host: str | None, port: int | None, workers: int) -> None:
    """Answer phones, people and other nodes."""
    settings = here.settings
    settings = replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
    )
    settings.refuse_unsafe()
    _refuse_taken(settings)
    _stay_small()
    with open_store(settings) as database:
        database.migrate()
        nodes.complete(database, settings.keys, now=clock.now())

    def ready(url: str) -> None:
        here.say({"url": url}, f"listening on {url}")

    entrance = writer.start(lambda: open_store(settings))
    _Server(settings, workers, ready, entrance).run()


def _refuse_taken(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        raise Refusal(
            f"cannot listen on {settings.host}, port {settings.port} "
            f"({os.strerror(error.errno or 0)}); choose another with --port"
        ) from error


@click.command()
@common
def work(here: Here) -> None:
    """Do what time asks for: exchange with the upstream, throw away what is over."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    logging.getLogger("intake_server").setLevel(logging.INFO)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    holder = jobs.this_process("dodomu work")
    with here.opened() as (settings, database):
        settings.refuse_open_letters()
        database.migrate()
        nodes.complete(database, settings.keys, now=clock.now())
        contact.take(database, jobs.WORK, holder, now=clock.now())
        scheduler = jobs.schedule(
            database,
            settings=settings,
            holder=holder,
            practice=open_practice(settings, database),
        )
        scheduler.start()
        try:
            while not stop.wait(_RENEW_S):
                contact.take(database, jobs.WORK, holder, now=clock.now())
        finally:
            scheduler.shutdown()
            contact.give_back(database, jobs.WORK, holder)


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65_533),
    show_default="8080; with --once any that are free",
    help="Of the first; the centres take the next two.",
)
@click.option("--once", is_flag=True, help="Play the story, say what happened, end.")
@click.option("--lang", type=click.Choice(["uk", "en"]), default="uk")
@common
def demo(here: Here, *, port: int | None, once: bool, lang: str) -> None:
    """Start a central node and two centres with invented people, on this machine."""
    # Loading the story takes a moment that no other command should wait for.
    story = importlib.import_module("intake_server.demo")
    sys.exit(story.main(port=port, once=once, lang=lang, is_json=here.is_json))
