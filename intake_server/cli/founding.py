"""Commands that make a node, join it to another, and say which sites there are."""

from typing import Any

import click

from intake_server import clock
from intake_server.cli.here import Here, Refusal, common
from intake_server.cli.syncing import exchange
from intake_server.services import joining, nodes

_ROLES = click.Choice(["center", "central"])


def _site_name(_: click.Context, __: click.Parameter, value: str) -> str:
    if not nodes.SITE.match(value):
        raise click.BadParameter(
            "a site is named in small Latin letters, digits, - and _, such as truskavets"
        )
    return value


def _web_address(_: click.Context, __: click.Parameter, value: str | None) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise click.BadParameter("an address begins with https:// or http://")
    return (value or "").rstrip("/")


@click.command()
@click.option("--role", type=_ROLES, required=True, help="What the node is.")
@click.option("--site", required=True, callback=_site_name, help="Where it stands.")
@click.option("--upstream", callback=_web_address, help="Node to exchange with.")
@click.option("--join", "code", help="One-time code, from: dodomu site add.")
@click.option("--database", "database_url", default="", help="SQLAlchemy URL.")
@common
def init(
    here: Here,
    *,
    role: str,
    site: str,
    upstream: str,
    code: str | None,
    database_url: str,
) -> None:
    """Make a node: directory, keys, store, and the forms on a central one."""
    if bool(upstream) != bool(code):
        raise click.UsageError("--upstream and --join belong together")
    if here.file.exists():
        raise Refusal(f"there is a node in {here.folder} already; it was left alone")
    with here.busy("making the node"):
        made = nodes.make(
            here.folder,
            role=role,
            site=site,
            database_url=database_url,
            now=clock.now(),
        )
    answer: dict[str, Any] = {
        "node": made.node,
        "role": role,
        "site": site,
        "data": str(here.folder),
    }
    lines = [f"Made the node of {site} in {here.folder}."]
    if code:
        answer |= _join(here, upstream, code)
        lines.append(f"It exchanges with {upstream}.")
    here.say(answer, *lines, "Start it with: dodomu serve, and: dodomu work")


@click.command()
@click.argument("code")
@click.option(
    "--upstream", required=True, callback=_web_address, help="Node to exchange with."
)
@common
def join(here: Here, code: str, upstream: str) -> None:
    """Join a node that was made alone to another one, by a one-time CODE."""
    here.say(_join(here, upstream, code), f"This node exchanges with {upstream} now.")


def _join(here: Here, upstream: str, code: str) -> dict[str, Any]:
    with here.opened() as (settings, database):
        peer = joining.join(database, settings, upstream, code)
    return {"upstream": peer.id, "sync": exchange(here, None)}


@click.group()
def site() -> None:
    """Say which sites there are."""


@site.command("add")
@click.argument("name", callback=_site_name)
@common
def add_site(here: Here, name: str) -> None:
    """Add a centre; print the one-time code by which its node joins."""
    with here.opened() as (_, database):
        code = nodes.add_site(database, name, now=clock.now())
    here.say(
        {"site": name, "code": code},
        f"Within 72 hours, on the node of {name}:",
        f"  dodomu init --role center --site {name} --upstream ADDRESS --join {code}",
    )
