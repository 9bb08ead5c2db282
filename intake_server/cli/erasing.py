"""Commands that erase what is known of a child, and that forbid it."""

from collections import Counter

import click

from intake_server import clock
from intake_server.cli.here import Here, Refusal, common
from intake_server.config import Settings
from intake_server.security.policy import Principal, Role
from intake_server.services import erasure
from intake_server.services.erasure import Reach

_REASON = "Why; it travels and is kept, so name nobody."


@click.command()
@click.argument("doc")
@click.option("--reason", required=True, help=_REASON)
@click.option("--yes", is_flag=True, help="Do not ask whether you are sure.")
@common
def erase(here: Here, *, doc: str, reason: str, yes: bool) -> None:
    """Erase a child's record DOC with everything about it, on every node.

    It cannot be taken back. Backups hold it until they are too old.
    """
    if here.is_json and not yes:
        raise Refusal("with --json nobody is asked; say --yes too")
    with here.opened() as (settings, database):
        operator = _operator(settings)
        found = erasure.reach(database, doc, by=operator)
        if not yes:
            click.confirm(
                f"{_counted(found)} will be erased for good, everywhere. Go on?",
                abort=True,
                err=True,
            )
        with here.busy("erasing"):
            done = erasure.erase(database, doc, reason, by=operator, now=clock.now())
    here.say(
        {
            "person": doc,
            "documents": list(done.reach.documents),
            "changes": list(done.changes),
            "linked": list(done.reach.linked),
            "scrubbed": done.is_scrubbed,
        },
        f"{_counted(done.reach)} erased here; the other nodes follow as they exchange.",
        *(
            f"Another record of the same child is still there: {other}"
            for other in done.reach.linked
        ),
        *([] if done.is_scrubbed else [_LATER]),
    )


_LATER = (
    "The store is in use: its file is written anew tonight, and until then"
    " somebody with its key could find traces in it."
)


@click.command()
@click.argument("doc")
@click.option("--reason", required=True, help=_REASON)
@click.option("--lift", is_flag=True, help="Let the record be erased again.")
@common
def hold(here: Here, *, doc: str, reason: str, lift: bool) -> None:
    """Forbid that a child's record DOC is erased while the law needs it."""
    act = erasure.lift if lift else erasure.hold
    with here.opened() as (settings, database):
        change = act(database, doc, reason, by=_operator(settings), now=clock.now())
    words = "may be erased again" if lift else "is held and cannot be erased"
    here.say(
        {"person": doc, "held": not lift, "change": change},
        f"The record {words}{'' if change else ', as before'}.",
    )


def _operator(settings: Settings) -> Principal:
    """Return who sits at the command line: whoever may run it may administer the node."""
    return Principal("person", "operator", "", Role.ADMIN, settings.site)


def _counted(found: Reach) -> str:
    counts = Counter(found.documents.values())
    parts = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    return f"{len(found.documents)} documents ({parts})"
