"""Changes that nobody should send, and what is to become of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from chronicles import child
from msgspec import structs

from sync import clock, documents
from sync.change import Change, Edit, Write, compose
from sync.merge.cells import ERASED, LINK, VERDICT

STORED: Final = None
"""The outcome of what is odd and does no harm."""


@dataclass(frozen=True, slots=True)
class Case:
    """A change between two good ones, and the code by which it is set aside."""

    name: str
    batch: tuple[Change, ...]
    code: str | None


class Author:
    """Somebody with a log, and no good in mind."""

    def __init__(self, name: str = "mallory") -> None:
        self.name = name
        self._seq = 0
        self._chance = Random(name)

    def write(self, edits: dict[tuple[str, str], list[Write]], **facts: Any) -> Change:
        """Return the next change."""
        self._seq += 1
        envelope = {
            "log": f"{self.name}#1",
            "seq": self._seq,
            "wall": "2026-03-02T09:00:00+02:00",
            "author": f"u:{self.name}",
            "site": "truskavets",
        }
        return compose(
            hlc=clock.at(1_772_000_000_000 + self._seq),
            edits=edits,
            salts=lambda: self._chance.randbytes(16),
            **(envelope | facts),
        )

    def on(self, *writes: Write, **facts: Any) -> Change:
        """Return the next change, about one child."""
        return self.write({(child(1), "person"): list(writes)}, **facts)

    def a_form(self, version: int, rules: object, /, **more: object) -> Change:
        """Return a change that publishes a form."""
        said = {
            "form_id": "odd",
            "version": str(version),
            "title": {"uk": "Дивна"},
            "xml": "<h:html/>",
            "rules": rules,
        }
        writes = [Write(f=name, v=value) for name, value in (said | more).items()]
        return self.write({(documents.schema("odd", str(version)), "schema"): writes})

    def a_link(self, a: str, b: str) -> Change:
        """Return a verdict on two persons."""
        writes = [Write(f="a", v=a), Write(f="b", v=b), Write(f=VERDICT, v="same")]
        return self.write({(documents.link(a, b), LINK): writes})


def deep(levels: int) -> object:
    """Return a value that lies so deep."""
    value: object = "x"
    for _ in range(levels):
        value = [value]
    return value


def cases() -> Iterator[Case]:
    """Yield what every store judges alike, however it came there."""
    author, other = Author(), Author("olena")

    def case(name: str, code: str | None, *batch: Change) -> Case:
        return Case(name, batch, code)

    hundred_thousand = tuple(f"{n:032x}" for n in range(100_000))
    many = Write(f="phone", v="050", p=hundred_thousand)
    patient = {(child(5), "person"): [many]}
    yield case("a-hundred-thousand-preds", "shape:phone", author.write(patient))
    undoes = Write(f="phone", undoes=hundred_thousand)
    patient = {(child(5), "person"): [undoes]}
    yield case("a-hundred-thousand-undone", "shape:phone", author.write(patient))
    yield case("deep", "type:odd", author.on(Write(f="odd", v=deep(65))))
    yield case("nul", "type:odd", author.on(Write(f="odd", v="а\0б")))
    ids = ("zz", "\t", "../../etc", "a" * 32)
    yield case("preds-of-no-id", STORED, author.on(Write(f="odd", v="1", p=ids)))
    yield case("undo-of-no-id", STORED, author.on(Write(f="odd", undoes=ids)))

    true = author.on(Write(f="phone", v="067"))
    (edit,) = true.edits
    forged = Edit(doc=edit.doc, type=edit.type, ph=edit.ph, salt=edit.salt, w=(many,))
    yield case("forged-content", "hash", structs.replace(true, edits=(forged,)))
    yield case("forged-id", "hash", structs.replace(true, id="f" * 32))
    yield case("no-id", "hash", structs.replace(true, id="\N{SNOWMAN}"))

    answer = other.on(Write(f="phone", v="093"))
    theft = author.on(Write(f="phone", undoes=(answer.id,)))
    yield case("undo-of-somebody-elses", "undo:phone", answer, theft)
    erasure = other.write({(child(9), "person"): [Write(f=ERASED, v=True, saw=())]})
    undo = Write(f=ERASED, undoes=(erasure.id,))
    revival = author.write({(child(8), "person"): [undo]})
    yield case("undo-of-an-erasure", "shape:_erased", erasure, revival)
    one = author.on(Write(f="phone", undoes=("e" * 32,)))
    ring = author.on(Write(f="phone", undoes=(one.id,)))
    closed = structs.replace(ring, id="e" * 32)
    yield case("a-ring-of-undos", "hash", one, closed)
    chain = [other.write({(child(6), "person"): [Write(f="phone", v="044")]})]
    for _ in range(100):
        undo = Write(f="phone", undoes=(chain[-1].id,))
        chain.append(other.write({(child(6), "person"): [undo]}))
    yield case("a-chain-of-undos", STORED, *chain)

    for number, rules in enumerate(_RULES, 1):
        form = author.a_form(number, rules)
        yield case(f"rules-{number}", STORED, form)
    numbered = len(_RULES) + 1
    for number, facts in enumerate(_FORMS, numbered):
        yield case(f"form-{number}", STORED, author.a_form(number, {}, **facts))

    yield case("link-of-nobody", STORED, author.a_link("zz", "zy"))
    yield case("link-with-oneself", STORED, author.a_link(child(1), child(1)))
    named = [Write(f="name", v="q"), Write(f="title", v=[1])]
    yield case("site", STORED, author.write({(documents.site("q"), "site"): named}))
    block = [Write(f="name", v="r"), Write(f="reference_block", v={"a": 1})]
    yield case("block", STORED, author.write({(documents.site("r"), "site"): block}))
    yield case("nothing", STORED, author.write({}))
    yield case("no-kind", STORED, author.write({(child(7), ""): []}))


_CYCLE: Final = {
    "policy": "lattice",
    "states": ["a", "b"],
    "edges": [["a", "b"], ["b", "a"]],
}
_RULES: Final[tuple[Any, ...]] = (
    None,
    5,
    ["phone"],
    {"fields": None},
    {"fields": ["phone"]},
    {"fields": {"phone": None}},
    {"fields": {"phone": {"policy": "oracle"}}},
    {"fields": {"phone": {"policy": ["lww"]}}},
    {"fields": {"phone": {"type": {}}}},
    {"fields": {"phone": {"policy": "authority", "ranks": "document"}}},
    {"fields": {"phone": {"policy": "authority", "ranks": {"document": "x"}}}},
    {"fields": {"phone": {"policy": "set", "exclusive": [[1]]}}},
    {"fields": {"phone": {"harm": {"a": 1}}}},
    {"fields": {"phone": _CYCLE}},
    {"fields": {"phone": _CYCLE | {"edges": [["a", "b", "a"]]}}},
    {"fields": {"phone": _CYCLE | {"states": [["a"]], "edges": []}}},
    {
        "fields": {
            "phone": _CYCLE | {"states": [str(n) for n in range(5_000)], "edges": []}
        }
    },
    {"fields": {"rules": {"policy": "log"}, "form_id": {"policy": "set"}}},
    {"fields": {"verdict": {"policy": "log"}}},
    {"fields": {"_erased": {"policy": "log"}}},
    {"rules": 5},
    {"rules": ["in_order"]},
    {"rules": [{"id": ["x"], "a": "phone", "op": "<", "b": "odd"}]},
    {"rules": [{"id": "x", "a": ["phone"], "op": "<", "b": "odd"}]},
    {"rules": [{"id": "x", "a": "phone", "op": "~", "b": "odd"}]},
)
"""Merge rules that do not hold: the form is kept, and offered to nobody."""

_FORMS: Final[tuple[dict[str, Any], ...]] = (
    {"title": [1]},
    {"title": "x"},
    {"xml": 5},
    {"version": "9" * 5_000},
    {"form_id": ["odd"]},
)
"""Forms that do not hold."""
