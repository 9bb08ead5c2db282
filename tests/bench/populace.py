"""A whole country's store: children of many centres, and questions that wait for people.

The same size is always the same store. All of it goes the way of the program: forms are
taken in, and answers that contradict each other are written as another node writes them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any, Final

import children
from centres import FORMS
from desks import Desk
from servers import MORNING

from forms.instance import to_xml
from forms.reference import BLOCK_SIZE, block_name, make
from intake_server.services import intake
from intake_server.services.intake import Incoming
from sync import documents
from sync.change import Write
from sync.merge.cells import VERDICT
from sync.merge.identity import SAME

CENTRES: Final = (
    *("truskavets", "chernivtsi"),
    *("chop", "dnipro", "drohobych", "irpin", "kalush", "khust", "kolomyia", "kovel"),
    *("lutsk", "lviv", "mukachevo", "odesa", "poltava", "rivne", "stryi", "sumy"),
    *("uzhhorod", "vinnytsia"),
)
_FIRST_BLOCK: Final = 700
_BATCH: Final = 250
_LATE: Final = 2_000
"""So many children came last; of those before, nothing is to be done any more."""
_A_MONTH: Final = timedelta(days=30)
_DOUBTFUL: Final[Sequence[tuple[str, str]]] = (
    ("case", "medication"),
    ("person", "school"),
    ("case", "medication"),
    ("person", "nickname"),
)
"""What two sites say differently, in turn."""
_CARE: Final = ("вальпроат 300 мг × 2", "салбутамол", "", "левотироксин 25 мкг")


def reference(number: int) -> str:
    """Return the reference of a child."""
    block, within = divmod(number, BLOCK_SIZE)
    return make(block_name(_FIRST_BLOCK + block), within)


def settle(desk: Desk, count: int, questions: int) -> None:
    """Let so many children come in the course of a month, and so many questions wait.

    Of ten children one stays at a centre, of seven one has a brother or sister, and of
    five hundred one was received twice and joined.
    """
    phones = {site: desk.phone(site, f"Телефон: {site}") for site in CENTRES}
    size = max(5, min(_BATCH, count // 40))
    for number, first in enumerate(range(0, count, size)):
        desk.watch.moment = MORNING - _A_MONTH * (1 - first / count)
        site = CENTRES[number % len(CENTRES)]
        some = range(first, min(first + size, count))
        batch = [form for child in some for form in _forms(child, site, count)]
        receipts = intake.receive(
            desk.database,
            batch,
            sender=phones[site],
            now=desk.watch(),
            entropy=Random(first).randbytes,
        )
        odd = {receipt.status for receipt in receipts} - {"stored"}
        if odd:
            raise RuntimeError(f"forms of the populace are {odd}")
        _disagree(desk, [n for n in some if _is_doubtful(n, count, questions)])
        _join(desk, [n for n in some if n % 500 == 1 and n > 1])
    desk.watch.moment = MORNING


def _forms(number: int, site: str, count: int) -> Iterator[Incoming]:
    name, begun, said = children.answered(number)
    is_late = number >= count - min(_LATE, count // 2)
    said["g_contact"]["child_ref"] = reference(number)
    if number % 7 == 1:
        said["g_with"]["sibling_group"] = reference(number - 1)
    if not is_late:
        _make_old(said)
    elif number % 3:
        said["g_next"]["destination_site"] = CENTRES[number % len(CENTRES)]
    yield _form("reception", said, name, begun.isoformat())
    if number % 10 == 3:
        stay = _stay(number, site, is_late=is_late)
        yield _form("rehabilitation", stay, f"{name[:-1]}s", begun.isoformat())


def _make_old(said: dict[str, Any]) -> None:
    """Let a form be one of a year ago, typed in of late, that leaves nothing to do."""
    said["g_contact"]["intake_at"] = said["g_contact"]["intake_at"].replace(
        "2026-", "2025-"
    )
    said["g_needs"] |= {"urgent_needs": ["none"], "triage": "green"}
    said["g_next"] = {"destination": "family_home", "worker_note": "Дитина вдома."}


def _stay(number: int, site: str, *, is_late: bool) -> Mapping[str, Any]:
    day = "2026-11-20" if is_late else "2025-11-24"
    stay = {"child_ref": reference(number), "center": site, "admitted_on": day}
    said = {
        "g_stay": stay,
        "g_med": {"medication": _CARE[number // 10 % len(_CARE)]},
    }
    return said if is_late else said | {"g_plan": {"discharge_outcome": "goals_met"}}


def _form(form_id: str, said: Mapping[str, Any], name: str, at: str) -> Incoming:
    form = FORMS[form_id]
    return Incoming(
        instance_id=name,
        form_id=form_id,
        form_version=form.version,
        finalized_at=at,
        xml=to_xml(form.definition, said, instance_id=name),
    )


def _is_doubtful(number: int, count: int, questions: int) -> bool:
    return number * questions // count != (number + 1) * questions // count


def _disagree(desk: Desk, numbers: Sequence[int]) -> None:
    """Let two further sites say something of children, each without having read the other."""
    for site in ("truskavets", "lviv"):
        edits = []
        for number in numbers:
            person = documents.person(reference(number))
            kind, cell = _DOUBTFUL[number // 7 % len(_DOUBTFUL)]
            doc = person if kind == "person" else documents.case(person)
            edits.append({(doc, kind): [Write(f=cell, v=f"{cell} {site} {number}")]})
        if edits:
            desk.write(*edits, site=site, author=f"u:{site}")


def _join(desk: Desk, numbers: Sequence[int]) -> None:
    for number in numbers:
        a, b = sorted(documents.person(reference(n)) for n in (number, number - 1))
        said = [Write(f="a", v=a), Write(f="b", v=b), Write(f=VERDICT, v=SAME)]
        desk.write({(documents.link(a, b), "link"): said}, author="u:kyiv")
