"""A form as frozen values: what it asks, and what each answer means.

Paths are element names below the root of the instance, ``("g_child", "sex")``.
A property is what a document calls an answer; forms that ask the same thing share it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of a list.

    ``exclusive`` stands alone, ``singular`` names a thing of which a child has one,
    ``grade`` is the evidence grade that the answer gives.
    """

    name: str
    label: Mapping[str, str] = field(hash=False)
    exclusive: bool = False
    singular: bool = False
    grade: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question or calculation.

    ``type`` is the bind type, or ``select1`` and ``select`` for one and several choices.
    ``home`` says which document holds the answer and ``property`` under which name;
    without a property the answer is never written; ``renamed_from`` is the property
    whose place this one took. ``choices`` names a list, ``file`` a table beside the form
    that one choice is taken from; what is chosen there is text. ``repeat`` is the path of the innermost repeat, ``required`` an XPath expression,
    ``check`` what the answer must fit together with.
    """

    path: Path
    name: str
    type: str
    label: Mapping[str, str] = field(default_factory=dict, hash=False)
    home: str = "event"
    property: str | None = None
    policy: str | None = None
    group: str | None = None
    level: str | None = None
    match: str | None = None
    harm: str | None = None
    renamed_from: str | None = None
    check: str | None = None
    choices: str | None = None
    file: str | None = None
    repeat: Path | None = None
    calculated: bool = False
    required: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A part that may be filled several times; each row is a document of its own.

    ``kind`` is the kind of that document, ``parent`` the document it hangs on.
    ``identity`` is ``row``, ``field NAME`` (the answer there names the document) or
    ``singular NAME`` (so it does for choices marked singular, else the row's own id).
    ``row_id`` names the field that holds the row's own id.
    """

    path: Path
    name: str
    kind: str
    home: str
    parent: str
    identity: str
    row_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDefinition:
    """A whole form in one version.

    ``sections`` are the headings of its groups and repeats, by path. A form that is
    not ``is_enabled`` is shipped, but published only where somebody says so.
    """

    form_id: str
    version: str
    title: Mapping[str, str]
    event_kind: str
    fields: tuple[Field, ...]
    repeats: tuple[Repeat, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    root: str = "data"
    is_enabled: bool = True
    sections: Mapping[Path, Mapping[str, str]] = field(default_factory=dict, hash=False)
    _fields: Mapping[Path, Field] = field(init=False, repr=False, compare=False)
    _repeats: Mapping[Path, Repeat] = field(init=False, repr=False, compare=False)
    _groups: frozenset[Path] = field(init=False, repr=False, compare=False)
    _cells: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the parts by path."""
        index = object.__setattr__
        index(self, "_fields", {part.path: part for part in self.fields})
        index(self, "_repeats", {part.path: part for part in self.repeats})
        leaves = (part.path for part in self.fields)
        groups = frozenset(
            path[:length] for path in leaves for length in range(1, len(path))
        )
        index(self, "_groups", groups - self._repeats.keys())
        names = ((part.property, part.group) for part in self.fields)
        index(
            self, "_cells", frozenset(name for pair in names for name in pair if name)
        )

    def field(self, path: Path) -> Field | None:
        """Return the field at a path, if there is one."""
        return self._fields.get(path)

    def repeat(self, path: Path) -> Repeat | None:
        """Return the repeat at a path, if there is one."""
        return self._repeats.get(path)

    def is_group(self, path: Path) -> bool:
        """Say whether a path leads to a group that is not a repeat."""
        return path in self._groups

    def has_cell(self, name: str) -> bool:
        """Say whether some field writes a property or a group of this name."""
        return name in self._cells

    def choice(self, asked: Field, name: str) -> Choice | None:
        """Return the choice of a field's list that has this name, if there is one."""
        listed = self.choices.get(asked.choices or "", ())
        return next((choice for choice in listed if choice.name == name), None)
