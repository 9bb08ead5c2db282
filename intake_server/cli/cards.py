"""Commands about the cards with children's codes."""

from pathlib import Path

import click

from intake_server import clock
from intake_server.cli.here import Here, common
from intake_server.services import cards as service
from intake_server.web import card_sheets
from intake_server.web.language import LANGUAGES, Language


@click.group()
def cards() -> None:
    """Make cards with children's codes."""


@cards.command("print")
@click.option("--site", help="For whom.  [default: the site of this node]")
@click.option(
    "--sheets",
    type=click.IntRange(1, service.MOST_SHEETS),
    default=1,
    show_default=True,
    help=f"Sheets of A4, {service.A_SHEET} cards each.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="uk", help="Of the words on them."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write.  [default: cards-FIRST.html, named after the first card]",
)
@common
def print_cards(
    here: Here, *, site: str | None, sheets: int, lang: Language, output: Path | None
) -> None:
    """Write sheets of new cards as a page to print on A4.

    Nobody else is given the codes on them, so print each file once.
    """
    with here.opened() as (settings, database):
        place = site or settings.site
        drawn = service.draw(
            database, sheets, site=place, by="operator", now=clock.now()
        )
    path = output or Path(f"cards-{drawn[0]}.html")
    path.write_text(card_sheets.draw(drawn, lang), encoding="utf-8")
    here.say(
        {"site": place, "references": list(drawn), "file": str(path)},
        f"Wrote {len(drawn)} cards to {path}; open it in a browser and print it once.",
    )
