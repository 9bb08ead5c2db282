"""Commands about what is practised."""

import click

from intake_server import clock
from intake_server.cli.here import Here, common, open_practice
from intake_server.services import practice as service
from intake_server.services.publishing import OPERATOR


@click.group()
def practice() -> None:
    """Care for what is practised, apart from all that is meant."""


@practice.command("wipe")
@common
def wipe(here: Here) -> None:
    """Delete all that was practised on this node; nothing else is touched."""
    with here.opened() as (settings, database):
        database.migrate()
        store = open_practice(settings, database)
        service.delete(database, store, by=OPERATOR, now=clock.now())
    here.say({"deleted": True}, "All that was practised is deleted.")
