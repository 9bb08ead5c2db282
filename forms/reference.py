"""The child's reference: eight characters that can be spoken, typed and checked.

Three characters of a block, four running within it, one check character. The letters
look alike in Ukrainian and Latin, so either keyboard writes them. A reference says
nothing about the child or the place.
"""

import re
from typing import Final

ALPHABET: Final = "23456789ACEHKMPTX"
"""The characters in the order of their values, 0 to 16."""

PRACTICE_BLOCK: Final = "XXX"
"""The block of all who practise: no child ever gets a reference of it in earnest."""

_BLOCK: Final = 3
_NUMBER: Final = 4

BLOCK_SIZE: Final = len(ALPHABET) ** _NUMBER
"""How many references one block holds."""

_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 1)
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_FOLDED: Final = str.maketrans("АСЕНКМРТХ", "ACEHKMPTX")
_SPACING: Final = re.compile(r"[\s\u002d\u2010-\u2015\u2212]")


def normalise(text: str) -> str | None:
    """Return the reference that a person typed, or nothing when it does not check.

    Spaces, hyphens, case and the keyboard layout do not matter.
    """
    folded = fold(text)
    if len(folded) != len(_WEIGHTS) or not set(folded) <= _VALUES.keys():
        return None
    return folded if _sum(folded) % len(ALPHABET) == 0 else None


def fold(text: str) -> str:
    """Return what a person typed as the alphabet writes it, whatever the keyboard.

    What is not of the alphabet stays.
    """
    return _SPACING.sub("", text).upper().translate(_FOLDED)


def make(block: str, number: int) -> str:
    """Return one reference of a block.

    Args:
        block: Three characters, as ``block_name`` gives them.
        number: Which one, from 0 up to ``BLOCK_SIZE``.

    Raises:
        ValueError: The block is not one, or it has no such number.

    Example:
        block ``4KH`` and the number written ``7T29`` give ``4KH7T299``.
    """
    if len(block) != _BLOCK or not set(block) <= _VALUES.keys() or block == "222":
        raise ValueError("a block is three characters of the alphabet, and not 222")
    stem = block + _digits(number, width=_NUMBER)
    return stem + ALPHABET[-_sum(stem) % len(ALPHABET)]


def is_practised(reference: str) -> bool:
    """Tell whether a canonical reference is one that was given to practise with."""
    return reference.startswith(PRACTICE_BLOCK)


def printed(reference: str) -> str:
    """Return a reference as it stands on a card, ``XXX-XXXX-X``."""
    return f"{reference[:3]}-{reference[3:7]}-{reference[7:]}"


def block_name(number: int) -> str:
    """Return the name of the n-th block; the first is 1, block ``222`` is never given.

    Raises:
        ValueError: There is no such block.
    """
    if number < 1:
        raise ValueError("blocks are counted from 1")
    return _digits(number, width=_BLOCK)


def _sum(characters: str) -> int:
    """Return the weighted sum of the ISBN-10 rule, here taken modulo 17.

    17 is prime and larger than each difference of weights, so every wrong character
    and every exchange of two changes the remainder.
    """
    values = (_VALUES[character] for character in characters)
    return sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=False))


def _digits(number: int, *, width: int) -> str:
    if not 0 <= number < len(ALPHABET) ** width:
        raise ValueError(f"{width} characters cannot write this number")
    written = ""
    for _ in range(width):
        number, value = divmod(number, len(ALPHABET))
        written = ALPHABET[value] + written
    return written
