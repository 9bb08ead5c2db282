"""Which functions an expression calls, and which of them ODK Collect knows.

ODK Validate takes an unknown function in a constraint for a good one, and the phone
that meets it stops; so names are looked up here.
"""

import re
from collections.abc import Iterator
from typing import Final

FUNCTIONS: Final = frozenset(
    """
    abs acos area asin atan atan2 base64-decode boolean boolean-from-string checklist
    coalesce concat contains cos count count-non-empty count-selected current date
    date-time decimal-date-time decimal-time depend digest distance enclosed-area
    ends-with exp exp10 extract-signed false format-date format-date-time geofence if
    indexed-repeat instance int is-selected join jr:choice-name log log10 max
    min normalize-space not now number once pi position pow property pulldata random
    randomize regex round selected selected-at sin sqrt starts-with string
    string-length substr substring-after substring-before sum tan today translate true
    uuid version weighted-checklist
    """.split()  # noqa: SIM905 - in one line each it would fill a page
)
"""What JavaRosa and ODK Collect evaluate, by name."""

_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\$\{[^}]*\}")
_CALL: Final = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*\(")
_OPERATORS: Final = frozenset(("and", "or", "div", "mod"))


def unknown_functions(expression: str) -> Iterator[str]:
    """Yield each function that an expression calls and nobody knows, once."""
    called = dict.fromkeys(_CALL.findall(_QUOTED.sub("''", expression)))
    yield from (name for name in called if name not in FUNCTIONS | _OPERATORS)
