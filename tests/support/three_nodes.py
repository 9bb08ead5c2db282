"""Three nodes over real sockets, people at them, and a family of four that both know."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import requests
from browsers import sign_in
from network import Member, a_central, a_centre
from playwright.sync_api import Browser, Page

from forms.catalogue import shipped
from forms.reference import make
from intake_server.security.policy import Role
from intake_server.services import people
from sync import documents as ids
from sync.merge.siblings import KIND

CODES: Final = [make("4KH", number) for number in range(1, 5)]
NAMES: Final = ["Тарас", "Злата", "Зоряна", "Іван"]
IVAN: Final = ids.person(CODES[3])
REASON: Final = "Спеціальне лікування, якого немає в Трускавці"
_TIMEOUT_S: Final = 30


class Somebody:
    """A person at a node, who works through its API or in a browser."""

    def __init__(self, member: Member, name: str, role: Role, site: str) -> None:
        self.member = member
        self.name, self.role, self.site = name, role, site
        self._sent = count(1)
        self.token = people.token_new(
            member.database,
            name,
            role=role,
            site=site,
            by="operator",
            now=member.now(),
        )

    def call(self, verb: str, path: str, body: object = None, status: int = 200) -> Any:
        """Ask this person's node; return what it answers."""
        answer = requests.request(
            verb,
            f"{self.member.url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=_TIMEOUT_S,
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    def send(self, form_id: str, *answers: Mapping[str, Any]) -> None:
        """Send finished forms, one for each answers."""
        sent = [
            {
                "instance_id": f"uuid:{form_id}-{self.name}-{next(self._sent)}",
                "form_id": form_id,
                "form_version": shipped(form_id).version,
                "finalized_at": self.member.now().isoformat(),
                "answers": one,
            }
            for one in answers
        ]
        receipts = self.call("POST", "/submissions", {"submissions": sent})["receipts"]
        assert {one["status"] for one in receipts} == {"stored"}, receipts

    def asked(self) -> Any:
        """Return what is asked about siblings who would be parted."""
        return self.call("GET", f"/queue?kind={KIND}")["items"]

    def sign(self, qid: str, *, verb: bool = True, status: int = 200) -> Any:
        """Sign that a child is parted from its siblings, or refuse."""
        body = {"sign": verb, "reason": "згодна"}
        return self.call("POST", f"/queue/{qid}/resolve", body, status)

    @contextmanager
    def window(self, browser: Browser) -> Iterator[Page]:
        """Give a window in which this person is signed in, at the first page."""
        store, now = self.member.database, self.member.now()
        person = people.add(
            store, self.name, role=self.role, site=self.site, by="operator", now=now
        )
        code = people.invite(store, person, by="operator", now=now)
        context = browser.new_context(locale="uk-UA")
        token = people.sign_in(store, code, now=self.member.now())
        sign_in(context, self.member.url, token)
        page = context.new_page()
        page.goto(self.member.url)
        yield page
        context.close()


def received(number: int) -> dict[str, Any]:
    """Return what a reception says of one of the four, who are sent to Truskavets."""
    group = {"sibling_group": CODES[0]} if number else {}
    return {
        "g_contact": {"child_ref": CODES[number], "returned_on": "2026-11-22"},
        "g_child": {"given_name": NAMES[number], "family_name": "Вербові"},
        "g_with": {"siblings_here": 3, **group},
        "g_next": {"destination": "rehab", "destination_site": "truskavets"},
    }


PLACED_APART: Final[dict[str, Any]] = {
    "g_start": {"child_ref": CODES[3], "parts": ["placement"]},
    "g_siblings": {
        "sibling_decision": "apart_temporary",
        "sibling_reason": REASON,
        "sibling_review_on": "2026-12-20",
    },
    "g_place": {"care_type": "kin_temp", "care_from": "2026-11-22"},
}


@contextmanager
def three_nodes(folder: Path, *forms: str) -> Iterator[list[Member]]:
    """Give Kyiv, Truskavets and Chernivtsi with these forms, serving."""
    with ExitStack() as stack:
        central = a_central(folder / "kyiv")
        stack.enter_context(central.serving())
        for form in forms:
            central.publish(shipped(form))
        members = [central]
        for site in ("truskavets", "chernivtsi"):
            centre = a_centre(folder / site, central, site)
            stack.enter_context(centre.serving())
            centre.ahead = timedelta(minutes=len(members))
            members.append(centre)
        exchange(members)
        yield members
        for member in members:
            member.database.dispose()


def exchange(members: Sequence[Member]) -> None:
    """Let each centre exchange, and the first once more."""
    for centre in (*members[1:], members[1]):
        centre.sync()
