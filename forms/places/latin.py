"""Ukrainian names in Latin letters, as Ukrainian passports write them.

The table of the Cabinet of Ministers' resolution 55 of 27 January 2010.
"""

import re
from typing import Final

_LETTERS: Final = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщюя",
        "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch iu ia".split(),  # noqa: SIM905 - side by side with the letters
        strict=True,
    )
)
_FIRST: Final = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
"""Letters that are written otherwise at the beginning of a word."""
_SILENT: Final = "ь'’ʼ"

_WORD_BEGINS: Final = re.compile(r"(?<![\w'’ʼ])[єїйюя]", re.IGNORECASE)
_TABLE: Final = str.maketrans(
    {
        **_LETTERS,
        **{letter.upper(): latin.capitalize() for letter, latin in _LETTERS.items()},
        **dict.fromkeys(_SILENT + _SILENT.upper(), ""),
    }
)


def transliterated(text: str) -> str:
    """Return a text in Latin letters; what is no Ukrainian letter stays.

    Example:
        ``Згурівка`` becomes ``Zghurivka``, ``Єнакієве`` ``Yenakiieve``.
    """
    apart = text.replace("зг", "зgh").replace("Зг", "Зgh")
    return _WORD_BEGINS.sub(_first, apart).translate(_TABLE)


def _first(found: re.Match[str]) -> str:
    latin = _FIRST[found[0].lower()]
    return latin.capitalize() if found[0].isupper() else latin
