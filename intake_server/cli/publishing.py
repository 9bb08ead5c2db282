"""Commands about forms: which there are, what is wrong with one, publishing it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from forms import catalogue
from forms.definition import FormDefinition
from forms.faults import Fault
from intake_server import clock
from intake_server.cli.here import Here, Refusal, common
from intake_server.services import proposing, publishing, retiring
from intake_server.services.proposing import KINDS, Kind, Proposal
from intake_server.storage import forms as stored
from intake_server.web import paper
from intake_server.web.fault_words import UNVALIDATED, words
from intake_server.web.language import LANGUAGES, Language


def _form_file(_: click.Context, __: click.Parameter, path: Path) -> Path:
    if path.suffix.lower().removeprefix(".") not in KINDS:
        raise click.BadParameter(f"a form is a file in {', '.join(KINDS)}")
    return path


_file = click.argument(
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_form_file,
)


_media = click.option(
    "--media",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A file that the form needs beside it; once for each.",
)

_form_id = click.argument("form_id")
_version = click.option("--version", help="This version alone.  [default: all]")


@click.group()
def forms() -> None:
    """Look after the forms."""


@forms.command("list")
@click.option("--all", "every", is_flag=True, help="Every version, retired ones too.")
@common
def list_forms(here: Here, *, every: bool) -> None:
    """List the newest version of each form that is in use."""
    with here.opened() as (_, database), database.reading() as session:
        known = stored.listed(session)
        newest = {(one.form_id, one.version) for one in publishing.available(session)}
    found = [one for one in known if every or (one.form_id, one.version) in newest]
    here.say(
        {
            "forms": [
                {
                    "form_id": form.form_id,
                    "version": form.version,
                    "title": dict(form.title),
                    "is_retired": form.is_retired,
                }
                for form in found
            ]
        },
        *(
            f"{form.form_id:<20} {form.version:<12} {form.title.get('uk', '')}"
            f"{'  (retired)' if form.is_retired else ''}"
            for form in found
        ),
    )


@forms.command()
@_form_id
@_version
@common
def retire(here: Here, *, form_id: str, version: str | None) -> None:
    """Offer FORM_ID to nobody any more; what is filled in by it is still accepted."""
    _retire(here, form_id, version, is_retired=True)


@forms.command()
@_form_id
@_version
@common
def offer(here: Here, *, form_id: str, version: str | None) -> None:
    """Offer FORM_ID again after it was retired."""
    _retire(here, form_id, version, is_retired=False)


@forms.command()
@_file
@_media
@common
def check(here: Here, *, file: Path, media: Sequence[Path]) -> None:
    """Say what is wrong with the form in FILE, an XLSForm or an XForm.

    It is compared with the forms that are published on the node; where there is no
    node, with those that come with Dodomu.
    """
    proposal = _examined(here, file, media)
    if proposal.faults:
        _refuse(here, proposal)
    here.say(
        _said(proposal), f"{_name(proposal)}: nothing is wrong.", *_skipped(proposal)
    )


@forms.command()
@_file
@_media
@common
def publish(here: Here, *, file: Path, media: Sequence[Path]) -> None:
    """Publish the form in FILE; from central it travels to every node.

    A version that is published never changes: to change a form, give it a higher one.
    Its files travel with it and may take 1 MB together when compressed. The lists of
    places, katottg-2026-07.csv and katottg-hromadas-2026-07.csv, are on every node:
    a form only names them.
    """
    proposal = _examined(here, file, media, needs_node=True)
    if proposal.faults or proposal.form is None:
        _refuse(here, proposal)
    with here.opened() as (_, database), here.busy("publishing"):
        done = proposing.publish(database, proposal.form, by=None, now=clock.now())
    if done.faults:
        _refuse(here, done)
    how = "was published before" if done.is_published else "is published"
    here.say(_said(proposal), f"{_name(done)} {how}.", *_skipped(proposal))


@forms.command("print")
@click.argument("form_id")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="uk", help="In which it asks."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write.  [default: FORM_ID-VERSION-LANG.html]",
)
@common
def print_form(
    here: Here, *, form_id: str, lang: Language, output: Path | None
) -> None:
    """Write the blank form FORM_ID as a page to print on A4.

    Where there is no node, one of the forms that come with Dodomu.
    """
    definitions = _newest(here)
    if form_id not in definitions:
        known = ", ".join(definitions) or "none"
        raise Refusal(f"there is no form {form_id}; there are: {known}")
    form = definitions[form_id]
    path = output or Path(f"{form.form_id}-{form.version}-{lang}.html")
    path.write_text(paper.draw(form, lang), encoding="utf-8")
    here.say(
        {"form_id": form.form_id, "version": form.version, "file": str(path)},
        f"Wrote {path}; open it in a browser and print.",
    )


def _retire(here: Here, form_id: str, version: str | None, *, is_retired: bool) -> None:
    with here.opened() as (_, database):
        done = retiring.set_retired(
            database, form_id, version, is_retired=is_retired, by=None, now=clock.now()
        )
    how = "retired" if is_retired else "offered again"
    lines = [f"{form_id} {one} is {how}." for one in done]
    here.say(
        {"form_id": form_id, "versions": list(done), "is_retired": is_retired},
        *(lines or [f"{form_id} was {how} before; nothing changed."]),
    )


def _newest(here: Here) -> Mapping[str, FormDefinition]:
    if not here.file.is_file():
        return {form.form_id: form.definition for form in catalogue.builtin()}
    with here.opened() as (_, database), database.reading() as session:
        found = publishing.available(session)
        return {form.form_id: publishing.definition(form) for form in found}


def _examined(
    here: Here, file: Path, media: Sequence[Path], *, needs_node: bool = False
) -> Proposal:
    kind: Kind = proposing.kind_of(file.name)
    if needs_node or here.file.is_file():
        with here.opened() as (_, database), database.reading() as session:
            published = proposing.published_forms(session)
    else:
        published = catalogue.builtin()
    with here.busy("looking"):
        beside = {path.name: path.read_bytes() for path in media}
        return proposing.examine(file.read_bytes(), kind, published, beside)


def _refuse(here: Here, proposal: Proposal) -> NoReturn:
    here.fail(
        _said(proposal),
        *(_line(fault) for fault in proposal.faults),
        f"{len(proposal.faults)} wrong; nothing was published.",
        *_skipped(proposal),
    )


def _line(fault: Fault) -> str:
    row = "" if fault.row is None else str(fault.row)
    place = fault.column or fault.name or ""
    if fault.row is None and fault.column and fault.name:
        place = f"{fault.name} {fault.column}"
    return f"{fault.sheet or '':<9} {row:>5} {place:<36} {words(fault, 'en')}"


def _said(proposal: Proposal) -> dict[str, Any]:
    form = proposal.form
    return {
        "form_id": form and form.form_id,
        "version": form and form.version,
        "published_before": proposal.is_published,
        "validated": proposal.is_validated,
        "media": [file.name for file in form.media] if form else [],
        "faults": [
            {
                "wrong": fault.wrong.value,
                "sheet": fault.sheet,
                "row": fault.row,
                "column": fault.column,
                "name": fault.name,
                "says": words(fault, "en"),
            }
            for fault in proposal.faults
        ],
    }


def _name(proposal: Proposal) -> str:
    form = proposal.form
    return f"{form.form_id} {form.version}" if form else ""


def _skipped(proposal: Proposal) -> tuple[str, ...]:
    is_silent = proposal.is_validated or proposal.form is None
    return () if is_silent else (UNVALIDATED.en,)
