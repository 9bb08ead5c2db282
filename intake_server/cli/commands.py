"""All commands, and how a failure ends: in words, with an exit code, without a trace.

0 is done, 1 not done, 2 wrong usage, 78 a configuration under which nothing may start.
"""

from pathlib import Path
from typing import Any

import click
from typing_extensions import override

from forms.errors import FormError
from intake_server.cli import accounts, devices, founding, health, serving, syncing
from intake_server.cli.here import Here, Refusal, UnsafeRefusal
from intake_server.errors import ConfigError, IntakeError, StorageFullError
from intake_server.storage.errors import StorageError
from sync.errors import RefusedError, SyncError, UnreachableError


class _Told(click.Group):
    """Commands whose failures are told in words."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise UnsafeRefusal(f"{error}; see: dodomu settings") from error
        except StorageError as error:
            raise UnsafeRefusal(str(error)) from error
        except StorageFullError as error:
            raise Refusal("the disk is full; nothing was lost or written") from error
        except UnreachableError as error:
            raise Refusal(
                f"the other node does not answer ({error}); "
                "what was exchanged so far is kept, say it again later"
            ) from error
        except RefusedError as error:
            raise Refusal(f"the other node said no: {error.reason}") from error
        except (IntakeError, SyncError, FormError) as error:
            raise Refusal(str(error)) from error
        except PermissionError as error:
            raise Refusal(f"may not read or write {error.filename}") from error


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
    founding.forms,
    devices.device,
    accounts.user,
    accounts.token,
    syncing.sync,
    health.verify,
    health.settings,
    health.doctor,
):
    main.add_command(command)
