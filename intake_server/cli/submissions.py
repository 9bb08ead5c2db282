"""Commands about finished forms: taking in an ODK export, handing out tables."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

import click

from intake_server import clock
from intake_server.cli.here import Here, Refusal, common
from intake_server.config import Settings
from intake_server.security.policy import Principal, Role
from intake_server.services import exporting
from intake_server.services.importing import Import, Summary
from intake_server.services.shelves import Archive, Folder, Shelf, UnreadableError
from intake_server.storage import sites
from intake_server.storage.database import Database

_OPERATOR: Final = "operator"
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
        _refuse_unknown(site, settings, database)
        sender = Principal("person", _OPERATOR, "", Role.ADMIN, site or settings.site)
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


def _refuse_unknown(site: str | None, settings: Settings, database: Database) -> None:
    """Refuse a site that does not exist: what is sent for it nobody would see."""
    with database.reading() as session:
        known = {settings.site, *(one.name for one in sites.all_of(session))}
    if site is not None and site not in known:
        raise Refusal(f"there is no site {site}; there are: {', '.join(sorted(known))}")


@submissions.command("export")
@click.argument("form_id")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder that is not there yet.  [default: FORM_ID-export]",
)
@common
def export_form(here: Here, *, form_id: str, output: Path | None) -> None:
    """Write the forms FORM_ID that were handed in here as tables in CSV.

    One row a form, and a table of its own for each repeat; answers by their codes, and
    choices by their labels too. Sealed answers are left out. Whoever may run this command
    sees the other answers of every site: the files are for you alone, and each form that
    is in them is noted in the audit.
    """
    folder = output or Path(f"{form_id}-export")
    if folder.exists():
        raise Refusal(f"{folder} is there already; choose another with --output")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    with here.opened() as (_, database), here.counting("exporting") as progress:
        unfinished.mkdir(0o700, parents=True)
        try:
            done = exporting.export(
                database,
                form_id,
                unfinished,
                by=_OPERATOR,
                now=clock.now(),
                progress=progress,
            )
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    here.say(
        {
            "form_id": form_id,
            "rows": done.rows,
            "left_out": done.left_out,
            "folder": str(folder),
            "files": list(done.files),
            "hidden": list(done.hidden),
        },
        f"{done.rows} forms in {folder}: {', '.join(done.files)}",
        *([f"{done.left_out} are held, sealed or erased"] if done.left_out else []),
        *([f"sealed, left out: {', '.join(done.hidden)}"] if done.hidden else []),
    )


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
