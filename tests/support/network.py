"""Nodes in folders that serve on 127.0.0.1 and exchange over real sockets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from web_servers import serving

from forms.catalogue import Form
from intake_server.app import create_app
from intake_server.config import Settings, read_key
from intake_server.services import contact, joining, nodes, publishing
from intake_server.services.authoring import Pen
from intake_server.storage import documents, feed, ingest, node, peers, rebuild
from intake_server.storage.database import Database
from sync import documents as ids
from sync.change import Change, Write
from sync.client.agent import Summary

MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass
class Member:
    """One node of a network."""

    settings: Settings
    database: Database
    ahead: timedelta = timedelta()
    url: str = ""

    def __post_init__(self) -> None:
        self._ticks = count()

    @property
    def site(self) -> str:
        return self.settings.site

    def now(self) -> datetime:
        """A clock that moves by a second at each look."""
        return MORNING + self.ahead + timedelta(seconds=next(self._ticks))

    def say(self, child: str, **values: Any) -> Change:
        """Write about a child as somebody who has seen nothing of it."""
        [change] = self.say_all([(child, values)])
        return change

    def say_all(self, said: list[tuple[str, dict[str, Any]]]) -> list[Change]:
        """Write about children in one transaction, a change each."""
        now = self.now()
        with self.database.transaction() as session:
            pen = Pen(session, now=now, entropy=Random(str(said)).randbytes)
            changes = [
                pen.write(
                    {
                        (ids.person(child), "person"): [
                            Write(f=name, v=value) for name, value in values.items()
                        ]
                    },
                    author="u:1",
                    site=self.site,
                )
                for child, values in said
            ]
            pen.close()
            ingest.ingest(
                session,
                changes,
                peer=None,
                received_ms=0,
                schema=publishing.schema(session),
            )
        return changes

    def publish(self, form: Form) -> None:
        """Publish a form here."""
        with self.database.transaction() as session:
            publishing.publish(
                session,
                [form],
                site=self.site,
                now=self.now(),
                entropy=Random(form.version).randbytes,
            )

    def sync(self, url: str = "", **more: Any) -> Summary:
        """Exchange with the upstream, at another address if one is given."""
        return contact.call(
            self.database, url=url, holder=f"{self.site}'s test", now=self.now, **more
        )

    @property
    def digest(self) -> str:
        """A digest of all that people see here."""
        with self.database.reading() as session:
            views = json.dumps(list(documents.all_views(session)))
        return sha256(views.encode()).hexdigest()

    @property
    def accepted(self) -> int:
        """How many changes this node has accepted."""
        with self.database.reading() as session:
            return feed.end(session)

    @property
    def differing(self) -> tuple[str, ...]:
        """What the store shows otherwise than the changes say."""
        with self.database.reading() as session:
            return rebuild.compare(session).different

    def peer(self, other: "Member") -> peers.Peer:
        """What this node knows of another."""
        with self.database.reading() as session:
            found = peers.find(session, other.settings.node)
        assert found is not None
        return found

    def begin_new_life(self, epoch: str = "another-life") -> None:
        """Do what putting a backup back does."""
        with self.database.transaction() as session:
            here = node.read(session)
            node.write(
                session,
                replace(here, epoch=epoch, log=f"{here.id}#2", seq=0, prev=""),
            )

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on a free port; give the address."""
        app = create_app(self.settings, self.database, clock=self.now)
        with serving(app) as self.url:
            yield self.url


def a_central(folder: Path, *, database_url: str = "") -> Member:
    """A central node without forms, so that making it takes no time."""
    settings = nodes.make(
        folder, role="center", site="kyiv", database_url=database_url, now=MORNING
    )
    return a_member(
        replace(settings, role="central", min_free_bytes=0, min_free_percent=0)
    )


def a_centre(folder: Path, central: Member, site: str) -> Member:
    """A centre that has joined; central must be serving."""
    settings = nodes.make(folder, role="center", site=site, now=MORNING)
    member = a_member(settings)
    code = nodes.add_site(central.database, site, now=central.now())
    joining.join(member.database, settings, central.url, code)
    return member


def a_member(settings: Settings) -> Member:
    """A node over its folder."""
    key = read_key(settings.keys / nodes.DATABASE_KEY)
    return Member(settings, Database(settings.store_url, key))
