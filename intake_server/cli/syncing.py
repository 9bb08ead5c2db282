"""Commands that exchange with other nodes, and say how things stand with them."""

from dataclasses import asdict
from typing import Any

import click

from intake_server import clock
from intake_server.cli.here import Here, common
from intake_server.jobs import this_process
from intake_server.security.keyring import Keyring
from intake_server.services import contact, post
from intake_server.services.contact import Contact
from sync.client.agent import Summary


def exchange(here: Here, peer: str | None) -> dict[str, Any]:
    """Exchange with a peer, the upstream if none is named; return what was moved."""
    with here.opened() as (settings, database), here.busy("exchanging") as show:

        def progress(done: Summary) -> None:
            show(f"sent {done.pushed}, received {done.pulled}")

        done = contact.call(
            database,
            peer,
            url="" if peer else settings.upstream,
            holder=this_process("dodomu sync"),
            now=clock.now,
            progress=progress,
        )
        post.deliver(database, Keyring(settings.keys), now=clock.now())
    return asdict(done)


@click.group()
def sync() -> None:
    """Exchange with other nodes."""


@sync.command()
@click.option("--peer", help="Node or site to call.  [default: the upstream]")
@common
def now(here: Here, peer: str | None) -> None:
    """Exchange until neither side has anything left."""
    done = exchange(here, peer)
    here.say(
        done,
        f"Sent {done['pushed']}, received {done['pulled']}, "
        f"set aside {done['quarantined']}.",
    )


@sync.command()
@common
def status(here: Here) -> None:
    """Say how things stand with each peer."""
    with here.opened() as (settings, database):
        standing = contact.standing(database)
    here.say(
        {
            "node": settings.node,
            "site": settings.site,
            "quarantined": standing.quarantined,
            "conflicts": standing.conflicts,
            "peers": [_said(peer) for peer in standing.contacts],
        },
        f"{settings.site}: {standing.conflicts} questions, "
        f"{standing.quarantined} set aside",
        *(_line(peer) for peer in standing.contacts),
    )


def _said(peer: Contact) -> dict[str, Any]:
    return {
        "node": peer.node,
        "site": peer.site,
        "upstream": peer.is_upstream,
        "unsent": peer.unsent,
        "last_contact": peer.last_ok and clock.text(peer.last_ok),
        "clock_offset_ms": peer.clock_off_ms,
        "revoked": peer.is_revoked,
    }


def _line(peer: Contact) -> str:
    heard = (
        f"heard {peer.last_ok:%Y-%m-%d %H:%M} UTC" if peer.last_ok else "never heard"
    )
    return f"{peer.site:<20} unsent {peer.unsent:<6} {heard}"
