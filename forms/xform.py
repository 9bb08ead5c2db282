"""XForm XML to a form definition; the XForm is the only source of one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from forms.definition import Choice, Field, FormDefinition, Path, Repeat
from forms.errors import DefinitionError

NAMESPACE: Final = "https://dodomu.org/xforms"
XFORMS: Final = "http://www.w3.org/2002/xforms"

_X: Final = f"{{{XFORMS}}}"
_OURS: Final = f"{{{NAMESPACE}}}"
_LANGUAGE: Final = re.compile(r"\(([a-z]{2,3})\)\s*$")
LIST: Final = re.compile(r"instance\('([^']+)'\)")
_ITEXT: Final = re.compile(r"jr:itext\('([^']+)'\)")
_DEFAULT_LANGUAGE: Final = "uk"

Texts = Mapping[str, Mapping[str, str]]
"""Texts by id, then by language."""


def read(xml: bytes) -> FormDefinition:
    """Return what an XForm asks and what its answers mean.

    Raises:
        DefinitionError: This is not an XForm, or it does not say which form it is.
    """
    html = parsed(xml)
    model = html.find(f".//{_X}model")
    root = None if model is None else model.find(f"{_X}instance/*")
    if model is None or root is None:
        raise DefinitionError("an XForm has a model with an instance")
    form_id, version = root.get("id"), root.get("version")
    if not form_id or not version:
        raise DefinitionError("an XForm names its id and its version")
    reader = _Reader.of(html, model)
    fields, repeats = reader.parts(root)
    for repeat in repeats:
        _check_identity(repeat, fields)
    used = {part.choices for part in fields}
    return FormDefinition(
        form_id=form_id,
        version=version,
        title=_title(html, model),
        event_kind=model.get(f"{_OURS}event", form_id),
        fields=fields,
        repeats=repeats,
        choices={name: kept for name, kept in reader.choices() if name in used},
        root=etree.QName(root).localname,
        is_enabled=model.get(f"{_OURS}enabled") != "no",
        sections=dict(reader.sections()),
    )


def _check_identity(repeat: Repeat, fields: tuple[Field, ...]) -> None:
    rule, _, name = repeat.identity.partition(" ")
    within = {part.name for part in fields if part.repeat == repeat.path}
    is_row = repeat.identity == "row"
    if not is_row and not (rule in ("field", "singular") and name in within):
        raise DefinitionError(
            f"{repeat.name}: an identity is row, field NAME or singular NAME",
            field=repeat.name,
        )


def parsed(xml: bytes) -> etree._Element:
    """Return the elements of an XForm, read without anything from outside.

    Raises:
        DefinitionError: This is not XML.
    """
    if b"<!DOCTYPE" in xml:
        raise DefinitionError("an XForm has no document type declaration")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DefinitionError("this is not XML") from error


def _title(html: etree._Element, model: etree._Element) -> Mapping[str, str]:
    """Return the title by language; the heading is in the form's first language."""
    heading = html.findtext(".//{http://www.w3.org/1999/xhtml}title", default="")
    first = next(
        (
            language_code(translation.get("lang", ""))
            for translation in model.iter(f"{_X}translation")
            if translation.get("default")
        ),
        _DEFAULT_LANGUAGE,
    )
    prefix = f"{_OURS}title_"
    others = {
        str(name).removeprefix(prefix): str(value)
        for name, value in model.attrib.items()
        if str(name).startswith(prefix)
    }
    return {first: heading, **others}


def language_code(name: str) -> str:
    """Return the code of a language that is written ``Українська (uk)``."""
    code = _LANGUAGE.search(name)
    return code[1] if code else name


