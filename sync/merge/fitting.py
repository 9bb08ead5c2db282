"""Whether a value is one that a rule can hold."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sync.merge.schema import Rule
from sync.values import is_date, is_datetime, is_decimal, is_number, is_sealed

_SEALABLE: Final = frozenset(("review", "once", "log"))


def fits(value: Any, rule: Rule) -> bool:
    """Tell whether a cell of this rule may hold a value; its order is not asked."""
    if value is None:
        return True
    if is_sealed(value):
        return rule.policy in _SEALABLE
    return _FITS.get(rule.policy, _FITS.get(rule.type or "", _anything))(value)


def is_state(value: Any, rule: Rule) -> bool:
    """Tell whether a value that fits stands in the rule's order, if it has one."""
    return rule.order is None or value is None or value in rule.order.states


def _anything(value: Any) -> bool:
    del value
    return True


_FITS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "set": lambda value: isinstance(value, bool),
    "meet": lambda value: (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
    ),
    "lattice": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str),
    "phone": lambda value: isinstance(value, str),
    "date": is_date,
    "datetime": is_datetime,
    "number": is_number,
    "decimal": is_decimal,
    "group": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
}
