"""What a cell shows, and whether a person is asked: one function a policy.

Each takes the heads of one cell and answers ``Settled`` or ``Contested``. Heads that are
equal after normalisation are one answer; the greatest (hlc, id) spelling of it is shown.
No policy looks at a clock to decide between two answers, except ``lww``, and every
policy shows something at once: a question never hides the record.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from sync.merge.cells import Head, Version, undone
from sync.merge.hands import are_two_people
from sync.merge.schema import Rule
from sync.values import key, order

Ancestry = Callable[[], Mapping[str, Version]]
"""Gives every version of the cell that has arrived, by change id."""


class Settled(Struct, frozen=True, gc=False):
    """One answer; ``by`` is the version that says it, None where nobody says it alone."""

    value: Any
    by: Version | None = None


class Contested(Struct, frozen=True, gc=False):
    """Several answers for a person to decide; ``value`` is shown meanwhile.

    ``by`` is the version shown, where one version says what is shown.
    """

    value: Any
    heads: tuple[Head, ...]
    by: Version | None = None


Outcome = Settled | Contested
Policy = Callable[[Sequence[Head], Rule, Ancestry], Outcome]


def value_key(head: Head, rule: Rule) -> Hashable:
    """Return what makes two heads of this cell the same answer."""
    return answer_key(head.version.value, rule)


def answer_key(value: Any, rule: Rule) -> Hashable:
    """Return what makes two values of this cell the same answer."""
    if rule.policy == "meet" and isinstance(value, list):
        return frozenset(key(item) for item in value)
    return key(value, rule.type)


def newest(heads: Sequence[Head]) -> Head:
    """Return the head that is greatest by (hlc, id)."""
    if len(heads) == 1:
        return heads[0]
    return max(heads, key=lambda head: head.version.rank)


def review(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Ask whenever answers differ; show the newest, or the value last agreed on."""
    if _is_one(heads, rule):
        return _say(newest(heads))
    shown = _agreed(heads, ancestry()) if rule.holds_base else newest(heads).version
    return Contested(shown.value if shown else None, tuple(heads), shown)


