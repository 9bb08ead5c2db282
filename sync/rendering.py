"""What a form shows of what stands, before it is filled in: the inverse of ``effect``.

An answer is shown only where leaving it alone says nothing: what would not come back as
it is, what several people say differently, and what is not the viewer's to read is left
empty, and counts as not seen. So whoever sends a form back as it was opened writes
nothing, and whoever changes one answer supersedes exactly what stood there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from forms.definition import Field, FormDefinition, Path, Repeat
from forms.errors import SubmissionError
from forms.merging import elements
from forms.values import read
from sync import documents
from sync.effect import EVENT, REFERENCE
from sync.merge.cells import SCOPE, CellState, name_of
from sync.merge.policies import answer_key, presence
from sync.merge.schema import Rule, Schema
from sync.values import element_key, is_sealed, key, text_key

Seen = dict[str, dict[str, tuple[str, ...]]]
"""Heads that were shown, by document and cell."""

_FRAME: Final[Mapping[str, tuple[str, ...]]] = {
    "person": (REFERENCE,),
    "case": ("subject", SCOPE),
    EVENT: ("form", "instance_id", "subject"),
}
"""What each form says of these documents, whatever is asked."""
_ANEW: Final = (["lattice", "consent"], ["lattice", "assent"])
_CONSENT: Final = "consent"
_CHOSEN: Final = ("select", "select1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A document as it stands, its cells under their present names.

    ``values`` and ``contested`` are what people see of it, ``cells`` the heads behind
    that; ``forms`` are the forms that have said something of it.
    """

    doc: str
    kind: str
    parent: str | None
    values: Mapping[str, Any]
    contested: frozenset[str]
    cells: Mapping[str, CellState]
    forms: frozenset[str]

    def heads(self, name: str) -> dict[str, tuple[str, ...]]:
        """Return the heads of a property, group, set or log, by cell."""
        return {
            cell: tuple(sorted(state.heads))
            for cell, state in self.cells.items()
            if name_of(cell) == name and state.heads
        }


@dataclass(frozen=True, slots=True)
class Place:
    """A question, with the number of its row among those of its repeat."""

    path: Path
    row: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Before:
    """What was said before of what is asked anew."""

    place: Place
    value: str


