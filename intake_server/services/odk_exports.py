"""Finished forms in what ODK Briefcase, Collect or somebody's own script left behind.

A folder of its own for each form, with the files beside it (``instances/…/submission.xml``
of Briefcase, ``instances/NAME/NAME.xml`` of Collect), or many forms in one folder, with
their files in ``media/`` or among them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from xml.sax.saxutils import escape

from forms.gate import peek
from intake_server.services.reading import moment
from intake_server.services.shelves import Shelf, UnreadableError

SUBMISSION: Final = "submission.xml"
INSTANCES: Final = "instances"
MEDIA: Final = "media"

_NO_FORM_OF_A_CHILD: Final = frozenset({"html", "xforms", "manifest"})
_HIDDEN: Final = (".", "__MACOSX")


@dataclass(frozen=True, slots=True)
class Found:
    """A finished form, with the paths of the files that belong to it.

    ``finalized_at`` is when the server that it came from had received it, where the
    file says so.
    """

    name: str
    xml: bytes
    files: tuple[str, ...]
    finalized_at: str | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why; never what it says."""

    file: str
    why: str


def candidates(shelf: Shelf) -> tuple[str, ...]:
    """Return the paths of all files that may be finished forms, in order."""
    return tuple(
        name
        for name in shelf.names()
        if name.lower().endswith(".xml")
        and not any(part.startswith(_HIDDEN) for part in PurePosixPath(name).parts)
    )


def look(
    shelf: Shelf, names: Sequence[str], most: int
) -> Iterator[Found | Skipped | None]:
    """Yield what each candidate is; None for a blank form or a list of forms.

    Args:
        shelf: The export.
        names: Paths, as ``candidates`` returned them.
        most: Bytes that a file may have.
    """
    beside = _by_folder(shelf.names())
    for name in names:
        try:
            yield _looked_at(name, shelf.read(name, most), beside)
        except UnreadableError as error:
            yield Skipped(name, str(error))


def _looked_at(
    name: str, xml: bytes, beside: Mapping[str, Sequence[str]]
) -> Found | Skipped | None:
    root = peek(xml)
    if root is not None and root.name in _NO_FORM_OF_A_CHILD:
        return None
    if root is not None and root.attributes.get("encrypted"):
        return Skipped(name, "is encrypted with a key that is not ours")
    received = root.attributes.get("submissionDate") if root is not None else None
    received = received if moment(received) else None
    if _is_alone(name, beside):
        return Found(name, xml, _all_beside(name, beside), received)
    if root is None or not root.attributes.get("id"):
        return Skipped(name, "is no finished form")
    return Found(name, xml, _named_beside(name, xml, beside), received)


def _by_folder(names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(_folder(name), []).append(name)
    return folders


def _is_alone(name: str, beside: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether a form lies in a folder of its own: what lies there is the form's."""
    path = PurePosixPath(name)
    if path.name == SUBMISSION:
        return True
    forms = [one for one in beside[_folder(name)] if one.lower().endswith(".xml")]
    return path.parent.parent.name == INSTANCES and len(forms) == 1


def _all_beside(name: str, beside: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(
        one
        for one in beside[_folder(name)]
        if one != name and not PurePosixPath(one).name.startswith(_HIDDEN)
    )


def _named_beside(
    name: str, xml: bytes, beside: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Return the files around a form that stand as an answer in it."""
    media = str(PurePosixPath(name).parent / MEDIA)
    around = (*beside.get(media, ()), *beside[_folder(name)])
    return tuple(
        one
        for one in around
        if one != name and f">{escape(PurePosixPath(one).name)}<".encode() in xml
    )


def _folder(name: str) -> str:
    return str(PurePosixPath(name).parent)
