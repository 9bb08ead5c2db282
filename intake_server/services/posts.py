"""What is the same for every child of one post: phones are let in with it filled in.

Only answers about the post itself, never one about a child: an answer that nobody gave
would stand in a child's record as if somebody had asked.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from forms.definition import Choice, Field, FormDefinition
from forms.errors import DefinitionError
from intake_server.errors import InvalidRequestError
from intake_server.services import published
from intake_server.storage.database import Database

FORM: Final = "reception"
"""The form that asks for it."""

_ASKED: Final = ("reception_point", "return_channel")
_SEVERAL: Final = "select"


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer is the same for a whole post, as the form asks it."""

    name: str
    label: Mapping[str, str]
    choices: tuple[Choice, ...]
    is_several: bool


def questions(database: Database) -> tuple[Question, ...]:
    """Return what a phone can be let in with; nothing where the form is not here."""
    with database.reading() as session:
        version = published.newest(session, FORM)
        definition = None
        if version is not None:
            with suppress(DefinitionError):
                definition = published.Stored(session).find(FORM, version)
    if definition is None:
        return ()
    found = {field.name: field for field in definition.fields if field.choices}
    return tuple(_question(found[name], definition) for name in _ASKED if name in found)


def defaults(
    asked: Sequence[Question], said: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return answers as a form holds them, of those that were chosen.

    Args:
        asked: What can be chosen.
        said: Choices by the name of the question; empty ones are left out.

    Raises:
        InvalidRequestError: There is no such question, or no such choice.
    """
    known = {one.name: one for one in asked}
    chosen = {name: [each for each in picked if each] for name, picked in said.items()}
    wrong = {
        name: ["is no answer that is the same for a whole post"]
        for name, picked in chosen.items()
        if picked and not _fits(known.get(name), picked)
    }
    if wrong:
        raise InvalidRequestError(wrong)
    return {name: " ".join(picked) for name, picked in chosen.items() if picked}


def _question(field: Field, definition: FormDefinition) -> Question:
    every = definition.choices.get(field.choices or "", ())
    choices = tuple(one for one in every if not one.exclusive)
    return Question(field.name, field.label, choices, field.type == _SEVERAL)


def _fits(question: Question | None, picked: Sequence[str]) -> bool:
    if question is None or (len(picked) > 1 and not question.is_several):
        return False
    return set(picked) <= {choice.name for choice in question.choices}
