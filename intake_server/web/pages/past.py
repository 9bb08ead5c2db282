"""A child's history: who said what, where, when, on what evidence, and what of it is left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import UNSET

from intake_server.services.child import Told
from intake_server.storage.queue import QueueItem
from intake_server.web.pages import phrases
from intake_server.web.pages.facts import Source
from intake_server.web.pages.moments import Moment
from intake_server.web.pages.texts import _, _l
from intake_server.web.pages.wording import Wording
from sync.change import Write
from sync.merge import reunion, siblings
from sync.merge.cells import DELETED, ERASED, HOLD
from sync.merge.rights import REMOVER

_SHOWN: Final = 20
"""Entries of a history that are shown at first."""

_LOGS: Final = {siblings.LOG: siblings.CELL, reunion.LOG: reunion.RECOMMENDED}
"""What is signed, and by which answer people know it."""
_OF_RECORDS: Final = {
    DELETED: (_l("made by mistake"), _l("stays")),
    ERASED: (_l("erased"), _l("erased")),
    HOLD: (_l("the law forbids to erase it"), _l("may be erased again")),
}
"""What is said of a whole record, by the cell: when it is so, and when it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a history: who, where, when, and what."""

    moment: Moment | None
    author: str
    device: str
    site: str
    form: str
    paper: str
    clock: str
    id: str
    is_decision: bool
    is_correction: bool
    is_undone: bool
    may_undo: bool
    aside: str
    reasons: tuple[str, ...]
    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class History:
    """Entries, the newest first; ``more`` are left out, ``field`` is what they are of.

    ``field`` is empty where they are of everything.
    """

    entries: tuple[Entry, ...]
    more: int
    field: str


def actors(told: Iterable[Told]) -> set[str]:
    """Return who wrote the changes of a history, devices too."""
    return {actor for t in told for actor in (t.change.author, _device(t))}


def history(
    told: Sequence[Told],
    sources: Mapping[str, Source],
    words: Wording,
    *,
    field: str = "",
    is_whole: bool = False,
) -> History:
    """Return a history in words.

    Args:
        told: All changes, the newest first.
        sources: What each was written on, by change id.
        words: How things are said.
        field: Only what was said of this property or group; everything where no form
            asks for it.
        is_whole: Whether all entries are wanted, and not only the newest.
    """
    if not words.words.labels.is_known(field):
        field = ""
    every = [
        entry
        for one in told
        if (entry := _entry(one, sources[one.change.id], words, field)) is not None
    ]
    shown = every if is_whole else every[:_SHOWN]
    label = words.short(field) if field else ""
    return History(tuple(shown), len(every) - len(shown), label)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction just written; ``is_asked`` that a clinician must agree to it first."""

    change: str
    label: str
    is_asked: bool


def corrected(
    told: Iterable[Told], change: str, questions: Iterable[QueueItem], words: Wording
) -> Corrected | None:
    """Return what was corrected just before.

    None where no such change stands, or where it is not the viewer's to take back.
    """
    for one in told:
        if one.change.id == change and one.may_undo:
            names = (write.name for _view, said in one.said for write in said)
            is_asked = any(
                item.owner == REMOVER and change in item.heads for item in questions
            )
            return Corrected(change, words.short(next(names, "")), is_asked)
    return None


def _entry(told: Told, source: Source, words: Wording, field: str) -> Entry | None:
    """Return a change in words; None for one that says nothing of the field."""
    change, present = told.change, words.words.schema.renamed
    writes = [write for _view, said in told.said for write in said]
    if field:
        writes = [w for w in writes if present.get(w.name, w.name) == field]
        if not writes:
            return None
    author, device = words.author(change.author), words.author(_device(told))
    return Entry(
        moment=words.moment(change.wall),
        author=author,
        device=device if device != author else "",
        site=words.site(change.site),
        form=source.form,
        paper=source.paper,
        clock=words.clock(change.off),
        id=change.id,
        is_decision=any(write.act == "resolve" for write in writes),
        is_correction=bool(change.role) and any(w.act == "amend" for w in writes),
        is_undone=told.is_undone,
        may_undo=told.may_undo,
        aside=phrases.fault(told.code) if told.code else "",
        reasons=tuple(dict.fromkeys(write.why for write in writes if write.why)),
        lines=tuple(
            line for write in writes if (line := _line(write, change.site, words))
        ),
    )


def _line(write: Write, site: str, words: Wording) -> tuple[str, str, str] | None:
    """Return label, value and evidence of a write; None for what nobody asks people."""
    name = write.name
    if write.undoes:
        named = _LOGS.get(name, name)
        label = _("Record") if name == DELETED else words.short(named)
        return (label, _("taken back"), "")
    if name in _OF_RECORDS:
        is_so, is_not = _OF_RECORDS[name]
        return (_("Record"), str(is_so if write.v else is_not), "")
    if name in _LOGS:
        return (words.short(_LOGS[name]), _signed(write), "")
    if not words.words.labels.is_known(name) or name == "child_ref":
        return None
    grade = words.grade(write.src)
    if write.s is not None:
        element = words.value(name, write.e, (site,)).line
        is_there = bool(write.v)
        said = (
            _("added: %(what)s", what=element)
            if is_there
            else _("removed: %(what)s", what=element)
        )
        return (words.short(name), said, grade)
    value = None if write.v is UNSET else write.v
    return (words.short(name), words.value(name, value, (site,)).line, grade)


def _signed(write: Write) -> str:
    """Return what somebody did who signed, or refused that children are apart."""
    if write.n == reunion.LOG:
        return _("signed: verified")
    is_signed = isinstance(write.v, Mapping) and write.v.get("say") == siblings.SIGN
    return _("signed: apart") if is_signed else _("refused: together")


def _device(told: Told) -> str:
    return f"d:{told.change.device}" if told.change.device else ""
