"""What every command shares: where the node lies, how it is opened and how it answers."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click
import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from typing_extensions import override

from intake_server import clock
from intake_server.config import FILE_NAME, Settings, read_key
from intake_server.services import practice
from intake_server.services.nodes import DATABASE_KEY
from intake_server.storage.database import Database
from intake_server.storage.practice import PracticeStore

DEFAULT: Final = Path("dodomu-data")

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Refusal(click.ClickException):
    """Something that was not done, with the reason and what to do about it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        # Nobody knows the command any more by the time its failure is shown.
        context = click.get_current_context(silent=True)
        self._here = context.find_object(Here) if context else None

    @override
    def show(self, file: Any = None) -> None:
        click.echo(f"dodomu: {self.message}", err=True)
        if self._here and self._here.is_json:
            click.echo(_json({"error": self.message}))


class UnsafeRefusal(Refusal):
    """Not done under a configuration that is unsafe or unreadable (EX_CONFIG)."""

    exit_code = 78


@dataclass(slots=True)
class Here:
    """The node that a command is about, and how it answers."""

    folder: Path = DEFAULT
    is_json: bool = False

    @property
    def file(self) -> Path:
        """Where the node's settings lie."""
        return self.folder / FILE_NAME

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment, in which ``--data`` has the last word."""
        return {**os.environ, "DODOMU_DATA": str(self.folder)}

    @property
    def settings(self) -> Settings:
        """What the operator chose for this node."""
        if not self.file.is_file():
            raise Refusal(
                f"there is no node in {self.folder}; make one with: dodomu init"
            )
        return Settings.load(self.environ, self.file)

    @contextmanager
    def opened(self) -> Iterator[tuple[Settings, Database]]:
        """Give the node's settings and its open store."""
        settings = self.settings
        with open_store(settings) as database:
            yield settings, database

    def say(self, answer: Mapping[str, Any], *lines: str) -> None:
        """Answer: as one JSON document, or in lines for a person."""
        if self.is_json:
            click.echo(_json(answer))
            return
        for line in lines:
            click.echo(line)

    def fail(self, answer: Mapping[str, Any], *lines: str) -> NoReturn:
        """Answer, and say by the exit code that something is not as it should be."""
        self.say(answer, *lines)
        sys.exit(1)

    @contextmanager
    def busy(self, what: str) -> Iterator[Callable[[str], None]]:
        """Show on standard error that something takes time, and how far it is."""
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        ) as progress:
            task = progress.add_task(what)
            yield lambda text: progress.update(task, description=f"{what}: {text}")

    @contextmanager
    def counting(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """Show on standard error how much is done, and of how much."""
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        ) as progress:
            task = progress.add_task(what, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)


def open_store(settings: Settings) -> Database:
    """Return the store of a node."""
    return Database(settings.store_url, read_key(settings.keys / DATABASE_KEY))


def open_practice(settings: Settings, database: Database) -> PracticeStore:
    """Return the practice store of a node; it begins when it is used."""
    room = practice.Room(database, clock.now)
    return PracticeStore(settings.data / practice.FOLDER, room.furnish)


def common(command: _Command) -> _Command:
    """Give a command ``--data`` and ``--json``, and what it needs as ``here``."""

    @click.option(
        "--data",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="DODOMU_DATA",
        help="Directory of the node.  [default: ./dodomu-data]",
    )
    @click.option("--json", "is_json", is_flag=True, help="Answer in JSON.")
    @wraps(command)
    def run(*, folder: Path | None, is_json: bool, **given: Any) -> Any:
        here = click.get_current_context().ensure_object(Here)
        here.folder = folder or here.folder
        here.is_json = here.is_json or is_json
        return command(here, **given)

    return run  # type: ignore[return-value]


def _json(answer: Mapping[str, Any]) -> str:
    return msgspec.json.encode(answer).decode()
