"""What a document says, ready to be read: settled values, and questions with all answers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from msgspec import UNSET

from intake_server.security.policy import Action, may
from intake_server.services import linking
from intake_server.services.desk import events_of
from intake_server.storage.documents import StoredView
from intake_server.storage.queue import QueueItem
from intake_server.web.pages.decisions import PICKED
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import NEVER_ALONE, Said, Wording
from sync.change import Change, Write

CONTESTED: Final = ("field_conflict", "set_conflict")
"""The kinds of questions that stand beside a value."""

_PROPERTIES_APART: Final = frozenset({"child_ref"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One of several answers, and all there is to judge it by.

    ``choice`` is what the form sends when it is picked; ``heads`` the changes that say
    it, ``change`` the newest of these; ``clock`` tells of a wrong clock, ``paper`` who
    wrote what was typed in later.
    """

    number: int
    change: str
    choice: str
    said: Said
    heads: frozenset[str]
    author: str
    device: str
    site: str
    moment: Moment | None
    clock: str
    grade: str
    form: str
    paper: str


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer was written on: the form, and the paper before it, in words."""

    form: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A contested value on a record; ``element`` is a set's, in words."""

    qid: str
    element: str
    candidates: tuple[Candidate, ...]
    is_provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one of several linked records says, and which record it is.

    ``member`` is what the form sends when it is picked; empty where it cannot be.
    """

    member: str
    said: Said
    record: str
    site: str
    author: str
    moment: Moment | None


@dataclass(frozen=True, slots=True)
class Differing:
    """The answers of linked records that differ; ``shown`` are the heads of them all."""

    answers: tuple[Answer, ...]
    shown: tuple[str, ...]
    may_pick: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One property of a record: what stands, or what is in question, or both.

    ``said`` is None where nothing may be shown alone; ``why`` is the reason of whoever
    picked it among linked records; ``doc`` the record on which the viewer may correct
    it, empty where they may not; ``verdict`` why it does not count, empty where it does.
    """

    name: str
    label: str
    said: Said | None
    questions: tuple[Question, ...] = ()
    differing: Differing | None = None
    why: str = ""
    doc: str = ""
    verdict: str = ""

    @property
    def is_contested(self) -> bool:
        """Whether no single answer stands."""
        return bool(self.questions or self.differing)


def facts(
    view: StoredView,
    items: Iterable[QueueItem],
    wording: Wording,
    records: Mapping[str, str] | None = None,
    sources: Mapping[str, Source] | None = None,
) -> tuple[Fact, ...]:
    """Return what a record says, in the order in which forms ask for it.

    Args:
        view: The record, or linked ones together.
        items: Questions; those about other records are left out.
        wording: How things are said.
        records: What to call the record behind a document, where some are linked.
        sources: What the answers were written on, by change id, as far as it is known.
    """
    values: Mapping[str, Any] = view.view["values"]
    docs = {view.doc, *view.view["aliases"]}
    about: dict[str, list[QueueItem]] = {}
    for item in items:
        if item.doc in docs and item.kind in CONTESTED:
            about.setdefault(item.cell, []).append(item)
    labels = wording.words.labels
    names = {name for name in values if labels.is_known(name)} | about.keys()
    order = sorted(names - _PROPERTIES_APART, key=labels.place)
    questions = {
        name: tuple(_question(item, wording, sources) for item in asked)
        for name, asked in about.items()
    }
    return tuple(
        replace(
            _fact(name, view, about.get(name, ()), wording, records or {}),
            questions=questions.get(name, ()),
        )
        for name in order
    )


def sources(
    changes: Iterable[Change], events: Mapping[str, StoredView], wording: Wording
) -> Mapping[str, Source]:
    """Return what answers were written on, by change id.

    Args:
        changes: The changes that wrote them.
        events: The visits at which they were written, by document.
        wording: How things are said.
    """
    return {
        change.id: Source(
            wording.title(change.form),
            _paper([events[d] for d in events_of(change) if d in events], wording),
        )
        for change in changes
    }


def candidates(
    item: QueueItem, wording: Wording, sources: Mapping[str, Source] | None = None
) -> tuple[Candidate, ...]:
    """Return the answers of a question, in the order that every page has."""
    return tuple(
        _candidate(number, item, said, wording, sources or {})
        for number, said in enumerate(item.candidates, 1)
    )


@dataclass(frozen=True, slots=True)
class Base:
    """What was agreed on before the answers went apart; ``said`` is None for nothing."""

    said: Said | None
    author: str = ""
    site: str = ""
    moment: Moment | None = None


def base(item: QueueItem, known: Mapping[str, Change], wording: Wording) -> Base | None:
    """Return what stood before; None where it is no single answer, or not here.

    Args:
        item: The question about a field.
        known: The changes on its document, by id.
        wording: How things are said.
    """
    heads = [write for id_ in item.heads if (write := _written(known, id_, item))]
    if item.kind != "field_conflict" or len(heads) < len(item.heads):
        return None
    before = {id_ for write in heads for id_ in write.p}
    if not before:
        return Base(None)
    one, write = max(
        ((known[id_], w) for id_ in before if (w := _written(known, id_, item))),
        key=lambda pair: (pair[0].hlc, pair[0].id),
        default=(None, None),
    )
    if one is None or write is None or write.v is UNSET:
        return None
    said = wording.value(item.cell, write.v, (one.site,))
    author, site = wording.author(one.author), wording.site(one.site)
    return Base(said, author, site, wording.moment(one.wall))