@dataclass(slots=True)
class Rendered:
    """What a form shows, and what that rests on.

    ``based_on`` is what was seen, ``anew`` what is seen only by whoever answers it
    again, ``before`` what was said of that; ``contested`` and ``withheld`` are left
    empty although something stands.
    """

    answers: dict[Path, str] = field(default_factory=dict)
    rows: dict[Path, list[dict[Path, str]]] = field(default_factory=dict)
    based_on: Seen = field(default_factory=dict)
    anew: Seen = field(default_factory=dict)
    before: list[Before] = field(default_factory=list)
    contested: list[Place] = field(default_factory=list)
    withheld: list[Place] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Who opens which form about whom.

    ``event`` is the document of an event that goes on, None where the form begins one;
    ``may_read`` says whether the viewer reads what a rule holds on a document.
    """

    definition: FormDefinition
    schema: Schema
    person: str
    event: str | None
    may_read: Callable[[Rule, str], bool]


def render(opening: Opening, standing: Iterable[Standing]) -> Rendered:
    """Return what a form shows of these documents.

    Args:
        opening: Who opens which form about whom.
        standing: What is known of the child; the oldest rows first.
    """
    every = tuple(standing)
    painter = _Painter(opening, {one.doc: one for one in every})
    painter.frame()
    for asked in opening.definition.fields:
        if asked.repeat is None and (doc := painter.home(asked)) is not None:
            painter.paint(asked, doc, None, painter.shown.answers)
    for repeat in opening.definition.repeats:
        painter.paint_rows(repeat, every)
    return painter.shown


@dataclass(slots=True)
class _Painter:
    opening: Opening
    standing: Mapping[str, Standing]
    shown: Rendered = field(default_factory=Rendered)

    def frame(self) -> None:
        """Note what every form says of the documents that it speaks of."""
        for kind, doc in self._homes().items():
            one = self.standing.get(doc)
            if one is not None:
                for name in _FRAME[kind]:
                    self._see(one, one.heads(name))

    def home(self, asked: Field) -> Standing | None:
        """Return the document that an answer outside of rows belongs to."""
        kind = asked.home if asked.home in ("person", "case") else EVENT
        return self.standing.get(self._homes().get(kind, ""))

    def paint(
        self, asked: Field, one: Standing, row: int | None, into: dict[Path, str]
    ) -> None:
        """Show one answer, where it can be shown."""
        if asked.property in (None, REFERENCE) or asked.home == "none":
            return
        name, rule = self._cell(asked)
        if rule.policy == "log" or name not in one.values:
            return
        place = Place(asked.path, row, asked.name)
        value = one.values[name]
        if not self.opening.may_read(rule, one.doc) or _is_sealed(value):
            self._leave(self.shown.withheld, place, one, name)
        elif name in one.contested:
            self._leave(self.shown.contested, place, one, name)
        elif asked.calculated:
            self._see(one, one.heads(name))
        elif self._is_anew(asked, one):
            self._ask_anew(place, asked, one, name)
        else:
            self._show(asked, one, into)

    def paint_rows(self, repeat: Repeat, every: Sequence[Standing]) -> None:
        """Show the rows of a repeat that the form asks for."""
        owner = self._homes().get(repeat.parent if repeat.parent != "event" else EVENT)
        fields = [f for f in self.opening.definition.fields if f.repeat == repeat.path]
        rows = self.shown.rows.setdefault(repeat.path, [])
        found = [o for o in every if o.kind == repeat.kind and o.parent == owner]
        keyed = [(self._key(repeat, one), one) for one in found]
        for identity, one in sorted(keyed, key=lambda pair: pair[0] is None):
            if not self._is_asked(fields, one):
                continue
            if not self._is_nameable(repeat, one, identity):
                self.shown.contested.append(Place(repeat.path, None, repeat.name))
                continue
            into: dict[Path, str] = {}
            self._see(one, one.heads("parent"))
            for asked in fields:
                if asked.name == repeat.row_id:
                    self._name_row(asked, one, identity, into)
                else:
                    self.paint(asked, one, len(rows), into)
            rows.append(into)

    def _homes(self) -> dict[str, str]:
        person = self.opening.person
        homes = {"person": person, "case": documents.case(person)}
        if self.opening.event is not None:
            homes[EVENT] = self.opening.event
        return homes

    def _key(self, repeat: Repeat, one: Standing) -> str | None:
        """Return the answer that names a row's document; None of one by itself."""
        _, _, name = repeat.identity.partition(" ")
        asked = self.opening.definition.field((*repeat.path, name))
        said = _member(one.values, asked, self.opening.schema) if asked else None
        if not isinstance(said, str) or one.parent is None:
            return None
        is_named = documents.relation(one.parent, one.kind, said) == one.doc
        return said if is_named else None

    def _is_asked(self, fields: Sequence[Field], one: Standing) -> bool:
        """Tell whether a row is one of this repeat's: others have rows of the kind too.

        It is where the form has said something of it, or asks all that is said of it.
        """
        if self.opening.definition.form_id in one.forms:
            return True
        said = {name for name in one.values if not name.startswith("_")} - {"parent"}
        return said <= {self._cell(asked)[0] for asked in fields if asked.property}

    def _is_nameable(self, repeat: Repeat, one: Standing, identity: str | None) -> bool:
        """Tell whether a row that comes back finds its document again."""
        if identity is None:
            return repeat.row_id is not None
        asked = self.opening.definition.field(
            (*repeat.path, repeat.identity.partition(" ")[2])
        )
        assert asked is not None  # noqa: S101 - what names the row was just read
        cell, rule = self._cell(asked)
        return cell not in one.contested and self.opening.may_read(rule, one.doc)

    def _name_row(
        self, asked: Field, one: Standing, identity: str | None, into: dict[Path, str]
    ) -> None:
        """Give a row its id; a document's own where nobody gave it one."""
        if identity is not None:
            return
        name, _ = self._cell(asked)
        said = one.values.get(name)
        into[asked.path] = said if isinstance(said, str) else one.doc
        self._see(one, one.heads(name))

    def _is_anew(self, asked: Field, one: Standing) -> bool:
        """Tell whether a child is asked again, whatever was said before.

        What was said at an event that goes on, or about one, stands as it was said.
        """
        if self.opening.event is not None or asked.home == "child-event":
            return False
        is_consent = asked.harm == _CONSENT and asked.type in _CHOSEN
        return is_consent or (asked.policy or "").split()[:2] in _ANEW

    def _ask_anew(self, place: Place, asked: Field, one: Standing, name: str) -> None:
        value = one.values[name]
        if value is None:
            return
        text = " ".join(value) if isinstance(value, list) else str(value)
        self.shown.before.append(Before(place, text))
        if self.opening.schema.rule(name).policy != "set":
            self.shown.anew.setdefault(one.doc, {}).update(one.heads(name))
        self._unseen(one, name)

    def _show(self, asked: Field, one: Standing, into: dict[Path, str]) -> None:
        name, rule = self._cell(asked)
        if asked.type == "binary":
            self._unseen(one, name)
        elif rule.policy == "set":
            self._show_set(asked, one, name, into)
        elif asked.group is not None:
            self._show_member(asked, one, name, into)
        else:
            text = _text(asked, one.values[name], rule, self.opening.definition)
            if text is None and one.values[name] is not None:
                self._unseen(one, name)
                return
            self._see(one, one.heads(name))
            if text is not None:
                into[asked.path] = text

    def _show_set(
        self, asked: Field, one: Standing, name: str, into: dict[Path, str]
    ) -> None:
        """Show a set, as far as this question can say what is in it."""
        said = [
            part for part in one.values[name] or () if self._is_offered(asked, part)
        ]
        text = _joined(asked, said)
        if text is None:
            self._unseen(one, name)
            return
        shown = {element_key(name, part) for part in said}
        rule = self.opening.schema.rule(name)
        seen = {
            cell: ids
            for cell, ids in one.heads(name).items()
            if cell in shown
            or not presence(one.cells[cell].ordered(), rule, dict).value
        }
        self._see(one, seen or {name: ()})
        if text:
            into[asked.path] = text

    def _show_member(
        self, asked: Field, one: Standing, name: str, into: dict[Path, str]
    ) -> None:
        """Show one answer of a group, where all that is in it can be shown."""
        value = one.values[name]
        members = {
            f.property: f
            for f in self.opening.definition.fields
            if f.group == asked.group and f.repeat == asked.repeat and f.property
        }
        said = value if isinstance(value, Mapping) else {}
        texts = {
            part: _text(members[part], answer, None, self.opening.definition)
            for part, answer in said.items()
            if part in members
        }
        if said.keys() - members.keys() or None in texts.values():
            self._unseen(one, name)
            return
        self._see(one, one.heads(name))
        if text := texts.get(asked.property or ""):
            into[asked.path] = text

    def _is_offered(self, asked: Field, part: str) -> bool:
        return _is_choice(asked, part, self.opening.definition)

    def _cell(self, asked: Field) -> tuple[str, Rule]:
        return _cell(asked, self.opening.schema)

    def _see(self, one: Standing, heads: Mapping[str, tuple[str, ...]]) -> None:
        if heads:
            self.shown.based_on.setdefault(one.doc, {}).update(heads)

    def _leave(
        self, among: list[Place], place: Place, one: Standing, name: str
    ) -> None:
        if not any(one.path == place.path and one.row == place.row for one in among):
            among.append(place)
        self._unseen(one, name)

    def _unseen(self, one: Standing, name: str) -> None:
        """Note that a cell stood empty on the screen, whatever there is in it."""
        self.shown.based_on.setdefault(one.doc, {})[name] = ()


