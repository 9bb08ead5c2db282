"""From what the kernel sees of a document to what is kept of it.

The JSON of a view holds nothing that is local to a node, so nodes with the same changes
hold the same bytes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from forms.reference import normalise
from intake_server.storage import state
from intake_server.storage.types import from_json, to_json
from sync.merge.cells import SCOPE, Document, Version
from sync.merge.queue import Item
from sync.merge.rules import STANDS_ALONE
from sync.merge.view import Candidate, View
from sync.values import loose_key, text_key

REFERENCE: Final = "child_ref"
"""The property that holds a child's speakable reference."""
SIBLINGS: Final = "sibling_group"
"""The property that holds the reference of the first child of the siblings."""
DECISION: Final = "decision"
"""The group that says on which decision of an authority the care of a child rests."""
DECIDED: Final = ("authority_type", "decision_no", "decision_on")
NAMES: Final = ("family_name", "given_name", "patronymic", "name_called")
"""The properties that a person is searched by, beside the reference."""
PLACES: Final = ("subject", "form", "instance_id", "parent")
"""Cells that say where a document belongs; they stand beside its values, not among."""


def places_of(kind: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Return where a document belongs: its subject, form, submission and parent."""
    if kind in STANDS_ALONE:
        return {}
    return {
        name: value for name in PLACES if isinstance(value := values.get(name), str)
    }


def reference_of(kind: str, values: Mapping[str, Any]) -> str | None:
    """Return the reference of a person."""
    reference = values.get(REFERENCE) if kind == "person" else None
    return reference if isinstance(reference, str) else None


def family_of(kind: str, values: Mapping[str, Any]) -> str | None:
    """Return the reference of the first child of a person's siblings."""
    said = values.get(SIBLINGS) if kind == "person" else None
    return normalise(said) if isinstance(said, str) else None


def decision_of(kind: str, values: Mapping[str, Any]) -> str | None:
    """Return the decision on which the care of a case rests: authority, number, date."""
    said = values.get(DECISION) if kind == "case" else None
    if not isinstance(said, Mapping):
        return None
    parts = [loose_key(said[n]) for n in DECIDED if isinstance(said.get(n), str)]
    return "|".join(parts) if len(parts) == len(DECIDED) and all(parts) else None


def view_json(document: Document, view: View, aliases: Sequence[str]) -> str:
    """Return what is kept of what people see of a document, as canonical JSON.

    ``whole_view`` adds what is the same in most. The heads are in it only where they are
    seen otherwise than they are: under the new names of their properties, or no more,
    since the content is erased.
    """
    places = places_of(document.kind, view.values)
    values = {name: v for name, v in view.values.items() if name not in places}
    contested: dict[str, list[dict[str, Any]]] = {}
    for question in view.questions:
        said = contested.setdefault(question.rule.name, [])
        said += [candidate_json(candidate) for candidate in question.candidates]
    kept: dict[str, Any] = {"values": values, **places}
    if contested:
        kept["contested"] = contested
    if aliases:
        kept["aliases"] = aliases
    if view.cells is not document.cells and view.heads != heads_of(document):
        kept["heads"] = view.heads
    return to_json(kept)


def whole_view(
    kept: str, *, doc: str, kind: str, reference: str | None, heads: bytes
) -> dict[str, Any]:
    """Return what people see of a document, from what is kept of it.

    It is the same on all nodes with the same changes.
    """
    said: dict[str, Any] = from_json(kept)
    view = {
        "doc": doc,
        "kind": kind,
        "reference": reference,
        "contested": {},
        "aliases": [],
        **said,
    }
    return view if "heads" in said else {**view, "heads": state.ids(heads)}


def heads_of(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the ids of the heads of each cell, as the document has them."""
    cells = document.cells.items()
    return {cell: tuple(sorted(said.heads)) for cell, said in cells if said.heads}


def candidate_json(candidate: Candidate) -> dict[str, Any]:
    """Return one of several answers and who gave it."""
    return {
        "value": candidate.value,
        "heads": candidate.heads,
        **origin_json(candidate.by),
    }


def origin_json(version: Version) -> dict[str, Any]:
    """Return who said something, where, when and on what evidence."""
    return {
        "change": version.id,
        "site": version.site,
        "author": version.author,
        "device": version.device,
        "at": version.at,
        "off": version.off,
        "src": version.src,
    }


def item_json(item: Item) -> dict[str, Any]:
    """Return what is kept of an item beside the columns it is found by."""
    return {
        "candidates": [candidate_json(candidate) for candidate in item.candidates],
        "displayed": item.displayed,
        "element": item.element,
        "heads": item.heads,
    }


def search_text(kind: str, values: Mapping[str, Any]) -> str:
    """Return the text that a person is found by: the reference, and names as spelled.

    Of a person without a name it is the reference alone, in small letters.
    """
    if kind != "person":
        return ""
    reference = values.get(REFERENCE)
    names = [part for name in NAMES for part in _texts(values.get(name))]
    said = [fold(reference)] if isinstance(reference, str) else []
    return " ".join((*said, *filter(None, map(spelled, names))))


def _texts(value: Any) -> list[str]:
    every = value if isinstance(value, list) else [value]
    return [text for text in every if isinstance(text, str)]


def fold(text: str) -> str:
    """Return text as it is searched: without case, apostrophes alike, spaces single."""
    return text_key(text).casefold().replace("\0", "")


def spelled(text: str) -> str:
    """Return a name as it is searched, alike for spellings that are often mixed up.

    Ukrainian, Russian and Latin letters for one sound become one; signs without a sound
    of their own are left out.

    Example:
        ``Ґудзь``, ``Гудзь`` and ``Gudz`` are alike, and so are ``Зоряна`` and ``Zoriana``.
    """
    text = fold(text)
    for latin, sound in _LATIN if _HAS_LATIN(text) else ():
        text = text.replace(latin, sound)
    return text.translate(_ALIKE)


_HAS_LATIN: Final = re.compile("[a-z]").search


_LATIN: Final = tuple(
    pair.split("=")
    for pair in [
        "shch=щ",
        "zgh=зг",
        "kh=х",
        "zh=ж",
        "ts=ц",
        "ch=ч",
        "sh=ш",
        "iu=ю",
        "yu=ю",
        "ju=ю",
        "ia=я",
        "ya=я",
        "ja=я",
        "ie=е",
        "ye=е",
        "je=е",
        "yi=и",
        "a=а",
        "b=б",
        "c=к",
        "d=д",
        "e=е",
        "f=ф",
        "g=г",
        "h=г",
        "i=и",
        "j=и",
        "k=к",
        "l=л",
        "m=м",
        "n=н",
        "o=о",
        "p=п",
        "q=к",
        "r=р",
        "s=с",
        "t=т",
        "u=у",
        "v=в",
        "w=в",
        "x=кс",
        "y=и",
        "z=з",
    ]
)
_ALIKE: Final = str.maketrans(
    {"ґ": "г", "і": "и", "ї": "и", "й": "и", "ы": "и", "є": "е", "э": "е", "ё": "е"}
    | dict.fromkeys("ьъʼ'", "")
)


def current(document: Document) -> list[Version]:
    """Return what the heads of a document say."""
    return [
        head.version
        for state in document.cells.values()
        for head in state.heads.values()
    ]


def sites_of(said: Iterable[Version], view: View) -> tuple[str, ...]:
    """Return the sites a document belongs to: its scope, else those who wrote it."""
    scope = view.values.get(SCOPE)
    if scope:
        return tuple(scope)
    return tuple(sorted({version.site for version in said}))


def enclosed(sites: Sequence[str]) -> str:
    """Return sites as the ``sites`` columns hold them: each between bars."""
    return "".join(f"|{site}" for site in sites) + "|" if sites else ""


def newest_of(said: Iterable[Version]) -> int:
    """Return the greatest clock value among a document's heads."""
    return max([version.hlc for version in said], default=0)
