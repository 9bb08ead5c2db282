"""A node on a real file with the shipped forms, and the people who work with it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from forms.catalogue import Form, shipped
from forms.instance import to_xml
from intake_server.security.policy import Principal, Role
from intake_server.services import intake, merging, publishing, references, undoing
from intake_server.services.intake import Incoming, Receipt
from intake_server.services.merging import Decision, Resolution
from intake_server.services.undoing import Undone
from intake_server.storage import documents, node, queue
from intake_server.storage.database import Database
from intake_server.storage.queue import QueueItem

MORNING: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
FORMS: Final = {
    name: shipped(name) for name in ("reception", "rehabilitation", "reunification")
}
"""The forms of most stories; one that needs others publishes them."""

OLENA: Final = Principal("device", "0l", "Olena", Role.VOLUNTEER, "truskavets")
TARAS: Final = Principal("device", "7a", "Taras", Role.VOLUNTEER, "chernivtsi")
MARTA: Final = Principal("person", "ma", "Marta", Role.WORKER, "truskavets")
STEPAN: Final = Principal("person", "st", "Stepan", Role.WORKER, "chernivtsi")
SOFIIA: Final = Principal("person", "so", "Sofiia", Role.CLINICIAN, "chernivtsi")
IRYNA: Final = Principal("person", "ir", "Iryna", Role.COORDINATOR, "kyiv")
OKSANA: Final = Principal("person", "ok", "Oksana", Role.COORDINATOR, "kyiv")
BOHDAN: Final = Principal("person", "bo", "Bohdan", Role.ADMIN, "kyiv")

DANYLO: Final = "4KH7T299"
"""A child's reference."""

RECEPTION: Final[dict[str, Any]] = {
    "g_contact": {
        "intake_at": "2026-11-22T10:00:00.000+02:00",
        "reception_point": "border_point",
        "child_ref": "",
        "returned_on": "2026-11-22",
    },
    "g_words": {"safety_words": "done", "comm_mode": ["speech"]},
    "g_consent": {"consent_intake": "given", "consent_by": "parent"},
    "g_child": {
        "name_called": "Данило",
        "family_name": "Ремез",
        "given_name": "Данило",
        "name_source": "child",
        "sex": "male",
        "birth_date": "2012-03-04",
        "dob_precision": "day",
        "birth_source": "child",
    },
    "g_return": {"return_channel": ["ombudsman"], "origin_type": "tot"},
    "g_with": {"accompaniment": ["unaccompanied"], "siblings_here": 0},
    "g_needs": {
        "urgent_needs": ["none"],
        "triage": "green",
        "wants_call": "no",
        "docs_held": ["none"],
    },
    "g_next": {"destination": "rehab", "destination_site": "truskavets"},
}
REHABILITATION: Final[dict[str, Any]] = {
    "g_stay": {"child_ref": DANYLO, "center": "truskavets"},
    "g_med": {"medication": "вальпроат 300 мг × 2"},
}


class Centre:
    """A node that takes in and decides at a moment that the test sets."""

    def __init__(self, database: Database, site: str = "truskavets") -> None:
        self.database = database
        self.now = MORNING
        self.site = site
        self._random = Random(site)
        with database.transaction() as session:
            log = f"{site}-1#1"
            me = node.Node(id=site, role="center", site=site, log=log, epoch="e1")
            node.write(session, me)
            references.reserve(session, site)
        self.publish(*FORMS.values())

    def publish(self, *forms: Form) -> None:
        with self.database.transaction() as session:
            publishing.publish(
                session,
                forms,
                site=self.site,
                now=self.now,
                entropy=self._random.randbytes,
            )

    def receive(
        self, *batch: Incoming, sender: Principal = OLENA, offset_ms: int | None = None
    ) -> Sequence[Receipt]:
        return intake.receive(
            self.database,
            batch,
            sender=sender,
            now=self.now,
            offset_ms=offset_ms,
            entropy=self._random.randbytes,
        )

    def decide(
        self, qid: str, verb: str, argument: Any = None, *, by: Principal = IRYNA
    ) -> Resolution:
        decision = Decision(verb=verb, argument=argument, reason="за випискою лікаря")
        return merging.resolve(
            self.database,
            qid,
            decision,
            by=by,
            now=self.now,
            entropy=self._random.randbytes,
        )

    def undo(self, change: str, *, by: Principal = IRYNA) -> Undone:
        return undoing.undo(
            self.database,
            change,
            "помилка",
            by=by,
            now=self.now,
            entropy=self._random.randbytes,
        )

    def view(self, doc: str) -> Mapping[str, Any]:
        with self.database.reading() as session:
            found = documents.find(session, doc)
        assert found is not None
        return found.view

    def questions(self) -> Sequence[QueueItem]:
        with self.database.reading() as session:
            return queue.page(session).items


def a_form(
    form_id: str, answers: Mapping[str, Any], *, number: int = 1, **facts: Any
) -> Incoming:
    """Return a finished form as ODK Collect would send it."""
    form = shipped(form_id)
    name = f"uuid:{number:08d}-0000-4000-8000-000000000000"
    return Incoming(
        instance_id=name,
        form_id=form_id,
        form_version=form.version,
        finalized_at=facts.pop("finalized_at", "2026-11-22T10:30:00+02:00"),
        xml=to_xml(form.definition, answers, instance_id=name),
        **facts,
    )


def with_answers(answers: Mapping[str, Any], **groups: Mapping[str, Any]) -> Any:
    """Return answers with some of their groups changed."""
    changed = deepcopy(dict(answers))
    for group, values in groups.items():
        changed[group] = {**changed.get(group, {}), **values}
    return changed
