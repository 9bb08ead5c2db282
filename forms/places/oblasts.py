"""Oblasts by their ISO 3166-2 code, as forms name them, and as the codifier does.

The two numberings are one but for five: Crimea, Luhansk oblast, Chernivtsi oblast and
the cities of Kyiv and Sevastopol.
"""

from typing import Final

_DIFFERENT: Final = {"43": "01", "09": "44", "77": "73", "30": "80", "40": "85"}
"""The number of the codifier by that of ISO, where they differ."""
_BACK: Final = {theirs: iso for iso, theirs in _DIFFERENT.items()}
_ISO: Final = "UA-"
_CODE: Final = "UA"
_DIGITS: Final = 2


def beginning(iso: str) -> str:
    """Return what the codes of all places of an oblast begin with: ``UA46`` for ``UA-46``."""
    number = iso.removeprefix(_ISO)
    return _CODE + _DIFFERENT.get(number, number)


def iso(code: str) -> str:
    """Return the ISO 3166-2 code of the oblast that a place lies in."""
    number = code.removeprefix(_CODE)[:_DIGITS]
    return _ISO + _BACK.get(number, number)


def is_iso(text: str) -> bool:
    """Tell whether a text is written as ISO 3166-2 writes oblasts."""
    number = text.removeprefix(_ISO)
    return text.startswith(_ISO) and len(number) == _DIGITS and number.isdecimal()
