"""A form as its owner wrote it: rows and cells, each with its place.

It is read before anything is made of it, so a fault can be shown where it was typed,
also in a workbook that pyxform refuses. An XForm gives the same rows without numbers.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from lxml import etree
from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import get_xlsform

from forms import xform
from forms.errors import AuthoringError

SURVEY: Final = "survey"
CHOICES: Final = "choices"
SETTINGS: Final = "settings"

LANGUAGES: Final = ("uk", "en")
"""The languages that every form speaks."""

_FIRST_ROW: Final = 2
_MOST_BYTES: Final = 32_000_000
"""More than this no workbook holds when it is unpacked."""

_ALIASES: Final[Mapping[str, str]] = {
    "caption": "label",
    "relevance": "relevant",
    "calculate": "calculation",
    "read_only": "readonly",
    "repeat_count": "count",
    "jr:count": "count",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "jr:constraintMsg": "constraint_message",
    "jr:requiredMsg": "required_message",
    "list name": "list_name",
    "value": "name",
    "command": "type",
}
_BEHIND_BIND: Final[Mapping[str, str]] = {"type": "bind_type"}
_OURS: Final = "dodomu:"


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


def of_workbook(content: bytes, *, kind: str) -> Draft:
    """Return what stands in a workbook.

    Args:
        content: The workbook itself.
        kind: ``md`` or ``xlsx``.

    Raises:
        AuthoringError: It cannot be read at all, or two columns bear one name.
    """
    if kind == "xlsx":
        _refuse_bomb(content)
    try:
        read = get_xlsform(content, file_type=f".{kind}")
    except PyXFormError as error:
        if "column header" in str(error):
            raise AuthoringError(str(error)) from error
        raise AuthoringError(f"this is not an XLSForm in .{kind}") from error
    except (LookupError, TypeError, ValueError, AttributeError, SyntaxError) as error:
        raise AuthoringError(f"this is not an XLSForm in .{kind}") from error
    settings = _rows(read.settings, read.settings_header, SETTINGS, "")
    language = settings[0]["default_language"] if settings else ""
    first = xform.language_code(language) or LANGUAGES[0]
    return Draft(
        _rows(read.survey, read.survey_header, SURVEY, first),
        _rows(read.choices, read.choices_header, CHOICES, first),
        settings,
        {name: getattr(read, name) for name in read.__slots__},
    )


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
    controls = {
        place: part
        for part in html.iter(*(f"{{{xform.XFORMS}}}{tag}" for tag in _CONTROLS))
        if (place := part.get("ref") or part.get("nodeset"))
    }
    binds = {bind.get("nodeset", ""): bind for bind in _all(model, "bind")}
    survey = tuple(
        _of_field(place, binds.get(place), controls.get(place), texts)
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


def _rows(
    rows: Sequence[Mapping[str, Any]] | None,
    header: Sequence[Mapping[str, Any]] | None,
    sheet: str,
    first: str,
) -> tuple[Row, ...]:
    columns: Iterable[str] = header[0] if header else ()
    plain = {column: _plain(column, first) for column in columns if column}
    headers = {name: column for column, name in plain.items()}
    return tuple(
        Row(
            sheet=sheet,
            number=number,
            cells={
                plain.get(column) or _plain(column, first): str(text).strip()
                for column, text in row.items()
                if column and text is not None
            },
            headers=headers,
        )
        for number, row in enumerate(rows or (), start=_FIRST_ROW)
        if row
    )


def _plain(header: str, first: str) -> str:
    """Return the plain name of a column; ``first`` is what no language means."""
    head, *rest = (part.strip() for part in header.split("::"))
    lowered = head.lower().replace(" ", "_")
    if lowered in ("bind", "control") and rest:
        head, *rest = rest
        if head.startswith(_OURS):
            return head.removeprefix(_OURS)
        lowered = _BEHIND_BIND.get(head, head)
    name = _ALIASES.get(lowered, lowered)
    if name not in TRANSLATED or not first:
        return "::".join((name, *rest))
    return f"{name}::{xform.language_code(rest[0]) if rest else first}"


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


def _written(plain: str) -> str:
    """Return how a column that the sheet does not have would be written."""
    name, _, code = plain.partition("::")
    if code in _LANGUAGE_NAMES:
        return f"{name}::{_LANGUAGE_NAMES[code]}"
    return f"bind::{_OURS}{plain}" if plain in _OWN_COLUMNS else plain


def _refuse_bomb(content: bytes) -> None:
    try:
        with ZipFile(BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise AuthoringError("this is not an XLSForm in .xlsx") from error
    if unpacked > _MOST_BYTES:
        raise AuthoringError("this workbook is larger than any form")
