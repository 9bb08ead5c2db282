"""Commands about people and the tokens of their scripts."""

import click

from intake_server import clock
from intake_server.cli.here import Here, common
from intake_server.config import Settings
from intake_server.security.policy import PEOPLE, Role
from intake_server.services import people
from intake_server.storage.database import Database

_BY = "operator"
_ROLES = click.Choice([role.value for role in PEOPLE])


@click.group()
def user() -> None:
    """Let people in, and out."""


@user.command()
@click.option("--name", required=True, help="What they are called.")
@click.option("--role", type=_ROLES, required=True, help="What they are here for.")
@click.option("--site", help="Their site.  [default: that of this node]")
@common
def add(here: Here, name: str, role: str, site: str | None) -> None:
    """Add a person and print their sign-in link."""
    with here.opened() as (settings, database):
        person = people.add(
            database,
            name,
            role=Role(role),
            site=site or settings.site,
            by=_BY,
            now=clock.now(),
        )
        link = _link(settings, database, person)
    here.say({"user_id": person, "url": link}, link)


@user.command("link")
@click.argument("user_id")
@common
def invite(here: Here, user_id: str) -> None:
    """Print a new sign-in link for somebody who needs one; it works once, for a day."""
    with here.opened() as (settings, database):
        link = _link(settings, database, user_id)
    here.say({"user_id": user_id, "url": link}, link)


@user.command("list")
@common
def list_people(here: Here) -> None:
    """List people, those whose work ended too."""
    with here.opened() as (_, database):
        found = people.everybody(database)
    here.say(
        {
            "users": [
                {
                    "user_id": person.id,
                    "name": person.name,
                    "role": person.role,
                    "site": person.site,
                    "ended": person.ended and clock.text(person.ended),
                }
                for person in found
            ]
        },
        *(
            f"{person.id}  {person.site:<16} {person.role:<20} {person.name}"
            + (" (ended)" if person.ended else "")
            for person in found
        ),
    )


@user.command()
@click.argument("user_id")
@common
def end(here: Here, user_id: str) -> None:
    """End a person's work, their sessions and tokens, from their next call on."""
    with here.opened() as (_, database):
        people.end(database, user_id, by=_BY, now=clock.now())
    here.say({"user_id": user_id, "ended": True}, "They cannot come in any more.")


@click.group()
def token() -> None:
    """Give tokens to scripts."""


@token.command()
@click.option("--role", type=_ROLES, required=True, help="What it may do.")
@click.option("--site", help="For which site.  [default: that of this node]")
@click.option("--name", default="script", help="What it is called in the audit.")
@common
def new(here: Here, role: str, site: str | None, name: str) -> None:
    """Print a new token; it is never shown again."""
    with here.opened() as (settings, database):
        secret = people.token_new(
            database,
            name,
            role=Role(role),
            site=site or settings.site,
            by=_BY,
            now=clock.now(),
        )
    here.say({"token": secret}, secret)


def _link(settings: Settings, database: Database, person: str) -> str:
    code = people.invite(database, person, by=_BY, now=clock.now())
    return f"{settings.address}/sign-in/{code}"
