"""JavaRosa, the engine inside ODK Collect, filling forms as somebody with a phone does.

It comes with pyxform, inside ODK Validate. ``Filler.java`` asks it question by question,
so what a phone would not ask cannot be answered, and what it would refuse is refused.
"""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from lxml import etree
from parts import need

from forms.definition import Field, FormDefinition

TEXT: Final = "1"
NUMBER: Final = "2"
DAY: Final = "4"
MOMENT: Final = "6"
FILE: Final = "12"
"""Kinds of questions, by JavaRosa's number of their type."""

_JAR: Final = files("pyxform") / "validators/odk_validate/bin/ODK_Validate.jar"
_SOURCE: Final = Path(__file__).with_name("Filler.java")
_PATIENCE_S: Final = 60


class RefusedError(Exception):
    """What the phone said, and at which question."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@dataclass(frozen=True)
class Filled:
    """A finished form: what would be sent, and what was answered, by place."""

    xml: bytes
    said: Mapping[str, str]

    @property
    def instance_id(self) -> str:
        return etree.fromstring(self.xml).findtext("{*}meta/{*}instanceID")

    def everything(self, form: FormDefinition) -> dict[str, Any]:
        """Return the answers as JSON has them; what was not asked as it was computed."""
        return _nested(etree.fromstring(self.xml), (), form, self.said)


class JavaRosa:
    """An engine that fills one form after the other."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder

    def fill(
        self,
        xform: bytes,
        answers: Mapping[str, Any],
        *,
        media: Mapping[str, bytes] | None = None,
        before: bytes | None = None,
    ) -> Filled:
        """Fill a form with nested answers; ``before`` is one that was sent, to edit.

        Raises:
            RefusedError: A question is not asked, or an answer is not taken.
        """
        lines = dict(_places(answers, f"/{_root(xform)}[1]"))
        verb = "fill" if before is None else "edit"
        return self._do(verb, xform, lines, media, before=before)

    def wander(
        self,
        xform: bytes,
        seed: int,
        known: Mapping[str, str],
        *,
        media: Mapping[str, bytes] | None = None,
    ) -> Filled:
        """Fill a form by chance.

        Args:
            xform: The form.
            seed: Makes the chance repeatable.
            known: Answers to try for what is written, a line each, by the name of the
                question or its kind.
            media: Files that the form needs, by name.
        """
        return self._do("wander", xform, known, media, seed=seed)

    def show(
        self,
        xform: bytes,
        answers: Mapping[str, str],
        *,
        media: Mapping[str, bytes] | None = None,
    ) -> dict[str, tuple[int, str]]:
        """Return the questions that are shown after some answers, by name.

        Each with how many choices it offers and what it says in Ukrainian; what else is
        wanted before the end does not matter.
        """
        folder = self._ask("show", xform, answers, media)
        shown = (line.split("\t", 2) for line in _lines(folder / "said.tsv"))
        return {name: (int(choices), label) for name, choices, label in shown}

    def _do(
        self,
        verb: str,
        xform: bytes,
        lines: Mapping[str, str],
        media: Mapping[str, bytes] | None,
        **more: Any,
    ) -> Filled:
        folder = self._ask(verb, xform, lines, media, **more)
        said = (line.split("\t", 1) for line in _lines(folder / "said.tsv"))
        xml = (folder / "submission.xml").read_bytes()
        return Filled(xml, {at: text.replace("\\n", "\n") for at, text in said})

    def _ask(
        self,
        verb: str,
        xform: bytes,
        lines: Mapping[str, str],
        media: Mapping[str, bytes] | None,
        *,
        before: bytes | None = None,
        seed: int | None = None,
    ) -> Path:
        """Let the engine do something; return the folder of what it wrote."""
        folder = self._folder / "work"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, data in (media or {}).items():
            (folder / name).write_bytes(data)
        (folder / "form.xml").write_bytes(xform)
        if before is not None:
            (folder / "before.xml").write_bytes(before)
        escaped = (f"{at}\t{text}".replace("\n", "\\n") for at, text in lines.items())
        (folder / "answers.tsv").write_text("\n".join(escaped), "utf-8")
        chance = "" if seed is None else str(seed)
        self._process.stdin.write(f"{verb}\t{folder}\t{chance}\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline().strip()
        if told != "done":
            place, _, reason = told.partition("\t")
            raise RefusedError(place, reason)
        return folder


def compile_hand(folder: Path) -> None:
    """Compile the engine's hand into a folder; it needs a JDK."""
    java, javac = shutil.which("java"), shutil.which("javac")
    need(java and javac, "a JDK, to fill forms with JavaRosa")
    subprocess.run(
        [javac, "-nowarn", "-encoding", "UTF-8", "-cp", _JAR, "-d", folder, _SOURCE],
        check=True,
        capture_output=True,
        timeout=_PATIENCE_S,
    )


@contextmanager
def a_javarosa(hand: Path, folder: Path) -> Iterator[JavaRosa]:
    """Start the engine with its compiled hand; it works in a folder."""
    command = [
        "java",
        "-Xshare:auto",
        "-XX:TieredStopAtLevel=1",
        "-Dfile.encoding=UTF-8",
    ]
    process = subprocess.Popen(
        [*command, "-Duser.timezone=UTC", "-cp", f"{_JAR}:{hand}", "Filler"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            yield JavaRosa(process, folder)
        finally:
            process.stdin.close()


def asked_only(answers: Mapping[str, Any], form: FormDefinition) -> dict[str, Any]:
    """Return answers without what a form computes itself."""
    computed = {part.path for part in form.fields if part.calculated}

    def kept(part: Any, path: tuple[str, ...]) -> Any:
        if isinstance(part, Mapping):
            return {
                name: kept(inner, (*path, name))
                for name, inner in part.items()
                if (*path, name) not in computed
            }
        if isinstance(part, list):
            return [kept(inner, path) for inner in part]
        return part

    return kept(answers, ())


def _root(xform: bytes) -> str:
    instance = etree.fromstring(xform).find(
        ".//{http://www.w3.org/2002/xforms}instance"
    )
    return etree.QName(instance[0]).localname


def _places(part: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each leaf's place, ``/data[1]/family[2]/rel_type[1]``, and its text."""
    for name, value in part.items():
        is_rows = isinstance(value, list) and any(isinstance(v, Mapping) for v in value)
        for number, one in enumerate(value if is_rows else [value], 1):
            at = f"{place}/{name}[{number}]"
            if isinstance(one, Mapping):
                yield from _places(one, at)
            elif one not in ("", None):
                yield at, " ".join(one) if isinstance(one, list) else str(one)


def _nested(
    element: Any, path: tuple[str, ...], form: FormDefinition, said: Mapping[str, str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in element:
        name = etree.QName(part).localname
        below = (*path, name)
        if name == "meta" and not path:
            continue
        if form.repeat(below):
            found.setdefault(name, []).append(_nested(part, below, form, said))
        elif len(part):
            found[name] = _nested(part, below, form, said)
        else:
            asked = form.field(below)
            text = said.get(_place(part), part.text or "")
            if asked is not None and asked.type == "dateTime":
                text = part.text or ""  # the phone tells the time of its own place
            found[name] = _as_json(text, asked)
    return found


def _place(part: Any) -> str:
    above = part.getparent()
    number = 1 + sum(1 for _ in part.itersiblings(part.tag, preceding=True))
    own = f"/{etree.QName(part).localname}[{number}]"
    return own if above is None else _place(above) + own


def _as_json(text: str, asked: Field | None) -> Any:
    if not text or asked is None:
        return text or None
    match asked.type:
        case "int":
            return int(text)
        case "select":
            return text.split(" ")
        case _:
            return text


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line]
