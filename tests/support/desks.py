"""A centre where things wait: two sites that contradict each other about one child."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from centres import DANYLO, FORMS, RECEPTION, REHABILITATION, a_form
from flask.testing import FlaskClient
from servers import MORNING, SIGNING, Watch
from stores import Stores

from forms.catalogue import Form
from forms.reference import make
from intake_server.app import create_app
from intake_server.clock import milliseconds
from intake_server.config import Settings
from intake_server.security.policy import Principal, Role
from intake_server.services import (
    attachments,
    enrolment,
    intake,
    people,
    publishing,
    references,
)
from intake_server.services.attachments import File
from intake_server.services.authoring import Pen
from intake_server.services.intake import Receipt
from intake_server.storage import ingest, node, queue
from intake_server.storage.database import Database
from intake_server.storage.node import Node
from intake_server.storage.queue import QueueItem
from sync import documents
from sync.change import Write

SITES: Final = {
    "kyiv": {"uk": "Київ", "en": "Kyiv"},
    "truskavets": {"uk": "Трускавець", "en": "Truskavets"},
    "chernivtsi": {"uk": "Чернівці", "en": "Chernivtsi"},
}
COOKIE: Final = "dodomu"
CHILD: Final = documents.person(DANYLO)
CASE: Final = documents.case(CHILD)
OTHER: Final = documents.person(make("4KH", 2))
"""Another child, of whom nothing is known before ``with_spellings``."""
SPELLINGS: Final = ("Нечуй-Левицька", "НЕЧУЙ ЛЕВИЦЬКА")


class Desk:
    """One node's pages, and the people and phones around it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.watch = Watch()
        self.app = create_app(settings, database, clock=self.watch)
        self._random = Random("desk")
        self._number = 0
        self._people: dict[str, str] = {}
        with database.transaction() as session:
            here = Node(id="kyiv", role="central", site="kyiv", log="kyiv-1", epoch="1")
            node.write(session, here)
            for site in SITES:
                references.reserve(session, site)
        self.publish(*FORMS.values())
        self.write(_titles(), author="operator")

    def publish(self, *forms: Form) -> None:
        """Publish forms."""
        with self.database.transaction() as session:
            publishing.publish(
                session,
                forms,
                site="kyiv",
                now=MORNING,
                entropy=self._random.randbytes,
            )

    def phone(self, site: str, label: str) -> Principal:
        """Enrol a phone."""
        now = self.watch()
        code = enrolment.offer_device(
            self.database, site, label=label, by="operator", now=now
        )
        enrolled = enrolment.enrol(self.database, code, label="", now=now)
        found = people.who(self.database, enrolled.token, now=self.watch())
        assert found is not None
        return found

    def send(
        self,
        phone: Principal,
        form_id: str,
        answers: Mapping[str, Any],
        *,
        hours_ago: float = 0,
        offset_ms: int | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        """Send a finished form from a phone, with files by their names."""
        self._number += 1
        finished = self.watch() - timedelta(hours=hours_ago)
        form = a_form(
            form_id,
            answers,
            number=self._number,
            finalized_at=finished.isoformat(timespec="milliseconds"),
            attachments=attachments.keep(
                self.database,
                [File(name, content) for name, content in (files or {}).items()],
                sender=phone,
                now=self.watch(),
                settings=Settings(),
            ).files,
        )
        (receipt,) = intake.receive(
            self.database,
            [form],
            sender=phone,
            now=self.watch(),
            offset_ms=offset_ms,
            entropy=self._random.randbytes,
        )
        return receipt

    def questions(self) -> Mapping[str, QueueItem]:
        """Return what waits, by cell."""
        with self.database.reading() as session:
            return {item.key: item for item in queue.page(session).items}

    def invite(self, name: str, role: Role, site: str) -> str:
        """Return a sign-in link's code for a new person."""
        now = self.watch()
        person = people.add(
            self.database, name, role=role, site=site, by="operator", now=now
        )
        self._people[name] = person
        return people.invite(self.database, person, by="operator", now=now)

    def again(self, name: str) -> FlaskClient:
        """Return a browser in which somebody who was here before has signed in anew."""
        now = self.watch()
        code = people.invite(self.database, self._people[name], by="operator", now=now)
        client = self.app.test_client()
        client.set_cookie(COOKIE, people.sign_in(self.database, code, now=now))
        return client

    def browser(
        self, role: Role = Role.COORDINATOR, site: str = "kyiv", name: str = "Iryna"
    ) -> FlaskClient:
        """Return a browser in which somebody is signed in; it reads Ukrainian."""
        client = self.app.test_client()
        client.set_cookie(COOKIE, self.session(name, role, site))
        return client

    def session(self, name: str, role: Role, site: str) -> str:
        """Return the session's token of a new person who is signed in."""
        code = self.invite(name, role, site)
        return people.sign_in(self.database, code, now=self.watch())

    def write(
        self,
        *edits: Mapping[tuple[str, str], Sequence[Write]],
        site: str = "kyiv",
        author: str = "u:somebody",
    ) -> Sequence[str]:
        """Write changes as they could come from another node, one each; return ids."""
        with self.database.transaction() as session:
            pen = Pen(session, now=self.watch(), entropy=self._random.randbytes)
            changes = [pen.write(edit, author=author, site=site) for edit in edits]
            pen.close()
            ingest.ingest(
                session,
                changes,
                peer=None,
                received_ms=milliseconds(self.watch()),
                schema=publishing.schema(session),
            )
        return [change.id for change in changes]


def _titles() -> Mapping[tuple[str, str], Sequence[Write]]:
    return {
        (documents.site(name), "site"): [
            Write(f="name", v=name),
            Write(f="title", v=title),
        ]
        for name, title in SITES.items()
    }


@contextmanager
def a_desk(folder: Path, stores: Stores, **settings: Any) -> Iterator[Desk]:
    """A node with the shipped forms, and nobody's answers yet."""
    room = {"min_free_bytes": 0, "min_free_percent": 0}
    chosen = {"data": folder, "secret_key": SIGNING, **room, **settings}
    with stores.new() as database:
        yield Desk(database, Settings(**chosen))


def with_a_clash(desk: Desk) -> Desk:
    """Let two centres write different things about one child."""
    olena = desk.phone("truskavets", "Телефон Олени")
    taras = desk.phone("chernivtsi", "Телефон Тараса")
    reception = deepcopy(RECEPTION)
    reception["g_contact"]["child_ref"] = DANYLO
    desk.send(olena, "reception", reception, hours_ago=72)
    desk.send(
        olena,
        "rehabilitation",
        {
            **REHABILITATION,
            "g_med": {"medication": "вальпроат 300 мг × 2", "allergies": "пеніцилін"},
        },
        hours_ago=50,
    )
    desk.send(
        taras,
        "rehabilitation",
        {
            "g_stay": {"child_ref": DANYLO, "center": "chernivtsi"},
            "g_med": {"medication": "вальпроат 500 мг × 2", "allergies": "арахіс"},
        },
        hours_ago=3,
        offset_ms=-86_400_000,
    )
    return desk


def with_spellings(desk: Desk) -> Desk:
    """Let two centres write names of two children, and more of one, differently."""
    for name, site in zip(SPELLINGS, ("truskavets", "chernivtsi"), strict=True):
        named = [Write(f="child_ref", v=make("4KH", 2)), Write(f="family_name", v=name)]
        desk.write({(OTHER, "person"): named}, site=site)
        desk.write({(CHILD, "person"): [Write(f="patronymic", v=name)]}, site=site)
        harm = Write(f="self_harm", v="yes" if site == "truskavets" else "no")
        desk.write({(CASE, "case"): [harm]}, site=site)
        papers = Write(f="citizenship", v=f"{name} {site}")
        desk.write({(CHILD, "person"): [papers]}, site=site)
    return desk


def with_files(desk: Desk, **files: bytes) -> Desk:
    """Let a centre send a child's signature, and other files beside it.

    Args:
        desk: Where the clash is.
        files: By their names, ``_`` for the dot; the form's answer means ``sign_png``.
    """
    reception = deepcopy(RECEPTION)
    reception["g_contact"]["child_ref"] = DANYLO
    reception["g_consent"]["consent_signature"] = "sign.png"
    reception["g_child"]["photo_id"] = "face.jpg"
    desk.send(
        desk.phone("truskavets", "Телефон Марти"),
        "reception",
        reception,
        files={name.replace("_", "."): content for name, content in files.items()},
    )
    return desk
