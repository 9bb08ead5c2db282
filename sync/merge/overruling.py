"""What became of a site's own answers: which were joined or decided against.

No clock says so and nothing is stored: it follows from the heads that every node has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sync.merge.cells import Document, Version, name_of
from sync.merge.policies import POLICIES, Settled, answer_key
from sync.merge.schema import Schema
from sync.merge.superseding import DECISIONS

_JOINING: Final = frozenset(("lattice", "min", "max", "authority", "lww", "set"))
_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True)
class Overruled:
    """An answer of a site beside which another one stands.

    ``policy`` is the rule that joined them; empty where a person decided.
    """

    cell: str
    own: Version
    stands: Version
    policy: str = ""


def joined(document: Document, schema: Schema, site: str) -> Iterator[Overruled]:
    """Yield the answers of a site that a rule let another one stand above.

    Of a set each element is looked at by itself, and of a question nothing: it is asked.
    """
    for cell, state in sorted(document.cells.items()):
        rule = schema.rule(name_of(cell))
        heads = state.ordered()
        if cell.startswith("_") or rule.policy not in _JOINING or len(heads) < _SEVERAL:
            continue
        own = [head.version for head in heads if head.version.site == site]
        outcome = POLICIES[rule.policy](heads, rule, dict)
        shown = outcome.by if isinstance(outcome, Settled) else None
        if own and shown is not None and shown.site != site:
            mine = max(own, key=lambda version: version.rank)
            if answer_key(mine.value, rule) != answer_key(shown.value, rule):
                yield Overruled(cell, mine, shown, rule.policy)


def decisions(document: Document, site: str) -> Iterator[tuple[str, Version]]:
    """Yield cells and the decisions of other sites on them that stand."""
    for cell, state in sorted(document.cells.items()):
        for head in state.ordered():
            version = head.version
            is_foreign = version.site != site and version.act in DECISIONS
            if is_foreign and version.preds and not cell.startswith("_"):
                yield cell, version


def decided(
    cell: str,
    decision: Version,
    before: Mapping[str, Version],
    schema: Schema,
    site: str,
) -> Overruled | None:
    """Return the answer of a site that a decision went against, if it did.

    Args:
        cell: The cell.
        decision: What was decided.
        before: The versions that the decision names, as far as they are here.
        schema: The rules.
        site: Whose answer is looked for.
    """
    rule = schema.rule(name_of(cell))
    own = [version for version in before.values() if version.site == site]
    if not own:
        return None
    mine = max(own, key=lambda version: version.rank)
    if answer_key(mine.value, rule) == answer_key(decision.value, rule):
        return None
    return Overruled(cell, mine, decision)
