"""What a submission says, and on which documents.

A form says where each answer lives. Two centres that each fill a form of their own for
one child therefore write the same cells, and contradict each other where they do; only
what is about the visit itself stays on the visit. First ``said`` turns answers into
statements, then ``writes`` turns statements into writes, given what was on the screen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import Struct, structs

from forms.answers import Answer, RowRef, derived_key
from forms.definition import Field, FormDefinition, Path
from forms.merging import elements
from forms.reference import is_practised, normalise
from sync import documents
from sync.change import Write
from sync.merge.authorship import shown
from sync.merge.cells import DELETED, SCOPE, CellState, Head, Version, name_of
from sync.merge.policies import presence
from sync.merge.schema import GRADES, Rule, Schema
from sync.values import element_key

REFERENCE: Final = "child_ref"
"""The property that holds a child's reference."""
EVENT: Final = "event"
"""The kind of the document that holds what is about the visit itself."""
REFERENCES: Final = frozenset(
    {REFERENCE, "sibling_group", "request_ref", "sibling_requests", "subject_ref"}
)
"""The properties whose values are references; of a set each part is one."""

Target = tuple[str, str]
"""A document and its kind."""
OnScreen = Mapping[tuple[str, str], tuple[Mapping[str, Version], frozenset[str]]]
"""By document and cell: its known history, and the heads that were rendered."""


Writes = dict[Target, list[Write]]
"""Writes by document and kind."""


class Statement(Struct, frozen=True, gc=False):
    """One thing said about one property of one document.

    ``how`` is ``field``, ``group``, ``set`` or ``log``; of a set, ``value`` holds the
    elements; ``entry`` is the id of a log entry. What ``is_derived`` was worked out by
    the form, and nobody said it.
    """

    doc: str
    kind: str
    how: str
    name: str
    value: Any
    src: str | None = None
    entry: str | None = None
    is_derived: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Everything a submission says, and the documents it speaks of, in that order."""

    statements: tuple[Statement, ...]
    documents: tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One submission: which form, whose child, and the site that holds the case.

    ``root`` is the instance id of the first submission of an edit chain; ``reference``
    is canonical, None for a form that speaks of no child; ``files`` maps names of
    attachments to their SHA-256. ``rows`` are the rows that were on the screen: the
    document by its kind, what it hangs on, and its own id.
    """

    instance_id: str
    root: str
    definition: FormDefinition
    reference: str | None
    site: str
    files: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[tuple[str, str, str], str] = field(default_factory=dict)


def reference_in(answers: Iterable[Answer]) -> str | None:
    """Return the child's reference as it was typed, None when there is none."""
    for answer in answers:
        if answer.field.property == REFERENCE and isinstance(answer.value, str):
            return answer.value
    return None


def bad_reference(answers: Iterable[Answer]) -> str | None:
    """Return the name of a field whose reference does not check, None when all do."""
    for answer in answers:
        if not all(map(normalise, _references(answer))):
            return answer.field.name
    return None


def practised_reference(answers: Iterable[Answer]) -> str | None:
    """Return the name of a field with a reference to practise with, None without one."""
    for answer in answers:
        canonical = map(normalise, _references(answer))
        if any(one is not None and is_practised(one) for one in canonical):
            return answer.field.name
    return None


def said(occasion: Occasion, answers: Iterable[Answer]) -> Said:
    """Return what a submission says, one statement a property or group."""
    teller = _Teller(occasion, tuple(answers))
    return Said(tuple(teller.tell()), tuple(teller.targets))


def writes(
    statements: Iterable[Statement], schema: Schema, on_screen: OnScreen
) -> Writes:
    """Return the writes of what was said, by document and kind.

    Args:
        statements: What was said.
        schema: The merge rules.
        on_screen: What was rendered when the form was filled; a cell that is absent
            was not seen, so what is said about it is concurrent with all there is.
            A property that took another name was rendered under that one.
    """
    made: Writes = {}
    for statement in statements:
        target = made.setdefault((statement.doc, statement.kind), [])
        name = schema.renamed.get(statement.name)
        if name is None:
            target += _written(statement, schema.rule(statement.name), on_screen)
            continue
        present = structs.replace(statement, name=name)
        written = _written(present, schema.rule(name), on_screen)
        target += (_under(statement.name, write) for write in written)
    return made


