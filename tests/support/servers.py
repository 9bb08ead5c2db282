"""Web applications on real stores, with a clock that stands until it is moved."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from stores import Stores
from urllib3.filepost import encode_multipart_formdata
from werkzeug.test import TestResponse

from forms import catalogue
from forms.authoring import convert
from intake_server.app import create_app
from intake_server.config import Settings
from intake_server.security.keyring import Keyring
from intake_server.security.policy import Role
from intake_server.services import enrolment, nodes, people, publishing, references
from intake_server.storage import node
from intake_server.storage.database import Database
from intake_server.storage.node import Node

MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SIGNING = "kalyna-2026/ostannii-poihnav-u-dodomu!"
SITE = "truskavets"
REFERENCE = "2242227K"

_FORM = """
| survey |
| | type | name | label::Українська (uk) | label::English (en) | bind::dodomu:home | bind::dodomu:property | bind::dodomu:policy | bind::dodomu:level | bind::dodomu:harm |
| | text | child_ref | Код | Reference | person | child_ref | once | restricted | |
| | text | family_name | Прізвище | Family name | person | family_name | review | confidential | identity |
| | text | medication | Ліки | Medication | case | medication | review | confidential | medical |
| | decimal | weight | Вага | Weight | case | weight | review | restricted | |
| | image | photo | Світлина | Photo | person | photo | review | confidential | |
| settings |
| | form_title | form_id | version | default_language | namespaces | attribute::dodomu:title_en |
| | Прибуття | arrival | 2026112201 | Українська (uk) | dodomu="https://dodomu.org/xforms" | Arrival |
"""


VERSION = "2026112201"


@cache
def arrival(version: str = VERSION) -> catalogue.Form:
    """A small form: a child's reference, a name, a medication."""
    return catalogue.form(convert(_FORM.replace(VERSION, version), kind="md"))


class Watch:
    """A clock that stands until somebody moves it."""

    def __init__(self) -> None:
        self.moment = MORNING

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Server:
    """One node's web application."""

    database: Database
    settings: Settings
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self.app = create_app(self.settings, self.database, clock=self.watch)

    @property
    def client(self) -> FlaskClient:
        """A client without cookies."""
        return self.app.test_client()

    def device(self, site: str = SITE) -> str:
        """The token of a newly enrolled device."""
        code = enrolment.offer_device(
            self.database, site, label="Phone", by="operator", now=self.watch()
        )
        enrolled = enrolment.enrol(self.database, code, label="", now=self.watch())
        return enrolled.token

    def token(self, role: Role, site: str = SITE) -> str:
        """The bearer token of somebody with a role."""
        if role is Role.VOLUNTEER:
            return self.device(site)
        if role is Role.NODE:
            code = enrolment.offer_site(
                self.database, site, by="operator", now=self.watch()
            )
            return enrolment.join(
                self.database, code, peer="peer", site=site, now=self.watch()
            ).token
        return people.token_new(
            self.database, "desk", role=role, site=site, by="op", now=self.watch()
        )

    def browser(self, role: Role, site: str = SITE) -> FlaskClient:
        """A browser in which somebody is signed in."""
        person = people.add(
            self.database, "Iryna", role=role, site=site, by="op", now=self.watch()
        )
        code = people.invite(self.database, person, by="op", now=self.watch())
        client = self.client
        token = people.sign_in(self.database, code, now=self.watch())
        name = f"dodomu-{self.settings.port}" if self.settings.demo else "dodomu"
        client.set_cookie(name, token)
        return client

    def publish(self, *forms: catalogue.Form) -> None:
        """Publish forms as central does."""
        with self.database.transaction() as session:
            publishing.publish(
                session, forms, site=SITE, now=self.watch(), entropy=bytes
            )

    def with_keys(self) -> Keyring:
        """Give the node the keys that it has in earnest; return them."""
        keys = self.settings.keys
        keys.mkdir(parents=True, exist_ok=True)
        nodes.complete(self.database, keys, now=self.watch())
        return Keyring(keys)

    def get(self, path: str, token: str = "", **more: Any) -> TestResponse:
        """Ask the API as whoever has the token."""
        return self.client.get(path, headers=bearing(token), **more)

    def post(
        self, path: str, token: str = "", body: Any = None, **headers: str
    ) -> TestResponse:
        """Send JSON to the API as whoever has the token."""
        return self.client.post(
            path,
            data=body if isinstance(body, bytes) else json.dumps(body),
            content_type="application/json",
            headers={**bearing(token), **headers},
        )

    def send(self, token: str, *items: Any, **headers: str) -> list[dict[str, Any]]:
        """Send a batch; return its receipts."""
        answer = self.post(
            "/api/v1/submissions", token, {"submissions": items}, **headers
        )
        assert answer.status_code == 200, answer.text
        receipts: list[dict[str, Any]] = answer.json["receipts"]
        return receipts

    def collect(self, key: str, xml: bytes | None, **files: bytes) -> TestResponse:
        """Post as ODK Collect does."""
        parts = {} if xml is None else {"xml_submission_file": xml}
        body, content_type = encode_multipart_formdata(
            {
                name: content.decode()
                if name == "*isIncomplete*"
                else (name.replace("_jpg", ".jpg"), content, "text/xml")
                for name, content in {**parts, **files}.items()
            }
        )
        return self.client.post(
            f"/key/{key}/submission", data=body, content_type=content_type
        )


def bearing(token: str) -> dict[str, str]:
    """The headers of somebody with a token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextmanager
def a_server(folder: Path, stores: Stores, **settings: Any) -> Iterator[Server]:
    """A centre's node with one form published and a block of references."""
    room = {"min_free_bytes": 0, "min_free_percent": 0}
    chosen = {"data": folder, "secret_key": SIGNING, **room, **settings}
    with stores.new() as database:
        with database.transaction() as session:
            here = Node(id="here", role="center", site=SITE, log="here-1", epoch="e1")
            node.write(session, here)
            references.reserve(session, SITE)
        server = Server(database, Settings(**chosen))
        server.publish(arrival())
        yield server


def an_item(instance: str = "1", **answers: Any) -> dict[str, Any]:
    """A finished form as the field client sends it."""
    return {
        "instance_id": f"uuid:{instance}",
        "form_id": "arrival",
        "form_version": VERSION,
        "finalized_at": "2026-11-22T08:00:00.000+02:00",
        "answers": answers or {"family_name": "Ремез"},
    }


def an_xml(instance: str = "1", **answers: str) -> bytes:
    """A finished form as ODK Collect sends it."""
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in answers.items())
    return (
        '<data id="arrival" version="2026112201">'
        f"{inside}<meta><instanceID>uuid:{instance}</instanceID></meta></data>"
    ).encode()
