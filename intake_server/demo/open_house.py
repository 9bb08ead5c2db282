"""After the story the house is open: people sign in, and the centres go on by themselves."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from secrets import token_urlsafe
from threading import Event, Thread
from typing import Any, Final

import click

from intake_server.demo.gate import Gate
from intake_server.demo.nodes import Node
from intake_server.demo.people import CENTERS, SITES, TOWNS, WORKERS, Worker
from intake_server.demo.stage import Stage
from intake_server.errors import BusyError, HeldError
from intake_server.web.language import Language, Text
from sync.change import canonical
from sync.errors import RefusedError, UnreachableError

_EVERY_S: Final = 3.0
_FAREWELL_S: Final = 1.0
_WORD_BYTES: Final = 9

_OPEN: Final = Text(
    "Дім відчинено; Ctrl+C зачиняє.", "The house is open; Ctrl+C closes it."
)
_START: Final = Text(
    "Почніть як Оксана: чекають питань: {}.",
    "Start as Oksana: questions that wait: {}.",
)
_LINES: Final = Text(
    "Лінію кожного центру можна обірвати вгорі сторінки.",
    "The line of each centre can be cut at the top of a page.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A link by which somebody signs in, as often as they like."""

    site: str
    name: Text
    work: Text
    url: str


def keep_open(stage: Stage, gate: Gate, language: Language, *, is_json: bool) -> None:
    """Say where to go in, and let the centres exchange with Kyiv until told to stop."""
    doors = [_door(stage, gate, worker) for worker in WORKERS]
    waiting = len(stage.note_questions())
    if is_json:
        click.echo(canonical(_document(stage, doors, language)).decode())
    else:
        click.echo(_invitation(stage, doors, waiting, language))
    with _told_to_stop() as stop:
        threads = [
            Thread(target=_exchange, args=(stage.nodes[site], stop), daemon=True)
            for site in CENTERS
        ]
        for thread in threads:
            thread.start()
        stop.wait()
        for thread in threads:
            thread.join(_FAREWELL_S)


def _door(stage: Stage, gate: Gate, worker: Worker) -> Door:
    word = token_urlsafe(_WORD_BYTES)
    gate.doors[word] = stage.people[worker.name.uk]
    return Door(
        site=worker.site,
        name=worker.name,
        work=worker.work,
        url=f"{stage.nodes[worker.site].url}/demo/sign-in/{word}",
    )


def _invitation(
    stage: Stage, doors: list[Door], waiting: int, language: Language
) -> str:
    lines = ["", click.style(_OPEN.within(language), bold=True), ""]
    for site in SITES:
        town = click.style(TOWNS[site].within(language), bold=True)
        lines.append(f"{town}  {stage.nodes[site].url}/")
        for door in doors:
            if door.site == site:
                lines.append(
                    f"    {door.name.within(language)}, {door.work.within(language)}"
                )
                lines.append(f"    {door.url}")
        lines.append("")
    lines.append(click.style(_START.within(language).format(waiting), bold=True))
    lines.append(_LINES.within(language))
    return "\n".join(lines)


def _document(stage: Stage, doors: list[Door], language: Language) -> dict[str, Any]:
    return {
        "nodes": [
            {
                "site": site,
                "url": stage.nodes[site].url,
                "people": [
                    {"name": door.name.within(language), "url": door.url}
                    for door in doors
                    if door.site == site
                ],
            }
            for site in SITES
        ]
    }


def _exchange(node: Node, stop: Event) -> None:
    """Exchange every few seconds; a line that is cut is tried again."""
    while not stop.is_set():
        with suppress(BusyError, HeldError, UnreachableError, RefusedError):
            node.exchange()
        stop.wait(_EVERY_S)


@contextmanager
def _told_to_stop() -> Iterator[Event]:
    """Give an event that is set by Ctrl+C or by a polite kill."""
    stop = Event()
    names = (signal.SIGINT, signal.SIGTERM)
    before: list[Any] = [signal.signal(name, lambda *_: stop.set()) for name in names]
    try:
        yield stop
    finally:
        stop.set()
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)
