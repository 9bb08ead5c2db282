"""Changes made by hand, and random histories of several authors with partial views."""

import json
from collections.abc import Sequence
from itertools import permutations
from typing import Any

from hypothesis import strategies as st
from repository import ROOT

from sync import clock
from sync.change import Change, Edit, Write
from sync.merge.cells import Head, Version
from sync.merge.fold import Picture, fold, picture_of
from sync.merge.heads import State, apply
from sync.merge.scenario import authored
from sync.merge.schema import Schema

VECTORS = ROOT / "tests" / "vectors" / "scenarios"
SCHEMA_JSON = json.loads((VECTORS / "more.json").read_text("utf-8"))["schema"]
SCHEMA = Schema.from_json(SCHEMA_JSON)
SITES = ("TRU", "CHE", "KYV")
DOCUMENTS = ("P1", "P2", "P3")


def a_change(
    id_: str, *writes: Write, doc: str = "P1", kind: str = "person", **envelope: Any
) -> Change:
    """Return a change of some writes on one document."""
    facts = {"log": id_, "seq": 1, "hlc": clock.text(1), "wall": "", "author": "olena"}
    edits = (Edit(doc=doc, type=kind, w=writes),)
    return Change(id=id_, **(facts | {"site": "TRU", "edits": edits} | envelope))


def a_head(id_: str, value: Any, *, hlc: int = 1, **facts: Any) -> Head:
    """Return a head that says ``value``."""
    waiting = frozenset(facts.pop("waiting", ()))
    is_regress = facts.pop("is_regress", False)
    return Head(Version(id=id_, hlc=hlc, value=value, **facts), waiting, is_regress)


def nobody() -> dict[str, Version]:
    """Return the history of a cell of which no history is known."""
    return {}


_TEXTS = st.sampled_from(("А", "Б", " А ", None))
_DATES = st.sampled_from(("2023-01-01", "2023-02-01", "2023-03-01", None, "учора"))
_STATES = SCHEMA_JSON["fields"]
ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "surname": _TEXTS,
    "weight_kg": st.sampled_from((30, 30.0, 31, None, "30")),
    "phone": _TEXTS,
    "dob": st.sampled_from(({"date": "2013-04-05"}, {"date": "2012-01-01"}, None)),
    "origin": _TEXTS,
    "custody_order": _TEXTS,
    "reg_no": _TEXTS,
    "status": st.sampled_from(("reported", "located", "returned", "deceased", None)),
    "risk": st.sampled_from((*_STATES["risk"]["states"], None)),
    "consent": st.sampled_from((*_STATES["consent"]["states"], None, "maybe")),
    "share_with": st.lists(st.sampled_from(("school", "police")), unique=True),
    "first_contact": _DATES,
    "last_contact": _DATES,
    "date_deported": _DATES,
    "date_returned": _DATES,
    "shelter_code": _TEXTS,
}
ELEMENTS = {
    "allergies": ("nuts", " nuts", "мед"),
    "authorised_pickup": ("aunt", "Мар'яна", "Марʼяна"),
    "symptoms": ("none", "cough"),
    "diagnoses": ("none", "asthma"),
    "notes": ("їсть мало", "спить"),
}
_GRADES = st.sampled_from(("document", "guardian", "estimate", None))
_RULE = "returned_not_before_deported"


ACTS = ("set", "set", "add", "delete", "erase", "link", "dismiss", "undo")


@st.composite
def edits(
    draw: st.DrawFn,
    *,
    most: int = 7,
    acts: tuple[str, ...] = ACTS,
    fields: tuple[str, ...] = tuple(ANSWERS),
    documents: tuple[str, ...] = DOCUMENTS,
    is_sequential: bool = False,
) -> list[dict[str, Any]]:
    """Draw what several authors did, in the words of the scenario files.

    Each saw some of what was there; clocks are arbitrary, and often equal.
    """
    made: list[dict[str, Any]] = []
    ids: list[str] = []
    for number in range(draw(st.integers(1, most))):
        seen = list(ids) if is_sequential else draw(_some_of(ids))
        act = draw(st.sampled_from(acts))
        said = _undo(seen) if act == "undo" else _ACTS[act](fields)
        edit = {
            "id": f"c{number}",
            "site": draw(st.sampled_from(SITES)),
            "hlc": draw(st.integers(0, 4)),
            "doc": draw(st.sampled_from(documents)),
            "seen": seen,
            **draw(said),
        }
        if draw(st.integers(0, 5)) == 0 and not is_sequential:
            edit |= {"log": "dev3", "seq": draw(st.integers(1, 2))}
        made.append(edit)
        ids.append(edit["id"])
    return made


def histories(**wishes: Any) -> st.SearchStrategy[list[Change]]:
    """Return a strategy of the changes that such authors make."""
    return edits(**wishes).map(lambda said: authored(said, SCHEMA))


def _some_of(ids: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(ids), unique=True) if ids else st.just([])


@st.composite
def _answers(draw: st.DrawFn, fields: tuple[str, ...]) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3, unique=True))
    act = draw(st.sampled_from(("resolve", "confirm", "amend", "override", None)))
    said: dict[str, Any] = {"set": {name: draw(ANSWERS[name]) for name in names}}
    src = draw(_GRADES)
    return said | ({"src": src} if src else {}) | ({act: names} if act else {})


@st.composite
def _elements(draw: st.DrawFn, fields: tuple[str, ...]) -> dict[str, Any]:
    del fields
    name = draw(st.sampled_from(sorted(ELEMENTS)))
    how = "add" if name == "notes" else draw(st.sampled_from(("add", "rem")))
    return {how: {name: [draw(st.sampled_from(ELEMENTS[name]))]}}


@st.composite
def _undo(draw: st.DrawFn, seen: list[str]) -> dict[str, Any]:
    return {"undo": draw(_some_of(seen))}


@st.composite
def _link(draw: st.DrawFn, fields: tuple[str, ...]) -> dict[str, Any]:
    del fields
    a, b = draw(st.permutations(DOCUMENTS))[:2]
    return {"link": {"a": a, "b": b, "v": draw(st.sampled_from(("same", "different")))}}


_ACTS = {
    "set": _answers,
    "add": _elements,
    "link": _link,
    "delete": lambda fields: st.fixed_dictionaries({"delete": st.booleans()}),
    "erase": lambda fields: st.fixed_dictionaries(
        {"erase": st.sampled_from(DOCUMENTS[2:])}
    ),
    "dismiss": lambda fields: st.fixed_dictionaries(
        {
            "dismiss": st.fixed_dictionaries(
                {"rule": st.just(_RULE), "doc": st.just("P1")}
            )
        }
    ),
}


@st.composite
def deliveries(draw: st.DrawFn, changes: list[Change]) -> list[Change]:
    """Draw an order of arrival in which some changes come more than once."""
    again = draw(st.lists(st.sampled_from(changes), max_size=4))
    return draw(st.permutations([*changes, *again]))


def folded_in_any_order(changes: Sequence[Change], schema: Schema) -> Picture:
    """Return what a few changes come to, which is the same in whatever order they come."""
    whole = fold(changes, schema)
    for order in permutations(changes):
        state = State(schema)
        for change in order:
            state = apply(state, change)
        assert picture_of(state) == whole
    return whole