def authority(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Let the best evidence speak; ask when the best contradicts itself."""
    best = max(rule.grade(head.version.src) for head in heads)
    return review(
        [head for head in heads if rule.grade(head.version.src) == best], rule, ancestry
    )


def lattice(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Take the state that stands above all others, unless a person must look.

    A guarded state beside another is always asked and never shown meanwhile; so is a
    correction (a state below the one its author saw) beside an advance. Where a
    guarded state takes two people, it is asked until a second one has said it too.
    """
    if _is_one(heads, rule):
        return _signed(heads, rule, ancestry)
    states = frozenset(head.version.value for head in heads)
    assert rule.order is not None  # noqa: S101 - a lattice rule always has its order
    top = [
        s for s in states if all(s == o or rule.order.is_below(o, s) for o in states)
    ]
    corrected = any(h.is_regress and [h.version.value] != top for h in heads)
    if top and not corrected and not states & rule.order.guarded:
        return _say(newest([head for head in heads if head.version.value == top[0]]))
    return Contested(_safest(heads, states, rule), tuple(heads))


def meet(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Ask when lists differ; meanwhile allow only what all of them allow."""
    del ancestry
    if _is_one(heads, rule):
        return _say(newest(heads))
    allowed = [{key(item) for item in head.version.value or ()} for head in heads]
    common = allowed[0].intersection(*allowed[1:])
    spelled = newest(heads).version.value or ()
    return Contested(sorted(i for i in spelled if key(i) in common), tuple(heads))


def least(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Take the smallest value among the heads; nulls do not count."""
    return _extreme(min, heads, rule, ancestry)


def greatest(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Take the largest value among the heads; nulls do not count."""
    return _extreme(max, heads, rule, ancestry)


def last(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Take the newest of concurrent answers: for low-stake fields only."""
    del rule, ancestry
    return _say(newest(heads))


def presence(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Say whether a set holds an element that one side added and another removed."""
    del ancestry
    votes = {bool(head.version.value) for head in heads}
    if len(votes) == 1:
        return _say(newest(heads))
    if rule.asks_when_mixed:
        return Contested(rule.add_wins, tuple(heads))
    winners = [head for head in heads if bool(head.version.value) == rule.add_wins]
    return _say(newest(winners))


POLICIES: Final[Mapping[str, Policy]] = {
    "review": review,
    "authority": authority,
    "lattice": lattice,
    "meet": meet,
    "min": least,
    "max": greatest,
    "lww": last,
    "once": review,
    "set": presence,
    "log": last,
}


def decide(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Return what a cell with at least one head shows, and whether it is asked."""
    if len(heads) == 1 and not rule.takes_two:
        return _say(heads[0])
    return POLICIES[rule.policy](heads, rule, ancestry)


def hands(heads: Sequence[Head], known: Mapping[str, Version]) -> frozenset[str]:
    """Return who says what these heads say, and whose word of it they stand on.

    Args:
        heads: Heads that are one answer.
        known: Every version of the cell that has arrived.
    """
    gone = undone(known)
    live = {id_: version for id_, version in known.items() if id_ not in gone}
    found = {head.version.id: head.version for head in heads}
    waiting = list(found.values())
    while waiting:
        version = waiting.pop()
        for id_ in version.preds:
            before = live.get(id_)
            if before and id_ not in found and before.value == version.value:
                found[id_] = before
                waiting.append(before)
    return frozenset(version.author for version in found.values())


def _signed(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Outcome:
    """Ask about a state that takes two people while one has said it; show what was."""
    state = heads[0].version.value
    if not rule.takes_two or rule.order is None or state not in rule.order.guarded:
        return _say(newest(heads))
    known = ancestry()
    if are_two_people(hands(heads, known)):
        return _say(newest(heads))
    gone, guarded = undone(known), rule.order.guarded
    behind = {id_ for head in heads for id_ in ancestors(head.version, known)}
    before = [known[id_] for id_ in behind if id_ not in gone]
    settled = (version for version in before if version.value not in guarded)
    stood = max(settled, key=lambda version: version.rank, default=None)
    value = stood.value if stood else None
    return Contested(value, tuple(heads), stood)


def _is_one(heads: Sequence[Head], rule: Rule) -> bool:
    return len({value_key(head, rule) for head in heads}) == 1


def _say(head: Head) -> Settled:
    return Settled(head.version.value, head.version)


def _safest(heads: Sequence[Head], states: frozenset[Any], rule: Rule) -> Any:
    """Return what a contested order shows meanwhile."""
    assert rule.order is not None  # noqa: S101 - a lattice rule always has its order
    open_heads = [h for h in heads if h.version.value not in rule.order.guarded]
    if not open_heads:
        return None
    if rule.shows_join and len(open_heads) == len(heads):
        join = rule.order.join(states)
        if join is not None and join not in rule.order.guarded:
            return join
    return newest(open_heads).version.value


def _extreme(
    pick: Callable[..., Any], heads: Sequence[Head], rule: Rule, ancestry: Ancestry
) -> Outcome:
    del ancestry
    said = [head for head in heads if head.version.value is not None]
    if not said:
        return _say(newest(heads))
    best = pick(order(head.version.value, rule.type) for head in said)
    winners = [h for h in said if order(h.version.value, rule.type) == best]
    return _say(newest(winners))


def _agreed(heads: Sequence[Head], known: Mapping[str, Version]) -> Version | None:
    """Return the unique maximal common ancestor that is live, else None."""
    lines = [ancestors(head.version, known) for head in heads]
    common = lines[0].intersection(*lines[1:]) - undone(known)
    covered = {old for id_ in common for old in ancestors(known[id_], known)}
    maximal = common - covered
    return known[maximal.pop()] if len(maximal) == 1 else None


def ancestors(version: Version, known: Mapping[str, Version]) -> set[str]:
    """Return the known versions of a cell that its author saw, and those behind them."""
    found: set[str] = set()
    waiting = list(version.preds)
    while waiting:
        id_ = waiting.pop()
        if id_ in known and id_ not in found:
            found.add(id_)
            waiting.extend(known[id_].preds)
    return found
