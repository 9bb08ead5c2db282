"""``dodomu demo``: the story once, or the story and then an open house."""

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

import click

from forms.catalogue import Form
from intake_server import clock
from intake_server.demo import telling
from intake_server.demo.chance import Seeded
from intake_server.demo.moments import BEGINNING, UP_TO_QUESTIONS, StoryClock
from intake_server.demo.nodes import Setting
from intake_server.demo.open_house import keep_open
from intake_server.demo.patience import patience
from intake_server.demo.people import SITES
from intake_server.demo.play import STORY, TO_THE_QUESTIONS, play, set_up
from intake_server.demo.scene import Played, Step, are_ok
from intake_server.demo.stage import Stage
from intake_server.web.language import Language, Text
from sync.change import canonical

PORT: Final = 8080

_SETTING_UP: Final = Text("готую три вузли", "making three nodes")


def main(
    *, port: int | None = None, once: bool, lang: Language, is_json: bool = False
) -> int:
    """Run the demo; return the exit code.

    Args:
        port: Where Kyiv answers; the centres take the two after it. None takes
            ``PORT``, or any that are free where the story is played once.
        once: Play the whole story and end, instead of letting people in.
        lang: The language of the telling.
        is_json: Whether standard output gets one JSON document and nothing else.
    """
    teller = Teller(lang, is_silent=is_json)
    teller.say(telling.opening(lang))
    with _folder() as folder:
        if once:
            return tell_once(teller, folder, port=port or 0)
        return _open(teller, folder, PORT if port is None else port)


class Teller:
    """Tells the story while it is played."""

    def __init__(self, language: Language, *, is_silent: bool) -> None:
        self.language = language
        self.is_silent = is_silent
        self.played: list[Played] = []

    def say(self, words: str) -> None:
        """Print, unless only JSON is wanted."""
        if not self.is_silent:
            click.echo(words)
            sys.stdout.flush()

    def set_up(self, setting: Setting, published: Iterable[Form] = ()) -> Stage:
        """Make the stage."""
        with patience(_SETTING_UP.within(self.language)):
            return set_up(setting, published)

    def tell(self, stage: Stage, step: Step) -> None:
        """Play a step and tell it."""
        self.say(telling.step(step, self.language))
        with patience(step.title.within(self.language)):
            played = play(stage, step)
        if step.play is not None:
            self.played.append(played)
            self.say(telling.outcome(played, self.language))


def tell_once(
    teller: Teller, folder: Path, *, port: int = 0, published: Iterable[Form] = ()
) -> int:
    """Tell the whole story, the same each time; return the exit code.

    Args:
        teller: Who tells it.
        folder: Where the nodes get their directories.
        port: Where Kyiv answers; 0 is any that is free, for the centres too.
        published: Forms that Kyiv publishes first, beside the shipped ones.
    """
    began = time.monotonic()
    setting = Setting(
        folder=folder,
        ports=_ports(port),
        clock=StoryClock(BEGINNING),
        chance=Seeded,
        language=teller.language,
    )
    stage = teller.set_up(setting, published)
    try:
        for step in STORY:
            teller.tell(stage, step)
    finally:
        stage.close()
    seconds = round(time.monotonic() - began, 1)
    untold = [step.n for step in STORY if step.play is None]
    words = telling.ending(teller.played, len(untold), str(seconds), teller.language)
    teller.say(words)
    if teller.is_silent:
        result = outcome(teller.played, teller.language)
        result |= {"left_out": untold, "seconds": seconds}
        click.echo(canonical(result).decode())
    return 0 if are_ok(teller.played) else 1


def outcome(played: list[Played], language: Language) -> dict[str, Any]:
    """Return what ``--json`` prints of a story that was played to its end."""
    seen = played[-1].scene.seen
    return {
        "steps": [
            {
                "n": one.step.n,
                "title": one.step.title.within(language),
                "ok": one.is_ok,
                "seen": one.scene.seen,
            }
            for one in played
        ],
        "views": seen.get("views"),
        "phones": seen.get("phones"),
        "overwritten": seen.get("overwritten"),
        "lost": seen.get("lost"),
    }


def _open(teller: Teller, folder: Path, port: int) -> int:
    setting = Setting(
        folder=folder,
        ports=_ports(port),
        clock=StoryClock(clock.now() - UP_TO_QUESTIONS),
        chance=lambda _: token_bytes,
        language=teller.language,
        is_open=True,
    )
    stage = teller.set_up(setting)
    try:
        for step in TO_THE_QUESTIONS:
            if step.play is not None:
                teller.tell(stage, step)
        setting.clock.run_on()
        keep_open(stage, setting.gate, teller.language, is_json=teller.is_silent)
    finally:
        stage.close()
    return 0 if are_ok(teller.played) else 1


def _ports(first: int) -> tuple[int, ...]:
    """Return the ports of the nodes; 0 for each is any that is free."""
    return tuple(first and first + number for number in range(len(SITES)))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dodomu-demo-") as folder:
        yield Path(folder)