@dataclass(frozen=True, slots=True)
class _Reader:
    """The tables of one XForm that its fields are put together from."""

    model: etree._Element
    root: str
    binds: Mapping[str, etree._Element]
    controls: Mapping[str, etree._Element]
    repeats: frozenset[str]
    texts: Texts
    files: Mapping[str, str]

    @classmethod
    def of(cls, html: etree._Element, model: etree._Element) -> "_Reader":
        body = html.find("{http://www.w3.org/1999/xhtml}body")
        shown = [] if body is None else list(body.iter())
        root = model.find(f"{_X}instance/*")
        return cls(
            model,
            "" if root is None else etree.QName(root).localname,
            {bind.get("nodeset", ""): bind for bind in model.iter(f"{_X}bind")},
            {part.get("ref", ""): part for part in shown if part.get("ref")},
            frozenset(
                part.get("nodeset", "") for part in shown if part.tag == f"{_X}repeat"
            ),
            translations(model),
            {
                instance.get("id", ""): source.rpartition("/")[2]
                for instance in model.iter(f"{_X}instance")
                if (source := instance.get("src"))
            },
        )

    def parts(
        self, root: etree._Element
    ) -> tuple[tuple[Field, ...], tuple[Repeat, ...]]:
        """Return the fields and the repeats, in the order of the form."""
        fields: dict[Path, Field] = {}
        repeats: dict[Path, Repeat] = {}
        for path, node, within in self._nodes(root, (), None):
            nodeset = self._nodeset(path)
            if nodeset in self.repeats:
                repeats[path] = self._repeat(path, node)
            elif not self._is_group(node, nodeset):
                fields[path] = self._field(path, within)
        return tuple(fields.values()), tuple(repeats.values())

    def _nodes(
        self, parent: etree._Element, path: Path, within: Path | None
    ) -> Iterator[tuple[Path, etree._Element, Path | None]]:
        for node in parent:
            name = etree.QName(node).localname
            if not path and name == "meta":
                continue
            below = (*path, name)
            yield below, node, within
            inner = below if self._nodeset(below) in self.repeats else within
            yield from self._nodes(node, below, inner)

    def _nodeset(self, path: Path) -> str:
        return "/".join(("", self.root, *path))

    def _is_group(self, node: etree._Element, nodeset: str) -> bool:
        control = self.controls.get(nodeset)
        return len(node) > 0 or (control is not None and control.tag == f"{_X}group")

    def _repeat(self, path: Path, node: etree._Element) -> Repeat:
        said = attributes(self.binds.get(self._nodeset(path)))
        rows = [
            etree.QName(child).localname
            for child in node
            if self._calculate((*path, etree.QName(child).localname)) == "once(uuid())"
        ]
        return Repeat(
            path=path,
            name=path[-1],
            kind=said.get("document", path[-1]),
            home=said.get("home", "child-event"),
            parent=said.get("parent", "event"),
            identity=said.get("identity", "row"),
            row_id=rows[0] if rows else None,
        )

    def _calculate(self, path: Path) -> str | None:
        bind = self.binds.get(self._nodeset(path))
        return None if bind is None else bind.get("calculate")

    def _field(self, path: Path, within: Path | None) -> Field:
        nodeset = self._nodeset(path)
        bind, control = self.binds.get(nodeset), self.controls.get(nodeset)
        said = attributes(bind)
        is_calculated = self._calculate(path) is not None
        home = said.get("home", "event")
        listed = _list(control)
        file = self.files.get(listed or "")
        own_name = None if is_calculated or home == "none" else path[-1]
        return Field(
            path=path,
            name=path[-1],
            type=_type(bind, control, is_listed=file is None),
            label=self._label(control),
            home=home,
            property=said.get("property", own_name),
            policy=said.get("policy"),
            group=said.get("group"),
            level=said.get("level"),
            match=said.get("match"),
            harm=said.get("harm"),
            renamed_from=said.get("renamed_from"),
            check=said.get("check"),
            choices=listed if file is None else None,
            file=file,
            repeat=within,
            calculated=is_calculated,
            required=None if bind is None else bind.get("required"),
        )

    def _label(self, control: etree._Element | None) -> Mapping[str, str]:
        label = None if control is None else control.find(f"{_X}label")
        if label is None:
            return {}
        translated = _ITEXT.search(label.get("ref", ""))
        if translated:
            return self.texts.get(translated[1], {})
        return {_DEFAULT_LANGUAGE: _words(label)}

    def sections(self) -> Iterator[tuple[Path, Mapping[str, str]]]:
        """Return each group or repeat that has a heading, with it."""
        for nodeset, control in self.controls.items():
            if control.tag == f"{_X}group" and (heading := self._label(control)):
                yield tuple(nodeset.split("/")[2:]), heading

    def choices(self) -> Iterator[tuple[str, tuple[Choice, ...]]]:
        """Return each list of the form with its name."""
        for instance in self.model.findall(f"{_X}instance[@id]"):
            items = instance.iter(f"{_X}item")
            yield instance.get("id", ""), tuple(self._choice(item) for item in items)

    def _choice(self, item: etree._Element) -> Choice:
        said = {etree.QName(part).localname: part.text or "" for part in item}
        label = {_DEFAULT_LANGUAGE: said["label"]} if "label" in said else {}
        return Choice(
            name=said.get("name", ""),
            label=self.texts.get(said.get("itextId", ""), label),
            exclusive=said.get("exclusive") == "yes",
            singular=said.get("singular") == "yes",
            grade=said.get("grade"),
        )


def attributes(bind: etree._Element | None) -> Mapping[str, str]:
    """Return what a bind says in our own namespace."""
    if bind is None:
        return {}
    return {
        str(name).removeprefix(_OURS): str(value)
        for name, value in bind.attrib.items()
        if str(name).startswith(_OURS)
    }


def _type(
    bind: etree._Element | None, control: etree._Element | None, *, is_listed: bool
) -> str:
    """Return the type of an answer; one choice from a file is the text that it names."""
    shown = "" if control is None else etree.QName(control).localname
    if shown == "select1" and not is_listed:
        return "string"
    if shown in ("select", "select1"):
        return shown
    if shown == "rank":
        return "select"
    return "string" if bind is None else bind.get("type", "string").split(":")[-1]


def _list(control: etree._Element | None) -> str | None:
    itemset = None if control is None else control.find(f"{_X}itemset")
    named = None if itemset is None else LIST.search(itemset.get("nodeset", ""))
    return named[1] if named else None


def translations(model: etree._Element) -> Texts:
    """Return the translated texts of an XForm, each in one line."""
    texts: dict[str, dict[str, str]] = {}
    for translation in model.iter(f"{_X}translation"):
        language = language_code(translation.get("lang", ""))
        for text in translation.iter(f"{_X}text"):
            plain = [part for part in text if part.get("form") is None]
            if plain:
                texts.setdefault(text.get("id", ""), {})[language] = _words(plain[0])
    return texts


def _words(label: etree._Element) -> str:
    """Return a label in one line; a value shown inside it becomes an ellipsis."""
    parts = [label.text or ""]
    for shown in label:
        parts += ["…", shown.tail or ""]
    return " ".join("".join(parts).split())