def news(
    statements: Iterable[Statement], schema: Schema, on_screen: OnScreen
) -> tuple[Statement, ...]:
    """Return what is said, without what a form only worked out and says nothing new.

    Each form says by itself how far a case has come. On a record that was on the screen
    it takes nothing back that people have said since: a state that stands below what was
    shown, an answer that is given once, anything about a cell that is in question.
    """
    return tuple(
        one
        for one in statements
        if not (one.is_derived and _is_stale(one, schema, on_screen))
    )


def _is_stale(statement: Statement, schema: Schema, on_screen: OnScreen) -> bool:
    name = schema.renamed.get(statement.name, statement.name)
    if (statement.doc, name) not in on_screen:
        return False
    rule = schema.rule(name)
    history, heads = on_screen[statement.doc, name]
    if statement.value is None or not heads:
        return True
    was = shown(_heads(history, heads), rule, lambda: history).value
    if rule.policy == "once":
        return was is not None
    return rule.order is not None and rule.order.is_below(statement.value, was)


def beside(made: Writes, schema: Schema) -> Writes:
    """Let a form's second answer, where one is given once, stand beside the first.

    So a person settles it, and the rest of the form is not set aside for it.
    """
    return {
        target: [
            structs.replace(write, p=())
            if schema.rule(write.name).policy == "once" and write.p
            else write
            for write in there
        ]
        for target, there in made.items()
        if there
    }


def silent(said: Said, before: OnScreen, schema: Schema) -> tuple[Statement, ...]:
    """Return what a correction takes back by being silent.

    What the submission said that it replaces, and it does not, is cleared. A row that
    is gone from it is voided, and one that has come back is not void any more.

    Args:
        said: What the correction says.
        before: What the submissions that it replaces have written, as if it had been
            rendered.
        schema: The merge rules.
    """
    kinds = dict(said.documents)
    stated = {(one.doc, schema.cell(one.name)) for one in said.statements}
    cleared: dict[tuple[str, str], Statement] = {}
    for doc, cell in before:
        name = name_of(cell)
        if doc in kinds and name != DELETED and (doc, name) not in stated:
            how = _how_kept(name, schema)
            if how != "log":
                none = () if how == "set" else None
                cleared[doc, name] = Statement(doc, kinds[doc], how, name, none)
    back = [
        Statement(doc, kinds[doc], "field", DELETED, value=False)
        for doc, cell in before
        if cell == DELETED and doc in kinds
    ]
    return (*cleared.values(), *back)


def gone(said: Said, before: OnScreen) -> frozenset[str]:
    """Return the documents of which a correction speaks no more."""
    return frozenset(doc for doc, _ in before) - {doc for doc, _ in said.documents}


def _how_kept(name: str, schema: Schema) -> str:
    rule = schema.rule(name)
    if rule.policy in ("set", "log"):
        return rule.policy
    return "group" if rule.members else "field"


def _under(name: str, write: Write) -> Write:
    """Return a write under the name that the form gives its property."""
    if write.name == name:
        return write
    said = {kind: name for kind in "fgsn" if getattr(write, kind) is not None}
    return structs.replace(write, **said)


def _written(statement: Statement, rule: Rule, on_screen: OnScreen) -> Iterable[Write]:
    if statement.how == "set":
        return _set_writes(statement, rule, on_screen)
    if statement.how == "log":
        return _log_writes(statement)
    history, heads = on_screen.get((statement.doc, statement.name), _UNSEEN)
    was = shown(_heads(history, heads), rule, lambda: history)
    if was.says(statement.value, rule):
        return ()
    is_group = statement.how == "group"
    write = Write(
        f=None if is_group else statement.name,
        g=statement.name if is_group else None,
        v=statement.value,
        p=was.preds,
        src=statement.src,
    )
    return (write,)