def _cell(asked: Field, schema: Schema) -> tuple[str, Rule]:
    own = (asked.property or "").replace("/", ".")
    name = asked.group or schema.renamed.get(own, own)
    return name, schema.rule(name)


def _member(values: Mapping[str, Any], asked: Field, schema: Schema) -> Any:
    """Return what a document says of a question, be it within a group."""
    name, _ = _cell(asked, schema)
    value = values.get(name)
    if asked.group is not None and isinstance(value, Mapping):
        return value.get(asked.property or "")
    return value


def _text(
    asked: Field, value: Any, rule: Rule | None, definition: FormDefinition
) -> str | None:
    """Return an answer as an instance holds it; None where it would not come back."""
    text = _plain(value)
    if not text or not _is_xml(text):
        return None
    try:
        back = read(text, kind=asked.type, field=asked.name)
    except SubmissionError:
        return None
    chosen = back if isinstance(back, list) else [back]
    if not all(_is_choice(asked, str(one), definition) for one in chosen):
        return None
    is_same = (
        key(back) == key(value)
        if rule is None
        else answer_key(back, rule) == answer_key(value, rule)
    )
    return text if is_same else None


def _joined(asked: Field, said: Sequence[str]) -> str | None:
    """Return elements as one answer; None where it would say something else."""
    text = (" " if asked.type == "select" else "; ").join(said)
    if not _is_xml(text):
        return None
    back = read(text, kind=asked.type, field=asked.name)
    parts = elements(asked, back) if isinstance(back, str | list) else ()
    return text if {*map(text_key, parts)} == {*map(text_key, said)} else None


def _plain(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)


def _is_choice(asked: Field, name: str, definition: FormDefinition) -> bool:
    is_free = asked.choices is None or asked.choices not in definition.choices
    return is_free or definition.choice(asked, name) is not None


def _is_xml(text: str) -> bool:
    """Tell whether XML can hold a text."""
    return all(c >= " " or c in "\t\n" for c in text) and not {
        "\ufffe",
        "\uffff",
    } & set(text)


def _is_sealed(value: Any) -> bool:
    every: Iterator[Any] = iter(value if isinstance(value, list) else [value])
    return any(is_sealed(one) for one in every)
