"""Three real nodes on this machine: a directory, a store and a server each."""

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any, Final

import requests
from typing_extensions import override
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from forms.catalogue import Form
from intake_server.app import create_app
from intake_server.clock import Clock
from intake_server.config import Settings, read_key
from intake_server.demo.gate import Gate
from intake_server.demo.line import Line
from intake_server.demo.moments import StoryClock
from intake_server.demo.people import CENTERS, KYIV, SITES, TOWNS, Worker
from intake_server.errors import IntakeError
from intake_server.security.envelope import KEY_BYTES
from intake_server.security.keyring import RECEIPT_KEY, SEAL_KEY
from intake_server.security.policy import Role
from intake_server.services import (
    contact,
    enrolment,
    joining,
    nodes,
    people,
    publishing,
)
from intake_server.services.authoring import Entropy
from intake_server.services.references import Numbers
from intake_server.storage import rebuild
from intake_server.storage.database import Database
from intake_server.web import auth
from intake_server.web.language import Language
from sync.client.agent import Summary

HOST: Final = "127.0.0.1"

Chance = Callable[[str], Entropy]
"""Gives a source of bytes to each who needs one, by their name."""

_OPERATOR: Final = "operator"
_HOLDER: Final = "demo"
_PROBE_S: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where and when the nodes are.

    Attributes:
        folder: Where they get their directories.
        ports: Where they answer, Kyiv first; 0 is any that is free.
        clock: Tells the time, to all of them.
        chance: Where each takes its ids and salts from.
        language: In which they answer who names none.
        is_open: Whether a newcomer is let in.
        gate: How they are let in.
    """

    folder: Path
    ports: Sequence[int]
    clock: StoryClock
    chance: Chance
    language: Language = "uk"
    is_open: bool = False
    gate: Gate = field(default_factory=Gate)


@dataclass(slots=True, kw_only=True)
class Node:
    """One node: what ``dodomu init`` made, and the server that answers for it.

    ``line`` is the way to Kyiv; Kyiv itself has none.
    """

    site: str
    settings: Settings
    database: Database
    server: BaseWSGIServer
    clock: Clock
    entropy: Entropy
    upstream: Line | None = None

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://{HOST}:{self.server.port}"

    @property
    def line(self) -> Line:
        """The line to Kyiv; only centres have one."""
        assert self.upstream is not None  # noqa: S101 - asked of centres only
        return self.upstream

    def exchange(self) -> Summary:
        """Do as ``dodomu sync now`` does."""
        return contact.call(
            self.database, holder=_HOLDER, now=self.clock, entropy=self.entropy
        )

    def reaches_upstream(self) -> bool:
        """Tell whether Kyiv answers over the line."""
        with requests.Session() as session, suppress(requests.RequestException):
            session.trust_env = False
            return session.get(f"{self.line.url}/healthz", timeout=_PROBE_S).ok
        return False

    def publish(self, form: Form) -> None:
        """Do as ``dodomu forms publish`` does."""
        with self.database.transaction() as session:
            publishing.publish(
                session,
                [form],
                site=self.site,
                now=self.clock(),
                entropy=self.entropy,
            )

    def verify(self) -> Sequence[str]:
        """Do as ``dodomu verify`` does: return what differs from the changes."""
        with self.database.reading() as session:
            return list(rebuild.compare(session).different)

    def offer_device(self, label: str) -> str:
        """Return a code by which a phone is enrolled here."""
        return enrolment.offer_device(
            self.database, self.site, label=label, by=_OPERATOR, now=self.clock()
        )

    def cards(self, count: int) -> list[str]:
        """Return references that no child has, as they stand on printed cards."""
        with self.database.transaction() as session:
            numbers = Numbers(session, self.site)
            return [numbers.draw() for _ in range(count)]

    def admit(self, worker: Worker) -> str:
        """Let somebody work here; return their id."""
        return people.add(
            self.database,
            worker.name.uk,
            role=worker.role,
            site=self.site,
            by=_OPERATOR,
            now=self.clock(),
            entropy=self.entropy,
        )

    def invite(self, person: str) -> str:
        """Return a one-time code by which somebody signs in here."""
        return people.invite(self.database, person, by=_OPERATOR, now=self.clock())

    def token_of(self, person: str) -> str:
        """Return a bearer token that speaks for somebody who works here."""
        return people.token_of(self.database, person, by=_OPERATOR, now=self.clock())

    def token(self, name: str, role: Role) -> str:
        """Do as ``dodomu token new`` does."""
        return people.token_new(
            self.database,
            name,
            role=role,
            site=self.site,
            by=_OPERATOR,
            now=self.clock(),
        )

    def close(self) -> None:
        """Stop answering."""
        if self.upstream:
            self.upstream.close()
        self.server.shutdown()
        self.server.server_close()
        self.database.dispose()


class _Quiet(WSGIRequestHandler):
    """Answers without writing of it."""

    @override
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


def found(setting: Setting) -> dict[str, Node]:
    """Make three nodes and start them; both centres have joined Kyiv."""
    kyiv = _start(setting, KYIV)
    made = {KYIV: kyiv}
    for site in CENTERS:
        code = nodes.add_site(
            kyiv.database, site, now=setting.clock(), entropy=kyiv.entropy
        )
        made[site] = center = _start(setting, site)
        center.upstream = Line(kyiv.server.port)
        joining.join(center.database, center.settings, center.line.url, code)
        setting.gate.lines[site] = center.line
    for site, town in TOWNS.items():
        nodes.entitle(
            kyiv.database,
            site,
            {"uk": town.uk, "en": town.en},
            now=setting.clock(),
            entropy=kyiv.entropy,
        )
    return made


def _start(setting: Setting, site: str) -> Node:
    entropy = setting.chance(site)
    folder = setting.folder / site
    _choose_keys(Settings(data=folder).keys, setting.chance(f"keys of {site}"))
    made = nodes.make(
        folder,
        role="central" if site == KYIV else "center",
        site=site,
        now=setting.clock(),
        entropy=entropy,
    )
    with _port(setting.ports[SITES.index(site)]) as taken:
        settings = replace(
            made,
            port=taken.getsockname()[1],
            lang=setting.language,
            demo=True,
            min_free_percent=0,  # it shows Dodomu, however full the disk
        )
        database = Database(
            settings.store_url, read_key(settings.keys / nodes.DATABASE_KEY)
        )
        app = create_app(settings, database, clock=setting.clock, entropy=entropy)
        if setting.is_open:
            app.register_blueprint(setting.gate.blueprint())
            auth.refuse_unmarked(app)
        server = make_server(
            HOST,
            settings.port,
            app,
            threaded=True,
            request_handler=_Quiet,
            fd=taken.fileno(),
        )
    Thread(target=server.serve_forever, daemon=True).start()
    return Node(
        site=site,
        database=database,
        settings=settings,
        server=server,
        clock=setting.clock,
        entropy=entropy,
    )


def _choose_keys(folder: Path, entropy: Entropy) -> None:
    """Lay down the keys that a site's document names, so that each telling is alike."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (SEAL_KEY, RECEIPT_KEY):
        nodes.keep(folder / name, entropy(KEY_BYTES))


def _port(number: int) -> socket.socket:
    """Take a port.

    Raises:
        IntakeError: Somebody else has it.
    """
    try:
        return socket.create_server((HOST, number))
    except OSError as error:
        raise IntakeError(
            f"the port {number} is taken; name another, with two free ones after it: "
            "dodomu demo --port 9080"
        ) from error
