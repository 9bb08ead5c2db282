"""All commands, and how a failure ends: in words, with an exit code, without a trace.

0 is done, 1 not done, 2 wrong usage, 78 a configuration under which nothing may start.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy.exc import ArgumentError, DBAPIError
from typing_extensions import override

from forms.errors import FormError
from intake_server.cli import (
    accounts,
    cards,
    devices,
    erasing,
    founding,
    health,
    practice,
    publishing,
    serving,
    submissions,
    syncing,
)
from intake_server.cli.here import Here, Refusal, UnsafeRefusal
from intake_server.errors import ConfigError, IntakeError, StorageFullError
from intake_server.storage.errors import StorageError
from sync.errors import RefusedError, SyncError, UnreachableError

_UNSAFE: Final = (ConfigError, StorageError, ArgumentError)
_KNOWN: Final = (IntakeError, SyncError, FormError, DBAPIError, PermissionError)
_SAID: Final[Mapping[type[Exception], str]] = {
    ConfigError: "{}; see: dodomu settings",
    ArgumentError: "database_url: {}; see: dodomu settings",
    StorageFullError: "the disk is full; nothing was lost or written",
    UnreachableError: (
        "the other node does not answer ({}); "
        "what was exchanged so far is kept, say it again later"
    ),
    RefusedError: "the other node said no: {}",
    PermissionError: "may not read or write {}",
    DBAPIError: "the database failed: {}",
}


class _Told(click.Group):
    """Commands whose failures are told in words."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _UNSAFE as error:
            raise UnsafeRefusal(_words(error)) from error
        except _KNOWN as error:
            raise Refusal(_words(error)) from error


def _words(error: Exception) -> str:
    """Return what went wrong and what to do about it."""
    for kind, words in _SAID.items():
        if isinstance(error, kind):
            return words.format(_fact(error))
    return str(error)


def _fact(error: Exception) -> str:
    match error:
        case RefusedError():
            return error.reason
        case PermissionError():
            return str(error.filename)
        case DBAPIError(statement=None):
            return str(error.orig).partition("\n")[0]
        case DBAPIError():
            # What it says of a statement may hold somebody's answers.
            return type(error.orig).__name__
        case _:
            return str(error)


@click.group(cls=_Told, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory of the node; may also stand behind the command.",
)
@click.option("--json", "is_json", is_flag=True, help="Answer in JSON.")
@click.version_option(package_name="dodomu", message="%(version)s")
@click.pass_context
def main(context: click.Context, *, folder: Path | None, is_json: bool) -> None:
    """Take in children who come home, and keep what was taken in true."""
    here = context.ensure_object(Here)
    here.folder = folder or here.folder
    here.is_json = is_json


for command in (
    founding.init,
    founding.join,
    founding.site,
    serving.serve,
    serving.work,
    serving.demo,
    publishing.forms,
    submissions.submissions,
    devices.device,
    cards.cards,
    accounts.user,
    accounts.token,
    syncing.sync,
    erasing.erase,
    erasing.hold,
    practice.practice,
    health.verify,
    health.settings,
    health.doctor,
):
    main.add_command(command)
