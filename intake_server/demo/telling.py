"""How the story is told: plain text of eighty columns, in Ukrainian or English."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import click

from intake_server.demo.people import KYIV, SITES
from intake_server.demo.scene import Check, Played, Step
from intake_server.demo.words import WORDS
from intake_server.web.language import Language, Text

WIDTH: Final = 80
_INDENT: Final = " " * 4
_ID: Final = re.compile("[0-9a-f]{32}|[0-9a-f]{64}")
_ID_SHOWN: Final = 12

OPENING: Final = (
    Text("Додому: Київ, Трускавець, Чернівці", "Dodomu: Kyiv, Truskavets, Chernivtsi"),
    Text(
        "Усі люди й діти вигадані. Кожне число прочитано з вузлів через HTTP.",
        "All people and children are invented. Every figure is read over HTTP.",
    ),
)
NOT_YET: Final = Text("цього показ іще не вміє", "the demo cannot do this yet")
_NOT_TOLD: Final = Text("поза показом: {}", "left out: {}")
_WANTED: Final = Text("має бути: {}", "should be: {}")
_NOTHING: Final = Text("немає", "none")
_ALL_HOLDS: Final = Text(
    "Усе так, як має бути. Кроків: {}, ще не показано: {}, секунд: {}.",
    "All is as it should be. Steps: {}, not told yet: {}, seconds: {}.",
)
_NOT_ALL: Final = Text(
    "Не все так, як має бути: дивіться кроки {}.",
    "Not all is as it should be: see the steps {}.",
)


def opening(language: Language) -> str:
    """Return the words before the first step."""
    title, note = (text.within(language) for text in OPENING)
    return f"{click.style(title, bold=True)}\n{note}"


def step(step: Step, language: Language) -> str:
    """Return the heading of a step, and what happens in it."""
    title = click.style(step.title.within(language), bold=True)
    lines = ["", f"{step.n:>2}  {title}"]
    happens = step.happens.within(language) if step.play else NOT_YET.within(language)
    lines += _wrapped(happens)
    return "\n".join(lines)


def outcome(played: Played, language: Language) -> str:
    """Return what was seen in a step."""
    lines: list[str] = []
    for check in played.scene.checks:
        lines += _checked(check, language)
    for text in played.scene.left_out:
        words = _NOT_TOLD.within(language).format(text.within(language))
        lines += _wrapped(words, mark="· ")
    return "\n".join(lines)


def ending(
    played: Iterable[Played], untold: int, seconds: str, language: Language
) -> str:
    """Return the words after the last step."""
    every = list(played)
    wrong = [str(one.step.n) for one in every if not one.is_ok]
    if wrong:
        words = _NOT_ALL.within(language).format(", ".join(wrong))
        return "\n" + click.style(words, fg="red", bold=True)
    words = _ALL_HOLDS.within(language).format(len(every), untold, seconds)
    return "\n" + click.style(words, fg="green", bold=True)


def shown(value: Any, language: Language) -> str:
    """Return a value that was seen as people say it."""
    if value is None or value in ([], {}):
        return _NOTHING.within(language)
    if isinstance(value, Mapping):
        return _mapping(value, language)
    if isinstance(value, list):
        return ", ".join(shown(one, language) for one in value)
    return _word(str(value), language)


def _mapping(value: Mapping[str, Any], language: Language) -> str:
    if set(value) == {"contested"}:
        return " | ".join(shown(answer, language) for answer in value["contested"])
    said = {name: shown(one, language) for name, one in value.items()}
    if set(said) == set(SITES) and len(set(said.values())) == 1:
        return said[KYIV]
    return ", ".join(f"{_word(name, language)}: {one}" for name, one in said.items())


def _word(name: str, language: Language) -> str:
    text = WORDS.get(name)
    if text is not None:
        return text.within(language)
    if _ID.fullmatch(name):
        return name[:_ID_SHOWN]
    return f"«{name}»" if name.endswith(".") else name


def _checked(check: Check, language: Language) -> Iterator[str]:
    mark = (
        click.style("✓ ", fg="green") if check.is_held else click.style("✗ ", fg="red")
    )
    words = check.says.within(language).format(shown(check.seen, language))
    yield from _wrapped(words, mark=mark)
    if not check.is_held:
        wanted = _WANTED.within(language).format(shown(check.wanted, language))
        yield from _wrapped(wanted, mark="  ")


def _wrapped(words: str, mark: str = "") -> list[str]:
    hanging = "  " if mark else ""
    lines = textwrap.wrap(
        words,
        WIDTH - len(_INDENT) - len(hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [
        f"{_INDENT}{(mark or hanging) if number == 0 else hanging}{line}"
        for number, line in enumerate(lines)
    ]