def _set_writes(
    statement: Statement, rule: Rule, on_screen: OnScreen
) -> Iterable[Write]:
    """Add what is new, and remove what was shown and is no longer there.

    A site puts itself into a case's scope and takes nobody out.
    """
    named = {element_key(statement.name, e): e for e in statement.value}
    seen = {
        cell: (history, heads)
        for (doc, cell), (history, heads) in on_screen.items()
        if doc == statement.doc and cell.startswith(statement.name + "/")
    }
    cells = named.keys() if statement.name == SCOPE else named.keys() | seen.keys()
    for cell in sorted(cells):
        history, heads = seen.get(cell, _UNSEEN)
        current = _heads(history, heads)
        was_there = bool(current and presence(current, rule, dict).value)
        is_there = cell in named
        if is_there == was_there:
            continue
        element = named.get(cell) or _spelling(current)
        preds = tuple(sorted(heads & history.keys()))
        yield Write(s=statement.name, e=element, v=is_there, p=preds, src=statement.src)


def _log_writes(statement: Statement) -> Iterable[Write]:
    if statement.value is None:
        return ()
    return (Write(n=statement.name, e=statement.entry, v=statement.value),)


_UNSEEN: Final[tuple[Mapping[str, Version], frozenset[str]]] = ({}, frozenset())


def _heads(history: Mapping[str, Version], ids: frozenset[str]) -> tuple[Head, ...]:
    if not ids:
        return ()
    known = {id_: Head(history[id_]) for id_ in ids if id_ in history}
    return CellState(known).ordered()


def _spelling(heads: tuple[Head, ...]) -> str:
    return heads[-1].version.element or "" if heads else ""


