"""What a write supersedes of what it names, by the rule of its cell.

Two kinds of answers outlive a write that names them: those that rest on better evidence
(I18), and those that only a clinician takes away, with a reason (R27). Both then stand
beside the write, so it is asked, and what was there is shown meanwhile.
"""

from typing import Any, Final

from sync.merge.cells import Version
from sync.merge.schema import Rule

OUTRANKS_ALL: Final = 1 << 20
"""The rank of a naming that supersedes whatever it names."""

DECISIONS: Final = frozenset(("resolve", "amend", "override"))
"""What an author does who stands above the answers, and says why."""


def naming_rank(version: Version, rule: Rule) -> int:
    """Return the rank with which a version supersedes what it names."""
    if rule.removal is not None:
        if may_remove(version.role, rule) and _is_reasoned(version):
            return OUTRANKS_ALL
        return int(is_kept(version.value, rule))
    if rule.policy != "authority" or version.act == "override":
        return OUTRANKS_ALL
    return rule.grade(version.src)


def supersedes(rank: int, target: Version, rule: Rule) -> bool:
    """Tell whether a naming of that rank supersedes ``target``.

    Weaker evidence never supersedes stronger, even when its author knew it (I18).
    """
    if rule.removal is not None:
        return rank >= int(is_kept(target.value, rule))
    return rule.policy != "authority" or rank >= rule.grade(target.src)


def is_above(target: Version, version: Version, rule: Rule) -> bool:
    """Tell whether ``version`` went below a value of the order that it names."""
    return rule.order is not None and rule.order.is_below(version.value, target.value)


def is_kept(value: Any, rule: Rule) -> bool:
    """Tell whether not everybody takes this answer away."""
    if rule.removal is None:
        return False
    if rule.order is None:
        return bool(value)
    return isinstance(value, str) and rule.order.above.get(value) == frozenset()


def may_remove(role: str, rule: Rule) -> bool:
    """Tell whether somebody takes away what not everybody does.

    Args:
        role: What they are here for; empty on decisions from before roles were said.
        rule: The rule of the cell.
    """
    return rule.removal is None or role in (rule.removal, "")


def _is_reasoned(version: Version) -> bool:
    return version.act in DECISIONS and bool((version.why or "").strip())
