"""What takes two people, and who has signed it so far.

Such are children who would be apart from brothers and sisters, and records that are one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from intake_server.services.child import Child
from intake_server.services.desk import File
from intake_server.storage.documents import StoredView
from intake_server.storage.queue import QueueItem
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Said, Wording
from sync.merge import identity, siblings

WHERE: Final = (("destination", "destination_site"), ("placement", "care_type"))
"""What tells where a child goes or lives: the group, and the member of it."""


_PAIRS: Final = (identity.KIND,)
"""Questions on which one person has signed; an organisation does not count."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature in words."""

    author: str
    site: str
    moment: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A placement that is not in force: whose it is, and what it still takes.

    ``lacks`` says what the record must say first.
    """

    qid: str
    child: str
    name: str
    reference: str
    signed: tuple[Signed, ...]
    lacks: tuple[str, ...]


def apart(
    item: QueueItem,
    person: StoredView | None,
    case: StoredView | None,
    words: Wording,
) -> Apart:
    """Return what is asked about a case, in words."""
    return Apart(
        qid=item.qid,
        child=person.doc if person else "",
        name=words.name_of(person),
        reference=words.reference_of(person),
        signed=signed(item, case, words),
        lacks=lacks(case, words),
    )


def of_child(found: Child, words: Wording) -> tuple[Apart, ...]:
    """Return what is asked about a child and its brothers and sisters, in words."""
    persons, cases = {}, {}
    for view in found.views:
        if view.kind == "case":
            cases[view.doc] = view
            persons[view.doc] = found.persons[0]
    for one in found.siblings:
        if one.case is not None:
            cases[one.case.doc], persons[one.case.doc] = one.case, one.person
    return tuple(
        apart(item, persons.get(item.doc), cases.get(item.doc), words)
        for item in found.parting
    )


def heads(items: Iterable[QueueItem]) -> frozenset[str]:
    """Return the answers that are not in force."""
    return frozenset(id_ for item in items for id_ in item.heads)


def signed(
    item: QueueItem, case: StoredView | None, words: Wording
) -> tuple[Signed, ...]:
    """Return who has signed, in words."""
    values = case.view["values"] if case else {}
    return tuple(
        Signed(words.author(one.author), words.site(one.site), words.moment(one.at))
        for one in siblings.signed(values, item.heads)
    )


def signers(views: Iterable[StoredView | None]) -> set[str]:
    """Return everybody who has signed something of cases."""
    logs = [view.view["values"].get(siblings.LOG) for view in views if view]
    return {
        str(entry.get("author", ""))
        for log in logs
        for entry in (log if isinstance(log, list) else ())
        if isinstance(entry, Mapping)
    }


def lacks(case: StoredView | None, words: Wording) -> tuple[str, ...]:
    """Return what the record must say before anything is in force."""
    values = case.view["values"] if case else {}
    names = (siblings.REASON, siblings.REVIEW)
    return tuple(words.short(name) for name in names if not values.get(name))


def is_second_wanted(item: QueueItem) -> bool:
    """Tell whether an answer alone is asked about: a second person must give it too."""
    return item.kind == "field_conflict" and len(item.candidates) == 1


def asks_review(file: File, words: Wording) -> str:
    """Return what the day to look again is called; empty where it is said already."""
    values = file.record.view["values"] if file.record else {}
    is_asked = file.item.kind == siblings.KIND and not values.get(siblings.REVIEW)
    return words.short(siblings.REVIEW) if is_asked else ""


def hand(file: File, words: Wording) -> str:
    """Return whether the viewer has signed, or somebody of the same organisation."""
    if file.item.kind in _PAIRS or is_second_wanted(file.item):
        hands = {said["author"] for said in file.item.candidates}
        return "person" if words.viewer.actor in hands else ""
    values = file.record.view["values"] if file.record else {}
    found = siblings.signed(values, file.item.heads)
    if any(one.author == words.viewer.actor for one in found):
        return "person"
    return "organisation" if any(o.site == words.viewer.site for o in found) else ""


def details(file: File, words: Wording) -> Iterator[tuple[str, str]]:
    """Yield where the children of the family go or live, why, and who has signed."""
    if file.item.kind in _PAIRS:
        yield (
            _("Signed"),
            "; ".join(_signature(said, words) for said in file.item.candidates),
        )
    if file.item.kind != siblings.KIND or file.record is None:
        return
    own = [(child, file.record) for child in file.children]
    for person, case in (*own, *((one.person, one.case) for one in file.siblings)):
        places = where(case, words)
        said = "; ".join(f"{label}: {value.line}" for label, value in places)
        yield f"{words.name_of(person)} {words.reference_of(person)}", said or "—"
    values = file.record.view["values"]
    for name in (siblings.CELL, siblings.REASON, siblings.REVIEW):
        value = values.get(name)
        line = words.value(name, value, file.record.sites).line if value else ""
        yield words.short(name), line or _("not said")
    hands = signed(file.item, file.record, words)
    lines = [
        ", ".join(filter(None, (o.author, o.site, o.moment.text if o.moment else "")))
        for o in hands
    ]
    yield _("Signed"), "; ".join(lines) or _("nobody yet; two are wanted")


def _signature(said: Mapping[str, Any], words: Wording) -> str:
    moment = words.moment(said["at"])
    named = (words.author(said["author"]), words.site(said["site"]))
    return ", ".join(filter(None, (*named, moment.text if moment else "")))


def where(case: StoredView | None, words: Wording) -> tuple[tuple[str, Said], ...]:
    """Return where a child goes or lives; nothing that is in question."""
    if case is None:
        return ()
    return tuple(
        (words.short(part), words.value(part, said, case.sites))
        for group, part in WHERE
        if (said := settled(case, group, part)) is not None
    )


def settled(case: StoredView, group: str, part: str) -> Any:
    """Return what a member of a group says; nothing while the group is in question."""
    if group in case.view["contested"]:
        return None
    value = case.view["values"].get(group)
    return value.get(part) if isinstance(value, dict) else None
