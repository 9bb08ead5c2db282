"""A family, and what centres and people write about it."""

from collections.abc import Iterable
from itertools import count
from random import Random
from typing import Any, Final

from forms.reference import make
from sync import clock
from sync import documents as ids
from sync.change import Change, Write, compose
from sync.merge import siblings

CODES: Final = tuple(make("4KH", number) for number in range(1, 5))
"""References of the children; the first one is that of the family."""
REASON: Final = "Лікування, якого немає деінде, і тітка поруч"


def person(number: int) -> str:
    """Return the document of a child."""
    return ids.person(CODES[number])


def case(number: int) -> str:
    """Return the document of a child's case."""
    return ids.case(person(number))


class Told:
    """Changes one after the other, as several nodes write them."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._numbers = count(1)
        self._chance = Random(7)

    def child(self, number: int, *, family: bool = True, **case: Any) -> Change:
        """Say that there is a child, and what its case says."""
        writes = [Write(f="child_ref", v=CODES[number])]
        if family and number:
            writes.append(Write(f="sibling_group", v=CODES[0]))
        return self.say(
            {
                (person(number), "person"): writes,
                (ids.case(person(number)), "case"): _writes(number, case),
            }
        )

    def of_case(
        self,
        number: int,
        site: str = "chernivtsi",
        *,
        p: Iterable[str] = (),
        **said: Any,
    ) -> Change:
        """Say something of a child's case, with ``p`` on the screen."""
        writes = _writes(number, said, tuple(p))
        return self.say({(case(number), "case"): writes}, site=site)

    def stay(self, number: int, center: str, **more: Any) -> Change:
        """Say that a child is in a centre."""
        said = {"subject": person(number), "center": center, **more}
        said.setdefault("admitted_on", "2026-11-22")
        doc = ids.event(f"uuid:{next(self._numbers)}")
        writes = [Write(f=name, v=value) for name, value in said.items()]
        return self.say({(doc, "event"): writes}, site=center)

    def sign(self, number: int, heads: Iterable[str], author: str, site: str) -> Change:
        """Sign that a child is parted."""
        entry = siblings.entry(siblings.SIGN, heads)
        mark = f"mark {next(self._numbers)}"
        return self.say(
            {(case(number), "case"): [Write(n=siblings.LOG, e=mark, v=entry)]},
            author=author,
            site=site,
        )

    def undo(self, change: Change, author: str) -> Change:
        """Take a change back."""
        edits = {
            (edit.doc, edit.type): [
                Write(f=w.f, g=w.g, n=w.n, e=w.e, undoes=(change.id,))
                for w in edit.w or ()
            ]
            for edit in change.edits
        }
        return self.say(edits, author=author, site=change.site)

    def say(
        self,
        edits: dict[tuple[str, str], list[Write]],
        *,
        author: str = "u:ma",
        site: str = "truskavets",
        role: str = "worker",
    ) -> Change:
        """Add a change with these writes."""
        number = next(self._numbers)
        change = compose(
            hlc=clock.at(1_700_000_000_000 + number),
            edits=edits,
            salts=lambda: self._chance.randbytes(16),
            log=f"{site}#{number}",
            seq=1,
            prev="",
            wall=f"2026-11-22T09:{number % 60:02}:00+02:00",
            author=author,
            role=role,
            device="",
            site=site,
            form="",
        )
        self.changes.append(change)
        return change


def apart(until: str = "2027-01-15") -> dict[str, Any]:
    """Return what a case says of a child who is placed apart, with all that it takes."""
    return {
        "placement": {"care_type": "foster_family", "care_from": "2026-11-22"},
        "sibling_decision": "apart_temporary",
        "sibling_reason": REASON,
        "sibling_review_on": until,
    }


def going(site: str) -> dict[str, Any]:
    """Return what a case says of a child who is sent to a centre."""
    return {"destination": {"destination": "rehab", "destination_site": site}}


def _writes(number: int, said: dict[str, Any], p: tuple[str, ...] = ()) -> list[Write]:
    writes = [Write(f="subject", v=person(number))]
    for name, value in said.items():
        if name == siblings.REASON:
            writes.append(Write(n=name, e=f"said {value}", v=value))
        elif isinstance(value, dict):
            writes.append(Write(g=name, v=value, p=p))
        else:
            writes.append(Write(f=name, v=value, p=p))
    return writes
