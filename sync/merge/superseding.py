"""What a write supersedes of what it names, by the rule of its cell."""

from typing import Final

from sync.merge.cells import Version
from sync.merge.schema import Rule

OUTRANKS_ALL: Final = 1 << 20
"""The rank of a naming that supersedes whatever it names."""


def naming_rank(version: Version, rule: Rule) -> int:
    """Return the rank with which a version supersedes what it names."""
    if rule.policy != "authority" or version.act == "override":
        return OUTRANKS_ALL
    return rule.grade(version.src)


def supersedes(rank: int, target: Version, rule: Rule) -> bool:
    """Tell whether a naming of that rank supersedes ``target``.

    Weaker evidence never supersedes stronger, even when its author knew it (I18).
    """
    return rule.policy != "authority" or rank >= rule.grade(target.src)


def is_above(target: Version, version: Version, rule: Rule) -> bool:
    """Tell whether ``version`` went below a value of the order that it names."""
    return rule.order is not None and rule.order.is_below(version.value, target.value)
