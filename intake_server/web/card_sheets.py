"""Sheets of cards: on each a child's reference, for eyes and for a camera, no name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import segno

from forms.reference import printed as spoken
from intake_server.services.cards import A_SHEET
from intake_server.web import printed
from intake_server.web.language import Language, Text

_TEXTS: Final[Mapping[str, Text]] = {
    "title": Text("Картки з кодами дітей", "Cards with children's codes"),
    "code": Text("Код дитини", "Child's code"),
    "keep": Text("Носіть із собою", "Keep it with you"),
    "practice": Text("Навчання: код несправжній", "Practice: not a real code"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One card: the reference as people say it, and as a QR in SVG."""

    reference: str
    qr: str


def draw(
    references: Sequence[str],
    language: Language,
    *,
    style_url: str = "",
    notice: str = "",
) -> str:
    """Return sheets of cards as a whole HTML document, ``A_SHEET`` cards a page.

    Args:
        references: Canonical, in the order of the cards.
        language: Of the few words beside them.
        style_url: Where the style is found; empty to write it into the document.
        notice: What is said of practice; empty for cards in earnest.
    """
    return printed.page(
        "card_sheets",
        style_url=style_url,
        language=language,
        sheets=tuple(_sheets(references)),
        notice=notice,
        texts={key: text.within(language) for key, text in _TEXTS.items()},
    )


def _sheets(references: Sequence[str]) -> Iterator[tuple[Card, ...]]:
    for begun in range(0, len(references), A_SHEET):
        part = references[begun : begun + A_SHEET]
        yield tuple(Card(spoken(one), qr(one)) for one in part)


def qr(reference: str) -> str:
    """Return a QR that is read also where a third of it is torn or wet."""
    code = segno.make(reference, error="h", micro=False)
    return str(code.svg_inline(border=0, omitsize=True))
