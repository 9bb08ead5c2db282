"""What the rules of care say about a child, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from intake_server.errors import RuleOfCareError
from intake_server.services import cautions
from intake_server.services.cautions import Caution, Verdict
from intake_server.services.child import Child
from intake_server.storage.documents import StoredView
from intake_server.web.care_words import WANTED
from intake_server.web.language import language
from intake_server.web.pages.facts import Fact
from intake_server.web.pages.texts import _
from intake_server.web.pages.wording import Wording

Verdicts = Mapping[tuple[str, str], str]
"""Why answers do not count, in words, by row and property."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning in words, the answer to look at, and the rule it rests on."""

    text: str
    about: str
    rule: str


def warned(child: Child, wording: Wording) -> tuple[Warned, ...]:
    """Return what the rules say about a child, in words."""
    every = (
        Warned(_wanted(one.what), wording.short(one.about), one.rule)
        for one in cautions.of(child)
    )
    return tuple(dict.fromkeys(every))


def verdicts(child: Child) -> Verdicts:
    """Return what does not count of what is said of a child."""
    found = cautions.uncounted(cautions.of(child))
    return {place: _verdict(one) for place, one in found.items()}


def judged(
    facts: Iterable[Fact], view: StoredView, verdicts: Verdicts
) -> tuple[Fact, ...]:
    """Return facts, those that do not count with the reason why.

    Args:
        facts: What a record says.
        view: That record.
        verdicts: What does not count of what is said of the child.
    """
    is_own = view.kind in ("person", "case")
    places = ("",) if is_own else (view.doc, *view.view["aliases"])
    return tuple(
        replace(
            fact,
            verdict=next(
                filter(None, (verdicts.get((p, fact.name)) for p in places)), ""
            ),
        )
        for fact in facts
    )


def refusal(error: RuleOfCareError, wording: Wording) -> str:
    """Return why a decision was not taken, and what to do."""
    return _(
        "Nothing was written: rule of care %(rule)s. %(why)s Look at: %(field)s.",
        rule=error.rule,
        why=_wanted(error.what),
        field=wording.short(error.field),
    )


def _wanted(what: str) -> str:
    return WANTED[what].within(language())


def _verdict(caution: Caution) -> str:
    why = _wanted(caution.what)
    match caution.verdict:
        case Verdict.UNVERIFIED:
            return _("verified at most: a second signature is missing")
        case Verdict.INCOMPLETE:
            return _("incomplete: %(why)s", why=why)
        case Verdict.NOT_LEGAL:
            return _("not a legal representative: %(why)s", why=why)
        case _:
            return _("not valid: %(why)s", why=why)
