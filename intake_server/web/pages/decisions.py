"""The form of a decision: what somebody chose, kept so that no click loses it.

What came is read once into ``Filled``; a page that must be shown again is filled from
it, and a decision is made from it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from werkzeug.datastructures import MultiDict

from forms.reference import normalise
from intake_server.errors import InvalidRequestError
from intake_server.services.merging import Decision
from intake_server.services.storable import is_storable
from intake_server.web.pages import inputs
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording
from sync import documents

PICKED: Final = "is:"
"""What the choice of an answer that stands on the page begins with."""
TYPED: Final = "typed"
"""The choice of an answer that is typed."""

MEND: Final = "mend:"
"""What the choice of a version begins with by which a form is read."""

_LONGEST_REASON: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a decision's form held when it was sent.

    ``choice`` is the button that was chosen, ``typed`` the inputs by name, ``kept`` the
    elements that stay, ``shown`` the heads of the answers that were on the screen.
    """

    name: str = ""
    choice: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    reference: str = ""
    reason: str = ""
    review_on: str = ""
    shown: frozenset[str] = frozenset()

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> Self:
        """Return what a form that was sent holds; what no store can hold is left out."""
        prefix = inputs.FIELD
        form = MultiDict(
            (name, storable(text)) for name, text in form.items(multi=True)
        )
        return cls(
            name=form.get("name", ""),
            choice=form.get("choice", ""),
            typed={n: v for n, v in form.items() if n.partition(".")[0] == prefix},
            kept=tuple(form.getlist("kept")),
            reference=form.get("reference", ""),
            reason=form.get("reason", "").strip(),
            review_on=form.get("review_on", "").strip(),
            shown=frozenset(form.get("shown", "").split()),
        )

    @property
    def picked(self) -> Any:
        """The value that was picked; None where none was."""
        if not self.choice.startswith(PICKED):
            return None
        try:
            return json.loads(self.choice.removeprefix(PICKED))
        except ValueError:
            return None


def decision(filled: Filled, wording: Wording) -> Decision:
    """Return the decision that a form says.

    Raises:
        InvalidRequestError: Nothing was chosen, or what was typed does not fit; reasons
            by the name of the input, in the viewer's language.
    """
    verb, argument = said(filled, wording)
    if not filled.reason:
        raise InvalidRequestError({"reason": [_("Say why, in a few words.")]})
    if len(filled.reason) > _LONGEST_REASON:
        raise InvalidRequestError({"reason": [_("That is too long a reason.")]})
    return Decision(
        verb=verb, argument=argument, reason=filled.reason, review_on=filled.review_on
    )


def said(filled: Filled, wording: Wording) -> tuple[str, Any]:
    """Return the verb and its argument, whether or not a reason was given.

    Raises:
        InvalidRequestError: As ``decision``.
    """
    choice = filled.choice
    if choice.startswith(PICKED):
        return "value", filled.picked
    if choice == TYPED:
        return "value", inputs.typed(filled.name, wording, filled.typed)
    if choice == "these":
        return "value", _kept(filled)
    if choice.startswith(MEND):
        return "mend", choice.removeprefix(MEND)
    if choice == "assign":
        return "assign", _person(filled.reference)
    if choice in _FIXED:
        return _FIXED[choice]
    raise InvalidRequestError({"choice": [_("Choose an answer.")]})


def refusals(error: InvalidRequestError) -> Mapping[str, str]:
    """Return in words, by input, why a decision was not taken."""
    known = {
        "reason": ("reason", _("Say why, in a few words.")),
        "value": ("value", _("This does not fit the field.")),
        "assign": ("reference", _("No child here has this code.")),
        "another": ("reference", _("The form itself names another child.")),
        "release": ("choice", _("It still cannot be taken in; nothing has changed.")),
        "review_on": ("review_on", _("Say on which day it is looked at again.")),
        "sign.person": (
            "choice",
            _("You have signed already; a person of another organisation must."),
        ),
        "sign.twice": ("choice", _("You have said so already; another person must.")),
        "sign.organisation": (
            "choice",
            _("Your organisation has signed already; another one must."),
        ),
    }
    other = ("choice", _("This question is not answered so."))
    return dict(known.get(name, other) for name in error.errors)


def storable(text: str) -> str:
    """Return a text without the characters that no store can hold."""
    return "".join(filter(is_storable, text))


_FIXED: Final[Mapping[str, tuple[str, Any]]] = {
    "same": ("same", True),
    "different": ("same", False),
    "dismiss": ("dismiss", True),
    "release": ("release", True),
    "sign": ("sign", True),
    "refuse": ("sign", False),
}


def _kept(filled: Filled) -> list[str]:
    if not filled.kept:
        raise InvalidRequestError({"choice": [_("Mark at least one answer.")]})
    return list(filled.kept)


def _person(text: str) -> str:
    """Return the record of the child with a reference that was typed."""
    reference = normalise(text)
    if reference is None:
        reason = _("This code does not check: compare it with the card.")
        raise InvalidRequestError({"reference": [reason]})
    return documents.person(reference)
