"""What people say to each other about a question: entries of a log on its document.

Talk settles nothing. It travels as all does, so every node knows whose turn it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from sync.merge.cells import Document, Head, name_of
from sync.merge.rights import site_owner

TALK: Final = "talk"
"""The name of the log; no form asks for it."""

ASK: Final = "ask"
ANSWER: Final = "answer"
COMMENT: Final = "comment"
OBJECT: Final = "object"
"""Said of what was decided or joined against one's own answer; a coordinator answers."""
VERBS: Final = (ASK, ANSWER, COMMENT, OBJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was said.

    ``about`` is the key of the cell in question, ``to`` the site that is asked,
    ``site`` whose person says it; ``author`` and ``at`` are those of the change.
    """

    verb: str
    about: str
    text: str
    site: str
    to: str = ""
    author: str = ""
    at: str = ""

    @property
    def value(self) -> Mapping[str, str]:
        """What is written."""
        said = {"say": self.verb, "about": self.about, "text": self.text}
        return {**said, "from": self.site, **({"to": self.to} if self.to else {})}

    @classmethod
    def read(cls, shown: Any) -> Self | None:
        """Return an entry as a view shows it; None for what is none."""
        value = shown.get("value") if isinstance(shown, Mapping) else None
        if not isinstance(value, Mapping):
            return None
        said = {name: str(value.get(name, "")) for name in ("say", "about", "text")}
        if said["say"] not in VERBS:
            return None
        return cls(
            verb=said["say"],
            about=said["about"],
            text=said["text"],
            site=str(value.get("from", "")),
            to=str(value.get("to", "")),
            author=str(shown.get("author", "")),
            at=str(shown.get("at", "")),
        )


def about(values: Mapping[str, Any], key: str) -> tuple[Entry, ...]:
    """Return what was said about a cell, in order.

    Args:
        values: What a view says of the document.
        key: The cell.
    """
    shown = values.get(TALK)
    read = map(Entry.read, shown if isinstance(shown, list) else ())
    return tuple(entry for entry in read if entry is not None and entry.about == key)


def objections(document: Document) -> tuple[tuple[str, Entry, Head], ...]:
    """Return what sites object to and nobody has answered, by the keys of their cells."""
    said = _said(document)
    answered = {entry.about for _, entry, _ in said if entry.verb == ANSWER}
    return tuple(
        one for one in said if one[1].verb == OBJECT and one[0] not in answered
    )


def answers(document: Document, site: str) -> tuple[tuple[Entry, Entry, Head], ...]:
    """Return what a site objected to, what was answered to it, and who answered."""
    said = _said(document)
    objected = {
        cell: entry
        for cell, entry, _ in said
        if entry.verb == OBJECT and entry.site == site
    }
    return tuple(
        (objected[entry.about], entry, head)
        for _, entry, head in said
        if entry.verb == ANSWER and entry.about in objected
    )


def _said(document: Document) -> list[tuple[str, Entry, Head]]:
    said = []
    for cell, state in sorted(document.cells.items()):
        if name_of(cell) == TALK:
            for head in state.ordered():
                entry = Entry.read({"value": head.version.value})
                if entry is not None:
                    said.append((cell, entry, head))
    return said


def turn(said: Iterable[Entry]) -> str | None:
    """Return who is looked to: the site that was asked, or who has got an answer.

    Returns:
        ``site:<name>`` until somebody of that site answers; then the actor who asked,
        until they say something more. None where nobody waits.
    """
    asker, looked_to = "", None
    for entry in said:
        if entry.verb == ASK and entry.to:
            asker, looked_to = entry.author, site_owner(entry.to)
        elif entry.verb == ANSWER and looked_to == site_owner(entry.site):
            looked_to = asker
        elif looked_to == entry.author:
            looked_to = None
    return looked_to
