"""What is said of practice, and what is not taken while somebody practises."""

from collections.abc import Sequence
from typing import Final

from flask import g

from forms.practice import is_practised
from intake_server.errors import NotPractisedError
from intake_server.security.policy import Principal
from intake_server.services import intake, practice
from intake_server.services.intake import Incoming, Post
from intake_server.services.practice import Subject
from intake_server.web.auth import asking
from intake_server.web.context import context
from intake_server.web.language import Text, language

SENTENCE: Final = Text(
    "Навчання: усе тут несправжнє. Введене нікуди не передається, ні з чим не"
    " зіставляється й ніде не рахується.",
    "Practice: nothing here is real. What you enter goes nowhere, matches nothing and"
    " counts nowhere.",
)
"""What stands on every page, sheet and list that was made in practice."""

RECEIPT: Final = Text("НАВЧАННЯ", "PRACTICE")
"""What stands before what a phone is told."""


def is_practice() -> bool:
    """Tell whether who is asking practises."""
    viewer: Principal | None = g.get("principal")
    return viewer is not None and viewer.is_practising


def notice() -> str:
    """Return the sentence in the reader's language; empty in earnest."""
    return SENTENCE.within(language()) if is_practice() else ""


def notice_of_phones(site: str) -> str:
    """Return the sentence where phones will practise that are let in; else empty."""
    here, viewer = context(), asking()
    whose = Subject("person", viewer.id), Subject("site", site)
    is_on = not practice.everybody(here.doors).isdisjoint(whose)
    return SENTENCE.within(language()) if is_on else ""


def refuse_earnest(batch: Sequence[Incoming]) -> None:
    """Refuse all that does not say it was practised, from somebody who practises.

    It would be deleted with what was practised, also where it is odd and nobody could
    read it yet. So it is not taken at all, and stays where it is until its sender acts
    in earnest.

    Raises:
        NotPractisedError: One of these is such a form.
    """
    if not is_practice():
        return
    here = context()
    post = Post(batch=batch, sender=asking(), now=here.now())
    read = intake.read(here.database, post).read
    if not all(is_practised(one.form_version) for one in read):
        raise NotPractisedError
