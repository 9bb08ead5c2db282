"""Texts of the pages: written in English, shown in the reader's language.

``_`` now, ``_l`` when it is shown, ``_n`` by number. Babel finds the texts by these
names (``translations/babel.cfg``).
"""

from typing import Any

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

__all__ = ["LazyString", "_", "_l", "_n"]


def _(text: str, **facts: Any) -> str:
    return str(gettext(text, **facts))


def _l(text: str) -> LazyString:
    return lazy_gettext(text)


def _n(one: str, many: str, number: int) -> str:
    return str(ngettext(one, many, number))
