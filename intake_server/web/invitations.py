"""Invitations: a code and a QR that leads to it, on a screen or ten on a sheet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import segno

from intake_server.services.enrolment import Invitation
from intake_server.web import printed
from intake_server.web.addresses import Lead
from intake_server.web.language import Language, Text
from intake_server.web.pages import moments

A_SHEET: Final = 10
"""Invitations on one sheet of A4."""

_TEXTS: Final[Mapping[str, Text]] = {
    "title": Text("Запрошення", "Invitations"),
    "for": Text("Для кого", "For"),
    "open": Text(
        "Наведіть камеру телефона або відкрийте адресу й введіть код:",
        "Point the phone's camera here, or open the address and type the code:",
    ),
    "collect": Text("Для ODK Collect.", "For ODK Collect."),
    "until": Text("Діє один раз. Останній термін:", "Works once. The last moment:"),
    "practice": Text(
        "Навчання: цей телефон надсилатиме лише навчальне",
        "Practice: this phone will send only what is practised",
    ),
    "keep": Text(
        "Нікому не передавайте: хто має код, той надсилає від вашого імені.",
        "Give it to nobody: whoever has the code sends in your name.",
    ),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """One invitation as it is printed; the QR is SVG."""

    label: str
    code: str
    until: str
    qr: str


def picture(link: str) -> segno.QRCode:
    """Return the QR of an address, which a camera still reads when it is smudged."""
    return segno.make(link, error="q", micro=False)


def draw(
    invited: Sequence[Invitation],
    language: Language,
    *,
    site: str,
    lead: Lead,
    style_url: str,
    notice: str = "",
) -> str:
    """Return sheets of invitations as a whole HTML document.

    Args:
        invited: In the order of the slips.
        language: Of the words beside them.
        site: What people call the site that invites.
        lead: Where they lead.
        style_url: Where the style is found.
        notice: What is said of practice; empty for invitations in earnest.
    """
    return printed.page(
        "invitations",
        style_url=style_url,
        language=language,
        sheets=tuple(_sheets(invited, lead, language)),
        site=site,
        notice=notice,
        address=lead.start,
        is_collect=lead.is_collect,
        texts={key: text.within(language) for key, text in _TEXTS.items()},
    )


def _sheets(
    invited: Sequence[Invitation], lead: Lead, language: Language
) -> Iterator[tuple[Slip, ...]]:
    for begun in range(0, len(invited), A_SHEET):
        part = invited[begun : begun + A_SHEET]
        yield tuple(_slip(one, lead.to(one.code), language) for one in part)


def _slip(one: Invitation, link: str, language: Language) -> Slip:
    until = moments.day_and_time(one.expires.isoformat(), language)
    qr = str(picture(link).svg_inline(border=0, omitsize=True))
    return Slip(one.label, one.code, until, qr)
