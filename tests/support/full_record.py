"""One child of whom a great deal is known, and the address of every page there is.

Stays, visits, brothers and sisters, a second record, tasks, answers in question,
decisions, files: whatever a page may have to show, in as many rows as one likes.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from centres import DANYLO, RECEPTION, REHABILITATION, with_answers
from desks import CASE, CHILD, Desk, with_a_clash, with_files
from fillings import EVERY, as_of
from pages import decide
from pictures_taken import a_photo

from forms.catalogue import builtin, shipped
from forms.instance import to_xml
from forms.reference import make, printed
from intake_server.security.policy import Principal, Role
from intake_server.services import drafts, merging, triage
from intake_server.services.drafts import Saving
from intake_server.services.merging import Decision
from intake_server.storage import peers, people, queue
from intake_server.storage.peers import Peer
from sync import documents
from sync.change import Write

SECOND: Final = make("4KH", 60_001)
"""The reference of the child's other record."""
FACE: Final = a_photo("PNG", (90, 30))
_ONCE: Final = ("registration", "reunification")
_OFTEN: Final = ("followup", "rehabilitation", "functioning_5_17")
_TODAY: Final = date(2026, 11, 22)
_DISPUTED: Final = ("family_name", "patronymic", "school", "marks")


def with_a_full_record(desk: Desk) -> Desk:
    """Let two centres know one child well, and let other nodes be known here."""
    desk.publish(*builtin())
    with_a_clash(desk)
    with_files(desk, sign_png=FACE)
    phone = desk.phone("truskavets", "Телефон Наталі")
    for form_id in _ONCE:
        desk.send(phone, form_id, as_of(_TODAY, EVERY[form_id]), hours_ago=40)
    _join(desk, phone)
    more(desk, 1, phone=phone)
    _decide(desk)
    _hold(desk, phone)
    with_a_draft(desk)
    with desk.database.transaction() as session:
        for site in ("truskavets", "chernivtsi"):
            peers.write(session, Peer(id=f"{site}-1", site=site))
    return desk


def more(desk: Desk, times: int, *, first: int = 0, phone: Principal) -> None:
    """Let more become known: further visits, questions, brothers and sisters."""
    for number in range(first, first + times):
        for form_id in _OFTEN:
            said = as_of(_TODAY - timedelta(days=number), EVERY[form_id])
            desk.send(phone, form_id, said, hours_ago=24 * number)
        sibling = with_answers(
            RECEPTION,
            g_contact={"child_ref": make("4KH", 60_010 + number)},
            g_with={"siblings_here": 1, "sibling_group": printed(DANYLO)},
        )
        desk.send(phone, "reception", sibling)
        for site in ("truskavets", "chernivtsi"):
            writes = [Write(f=f"{cell}_{number}", v=site) for cell in _DISPUTED]
            desk.write({(CHILD, "person"): writes}, site=site)


def ten_times(desk: Desk) -> Desk:
    """Let ten times as much be known, of this child and of others."""
    more(desk, 9, first=1, phone=desk.phone("truskavets", "Телефон Ярини"))
    for number in range(60_100, 60_190):
        doc = documents.person(make("4KH", number))
        for site in ("truskavets", "chernivtsi"):
            said = [Write(f=cell, v=f"{cell} {site}") for cell in _DISPUTED]
            named = Write(f="child_ref", v=make("4KH", number))
            desk.write({(doc, "person"): [named, *said]}, site=site)
    for number in range(9):
        phone = desk.phone("truskavets", f"Телефон {number}")
        _hold(desk, phone)
        with_a_draft(desk, number + 1)
        desk.session(f"Хтось {number}", Role.WORKER, "truskavets")
    return desk


def _join(desk: Desk, phone: Principal) -> None:
    """Let the child have been received twice; both records count as one."""
    twice = deepcopy(RECEPTION)
    twice["g_contact"]["child_ref"] = SECOND
    desk.send(phone, "reception", twice)
    stay = with_answers(REHABILITATION, g_stay={"child_ref": SECOND})
    desk.send(phone, "rehabilitation", stay)
    said = {"verdict": "same", "reason": "одна дитина"}
    pair = f"/children/{CHILD}/link?other={printed(SECOND)}"
    answer = decide(desk.browser(name="Ореста"), pair, **said)
    assert answer.status_code == 303, answer.status_code


def _decide(desk: Desk) -> None:
    """Let one question be decided over what a centre said."""
    with desk.database.reading() as session:
        (item,) = (
            one for one in queue.of_document(session, CASE) if one.cell == "medication"
        )
    decided = merging.resolve(
        desk.database,
        item.qid,
        Decision(
            verb="pick",
            argument=0,
            reason="за випискою лікаря",
        ),
        by=Principal("person", "so", "Соломія", Role.COORDINATOR, "kyiv"),
        now=desk.watch(),
    )
    assert decided.change_id


def _hold(desk: Desk, phone: Principal) -> None:
    """Let a form come that names nobody: the last character of the code is wrong."""
    said = with_answers(RECEPTION, g_contact={"child_ref": "4KH7T298"})
    assert desk.send(phone, "reception", said).status == "quarantined"


def with_a_draft(desk: Desk, number: int = 0) -> Desk:
    """Let somebody begin a form about the child and not finish it."""
    form = shipped("followup").definition
    xml = to_xml(form, {"g_contact": {"child_ref": DANYLO}}, instance_id="uuid:begun")
    drafts.save(
        desk.database,
        Saving(
            id=draft_id(number),
            revision=0,
            xml=xml.decode(),
            person=CHILD,
            opened={},
            files=(),
        ),
        by=Principal("person", "ma", "Marta", Role.WORKER, "truskavets"),
        now=desk.watch(),
    )
    return desk


def draft_id(number: int) -> str:
    """Return the id of a form that nobody has finished."""
    return f"00000000-0000-4000-8000-{number:012}"


def paths(desk: Desk) -> Mapping[str, str]:
    """Return an address of every page that is opened with GET, by its endpoint.

    Raises:
        KeyError: A page is about something that this record does not have yet.
    """
    said = _said(desk)
    found = {}
    adapter = desk.app.url_map.bind("localhost")
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ()):
            known = {**said, **_FURTHER.get(rule.endpoint, lambda _: {})(said)}
            given = {name: known[name] for name in rule.arguments}
            more = _ASKED.get(rule.endpoint, {})
            found[rule.endpoint] = adapter.build(rule.endpoint, {**given, **more})
    return found


def _said(desk: Desk) -> Mapping[str, str]:
    with desk.database.reading() as session:
        asked = queue.of_documents(session, [CHILD, CASE])
        held = queue.page(session, kind=triage.KIND).items[0]
        person = people.all_of(session)[0].id
    item = next(one for one in asked if one.kind == "field_conflict")
    return {
        "doc": CHILD,
        "name": "family_name",
        "qid": item.qid,
        "held": held.qid,
        "change": item.heads[0],
        "person_id": person,
        "form_id": "reception",
        "version": shipped("reception").version,
        "digest": sha256(FACE).hexdigest(),
        "ending": "csv",
        "id": draft_id(0),
    }


_FURTHER: Final[Mapping[str, Any]] = {"pages.raw": lambda said: {"qid": said["held"]}}
"""What a page is about, where it is not what other pages call so."""
_ASKED: Final[Mapping[str, Mapping[str, str]]] = {
    "pages.pair": {"other": printed(SECOND)},
    "pages.original": {"purpose": "identity"},
    "pages.raw": {"purpose": "identity"},
}
"""What a page is asked besides, so that it shows all it has."""
