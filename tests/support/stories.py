"""Scenarios with real ids, and what a real store makes of them."""

import json
import random
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from msgspec import structs
from repository import ROOT

from intake_server.storage import documents as stored
from intake_server.storage.queue import QueueItem, page
from sync import clock, documents
from sync.change import Change, Edit, Write, compose
from sync.merge.cells import DISMISS, ERASED, LINK, Version
from sync.merge.fold import Picture, judged, united
from sync.merge.identity import Identity
from sync.merge.queue import Item
from sync.merge.schema import Schema
from sync.merge.view import Candidate, View

FOLDER: Final = ROOT / "tests" / "vectors" / "scenarios"


@dataclass(frozen=True, slots=True)
class Story:
    """A scenario, and the rules of the file that tells it."""

    file: str
    said: Mapping[str, Any]
    rules: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The file and the scenario; two files may use one id."""
        return f"{self.file}-{self.said['id']}"

    @property
    def schema(self) -> Schema:
        """The rules as the kernel reads them."""
        return Schema.from_json(self.rules)


def told(files: Sequence[Path] = ()) -> Iterator[Story]:
    """Yield the scenarios of files; of those in the repository, where none is named."""
    for file in files or sorted(FOLDER.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        for said in content["scenarios"]:
            yield Story(file.stem, said, content["schema"])


class Translation:
    """Real ids for the names that a scenario uses, and the way back.

    Where a scenario breaks a tie by the names of changes, content is salted until the
    real ids sort as the names do.
    """

    def __init__(self, edits: Sequence[Change]) -> None:
        self._salts = random.Random(7)
        self._docs: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self._rank: dict[tuple[str, str], str] = {}
        self.changes = {edit.id: self._change(edit) for edit in edits}
        self._scenario_ids = {real: name for name, real in self.ids.items()}

    def doc(self, name: str) -> str:
        if name.startswith("link:"):
            left, right = name.removeprefix("link:").split("|")
            real = documents.link(self.doc(left), self.doc(right))
        else:
            real = documents.person(name)
        self._docs[name], self._names[real] = real, name
        return real

    def name(self, doc: str) -> str:
        if doc.startswith("link:"):
            pair = sorted(map(self.name, doc.removeprefix("link:").split("|")))
            return f"link:{pair[0]}|{pair[1]}"
        return self._names.get(doc, doc)

    @property
    def docs(self) -> Sequence[str]:
        """Every document that the scenario speaks of, by its real id."""
        return tuple(self._names)

    def scenario_id(self, real: str) -> str:
        return self._scenario_ids[real]

    def _change(self, edit: Change) -> Change:
        while True:
            change = compose(
                hlc=clock.parse(edit.hlc),
                edits={(self.doc(e.doc), e.type): self._writes(e) for e in edit.edits},
                salts=lambda: self._salts.randbytes(16),
                log=edit.log,
                seq=edit.seq,
                wall=edit.wall,
                author=edit.author,
                role=edit.role,
                site=edit.site,
            )
            if self._sorts_alike(edit, change.id):
                self._rank[edit.hlc, edit.id] = change.id
                self.ids[edit.id] = change.id
                return change

    def _sorts_alike(self, edit: Change, real: str) -> bool:
        return all(
            (edit.id > name) == (real > other)
            for (hlc, name), other in self._rank.items()
            if hlc == edit.hlc
        )

    def _writes(self, edit: Edit) -> list[Write]:
        return [self._write(edit, write) for write in edit.w or ()]

    def _write(self, edit: Edit, write: Write) -> Write:
        value = write.v
        if edit.type == LINK and write.name in ("a", "b") and not write.undoes:
            value = self.doc(write.v)
        if write.name.startswith(DISMISS) and not write.undoes:
            value = sorted(self.ids[id_] for id_ in write.v)
        facts = {name: getattr(write, name) for name in Write.__struct_fields__}
        facts["p"] = tuple(self.ids[pred] for pred in write.p)
        facts["undoes"] = tuple(self.ids[id_] for id_ in write.undoes)
        facts["v"] = value
        if write.saw is not None:
            facts["saw"] = tuple(self.ids[id_] for id_ in write.saw)
        return Write(**facts)


def picture_in(session, names: Translation) -> Picture:
    """What a store shows and asks, in the scenario's own names."""
    views = {
        names.name(doc): View(json.loads(text)["values"], (), {})
        for doc, text in stored.all_views(session)
    }
    clusters: dict[tuple[str, ...], None] = {}
    for doc in names.docs:
        cluster = stored.aliases(session, doc)
        if len(cluster) > 1:
            clusters[tuple(sorted(map(names.name, cluster)))] = None
    items = tuple(an_item(item, names) for item in page(session, limit=1000).items)
    return Picture({}, views, items, Identity(tuple(sorted(clusters)), {}, ()), {})


def kept_of(
    expected: Mapping[str, Any], names: Translation, schema: Schema
) -> Mapping[str, Any]:
    """Return what is expected of stores, which keep nothing of an erased document.

    What was wrong with a change there is not asked any more: it cannot be looked at,
    and a node that got the change when it was empty already never knew.
    """
    erased = {
        names.doc(name)
        for name, values in expected.get("values", {}).items()
        if values.get(ERASED)
    }
    left = [emptied(change, erased) for change in names.changes.values()]
    bad = judged(united(left), schema)
    asked = [
        item
        for item in expected.get("queue", [])
        if item["type"] != "quarantine" or names.ids[item["change"]] in bad
    ]
    return {**expected, "queue": asked}


def emptied(change: Change, docs: Container[str]) -> Change:
    """Return a change without what it says on some documents."""
    edits = tuple(
        Edit(doc=edit.doc, type=edit.type, ph=edit.ph) if edit.doc in docs else edit
        for edit in change.edits
    )
    return structs.replace(change, edits=edits)


def an_item(item: QueueItem, names: Translation) -> Item:
    heads = item.heads
    if item.kind == "quarantine":
        heads = tuple(map(names.scenario_id, heads))
    return Item(
        qid=item.qid,
        kind=item.kind,
        doc=names.name(item.doc),
        cell=item.cell,
        key=item.key,
        candidates=tuple(
            Candidate(c["value"], tuple(c["heads"]), Version(id=c["change"]))
            for c in item.candidates
        ),
        displayed=item.displayed,
        is_provisional=item.is_provisional,
        element=item.element,
        heads=heads,
    )


def deliveries(changes: Sequence[Change]) -> Iterator[list[list[Change]]]:
    """Some orders of arrival: as written, backwards, shuffled with repetitions."""
    yield [list(changes)]
    yield [[change] for change in reversed(changes)]
    yield shuffled(changes)


def shuffled(changes: Sequence[Change]) -> list[list[Change]]:
    """Return an order of arrival in batches, in which every change comes twice."""
    chance = random.Random(changes[-1].id if changes else "")
    order = [*changes, *changes]
    chance.shuffle(order)
    size = chance.choice((1, 2, 3))
    return [order[at : at + size] for at in range(0, len(order), size)]


def steps(scenario: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """What is expected, once these changes have been delivered."""
    yield scenario["expect"], [edit["id"] for edit in scenario["edits"]]
    for step in scenario["expect"].get("after", []):
        yield step, step["delivered"]
