"""Rules of care in what people decide: nobody writes what would break one of them.

A decision is judged by the record as it is after it, in the transaction that writes it,
so a refusal leaves nothing behind. What was in breach before and is not made worse is
let be: people must be able to mend in steps. What came by a form is never refused.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from intake_server.errors import RuleOfCareError
from intake_server.services import cautions, child
from intake_server.services.cautions import Caution
from intake_server.storage.database import Session


@contextmanager
def upheld(session: Session, doc: str, names: Iterable[str]) -> Iterator[None]:
    """Let a decision be written inside; refuse it where it breaks a rule of care.

    Args:
        session: An open transaction, which the refusal must end.
        doc: A document of the child.
        names: The properties, groups or sets that are decided.

    Raises:
        RuleOfCareError: The record would be in breach, or worse than it was.
    """
    if cautions.JUDGED.isdisjoint(names):
        yield
        return
    before = _breaches(session, doc)
    yield
    refuse_worse(before, _breaches(session, doc))


def refuse_worse(before: Iterable[Caution], after: Iterable[Caution]) -> None:
    """Refuse what breaks a rule that is enforced more than it was broken before.

    Raises:
        RuleOfCareError: Names the first such rule.
    """
    was, now = _weights(before), list(after)
    worse = {rule for rule, weight in _weights(now).items() if weight > was[rule]}
    for caution in now:
        if caution.rule in worse and caution.verdict is not None:
            raise RuleOfCareError(caution.rule, caution.about, caution.what)


def _breaches(session: Session, doc: str) -> tuple[Caution, ...]:
    known = child.papers(session, doc)
    return cautions.of(known) if known else ()


def _weights(found: Iterable[Caution]) -> Mapping[str, int]:
    weights: Counter[str] = Counter()
    for caution in found:
        if caution.verdict is not None:
            weights[caution.rule] += caution.weight
    return weights
