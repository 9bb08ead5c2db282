"""A form as it was filled: each answer in the order in which the form asked for it."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import UNSET

from intake_server.web.pages.moments import Moment
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Said, Wording
from sync.change import Change, Write


@dataclass(frozen=True, slots=True)
class Line:
    """One answer; ``is_asked`` says that the question is about this one."""

    label: str
    said: Said
    grade: str
    is_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody said at once: who, where, when, and each answer."""

    author: str
    site: str
    moment: Moment | None
    clock: str
    lines: tuple[Line, ...]


def filled(change: Change, cell: str, wording: Wording) -> Filled:
    """Return all that was said with an answer.

    Args:
        change: What was said.
        cell: What the question is about.
        wording: How things are said.
    """
    writes = [write for edit in change.edits for write in edit.w or ()]
    writes.sort(key=lambda write: wording.words.labels.place(write.name))
    when, clock = wording.said_at(change.wall, change.off)
    return Filled(
        author=wording.author(change.author),
        site=wording.site(change.site),
        moment=when,
        clock=clock,
        lines=tuple(_lines(writes, cell, change, wording)),
    )


def _lines(
    writes: list[Write], cell: str, change: Change, wording: Wording
) -> Iterator[Line]:
    for write in writes:
        if not wording.words.labels.is_known(write.name) or write.undoes:
            continue
        value = None if write.v is UNSET else write.v
        said = wording.value(write.name, write.e or value, (change.site,))
        if write.s is not None and not write.v:
            said = Said(_("removed: %(what)s", what=said.line))
        label = wording.label(write.name, change.form)
        yield Line(label, said, wording.grade(write.src), write.name == cell)
