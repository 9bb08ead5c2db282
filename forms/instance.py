"""Submission XML to answers, and back; the door to everything that reads answers.

Reading takes two steps, because the form is known only once the submission has said
which one it is: ``parse`` needs nothing, ``answers_of`` the definition. ``typed`` then
reads the answers, from XML as from JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from forms.answers import Answer, RowRef, attachments, derived_key, typed
from forms.definition import FormDefinition, Path
from forms.errors import MissingInstanceIdError, TooLargeError, UnreadableValueError
from forms.gate import LIMITS, Limits, Node, admit, read_xml
from forms.values import Value

__all__ = [
    "LIMITS",
    "Answer",
    "Answers",
    "Limits",
    "RawInstance",
    "RowRef",
    "Value",
    "admit",
    "answers_of",
    "attachments",
    "derived_key",
    "parse",
    "to_xml",
    "typed",
]

Answers = dict[str, Any]
"""Answers nested by group; repeats are lists of rows, leaves text."""

_META: Final = "meta"


@dataclass(frozen=True, slots=True)
class RawInstance:
    """A submission that passed the gate, before its form is known."""

    form_id: str
    version: str
    instance_id: str
    deprecated_id: str | None
    root: Node


def parse(xml: bytes, *, limits: Limits = LIMITS) -> RawInstance:
    """Return the submission that an XML document holds.

    Namespaces are ignored: ``orx:meta`` and ``meta`` are the same. A submission that
    names no form has an empty ``form_id``, as for the version.

    Raises:
        SubmissionError: The document is malformed, brings a document type, passes a
            limit, or has no ``instanceID``; the error's ``slug`` says which.
    """
    root = read_xml(xml, limits)
    meta = {
        part.name: part.text.strip()
        for child in root.children
        if child.name == _META
        for part in child.children
    }
    form_id, version = root.attributes.get("id", ""), root.attributes.get("version", "")
    # Other servers write it on the root of what they hand out.
    instance_id = meta.get("instanceID") or root.attributes.get("instanceID", "")
    deprecated_id = meta.get("deprecatedID") or None
    for name in (form_id, version, instance_id, deprecated_id or ""):
        if len(name.encode()) > limits.name_bytes:
            raise TooLargeError(limit=limits.name_bytes)
    if not instance_id:
        raise MissingInstanceIdError(form_id=form_id, version=version)
    return RawInstance(form_id, version, instance_id, deprecated_id, root)


def answers_of(raw: RawInstance, definition: FormDefinition) -> Answers:
    """Return the answers of a submission, nested as in its form.

    An empty element is an empty text, an absent one is absent. Unknown elements stay;
    when one comes several times they are a list.

    Raises:
        UnreadableValueError: A question is answered twice.
    """
    parts = [child for child in raw.root.children if child.name != _META]
    return _nested(parts, (), definition)


def _nested(parts: list[Node], path: Path, definition: FormDefinition) -> Answers:
    answers: Answers = {}
    for part in parts:
        below = (*path, part.name)
        is_known = definition.field(below) is not None or definition.is_group(below)
        if definition.repeat(below):
            row = _nested(list(part.children), below, definition)
            answers.setdefault(part.name, []).append(row)
        elif part.name not in answers:
            answers[part.name] = _value(part, below, definition)
        elif is_known:
            raise UnreadableValueError(field=part.name)
        else:
            earlier = answers[part.name]
            value = _value(part, below, definition)
            if isinstance(earlier, list):
                earlier.append(value)
            else:
                answers[part.name] = [earlier, value]
    return answers


def _value(part: Node, path: Path, definition: FormDefinition) -> Answers | str:
    if part.children or (definition.is_group(path) and not part.text.strip()):
        return _nested(list(part.children), path, definition)
    return part.text


def to_xml(
    definition: FormDefinition,
    answers: Mapping[str, Any],
    *,
    instance_id: str,
    deprecated_id: str | None = None,
) -> bytes:
    """Return the submission that ODK Collect would send for these answers.

    Args:
        definition: The form that was filled.
        answers: Nested answers; lists of names become choices, lists of rows rows.
        instance_id: The submission's own id, ``uuid:…``.
        deprecated_id: The submission that this one replaces.
    """
    root = etree.Element(
        definition.root, {"id": definition.form_id, "version": definition.version}
    )
    _write(root, answers)
    meta = etree.SubElement(root, _META)
    if deprecated_id is not None:
        etree.SubElement(meta, "deprecatedID").text = deprecated_id
    etree.SubElement(meta, "instanceID").text = instance_id
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _write(parent: etree._Element, answers: Mapping[str, Any]) -> None:
    for name, value in answers.items():
        is_rows = isinstance(value, list) and any(isinstance(v, Mapping) for v in value)
        for part in value if is_rows else [value]:
            node = etree.SubElement(parent, name)
            if isinstance(part, Mapping):
                _write(node, part)
            else:
                node.text = _written(part)


def _written(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
