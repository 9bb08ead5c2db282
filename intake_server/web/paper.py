"""A blank form on paper: an A4 page in HTML that a browser prints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import segno

from forms import copying, numbers
from forms.definition import Field, FormDefinition, Path
from intake_server.web import printed
from intake_server.web.language import LANGUAGES, Language, Text

REFERENCE: Final = "child_ref"
SHAPE: Final = (3, 4, 1)
"""How a child's reference stands on the card: XXX-XXXX-X."""

_TEXTS: Final[Mapping[str, Text]] = {
    "reference": Text("Код дитини", "Child's code"),
    "filled_by": Text("Хто заповнює папір", "Who fills in this paper"),
    "filled_on": Text("Дата", "Date"),
    "one": Text("одна відповідь", "one answer"),
    "any": Text("скільки треба", "as many as fit"),
    "file": Text("додають на пристрої", "is added on a device"),
    "each": Text(
        "Для кожного окремо; бракує місця — візьміть ще аркуш.",
        "One for each; where room is lacking take another sheet.",
    ),
}
_LONG: Final = ("log", "set", "meet")


class Room(Enum):
    """What there is to write in."""

    NOTE = "note"
    LINE = "line"
    LINES = "lines"
    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"
    ONE = "one"
    ANY = "any"
    FILE = "file"


_ROOMS: Final[Mapping[str, Room]] = {
    "int": Room.NUMBER,
    "decimal": Room.NUMBER,
    "date": Room.DATE,
    "dateTime": Room.MOMENT,
    "select1": Room.ONE,
    "select": Room.ANY,
    "binary": Room.FILE,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question on paper; a note asks nothing and has no number."""

    number: int | None
    label: str
    room: Room
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under one heading; ``is_each`` where they are asked several times."""

    heading: str
    is_each: bool
    questions: tuple[Question, ...]


def draw(
    form: FormDefinition,
    language: Language,
    *,
    style_url: str = "",
    notice: str = "",
) -> str:
    """Return a blank form as a whole HTML document.

    Args:
        form: The form.
        language: In which it asks.
        style_url: Where the style is found; empty to write it into the document.
        notice: What is said of practice; empty for paper in earnest.
    """
    name = f"{form.form_id}@{form.version}"
    return printed.page(
        "paper",
        style_url=style_url,
        form=form,
        name=name,
        language=language,
        notice=notice,
        title=_within(form.title, language) or form.form_id,
        sections=tuple(_sections(form, language)),
        asks_reference=any(asked.property == REFERENCE for asked in form.fields),
        shape=SHAPE,
        qr=segno.make(name, error="m").svg_inline(scale=3, border=2),
        texts={key: text.within(language) for key, text in _TEXTS.items()},
    )


def is_on_paper(asked: Field) -> bool:
    """Tell whether paper asks this in the place where a device does.

    The child's code and who fills the form in stand at the top. What a device asks only
    to shorten a list, and what it warns of, has no place on paper.
    """
    is_at_the_top = asked.property == REFERENCE or asked.name in copying.QUESTIONS
    is_for_a_device = asked.property is None and asked.type != "string"
    is_a_warning = asked.name in numbers.NOTES
    return not (is_at_the_top or is_for_a_device or is_a_warning)


def _sections(form: FormDefinition, language: Language) -> Iterator[Section]:
    under: Path | None = None
    waiting: list[Question] = []
    number = 0
    for asked in form.fields:
        if not asked.label or not is_on_paper(asked):
            continue
        room = _room(asked)
        number += room is not Room.NOTE
        above = _above(asked, form)
        if above != under and waiting:
            yield _section(form, under, waiting, language)
            waiting = []
        under = above
        choices = form.choices.get(asked.choices or "", ())
        waiting.append(
            Question(
                None if room is Room.NOTE else number,
                _within(asked.label, language),
                room,
                tuple(_within(choice.label, language) for choice in choices),
            )
        )
    if waiting:
        yield _section(form, under, waiting, language)


def _section(
    form: FormDefinition,
    path: Path | None,
    questions: list[Question],
    language: Language,
) -> Section:
    heading = _within(form.sections.get(path or (), {}), language)
    is_each = path is not None and form.repeat(path) is not None
    return Section(heading, is_each, tuple(questions))


def _above(asked: Field, form: FormDefinition) -> Path | None:
    """Return the innermost part with a heading that a question stands in."""
    lengths = range(len(asked.path) - 1, 0, -1)
    paths = (asked.path[:length] for length in lengths)
    return next((path for path in paths if path in form.sections), None)


def _room(asked: Field) -> Room:
    if asked.type != "string":
        return _ROOMS.get(asked.type, Room.LINE)
    if asked.property is None:
        return Room.NOTE
    is_long = (asked.policy or "review").split()[0] in _LONG
    return Room.LINES if is_long else Room.LINE


def _within(texts: Mapping[str, str], language: Language) -> str:
    """Return a text in a language, or in another one where that is missing."""
    return texts.get(language) or next(
        (texts[code] for code in LANGUAGES if texts.get(code)), ""
    )