def _written(known: Mapping[str, Change], id_: str, item: QueueItem) -> Write | None:
    """Return what a change says in the cell of a question."""
    change = known.get(id_)
    edits = change.edits if change else ()
    return next(
        (
            w
            for e in edits
            if e.doc == item.doc
            for w in e.w or ()
            if w.cell == item.key
        ),
        None,
    )


def actors(items: Iterable[QueueItem]) -> set[str]:
    """Return who wrote the answers of questions, devices too."""
    said = [one for item in items for one in item.candidates]
    return {actor for one in said for actor in (one["author"], _device(one)) if actor}


def _fact(
    name: str,
    view: StoredView,
    items: Sequence[QueueItem],
    wording: Wording,
    records: Mapping[str, str],
) -> Fact:
    label = wording.label(name, view.view.get("form") or "")
    differing = _differing(name, view, wording, records)
    value = view.view["values"].get(name)
    said: Said | None = None
    if differing is not None:
        return Fact(name, label, None, differing=differing)
    if isinstance(value, list):
        doubtful = {element for item in items for element in _doubtful(item)}
        rest = [each for each in value if not doubtful or each not in doubtful]
        said = wording.value(name, rest, view.sites) if rest else None
    elif not items and value is not None:
        said = wording.value(name, value, view.sites)
        if wording.may_read(name, view.sites):
            said = replace(said, warnings=wording.warnings(name, view.view["values"]))
    if said is None and not items:
        said = Said(_("nothing"))
    picked = view.view.get("picks", {}).get(name, {})
    why = picked.get("why") or ""
    return Fact(name, label, said, why=why)


def _paper(events: Iterable[StoredView], wording: Wording) -> str:
    said = [pair for view in events for pair in view.view["values"].items()]
    return wording.paper(said)


def _question(
    item: QueueItem, wording: Wording, sources: Mapping[str, Source] | None
) -> Question:
    return Question(
        item.qid,
        element_of(item, wording),
        candidates(item, wording, sources),
        item.is_provisional,
    )


def _differing(
    name: str, view: StoredView, wording: Wording, records: Mapping[str, str]
) -> Differing | None:
    """Return the answers of linked records, where these differ."""
    said = [one for one in view.view["contested"].get(name, ()) if "member" in one]
    if not said:
        return None
    sites = frozenset(one["site"] for one in said)
    members = [one["member"] for one in said]
    may_pick = (
        may(wording.viewer, Action.LINK)
        and linking.may_pick(wording.viewer, name, sites, wording.words.schema)
        and wording.may_read(name, sites)
    )
    return Differing(
        tuple(
            Answer(
                member=one["member"] if members.count(one["member"]) == 1 else "",
                said=_of_record(name, one, wording),
                record=records.get(one["member"], ""),
                site=wording.site(one["site"]),
                author=wording.author(one["author"]),
                moment=wording.moment(one["at"]),
            )
            for one in said
        ),
        tuple(sorted({id_ for one in said for id_ in one["heads"]})),
        may_pick,
    )


def _of_record(name: str, one: Mapping[str, Any], wording: Wording) -> Said:
    if one["value"] == []:
        return Said(_("nothing"))
    return wording.value(name, one["value"], (one["site"],))


def element_of(item: QueueItem, wording: Wording) -> str:
    """Return the set element that a question is about, in words; empty for none."""
    if item.element is None or _is_mixed(item):
        return ""
    return wording.value(item.cell, item.element, item.sites).line


def _doubtful(item: QueueItem) -> frozenset[str]:
    """Return the set elements that are in question."""
    if _is_mixed(item):
        return frozenset(str(said["value"]) for said in item.candidates)
    return frozenset({item.element} if item.element is not None else ())


def _is_mixed(item: QueueItem) -> bool:
    """Tell whether a question is about several elements that exclude each other."""
    return item.key == item.cell


def is_never_alone(item: QueueItem, wording: Wording) -> bool:
    """Tell whether none of a question's values may be shown alone."""
    return wording.rule(item.cell).harm in NEVER_ALONE


def _candidate(
    number: int,
    item: QueueItem,
    said: Mapping[str, Any],
    wording: Wording,
    sources: Mapping[str, Source],
) -> Candidate:
    value = said["value"]
    is_readable = wording.may_read(item.cell, (said["site"],))
    source = sources.get(said["change"], Source())
    author, device = wording.author(said["author"]), wording.author(_device(said))
    when, clock = wording.said_at(said["at"], said["off"])
    return Candidate(
        number=number,
        change=said["change"],
        choice=choice(value) if is_readable else "",
        said=_in_words(item, said, wording),
        heads=frozenset(said["heads"]),
        author=author,
        device=device if device != author else "",
        site=wording.site(said["site"]),
        moment=when,
        clock=clock,
        grade=wording.grade(said["src"]),
        form=source.form,
        paper=source.paper,
    )


def choice(value: Any) -> str:
    """Return what a form sends when a value is picked."""
    return PICKED + json.dumps(value, ensure_ascii=False, sort_keys=True)


def _in_words(item: QueueItem, said: Mapping[str, Any], wording: Wording) -> Said:
    value = said["value"]
    if item.kind == "set_conflict" and isinstance(value, bool):
        return Said(_("is there") if value else _("is not there"))
    return wording.value(item.cell, value, (said["site"],))


def _device(said: Mapping[str, Any]) -> str:
    return f"d:{said['device']}" if said.get("device") else ""
