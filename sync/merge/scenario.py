"""From a scenario's edits to changes, by the rules of authorship.

An edit says which changes its author could see (``seen``, closed transitively). What
the write must name follows from the state that those changes make up. Ids and clock
values are the scenario's own, so that ties break as it says.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync import clock
from sync.change import Change, Edit, Write
from sync.errors import ScenarioError
from sync.merge.authorship import shown, undoing
from sync.merge.cells import (
    DELETED,
    DISMISS,
    ERASED,
    LINK,
    VERDICT,
    CellState,
    Document,
    Head,
    Version,
)
from sync.merge.fold import fold
from sync.merge.heads import versions
from sync.merge.rights import COORDINATOR
from sync.merge.rules import Looked, counterpart, heads_of
from sync.merge.schema import Schema
from sync.merge.view import View
from sync.values import element_key

_KEYS: Final = frozenset(
    {
        "id",
        "site",
        "hlc",
        "doc",
        "seen",
        "set",
        "confirm",
        "resolve",
        "amend",
        "override",
        "add",
        "rem",
        "src",
        "delete",
        "erase",
        "link",
        "dismiss",
        "log",
        "seq",
        "undo",
    }
)
_NOBODY: Final = Document("person")
_NOTHING: Final = View({}, (), {})


def authored(edits: Sequence[Mapping[str, Any]], schema: Schema) -> list[Change]:
    """Return the changes that a scenario's authors would have made, in list order.

    Raises:
        ScenarioError: An edit uses an unknown key, or sees what does not exist.
    """
    made: dict[str, Change] = {}
    seen_by = {edit["id"]: edit["seen"] for edit in edits}
    for edit in edits:
        if unknown := sorted(edit.keys() - _KEYS):
            raise ScenarioError(f"unknown key in edit {edit['id']}: {unknown[0]}")
        visible = [made[id_] for id_ in _earlier(edit["seen"], seen_by, made)]
        made[edit["id"]] = _change(edit, visible, schema)
    return list(made.values())


def closure(seen: Sequence[str], seen_by: Mapping[str, Sequence[str]]) -> set[str]:
    """Return every change that an author with this ``seen`` could know of.

    Raises:
        ScenarioError: A seen change does not exist.
    """
    known: set[str] = set()
    waiting = list(seen)
    while waiting:
        id_ = waiting.pop()
        if id_ not in seen_by:
            raise ScenarioError(f"seen names {id_}, which is no edit")
        if id_ not in known:
            known.add(id_)
            waiting.extend(seen_by[id_])
    return known


def _earlier(
    seen: Sequence[str], seen_by: Mapping[str, Sequence[str]], made: Mapping[str, Any]
) -> list[str]:
    known = sorted(closure(seen, seen_by))
    if later := [id_ for id_ in known if id_ not in made]:
        raise ScenarioError(f"seen names {later[0]}, which is written later")
    return known


class _Author:
    """Somebody with a form on the screen: what is visible, and what is written."""

    def __init__(
        self, edit: Mapping[str, Any], visible: Sequence[Change], schema: Schema
    ) -> None:
        self.edit = edit
        self.schema = schema
        self.visible = visible
        picture = fold(visible, schema)
        self.documents, self.views = picture.documents, picture.views
        self.writes: dict[tuple[str, str], list[Write]] = {}

    def document(self, doc: str) -> Document:
        return self.documents.get(doc, _NOBODY)

    def looked(self, doc: str) -> Looked | None:
        known = self.documents.get(doc)
        return None if known is None else (known, self.views[doc])

    def heads(self, doc: str, cell: str) -> tuple[Head, ...]:
        state = self.document(doc).cells.get(cell, CellState())
        return tuple(state.heads.values())

    def ids(self, doc: str, cell: str) -> tuple[str, ...]:
        return tuple(sorted(head.version.id for head in self.heads(doc, cell)))

    def write(self, doc: str, write: Write, kind: str = "person") -> None:
        self.writes.setdefault((doc, kind), []).append(write)

    def fill(self, name: str, value: Any) -> None:
        """Answer a field of the form."""
        doc, rule = self.edit["doc"], self.schema.rule(name)
        heads = self.heads(doc, name)
        src, act = self.edit.get("src"), self._act(name)
        if act == "resolve":
            preds = self.ids(doc, name)
        else:
            on_screen = shown(heads, rule, lambda: self._history(doc, name))
            if act != "confirm" and on_screen.says(value, rule):
                return
            preds = on_screen.preds
        self.write(doc, Write(f=name, v=value, p=preds, src=src, act=act))

    def confirm(self, name: str) -> None:
        """Say that what is shown was checked again."""
        doc, rule = self.edit["doc"], self.schema.rule(name)
        on_screen = shown(self.heads(doc, name), rule, lambda: self._history(doc, name))
        self.fill(name, on_screen.value)

    def put(self, name: str, element: str, number: int, *, is_there: bool) -> None:
        """Add an element to a set or an entry to a log, or remove an element."""
        doc = self.edit["doc"]
        if self.schema.rule(name).policy == "log":
            entry = f"{self.edit['id']}:{number}"
            self.write(doc, Write(n=name, e=entry, v=element))
            return
        preds = self.ids(doc, element_key(name, element))
        self.write(doc, Write(s=name, e=element, v=is_there, p=preds))

    def void(self, *, is_void: bool) -> None:
        """Void the document, or take the void back."""
        doc = self.edit["doc"]
        cells = self.document(doc).cells.values()
        saw = sorted({id_ for state in cells for id_ in state.heads})
        preds = self.ids(doc, DELETED)
        self.write(doc, Write(f=DELETED, v=is_void, p=preds, saw=tuple(saw)))

    def erase(self, doc: str) -> None:
        """Erase a document."""
        saw = tuple(sorted(self.document(doc).touched))
        self.write(doc, Write(f=ERASED, v=True, p=self.ids(doc, ERASED), saw=saw))

    def link(self, a: str, b: str, verdict: str) -> None:
        """Say that two persons are the same, or different."""
        left, right = sorted((a, b))
        doc = f"link:{left}|{right}"
        self.write(doc, Write(f="a", v=left), LINK)
        self.write(doc, Write(f="b", v=right), LINK)
        preds = self.ids(doc, VERDICT)
        self.write(doc, Write(f=VERDICT, v=verdict, p=preds), LINK)

    def dismiss(self, rule: str, doc: str) -> None:
        """Say that a violated rule is right as it is."""
        check = next((c for c in self.schema.checks if c.id == rule), None)
        if check is None:
            raise ScenarioError(f"no rule {rule}")
        here = self.looked(doc) or (_NOBODY, _NOTHING)
        there = counterpart(here, check, self.looked)
        heads = heads_of(here, there, check, self.schema) if there else ()
        saw = sorted(head.version.id for head in heads)
        cell = DISMISS + rule
        self.write(doc, Write(f=cell, v=saw, p=self.ids(doc, cell)))

    def undo(self, ids: Sequence[str]) -> None:
        """Take back what changes wrote, on every cell."""
        if unseen := sorted(set(ids) - {change.id for change in self.visible}):
            raise ScenarioError(f"{self.edit['id']} undoes {unseen[0]}, not seen")
        taken_back = [change for change in self.visible if change.id in ids]
        for (doc, kind), writes in undoing(taken_back).items():
            self.writes.setdefault((doc, kind), []).extend(writes)

    def _act(self, name: str) -> str | None:
        acts = ("resolve", "amend", "override", "confirm")
        return next((act for act in acts if name in self.edit.get(act, ())), None)

    def _history(self, doc: str, name: str) -> dict[str, Version]:
        return {
            change.id: found
            for change in self.visible
            for edit in change.edits
            if edit.doc == doc and (found := versions(change, edit).get(name))
        }


def _change(
    edit: Mapping[str, Any], visible: Sequence[Change], schema: Schema
) -> Change:
    author = _Author(edit, visible, schema)
    _answer(author, edit)
    _act(author, edit)
    written = author.writes or {(edit["doc"], "person"): []}
    return Change(
        id=edit["id"],
        log=str(edit.get("log", edit["id"])),
        seq=int(edit.get("seq", 1)),
        hlc=clock.text(clock.at(edit["hlc"])),
        wall="",
        author=edit["site"],
        role=COORDINATOR,
        site=edit["site"],
        edits=tuple(
            Edit(doc=doc, type=kind, w=tuple(writes))
            for (doc, kind), writes in written.items()
        ),
    )


def _answer(author: _Author, edit: Mapping[str, Any]) -> None:
    """Fill in the form."""
    for name, value in edit.get("set", {}).items():
        author.fill(name, value)
    answered = {name for key in ("set", "add", "rem") for name in edit.get(key, {})}
    for key in ("confirm", "resolve"):
        for name in edit.get(key, ()):
            if name not in answered:
                author.confirm(name)
    for key, is_there in (("add", True), ("rem", False)):
        for name, elements in edit.get(key, {}).items():
            for number, element in enumerate(elements):
                author.put(name, element, number, is_there=is_there)


def _act(author: _Author, edit: Mapping[str, Any]) -> None:
    """Do what is no answer: void, erase, link, dismiss, undo."""
    if "delete" in edit:
        author.void(is_void=edit["delete"])
    if "erase" in edit:
        author.erase(edit["erase"])
    if "link" in edit:
        author.link(edit["link"]["a"], edit["link"]["b"], edit["link"]["v"])
    if "dismiss" in edit:
        author.dismiss(edit["dismiss"]["rule"], edit["dismiss"]["doc"])
    author.undo(edit.get("undo", ()))
