"""The gate for submissions from outside: nothing hostile or absurd goes further.

XML is read as a stream of events; the first event past a limit ends the reading, so a
bomb costs no more memory or time than a form. Refusals never quote what they refuse.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree
from msgspec import Struct

from forms.errors import (
    DoctypeError,
    MalformedXmlError,
    TooDeepError,
    TooLargeError,
    TooManyElementsError,
    UnreadableValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a submission may be; far beyond any form, far below any harm."""

    depth: int = 64
    elements: int = 20_000
    name_bytes: int = 255
    field_bytes: int = 256 * 1024
    item_bytes: int = 1024 * 1024


LIMITS: Final = Limits()


_BEGINNING: Final = 64 * 1024


class Node(Struct, frozen=True, gc=False):
    """An element by its local name, with its text or its children.

    Only the root keeps its attributes.
    """

    name: str
    text: str
    children: tuple["Node", ...]
    attributes: Mapping[str, str]


def read_xml(xml: bytes, limits: Limits = LIMITS) -> Node:
    """Return the root of one XML document.

    Raises:
        SubmissionError: The document is malformed, brings a document type, or passes
            a limit.
    """
    if len(xml) > limits.item_bytes:
        raise TooLargeError(limit=limits.item_bytes)
    builder = _Builder(limits)
    parser = etree.XMLParser(
        # lxml gives text; its stubs still allow for Python 2's bytes
        target=builder,  # type: ignore[arg-type]
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    try:
        xml.decode("utf-8")
        etree.fromstring(xml, parser)
    except (UnicodeDecodeError, etree.XMLSyntaxError, ValueError) as error:
        raise MalformedXmlError from error
    return builder.root


def peek(xml: bytes) -> Node | None:
    """Return the root of a document without what is in it; None where it has none."""
    first = _First()
    parser = etree.XMLParser(
        # lxml gives text; its stubs still allow for Python 2's bytes
        target=first,  # type: ignore[arg-type]
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    with suppress(etree.XMLSyntaxError):
        parser.feed(xml[:_BEGINNING])
    return first.root


class _First:
    """Receives the events of a parser and keeps the first element."""

    def __init__(self) -> None:
        self.root: Node | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self.root is None:
            self.root = Node(tag.rpartition("}")[2], "", (), dict(attributes))

    def close(self) -> None:
        """Leave the end alone."""


class _Open:
    """An element that has begun."""

    __slots__ = ("attributes", "children", "name", "size", "text")

    def __init__(self, name: str, attributes: Mapping[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text: list[str] = []
        self.size = 0
        self.children: list[Node] = []


class _Builder:
    """Receives the events of a parser and builds the nodes."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._count = 0
        self._names: dict[str, str] = {}
        self._open = [_Open("", {})]

    def doctype(self, *_: str | None) -> None:
        raise DoctypeError

    def comment(self, _: str) -> None:
        """Leave comments out."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > self._limits.elements:
            raise TooManyElementsError(limit=self._limits.elements)
        if len(self._open) > self._limits.depth:
            raise TooDeepError(limit=self._limits.depth)
        name = self._names.get(tag)
        if name is None:
            name = tag.rpartition("}")[2] if tag.startswith("{") else tag
            _check_name(name, self._limits)
            self._names[tag] = name
        self._open.append(_Open(name, dict(attributes) if self._count == 1 else {}))

    def data(self, text: str) -> None:
        part = self._open[-1]
        part.text.append(text)
        part.size += len(text) if text.isascii() else len(text.encode())
        if part.size > self._limits.field_bytes:
            raise TooLargeError(limit=self._limits.field_bytes, field=part.name)

    def end(self, _: str) -> None:
        part = self._open.pop()
        node = Node(
            part.name, "".join(part.text), tuple(part.children), part.attributes
        )
        self._open[-1].children.append(node)

    def close(self) -> None:
        """Leave the end alone; the parser also calls this after an error."""

    @property
    def root(self) -> Node:
        return self._open[0].children[0]


def admit(answers: dict[str, Any], limits: Limits = LIMITS) -> None:
    """Hold answers that came as JSON to the limits that hold for XML.

    Raises:
        SubmissionError: The answers pass a limit, or hold text that no store can keep
            (half a surrogate pair, or NUL).
    """
    waiting: list[tuple[str, Any, int]] = [("", answers, 1)]
    count = total = 0
    while waiting:
        name, value, depth = waiting.pop()
        count += 1
        if count > limits.elements:
            raise TooManyElementsError(limit=limits.elements)
        if depth > limits.depth:
            raise TooDeepError(limit=limits.depth)
        if isinstance(value, str):
            total += _size(name, value, limits)
        elif isinstance(value, dict | list):
            below = _inside(name, value, limits)
            waiting.extend((key, inner, depth + 1) for key, inner in below)
    if total > limits.item_bytes:
        raise TooLargeError(limit=limits.item_bytes)


def _inside(
    name: str, value: dict[str, Any] | list[Any], limits: Limits
) -> Iterable[tuple[str, Any]]:
    if isinstance(value, list):
        return ((name, inner) for inner in value)
    for key in value:
        _check_name(key, limits)
    return value.items()


def _size(name: str, text: str, limits: Limits) -> int:
    if len(text) > limits.field_bytes:
        raise TooLargeError(limit=limits.field_bytes, field=name)
    size = _storable(text, field=name)
    if size > limits.field_bytes:
        raise TooLargeError(limit=limits.field_bytes, field=name)
    return size


def _check_name(name: str, limits: Limits) -> None:
    if _storable(name, field="") > limits.name_bytes:
        raise TooLargeError(limit=limits.name_bytes)


def _storable(text: str, *, field: str) -> int:
    """Return how many bytes a text takes."""
    if "\0" in text:
        raise UnreadableValueError(field=field)
    if text.isascii():
        return len(text)
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise UnreadableValueError(field=field) from error
