"""Nodes with real stores that write, decide and pass on, straight through ingest."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from stores import take_in

from intake_server.storage import documents, feed, forms, standing
from intake_server.storage.database import Database
from intake_server.storage.ingest import ingest
from sync import clock
from sync import documents as ids
from sync.change import Change, Write, compose
from sync.merge.authorship import shown
from sync.merge.cells import DELETED, CellState, Document, Head, name_of
from sync.merge.rights import COORDINATOR
from sync.merge.schema import Schema

MORNING_MS: Final = 1_772_000_000_000


class PowerCutError(Exception):
    """The machine went off in the middle of a transaction."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it was rendered: what stood in a document then."""

    doc: str
    known: Document
    schema: Schema
    past: dict[str, Any]

    def heads(self, cell: str) -> tuple[Head, ...]:
        """Return the heads of a cell that were on the screen."""
        return self.known.cells.get(cell, CellState()).ordered()

    def answer(self, name: str, value: Any, **facts: Any) -> list[Write]:
        """Return the write of a field, or none where the value is what was shown."""
        rule = self.schema.rule(name)
        on_screen = shown(self.heads(name), rule, lambda: self.past.get(name, {}))
        if on_screen.says(value, rule):
            return []
        return [Write(f=name, v=value, p=on_screen.preds, **facts)]

    def unchanged(self, names: Iterable[str]) -> list[Write]:
        """Return what saving the form says when nobody touched it: nothing."""
        said: list[Write] = []
        for name in names:
            rule = self.schema.rule(name)
            if self.heads(name):
                past = self.past.get(name, {})
                value = shown(self.heads(name), rule, lambda past=past: past).value
                said += self.answer(name, value)
        return said

    def ids(self, cell: str) -> tuple[str, ...]:
        """Return the ids of the heads of a cell."""
        return tuple(head.version.id for head in self.heads(cell))

    def every_id(self) -> tuple[str, ...]:
        """Return all heads of the document."""
        states = self.known.cells.values()
        return tuple(sorted({id_ for state in states for id_ in state.heads}))


@dataclass
class Colleague:
    """A node: a store, a log, and a clock that may be years off."""

    name: str
    database: Database
    log: str
    seq: int = 0
    ahead_ms: int = 0
    ticks: int = 0
    written: list[Change] = field(default_factory=list)

    def write(
        self, edits: dict[tuple[str, str], list[Write]], *, role: str = COORDINATOR
    ) -> Change:
        """Write a change and take it in."""
        self.seq += 1
        self.ticks += 1
        salt = Random(f"{self.name} {self.log} {self.ticks}")
        change = compose(
            hlc=clock.at(max(0, MORNING_MS + self.ahead_ms + self.ticks)),
            edits=edits,
            salts=lambda: salt.randbytes(16),
            log=self.log,
            seq=self.seq,
            wall=f"2026-03-02T09:00:{self.ticks % 60:02}+02:00",
            author=f"u:{self.name}",
            role=role,
            site=self.name,
        )
        self.written.append(change)
        take_in(self.database, [change])
        return change

    def render(self, doc: str) -> Draft:
        """Return a form about a document as it stands here now."""
        with self.database.reading() as session:
            known = standing.load(session.connection(), [doc]).get(doc)
            known = known or Document("person")
            past = {
                name_of(cell): standing.history(session.connection(), doc, cell)
                for cell in known.cells
            }
            return Draft(doc, known, forms.schema(session), past)

    def passes_on(self) -> Sequence[Change]:
        """Return what this node would tell another, in the order it came."""
        with self.database.reading() as session:
            return feed.since(session, 0, limit=feed.end(session))[0]

    def lose_power(self, batch: Sequence[Change]) -> None:
        """Go off when a batch is merged and not yet committed."""
        with suppress(PowerCutError), self.database.transaction() as session:
            rules = forms.schema(session)
            ingest(session, batch, peer=None, received_ms=0, schema=rules)
            raise PowerCutError


def void(draft: Draft, *, is_void: bool) -> Write:
    """Return the write that voids a document, or takes that back."""
    preds = draft.ids(DELETED)
    return Write(f=DELETED, v=is_void, p=preds, saw=draft.every_id())


def verdict(left: str, right: str, said: str, preds: Sequence[str]) -> list[Write]:
    """Return the writes that say whether two persons are one."""
    a, b = sorted((left, right))
    return [
        Write(f="a", v=a),
        Write(f="b", v=b),
        Write(f="verdict", v=said, p=tuple(preds)),
    ]


def a_form(version: int, rules: dict[str, Any]) -> dict[tuple[str, str], list[Write]]:
    """Return what publishes a version of a form."""
    said = {
        "form_id": "reception",
        "version": str(version),
        "title": {},
        "xml": "<h:html/>",
        "rules": rules,
    }
    doc = ids.schema("reception", str(version))
    return {(doc, forms.KIND): [Write(f=name, v=v) for name, v in said.items()]}


def seen_on(database: Database, doc: str) -> tuple[str, ...]:
    """Return every change on a document that a node holds."""
    with database.reading() as session:
        return tuple(sorted(past.change.id for past in documents.history(session, doc)))
