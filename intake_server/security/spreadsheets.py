"""Text that a spreadsheet takes for text: no cell begins a formula, whoever wrote it."""

import re
from typing import Final

_BEFORE: Final = "\\s\u00a0\u200b\u2060\ufeff\"'"
_BEGINS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212"
_FORMULA: Final = re.compile(rf"^(?=[\t\r\n]|[{_BEFORE}]*[{_BEGINS}])")
_AFTER_SEPARATOR: Final = re.compile(rf"([,;\t\r\n][{_BEFORE}]*)(?=[{_BEGINS}])")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def harmless(text: str) -> str:
    """Return a text with an apostrophe wherever a formula could begin.

    Also behind a comma, a semicolon or a line break inside it: a spreadsheet that was
    told another separator takes what follows for a cell of its own.

    Example:
        ``=1+1`` becomes ``'=1+1``, ``+380501234567`` becomes ``'+380501234567``.
    """
    if _NUMBER.fullmatch(text):
        return text
    return _FORMULA.sub("'", _AFTER_SEPARATOR.sub(r"\1'", text))