class _Teller:
    """Goes through the answers of one submission once."""

    def __init__(self, occasion: Occasion, answers: tuple[Answer, ...]) -> None:
        self._occasion = occasion
        self._answers = answers
        reference = occasion.reference
        self._person = documents.person(reference) if reference else None
        self._case = documents.case(self._person) if self._person else None
        self._event = documents.event(occasion.root)
        self._groups: dict[tuple[str, str], dict[str, Any]] = {}
        self._claims: dict[str, tuple[Path, str]] = {}
        self.targets: dict[Target, None] = {}

    def tell(self) -> Iterable[Statement]:
        """Yield the frame of every document, then the answers, then the groups."""
        yield from self._frame()
        grouped: dict[tuple[str, str], Statement] = {}
        for answer in self._answers:
            if answer.row is not None:
                yield from self._place(answer.row)
            statement = self._statement(answer)
            if statement is None:
                continue
            if answer.field.group is None:
                yield statement
                continue
            key = (statement.doc, answer.field.group)
            members = self._groups.setdefault(key, {})
            if statement.value is not None:
                members[answer.field.property or ""] = statement.value
            grouped[key] = statement
        for key, statement in grouped.items():
            yield Statement(
                statement.doc,
                statement.kind,
                "group",
                key[1],
                self._groups[key] or None,
                statement.src,
            )

    def _frame(self) -> Iterable[Statement]:
        event = self._target(self._event, EVENT)
        yield Statement(*event, "field", "form", self._occasion.definition.form_id)
        yield Statement(*event, "field", "instance_id", self._occasion.root)
        if self._person is None or self._case is None:
            return
        yield Statement(*event, "field", "subject", self._person)
        person = self._target(self._person, "person")
        yield Statement(*person, "field", REFERENCE, self._occasion.reference)
        case = self._target(self._case, "case")
        yield Statement(*case, "field", "subject", self._person)
        yield Statement(*case, "set", SCOPE, (self._occasion.site,))

    def _target(self, doc: str, kind: str) -> Target:
        self.targets[(doc, kind)] = None
        return (doc, kind)

    def _statement(self, answer: Answer) -> Statement | None:
        asked = answer.field
        if (
            asked.property is None
            or asked.home == "none"
            or asked.property == REFERENCE
            or self._is_needless(answer)
        ):
            return None
        target = self._home(answer)
        if target is None:
            return None
        name = asked.property.replace("/", ".")
        value = self._value(answer)
        how, src = _how(asked), self._grade(asked)
        if how == "set":
            said = elements(asked, value) if value is not None else ()
            return Statement(*target, how, name, said, src)
        if how == "log":
            return Statement(*target, how, name, value, src, self._entry(answer))
        return Statement(*target, how, name, value, src, None, asked.calculated)

    def _home(self, answer: Answer) -> Target | None:
        home = answer.field.home
        if answer.row is not None and home in ("relation", "child-event"):
            return self._row(answer.row)
        if home == "person":
            return (self._person, "person") if self._person else None
        if home == "case":
            return (self._case, "case") if self._case else None
        return (self._event, EVENT)

    def _place(self, row: RowRef) -> Iterable[Statement]:
        """Say once of each row which document it belongs to."""
        target = self._row(row)
        if target in self.targets:
            return
        self.targets[target] = None
        yield Statement(*target, "field", "parent", self._owner(row))

    def _owner(self, row: RowRef) -> str:
        owners = {"person": self._person, "case": self._case}
        return owners.get(row.repeat.parent) or self._event

    def _row(self, row: RowRef) -> Target:
        own = documents.row(self._event, row.repeat.name, row.row_id)
        doc = self._shared(row) or self._rendered(row) or own
        return (doc, row.repeat.kind)

    def _rendered(self, row: RowRef) -> str | None:
        """Return the document of a row that stood on the screen, whoever began it."""
        return self._occasion.rows.get((row.repeat.kind, self._owner(row), row.row_id))

    def _shared(self, row: RowRef) -> str | None:
        """Return the document that a row shares with rows of other forms, if it does.

        Of two mothers in one form the second stands for herself: one change cannot say
        two things of one cell, and neither may be lost.
        """
        derived = derived_key(row, self._occasion.definition)
        if derived is None:
            return None
        doc = documents.relation(self._owner(row), row.repeat.kind, derived)
        this = (row.repeat.path, row.row_id)
        return doc if self._claims.setdefault(doc, this) == this else None

    def _is_needless(self, answer: Answer) -> bool:
        """Tell whether an answer is the own id of a row that has its document without it.

        Each form makes another, and which one is nothing to ask about.
        """
        row = answer.row
        if row is None or answer.field.name != row.repeat.row_id:
            return False
        return self._shared(row) is not None or self._rendered(row) == row.row_id

    def _value(self, answer: Answer) -> Any:
        value = answer.value
        if references := _references(answer):
            return ";".join(normalise(text) or text for text in references)
        if answer.field.type == "binary" and isinstance(value, str):
            return self._occasion.files.get(value, value)
        return value

    def _grade(self, asked: Field) -> str | None:
        """Return the evidence grade that this form gives for a field."""
        policy, _, source = (asked.policy or "").partition(" ")
        if policy != "authority":
            return None
        for answer in self._answers:
            if answer.field.property == source and isinstance(answer.value, str):
                if answer.value in GRADES:
                    return answer.value
                choice = self._occasion.definition.choice(answer.field, answer.value)
                return choice.grade if choice else None
        return None

    def _entry(self, answer: Answer) -> str:
        row = (answer.row.row_id,) if answer.row else ()
        return "/".join((self._occasion.instance_id, *row, answer.field.name))


def _references(answer: Answer) -> tuple[str, ...]:
    """Return the references that an answer names, as they were typed."""
    asked, value = answer.field, answer.value
    if asked.property not in REFERENCES or not isinstance(value, str):
        return ()
    return elements(asked, value) if _how(asked) == "set" else (value,)


def _how(asked: Field) -> str:
    policy = (asked.policy or "review").split()[0]
    return policy if policy in ("set", "log") else "field"
