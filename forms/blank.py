"""A form with answers in it before anybody has filled it in: an instance to go on with.

The form's own template says which parts there are and in which order. A question that
opens a repeat is answered where there are rows, one that only narrows a list of places
is answered where the place is known; neither says anything about a child.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from forms.definition import FormDefinition, Path
from forms.places import oblasts
from forms.xform import XFORMS, parsed

Row = Mapping[Path, str]
"""Answers of one row of a repeat, by their paths."""

_X: Final = f"{{{XFORMS}}}"
_TEMPLATE: Final = "{http://openrosa.org/javarosa}template"
_GATE: Final = re.compile(r"\s*(/\S+)\s*=\s*'([^']*)'\s*")
_NARROWED: Final = re.compile(r"instance\('[^']+'\)/root/item\[oblast =\s*(/\S+)\s*\]")
_LATER: Final = re.compile(r"date\(today\(\) \+ (\d{1,4})\)")
_META: Final = "meta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is filled in: answers by path, and the rows of each repeat by its path.

    ``proposing`` are the homes of the questions that may keep the answers which the
    form itself proposes; what is known of a child is not made up by a form.
    """

    answers: Mapping[Path, str]
    rows: Mapping[Path, Sequence[Row]]
    proposing: frozenset[str]


def filled(
    xml: bytes,
    definition: FormDefinition,
    content: Content,
    *,
    instance_id: str,
    corrects: str | None,
    opened: datetime,
) -> bytes:
    """Return the instance of a form with these answers, and nothing else in it.

    Args:
        xml: The XForm.
        definition: What it asks.
        content: What is filled in.
        instance_id: The submission's own id.
        corrects: The submission that it replaces.
        opened: When it is opened, as people there read the clock.
    """
    html = parsed(xml)
    template = html.find(f".//{_X}model/{_X}instance/*")
    root = deepcopy(template)
    assert root is not None  # noqa: S101 - what was read as a form has an instance
    is_new = "event" in content.proposing
    opening = dict(_opening(html, content.rows)) if is_new else {}
    narrowing = dict(_narrowing(html, definition, content.answers))
    proposed = dict(_proposed(html, opened))
    for asked in definition.fields:
        if asked.repeat is not None:
            continue
        known = content.answers.get(asked.path)
        known = known or opening.get(asked.path) or narrowing.get(asked.path)
        if known is None and asked.home in content.proposing:
            known = proposed.get(asked.path, _text(root, asked.path))
        _put(root, asked.path, known)
    for repeat in definition.repeats:
        _put_rows(root, repeat.path, content.rows.get(repeat.path, ()))
    _put_meta(root, instance_id, corrects)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def renamed(xml: bytes, instance_id: str) -> bytes:
    """Return an instance under another id; all else in it stays.

    Args:
        xml: An instance that has passed the gate.
        instance_id: Its id from now on.
    """
    root = parsed(xml)
    root.attrib.pop("instanceID", "")
    _put_meta(root, instance_id, None)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _opening(
    html: etree._Element, rows: Mapping[Path, Sequence[Row]]
) -> Iterator[tuple[Path, str]]:
    """Yield the answers that let the rows be seen."""
    for bind in html.iter(f"{_X}bind"):
        gate = _GATE.fullmatch(bind.get("relevant", ""))
        if gate and rows.get(_path(bind.get("nodeset", ""))):
            yield _path(gate[1]), gate[2]


def _narrowing(
    html: etree._Element, definition: FormDefinition, answers: Mapping[Path, str]
) -> Iterator[tuple[Path, str]]:
    """Yield the oblasts by which the lists of places are narrowed."""
    for control in html.iter(f"{_X}select1"):
        itemset = control.find(f"{_X}itemset")
        found = _NARROWED.match("" if itemset is None else itemset.get("nodeset", ""))
        place = answers.get(_path(control.get("ref", "")))
        asked = definition.field(_path(found[1])) if found else None
        if place and asked is not None and asked.property is None:
            yield asked.path, oblasts.iso(place)


def _proposed(html: etree._Element, opened: datetime) -> Iterator[tuple[Path, str]]:
    """Yield the moments that the form proposes when it is opened first."""
    for action in html.iter(f"{_X}setvalue"):
        said, days = action.get("value", ""), 0
        if said == "now()":
            yield (
                _path(action.get("ref", "")),
                opened.isoformat(timespec="milliseconds"),
            )
            continue
        if later := _LATER.fullmatch(said):
            days = int(later[1])
        if later or said == "today()":
            day = opened.date() + timedelta(days=days)
            yield _path(action.get("ref", "")), day.isoformat()


def _put_rows(root: etree._Element, path: Path, rows: Sequence[Row]) -> None:
    """Put rows in the place of the form's first one, which is empty and says nothing."""
    found = [one for one in _all(root, path) if _TEMPLATE not in one.attrib]
    templates = [one for one in _all(root, path) if _TEMPLATE in one.attrib]
    first = (found or templates)[0]
    parent = first.getparent()
    assert parent is not None  # noqa: S101 - a repeat stands below the root
    for answers in rows:
        row = deepcopy(first)
        etree.strip_attributes(row, _TEMPLATE)
        for node in row.iter():
            if not len(node):
                node.text = None
        for asked, text in answers.items():
            _put(row, asked[len(path) :], text)
        first.addprevious(row)
    for one in [*templates, *found]:
        parent.remove(one)


def _put_meta(root: etree._Element, instance_id: str, corrects: str | None) -> None:
    found = [one for one in root if etree.QName(one).localname == _META]
    meta = found[0] if found else etree.SubElement(root, _META)
    space = etree.QName(meta).namespace
    for name, text in (("deprecatedID", corrects), ("instanceID", instance_id)):
        for old in [one for one in meta if etree.QName(one).localname == name]:
            meta.remove(old)
        if text is not None:
            etree.SubElement(meta, etree.QName(space, name).text).text = text


def _put(root: etree._Element, path: Path, text: str | None) -> None:
    for node in _all(root, path):
        node.text = text or None


def _text(root: etree._Element, path: Path) -> str | None:
    return next((node.text for node in _all(root, path)), None)


def _all(root: etree._Element, path: Path) -> list[etree._Element]:
    """Return the elements at a path below the root."""
    found = [root]
    for name in path:
        found = [
            part
            for node in found
            for part in node
            if etree.QName(part).localname == name
        ]
    return found


def _path(nodeset: str) -> Path:
    return tuple(nodeset.split("/")[2:])
