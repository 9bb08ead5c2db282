"""A form as its owner wrote it: rows and cells, each with its place.

It is read before anything is made of it, so a fault can be shown where it was typed,
also in a workbook that pyxform refuses. An XForm gives the same rows without numbers.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml import etree

from forms import xform

SURVEY: Final = "survey"
CHOICES: Final = "choices"
SETTINGS: Final = "settings"

LANGUAGES: Final = ("uk", "en")
"""The languages that every form speaks."""

OURS: Final = "dodomu:"
"""What our own columns begin with, behind ``bind::``."""

TRANSLATED: Final = (
    "label",
    "hint",
    "guidance_hint",
    "constraint_message",
    "required_message",
)
"""Columns that speak to people."""

_OWN_COLUMNS: Final = frozenset(
    (
        *("home", "policy", "level", "match", "harm", "parent", "check", "group"),
        *("property", "renamed_from", "identity", "document"),
    )
)


_LANGUAGE_NAMES: Final = {"uk": "Українська (uk)", "en": "English (en)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a sheet.

    ``cells`` are its texts by the plain name of the column: ``home`` for
    ``bind::dodomu:home``, ``label::uk`` for ``label::Українська (uk)``. ``headers`` are
    the columns of the sheet as they are written, by plain name. ``number`` counts as
    the workbook does, from 1 for the header; an XForm has none.
    """

    sheet: str
    number: int | None
    cells: Mapping[str, str]
    headers: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return what stands in a column; empty where nothing does."""
        return self.cells.get(column, "")

    @property
    def name(self) -> str:
        """The name of the question or the choice."""
        return self["name"]

    @property
    def type(self) -> str:
        """The first word of the type, as XLSForm writes it."""
        words = self["type"].split()
        return words[0] if words else ""

    def column(self, plain: str) -> str:
        """Return how a column is written in this sheet."""
        return self.headers.get(plain, _written(plain))


@dataclass(frozen=True, slots=True)
class Draft:
    """The three sheets that make a form; ``raw`` is what pyxform reads."""

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: tuple[Row, ...]
    raw: Mapping[str, Any] | None = None

    def question(self, name: str) -> Row | None:
        """Return the row that asks for a field, or that begins a group of this name."""
        named = [row for row in self.survey if row.name == name]
        named = [row for row in named if not row.type.startswith("end")]
        asked = (row for row in named if not row.type.startswith("begin"))
        return next(asked, named[0] if named else None)

    def setting(self) -> Row:
        """Return the row of the settings; empty where there is none."""
        if self.settings:
            return self.settings[0]
        return Row(sheet=SETTINGS, number=None, cells={}, headers={})


def of_xform(xml: bytes) -> Draft:
    """Return what an XForm asks, as rows without numbers.

    Raises:
        DefinitionError: This is not XML.
    """
    html = xform.parsed(xml)
    model = html.find(f".//{{{xform.XFORMS}}}model")
    if model is None:
        return Draft((), (), ())
    texts = xform.translations(model)
    files = {
        instance.get("id", ""): source.rpartition("/")[2]
        for instance in _all(model, "instance")
        if (source := instance.get("src"))
    }
    controls = {
        place: part
        for part in html.iter(*(f"{{{xform.XFORMS}}}{tag}" for tag in _CONTROLS))
        if (place := part.get("ref") or part.get("nodeset"))
    }
    binds = {bind.get("nodeset", ""): bind for bind in _all(model, "bind")}
    survey = tuple(
        _from_file(
            _of_field(place, binds.get(place), controls.get(place), texts), files
        )
        for place in dict.fromkeys((*controls, *binds))
    )
    choices = tuple(
        _of_item(instance.get("id", ""), item, texts)
        for instance in _all(model, "instance")
        for item in _all(instance, "item")
    )
    return Draft(survey, choices, ())


_CONTROLS: Final = (
    "input",
    "select",
    "select1",
    "rank",
    "range",
    "upload",
    "trigger",
    "secret",
    "group",
    "repeat",
)
_TYPES: Final[Mapping[str, str]] = {
    "": "calculate",
    "group": "begin_group",
    "repeat": "begin_repeat",
    "select1": "select_one",
    "select": "select_multiple",
}
_BOUND: Final[Mapping[str, str]] = {
    "calculate": "calculation",
    "relevant": "relevant",
    "constraint": "constraint",
    "required": "required",
    "readonly": "readonly",
}
_MESSAGES: Final[Mapping[str, str]] = {
    "{http://openrosa.org/javarosa}constraintMsg": "constraint_message",
    "{http://openrosa.org/javarosa}requiredMsg": "required_message",
}
_ITEXT: Final = re.compile(r"jr:itext\('([^']+)'\)")
_PLACEHOLDER: Final = "-"
"""What pyxform writes where a translation is missing."""


def _all(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    return parent.iter(f"{{{xform.XFORMS}}}{tag}")


def _of_field(
    place: str,
    bind: etree._Element | None,
    control: etree._Element | None,
    texts: xform.Texts,
) -> Row:
    tag = "" if control is None else etree.QName(control).localname
    cells = {"name": place.rpartition("/")[2], "type": _TYPES.get(tag, tag)}
    if bind is not None:
        cells |= {_BOUND[k]: bind.get(k, "") for k in _BOUND if k in bind.attrib}
        cells |= xform.attributes(bind)
        for attribute, column in _MESSAGES.items():
            cells |= _texts(column, bind.get(attribute, ""), "", texts)
    if control is not None:
        for column in ("label", "hint"):
            part = control.find(f"{{{xform.XFORMS}}}{column}")
            if part is not None:
                plain = "".join(map(str, part.itertext()))
                cells |= _texts(column, part.get("ref", ""), plain, texts)
        itemset = control.find(f"{{{xform.XFORMS}}}itemset")
        if itemset is not None:
            cells["choice_filter"] = itemset.get("nodeset", "")
            named = xform.LIST.search(cells["choice_filter"])
            cells["type"] += f" {named[1]}" if named else ""
    return Row(sheet=SURVEY, number=None, cells=cells, headers={})


def _from_file(row: Row, files: Mapping[str, str]) -> Row:
    """Return a row as XLSForm writes it where its list is a file."""
    kind, _, name = row["type"].partition(" ")
    if name not in files:
        return row
    return replace(row, cells={**row.cells, "type": f"{kind}_from_file {files[name]}"})


def _of_item(list_name: str, item: etree._Element, texts: xform.Texts) -> Row:
    said = {etree.QName(part).localname: part.text or "" for part in item}
    cells = {"list_name": list_name, "name": said.get("name", "")}
    id_ = said.get("itextId", "")
    ref = f"jr:itext('{id_}')" if id_ else ""
    cells |= _texts("label", ref, said.get("label", ""), texts)
    return Row(sheet=CHOICES, number=None, cells=cells, headers={})


def _texts(column: str, ref: str, plain: str, texts: xform.Texts) -> Mapping[str, str]:
    named = _ITEXT.search(ref)
    if named is None:
        text = plain.strip() or ref
        return {f"{column}::{LANGUAGES[0]}": text} if text else {}
    return {
        f"{column}::{language}": text
        for language, text in texts.get(named[1], {}).items()
        if text and text != _PLACEHOLDER
    }


def _written(plain: str) -> str:
    """Return how a column that the sheet does not have would be written."""
    name, _, code = plain.partition("::")
    if code in _LANGUAGE_NAMES:
        return f"{name}::{_LANGUAGE_NAMES[code]}"
    return f"bind::{OURS}{plain}" if plain in _OWN_COLUMNS else plain
