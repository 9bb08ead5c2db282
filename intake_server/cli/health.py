"""Commands that say what is chosen, what is wrong, and whether the store is whole."""

from dataclasses import fields
from typing import Final

import click

from intake_server import clock
from intake_server.cli.here import Here, common
from intake_server.config import Settings, sources
from intake_server.services import diagnosis
from intake_server.storage import rebuild

_HIDDEN: Final = ("secret_key", "smtp_password", "database_url")
_SHOWN: Final = 20


@click.command()
@common
def verify(here: Here) -> None:
    """Make everything again from the changes alone, and compare it with the store."""
    with (
        here.opened() as (_, database),
        here.busy("comparing"),
        database.reading() as session,
    ):
        report = rebuild.compare(session)
    answer = {
        "changes": report.changes,
        "documents": report.documents,
        "different": list(report.different),
    }
    counted = f"{report.changes} changes, {report.documents} documents"
    if report.different:
        here.fail(
            answer,
            f"{counted}; these differ from what the changes say:",
            *report.different[:_SHOWN],
        )
    here.say(answer, f"{counted}: all as the changes say.")


@click.command()
@common
def settings(here: Here) -> None:
    """List every setting, its value and where it comes from."""
    chosen = Settings.load(here.environ, here.file)
    origin = sources(here.environ, here.file)
    rows = [
        {
            "name": each.name,
            "value": _shown(each.name, getattr(chosen, each.name)),
            "source": origin[each.name],
            "help": each.metadata["help"],
        }
        for each in fields(Settings)
    ]
    here.say(
        {"settings": rows},
        *(
            f"{row['name']:<16} {row['value']!s:<28} {row['source']:<28} {row['help']}"
            for row in rows
        ),
    )


@click.command()
@common
def doctor(here: Here) -> None:
    """Say what is wrong with this machine and this node."""
    chosen = here.settings
    with here.busy("looking"):
        findings = diagnosis.examine(chosen, now=clock.now())
    answer = {
        "findings": [
            {"check": found.check, "ok": found.is_ok, "says": found.says}
            for found in findings
        ]
    }
    lines = [
        f"{'ok  ' if found.is_ok else 'BAD '} {found.check:<12} {found.says}"
        for found in findings
    ]
    if all(found.is_ok for found in findings):
        here.say(answer, *lines)
    else:
        here.fail(answer, *lines)


def _shown(name: str, value: object) -> object:
    if name in _HIDDEN and value:
        return "(hidden)"
    return value if isinstance(value, bool | int) else str(value)
