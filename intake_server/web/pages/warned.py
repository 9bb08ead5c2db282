"""What the rules of care say about a child, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from intake_server.services import cautions
from intake_server.services.child import Child
from intake_server.web.pages.texts import LazyString, _l
from intake_server.web.pages.wording import Wording

_SAID: Final[Mapping[str, LazyString]] = {
    "two_hands": _l(
        "Reunification and hand-over need two people of two organisations who have"
        " verified them."
    ),
    "decision_missing": _l(
        "This care needs a decision: the authority, its number and its date."
    ),
    "decision_elsewhere": _l(
        "This decision, with its number and date, stands on the record of a child of"
        " another family too: compare both with the paper."
    ),
    "trusteeship": _l("From 14 on it is trusteeship, not guardianship."),
    "guardianship": _l("Under 14 it is guardianship, not trusteeship."),
    "shared": _l(
        "A referral goes on although consent to share was refused or withdrawn: stop it."
    ),
    "too_young": _l(
        "Under 14 a child does not consent alone: ask a legal representative too."
    ),
    "asked_personally": _l("From 14 on the child consents personally: ask the child."),
    "institution": _l(
        "An institution is only for a time, with a reason: say why and until when."
    ),
    "end_missing": _l("This placement has an end by law: say until when."),
    "interpreter": _l(
        "Consent was given without an interpreter for sign language: it is no consent;"
        " ask again with one."
    ),
    "withheld": _l(
        "Something is withheld from people who are named in the record: look there"
        " before you tell anybody anything."
    ),
    "neighbour": _l(
        "A neighbour, friend or teacher is never a legal representative: correct it."
    ),
}


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning in words, the answer to look at, and the rule it rests on."""

    text: str
    about: str
    rule: str


def warned(child: Child, wording: Wording) -> tuple[Warned, ...]:
    """Return what the rules say about a child, in words."""
    return tuple(
        Warned(str(_SAID[one.what]), wording.short(one.about), one.rule)
        for one in cautions.of(child)
    )
