"""One submission of a batch as it stands in JSON, read without ever refusing it.

A member that cannot be read sets the submission aside and is named in its receipt; the
rest of the batch does not notice.
"""

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Final

from forms.gate import LIMITS
from intake_server.errors import MalformedError
from intake_server.services.reading import UNREAD, Incoming, Problem
from intake_server.services.storable import (
    INT64,
    are_attachments,
    is_based_on,
    is_storable,
)

_NAMES: Final = {
    "instance_id": 200,
    "form_id": 200,
    "form_version": 200,
    "finalized_at": 64,
}
"""Texts that say which submission it is, and the length that each may have."""

_ENVELOPE: Final = {
    "to": 40,
    "key_id": 64,
    "enc": 200,
    "ct": 2 * LIMITS.item_bytes,
}
"""Texts that are a sealed submission, and the length that each may have."""

_CONTENTS: Final[Mapping[str, type[Any]]] = {
    "xml": str,
    "answers": dict,
    "sealed": dict,
}


def incoming(item: Mapping[str, Any]) -> Incoming:
    """Read one submission; what is odd about it becomes its problem."""
    problem = next(_faults(item), None)
    if problem:
        item = _kept_apart(item)
    xml = item.get("xml")
    return Incoming(
        instance_id=item.get("instance_id") or None,
        form_id=item.get("form_id") or "",
        form_version=item.get("form_version") or "",
        finalized_at=item.get("finalized_at"),
        xml=None if xml is None else xml.encode(),
        answers=item.get("answers"),
        sealed=item.get("sealed"),
        based_on=item.get("based_on") or {},
        attachments=tuple(item.get("attachments") or ()),
        problem=problem,
    )


def _kept_apart(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item that every store can hold, with all of the odd one in it."""
    names = {
        name: item[name]
        for name in _NAMES
        if name in item and not any(_unreadable_name(item, name))
    }
    try:
        whole = json.dumps(item, sort_keys=True)
    except RecursionError as error:
        raise MalformedError("the JSON is nested too deeply") from error
    return {**names, "answers": {UNREAD: whole}}


def _faults(item: Mapping[str, Any]) -> Iterator[Problem]:
    for name in _NAMES:
        yield from _unreadable_name(item, name)
    yield from _unreadable_content(item)
    if not is_based_on(item.get("based_on")):
        yield _unreadable("based_on", "must be lists of ids by document and cell")
    if not are_attachments(item.get("attachments")):
        yield _unreadable("attachments", "must be objects with name, sha256 and size")


def _unreadable_name(item: Mapping[str, Any], name: str) -> Iterator[Problem]:
    value = item.get(name)
    if value is None:
        return
    if not isinstance(value, str) or len(value) > _NAMES[name]:
        yield _unreadable(name, "must be a text, and not a long one")
    elif not is_storable(value):
        yield _unreadable(name, "must be a text that can be kept")


def _unreadable_content(item: Mapping[str, Any]) -> Iterator[Problem]:
    given = [name for name in _CONTENTS if item.get(name) is not None]
    if len(given) != 1:
        yield _unreadable("answers", "exactly one of xml, answers and sealed is needed")
        return
    name = given[0]
    content: Any = item[name]
    if not isinstance(content, _CONTENTS[name]):
        yield _unreadable(name, f"must be of type {_CONTENTS[name].__name__}")
    elif name == "sealed":
        yield from _unreadable_envelope(content)
    elif name != "xml":
        yield from _Walk().of(content, name)
    elif not is_storable(content.replace("\0", "")):
        yield _unreadable(name, "must be text in Unicode")


def _unreadable_envelope(sealed: Mapping[str, Any]) -> Iterator[Problem]:
    if sealed.keys() != _ENVELOPE.keys():
        yield _unreadable("sealed", f"must be {', '.join(_ENVELOPE)}")
        return
    for name, longest in _ENVELOPE.items():
        value = sealed[name]
        if not isinstance(value, str) or not is_storable(value):
            yield _unreadable(f"sealed.{name}", "must be a text that can be kept")
        elif len(value) > longest:
            yield Problem(
                "too-large", f"at most {longest} characters", f"sealed.{name}"
            )


class _Walk:
    """Looks at every value once and counts what it has seen."""

    def __init__(self) -> None:
        self.elements = 0
        self.characters = 0

    def of(self, value: Any, path: str, depth: int = 1) -> Iterator[Problem]:
        """Yield what no store or form can hold."""
        self.elements += 1
        if depth > LIMITS.depth:
            yield Problem("too-deep", f"at most {LIMITS.depth} levels", path)
        elif self.elements > LIMITS.elements:
            yield Problem("too-many-elements", f"at most {LIMITS.elements}", path)
        elif isinstance(value, dict | list):
            yield from self._inside(value, path, depth)
        else:
            yield from self._alone(value, path)

    def _inside(
        self, value: dict[str, Any] | list[Any], path: str, depth: int
    ) -> Iterator[Problem]:
        if isinstance(value, list):
            for index, inner in enumerate(value):
                yield from self.of(inner, f"{path}.{index}", depth + 1)
            return
        for name, inner in value.items():
            yield from self._text(name, path)
            step = name if name.isidentifier() else "?"
            yield from self.of(inner, f"{path}.{step}", depth + 1)

    def _alone(self, value: Any, path: str) -> Iterator[Problem]:
        if isinstance(value, str):
            yield from self._text(value, path)
        elif isinstance(value, float) and not isfinite(value):
            yield _unreadable(path, "must be a finite number")
        elif isinstance(value, int) and value not in INT64:
            yield _unreadable(path, "must be a number of at most 64 bits")

    def _text(self, text: str, path: str) -> Iterator[Problem]:
        self.characters += len(text)
        if len(text) > LIMITS.field_bytes:
            yield Problem("too-large", f"at most {LIMITS.field_bytes} characters", path)
        elif self.characters > LIMITS.item_bytes:
            yield Problem("too-large", f"at most {LIMITS.item_bytes} in all", path)
        elif not is_storable(text):
            yield _unreadable(path, "must be a text that can be kept")


def _unreadable(field: str, detail: str) -> Problem:
    return Problem("unreadable-value", detail, field)
