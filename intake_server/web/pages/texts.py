"""Texts of the pages: written in English, shown in the reader's language.

``_`` now, ``_l`` when it is shown, ``_n`` by number. Babel finds the texts by these
names (``translations/babel.cfg``).
"""

from typing import Any

from babel.support import NullTranslations
from flask import Flask, g
from flask_babel import (
    LazyString,
    get_translations,
    gettext,
    lazy_gettext,
    ngettext,
)

__all__ = ["LazyString", "_", "_l", "_n", "speed_up"]


def speed_up(app: Flask) -> None:
    """Let templates find out once a request in which language they are shown."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )


def _(text: str, **facts: Any) -> str:
    return str(gettext(text, **facts))


def _l(text: str) -> LazyString:
    return lazy_gettext(text)


def _n(one: str, many: str, number: int) -> str:
    return str(ngettext(one, many, number))


def _catalogue() -> NullTranslations:
    known: NullTranslations | None = g.get("catalogue")
    if known is None:
        known = g.catalogue = get_translations()
    return known
