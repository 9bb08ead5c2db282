"""What people call things: labels of properties, choices, sections and forms.

They come from the published forms alone, so a question looks in the queue as it looked
on the form that asked it. The newest version of a form has the word.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from forms.definition import Choice, Field, FormDefinition, Path
from intake_server.services import published
from intake_server.storage import forms
from intake_server.storage.database import Session

Texts = Mapping[str, str]
"""One text by language."""

_FIRST: Final = "uk"
_NAMED: Final = 2
_REMEMBERED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How one form asks for one property.

    ``section`` is the heading that the question stands under and ``place`` its path;
    both are empty for a question under none. ``row_of`` is the kind of the document
    that holds it, where it is asked in a repeat, ``file`` the table that one chooses from.
    """

    name: str
    form_id: str
    label: Texts = field(hash=False)
    type: str
    choices: tuple[Choice, ...]
    section: Texts = field(hash=False)
    place: Path
    group: str | None
    row_of: str | None
    file: str | None


@dataclass(frozen=True, slots=True)
class Labels:
    """All labels of one set of published forms.

    ``asked`` holds, by property, every form that asks for it, in the order of the
    forms; ``groups`` the properties that are decided together; ``rows`` the heading
    of each kind of row; ``order`` counts the properties as forms ask for them.
    ``offered`` are the forms that can be filled in now.
    """

    titles: Mapping[str, Texts]
    asked: Mapping[str, tuple[Asked, ...]]
    groups: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, Texts]
    order: Mapping[str, int]
    offered: frozenset[str] = frozenset()

    def about(self, name: str, form_id: str = "") -> Asked | None:
        """Return how a property is asked, by this form where it does ask."""
        every = self.asked.get(name, ())
        by_form = (asked for asked in every if asked.form_id == form_id)
        return next(by_form, every[0] if every else None)

    def first(self, name: str) -> Asked | None:
        """Return how a property is asked, or the first one of a group."""
        return self.about(self.groups.get(name, (name,))[0])

    def label(self, name: str, language: str, form_id: str = "") -> str:
        """Return what people call a property or a group; its name where no form says."""
        if name in self.groups:
            return self._label_of_group(name, language)
        return self.member(name, language, form_id)

    def member(self, name: str, language: str, form_id: str = "") -> str:
        """Return what people call a property; a group may bear the same name."""
        asked = self.about(name, form_id)
        return within(asked.label, language) if asked else name

    def is_known(self, name: str) -> bool:
        """Tell whether some form asks people for this property or group."""
        return name in self.asked or name in self.groups

    def place(self, name: str) -> tuple[int, str]:
        """Return where forms ask for a property or group, to sort by."""
        first = self.groups.get(name, (name,))[0]
        return (self.order.get(first, len(self.order)), name)

    def choices(self, name: str) -> Mapping[str, Choice]:
        """Return the choices of a property by name, of all forms that ask for it."""
        every = reversed(self.asked.get(name, ()))
        return {choice.name: choice for asked in every for choice in asked.choices}

    def title(self, form_id: str, language: str) -> str:
        """Return what people call a form; its id where it is not published here."""
        return within(self.titles.get(form_id, {}), language) or form_id

    def _label_of_group(self, group: str, language: str) -> str:
        members = self.groups[group]
        said = [short(self.member(name, language)) for name in members[:_NAMED]]
        return ", ".join(said) + ("…" if len(members) > _NAMED else "")


def of(session: Session, sources: published.Sources | None = None) -> Labels:
    """Return the labels of all forms that are published here.

    Args:
        session: An open session.
        sources: The changes that the forms follow from, where that was just read.
    """
    sources = forms.sources(session) if sources is None else sources
    known = _remembered.get(sources)
    if known is None:
        if len(_remembered) >= _REMEMBERED:
            _remembered.clear()
        versions = sorted(forms.all_of(session), key=lambda form: form.published)
        offered = (one.form_id for one in versions if published.is_offered(one))
        labels = read(published.definitions(versions))
        known = _remembered[sources] = replace(labels, offered=frozenset(offered))
    return known


def read(definitions: Iterable[FormDefinition]) -> Labels:
    """Return the labels of forms; a later version of a form replaces an earlier one."""
    titles: dict[str, Texts] = {}
    rows: dict[str, Texts] = {}
    groups: dict[str, dict[str, None]] = {}
    asked: dict[str, dict[str, Asked]] = {}
    for form in definitions:
        titles[form.form_id] = form.title
        for repeat in form.repeats:
            rows[repeat.kind] = form.sections.get(repeat.path, {})
        for each in _asked(form):
            asked.setdefault(each.name, {})[form.form_id] = each
            if each.group:
                groups.setdefault(each.group, {})[each.name] = None
    return Labels(
        titles,
        {name: tuple(by_form.values()) for name, by_form in asked.items()},
        {name: tuple(members) for name, members in groups.items()},
        rows,
        {name: number for number, name in enumerate(asked)},
    )


def within(text: Texts, language: str) -> str:
    """Return a text in a language, else in Ukrainian, else in any there is."""
    return text.get(language) or text.get(_FIRST) or next(iter(text.values()), "")


def short(label: str) -> str:
    """Return a label without what stands in brackets behind it.

    Example:
        ``Ліки зараз (назва, доза)`` becomes ``Ліки зараз``.
    """
    return label.partition(" (")[0]


_remembered: Final[dict[published.Sources, Labels]] = {}


def _asked(form: FormDefinition) -> Iterator[Asked]:
    for part in form.fields:
        if part.property is None or not part.label:
            continue
        place = _place(part, form)
        repeat = form.repeat(part.repeat) if part.repeat else None
        yield Asked(
            name=part.property,
            form_id=form.form_id,
            label=part.label,
            type=part.type,
            choices=form.choices.get(part.choices or "", ()),
            section=form.sections.get(place, {}),
            place=place,
            group=part.group,
            row_of=repeat.kind if repeat else None,
            file=part.file,
        )


def _place(part: Field, form: FormDefinition) -> Path:
    """Return the path of the innermost heading above a field."""
    above = (part.path[:length] for length in range(len(part.path) - 1, 0, -1))
    return next((path for path in above if path in form.sections), ())
