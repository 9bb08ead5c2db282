"""Commands about finished forms: taking in an ODK export, handing out tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

import click

from intake_server import clock
from intake_server.cli.here import Here, Refusal, common
from intake_server.security.policy import Principal, Role
from intake_server.services.importing import Import, Summary
from intake_server.services.shelves import Archive, Folder, Shelf, UnreadableError

_SHOWN: Final = 20


@click.group()
def submissions() -> None:
    """Take finished forms in, and hand them out as tables."""


@submissions.command("import")
@click.argument("source", metavar="DIR", type=click.Path(exists=True, path_type=Path))
@click.option("--site", help="For which site.  [default: that of this node]")
@common
def import_export(here: Here, *, source: Path, site: str | None) -> None:
    """Take in an ODK export in DIR, a folder or a zip of one.

    It holds finished forms as Briefcase or Collect leave them (instances/…/submission.xml
    with files beside it), or many *.xml in one folder with their files in media/. What is
    here already stays as it is, so the command can be said again.
    """
    with here.opened() as (settings, database), _shelf(source) as shelf:
        sender = Principal("person", "operator", "", Role.ADMIN, site or settings.site)
        work = Import(
            database=database,
            shelf=shelf,
            sender=sender,
            settings=settings,
            now=clock.now,
        )
        with here.counting("importing") as progress:
            done = work.run(progress)
    answer = here.fail if done.skipped else here.say
    answer(_said(done), *_lines(done))


@contextmanager
def _shelf(source: Path) -> Iterator[Shelf]:
    if source.is_dir():
        yield Folder(source)
        return
    try:
        with ZipFile(source) as file:
            yield Archive(file)
    except BadZipFile as error:
        raise Refusal(f"{source} is neither a folder nor a zip") from error
    except UnreadableError as error:
        raise Refusal(f"{source} {error}; nothing was imported") from error


def _said(done: Summary) -> dict[str, Any]:
    return {
        "stored": done.counts["stored"],
        "duplicate": done.counts["duplicate"],
        "quarantined": done.counts["quarantined"],
        "files": done.files,
        "skipped": [{"file": one.file, "why": one.why} for one in done.skipped],
    }


def _lines(done: Summary) -> Iterator[str]:
    yield (
        f"{done.counts['stored']} stored, {done.counts['duplicate']} were here already,"
        f" {done.counts['quarantined']} wait in the queue; {done.files} files."
    )
    for one in done.skipped[:_SHOWN]:
        yield f"left out: {one.file} {one.why}"
    if len(done.skipped) > _SHOWN:
        yield f"and {len(done.skipped) - _SHOWN} more; --json names them all"
