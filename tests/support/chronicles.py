"""Real changes, with hashes and ids, that several people could have written.

Authors name any earlier versions in their preds, so stale drafts, resolutions, chains
and forks all occur; nothing here knows what the right outcome is.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from hypothesis import strategies as st
from msgspec import structs

from sync import clock, documents
from sync.change import Change, Edit, Write, compose
from sync.merge.authorship import undoing
from sync.merge.cells import DELETED, DISMISS, ERASED, LINK, SCOPE, VERDICT

RULES: Final = {
    "fields": {
        "family_name": {"policy": "review", "type": "text"},
        "drugs": {"policy": "review", "harm": "medical", "renamed_from": "medicine"},
        "custody": {"policy": "review", "display": "base", "level": "confidential"},
        "birth_date": {"policy": "authority", "type": "date", "harm": "identity"},
        "medicine": {"policy": "review", "harm": "medical"},
        "consent": {
            "policy": "lattice",
            "states": ["granted", "limited", "withdrawn"],
            "edges": [["granted", "limited"], ["limited", "withdrawn"]],
            "conflict_display": "join",
        },
        "status": {
            "policy": "lattice",
            "states": ["located", "returned", "deceased"],
            "edges": [["located", "returned"]],
            "guarded": ["deceased"],
            "takes_two": True,
        },
        "allergies": {
            "policy": "set",
            "bias": "add",
            "review_mixed": True,
            "removal": "clinician",
        },
        "danger": {
            "policy": "lattice",
            "states": ["no", "unsure", "yes"],
            "edges": [["no", "unsure"], ["unsure", "yes"]],
            "conflict_display": "join",
            "removal": "clinician",
        },
        "languages": {"policy": "set", "bias": "add"},
        "speaks": {"policy": "set", "bias": "add", "renamed_from": "languages"},
        "pickup": {"policy": "set", "bias": "remove", "review_mixed": True},
        "notes": {"policy": "log"},
        "phone": {"policy": "lww"},
        "reg_no": {"policy": "once"},
        "first_seen": {"policy": "min", "type": "date"},
        "share_with": {"policy": "meet", "type": "list"},
        "deported_on": {"policy": "review", "type": "date"},
        "returned_on": {"policy": "review", "type": "date"},
        "on": {"policy": "review", "type": "date"},
        "due_on": {"policy": "min", "type": "date"},
    },
    "rules": [
        {"id": "in_order", "a": "deported_on", "op": "<=", "b": "returned_on"},
        {"id": "seen", "a": "on", "op": ">=", "b": "first_seen", "of": "subject"},
        {"id": "due", "a": "due_on", "op": ">", "b": "on", "of": "parent"},
    ],
}
_NAMES: Final = {"drugs": "medicine", "speaks/uk": "languages/uk"}
"""Cells that took another name, and the former one."""
VALUES: Final[dict[str, Sequence[Any]]] = {
    "family_name": ("Коваль", " Коваль ", "КОВАЛЬ", "Ковальчук", None, 7),
    "drugs": ("500", "700"),
    "custody": ("mother", "aunt", None),
    "birth_date": ("2013-04-05", "2013-05-04", "in spring", None),
    "consent": ("granted", "limited", "withdrawn", "perhaps"),
    "status": ("located", "returned", "deceased", None),
    "danger": ("no", "unsure", "yes", None),
    "medicine": ("300", "500"),
    "phone": ("050", "067"),
    "reg_no": ("A-1", "A-2"),
    "first_seen": ("2024-01-02", "2024-01-01"),
    "share_with": (["police"], ["police", "court"], []),
    "deported_on": ("2022-04-01", "2024-04-01"),
    "returned_on": ("2023-04-01", "2022-01-01"),
    "on": ("2024-01-01", "2023-01-01"),
    "due_on": ("2024-01-01", "2022-01-01", None),
    "unheard_of": ("x", {"y": 1}, ["z"], 1.5, True),
}
SITES: Final = ("truskavets", "chernivtsi", "central")
_ACTS: Final = (None, None, "resolve", "amend", "override", "confirm")
_GRADES: Final = (None, "document", "guardian", "estimate")


def child(number: int) -> str:
    """Return the document of a child."""
    return documents.person(f"CHILD{number}")


def visit(number: int) -> str:
    """Return the document of a visit, which belongs to a child or another visit."""
    return documents.event(f"VISIT{number}")


@dataclass(slots=True)
class Chronicle:
    """Changes one after the other; ``chance`` decides everything."""

    chance: random.Random
    children: int = 3
    may_erase: bool = True
    changes: list[Change] = field(default_factory=list)

    def grow(self) -> Change:
        """Add one change; an erasure stands alone in its change."""
        number = len(self.changes) + 1
        docs = self.chance.sample(range(self.children), k=self.chance.choice((1, 1, 2)))
        edits: dict[tuple[str, str], list[Write]] = {}
        for doc in docs:
            edits[child(doc), "person"] = self._writes(child(doc), number)
        if self.chance.random() < 0.35:
            at = visit(self.chance.randrange(2))
            edits[at, "event"] = self._visit(at)
            if self.chance.random() < 0.5:
                edits = {(at, "event"): edits[at, "event"]}
        if self.chance.random() < 0.15:
            edits = self._link(*docs)
        if self.changes and self.chance.random() < 0.2:
            edits = self._undo() or edits
        if self.may_erase and self.chance.random() < 0.04:
            edits = {(child(docs[0]), "person"): [self._erasure(child(docs[0]))]}
        return self.add(edits)

    def add(self, edits: dict[tuple[str, str], list[Write]]) -> Change:
        """Add a change with these writes."""
        number = len(self.changes) + 1
        is_fork = bool(self.changes) and self.chance.random() < 0.08
        site = self.chance.choice(SITES)
        change = compose(
            hlc=clock.at(1_700_000_000_000 + self.chance.randrange(5)),
            edits=edits,
            salts=lambda: self.chance.randbytes(16),
            log=self.changes[-1].log if is_fork else f"{site}#1",
            seq=self.changes[-1].seq if is_fork else number,
            wall=f"2026-03-02T09:{number % 60:02}:00+02:00",
            author=f"u:{site}",
            role=self.chance.choice(("", "coordinator", "clinician", "worker")),
            device="tablet",
            site=site,
            form="reception@1",
        )
        self.changes.append(change)
        return change

    def publish(self) -> Change:
        """Add the change that publishes the form with ``RULES``."""
        said = {
            "form_id": "reception",
            "version": "1",
            "xml": "<h:html/>",
            "title": {"en": "Arrival", "uk": "Прийом"},
            "rules": RULES,
        }
        writes = [Write(f=name, v=value) for name, value in said.items()]
        return self.add({(documents.schema("reception", "1"), "schema"): writes})

    def _writes(self, doc: str, number: int) -> list[Write]:
        if self.chance.random() < 0.1:
            preds = self._preds(doc, DELETED)
            is_void = self.chance.random() < 0.7
            return [Write(f=DELETED, v=is_void, p=preds, saw=self._seen(doc))]
        names = self.chance.sample(sorted(VALUES), k=self.chance.choice((1, 2, 3)))
        compared = {"first_seen"} if self.chance.random() < 0.5 else set()
        writes = [self._field(doc, name) for name in sorted({*names, *compared})]
        if self.chance.random() < 0.5:
            writes.append(self._element(doc))
        if self.chance.random() < 0.3:
            writes.append(Write(n="notes", e=f"note:{number}", v=f"text {number}"))
        return writes

    def _visit(self, doc: str) -> list[Write]:
        """Say when a visit was, or where it belongs; void it, or dismiss a rule."""
        if self.chance.random() < 0.1:
            return [Write(f=DELETED, v=True, saw=self._seen(doc))]
        places = [child(self.chance.randrange(self.children)), visit(0), visit(1)]
        writes = [self._field(doc, name) for name in ("on", "due_on")]
        for name in ("subject", "parent"):
            if self.chance.random() < 0.7:
                said = self.chance.choice([*places, "nobody"])
                writes.append(Write(f=name, v=said, p=self._preds(doc, name)))
        if self.chance.random() < 0.2:
            known = [c.id for c in self.changes]
            saw = self.chance.sample(known, k=min(len(known), 2))
            rule = self.chance.choice(("seen", "due"))
            writes.append(Write(f=DISMISS + rule, v=sorted(saw)))
        return writes

    def _undo(self) -> dict[tuple[str, str], list[Write]]:
        """Take back what one change wrote, or two; whoever it was."""
        known = [c for c in self.changes if c.edits[0].type != "schema"]
        taken_back = self.chance.sample(known, k=min(len(known), 2))
        return undoing(taken_back)

    def _erasure(self, doc: str) -> Write:
        return Write(f=ERASED, v=True, saw=self._seen(doc))

    def _field(self, doc: str, name: str) -> Write:
        return Write(
            f=name,
            v=self.chance.choice(VALUES[name]),
            p=self._preds(doc, name),
            src=self.chance.choice(_GRADES),
            act=self.chance.choice(_ACTS),
            why=self.chance.choice((None, "так")),
        )

    def _element(self, doc: str) -> Write:
        name, element = self.chance.choice(
            (
                ("languages", "uk"),
                ("languages", " uk"),
                ("speaks", "uk"),
                ("pickup", "aunt"),
                ("allergies", "nuts"),
                ("allergies", "nuts"),
                (SCOPE, "a"),
            )
        )
        write = Write(s=name, e=element, v=self.chance.random() < 0.6)
        act = self.chance.choice(_ACTS)
        return structs.replace(
            write, p=self._preds(doc, write.cell), act=act, why=act and "так"
        )

    def _link(self, *docs: int) -> dict[tuple[str, str], list[Write]]:
        left, right = sorted((child(docs[0]), child((docs[0] + 1) % self.children)))
        doc = documents.link(left, right)
        verdict = self.chance.choice(("same", "proposed", "proposed", "different"))
        return {
            (doc, LINK): [
                Write(f="a", v=left),
                Write(f="b", v=right),
                Write(f=VERDICT, v=verdict, p=self._preds(doc, VERDICT)),
            ]
        }

    def _preds(self, doc: str, cell: str) -> tuple[str, ...]:
        """Return versions that the author saw: often the newest, sometimes any."""
        cells = {cell, _NAMES.get(cell, cell)}
        written = [
            change.id
            for change in self.changes
            for edit in change.edits
            if edit.doc == doc and any(write.cell in cells for write in edit.w or ())
        ]
        if not written or self.chance.random() < 0.3:
            return ()
        if self.chance.random() < 0.5:
            return (written[-1],)
        return tuple(self.chance.sample(written, k=min(2, len(written))))

    def _seen(self, doc: str) -> tuple[str, ...]:
        return tuple(
            change.id
            for change in self.changes
            if any(edit.doc == doc for edit in change.edits)
            and self.chance.random() < 0.7
        )


def a_chronicle(size: int, seed: int, *, may_erase: bool = True) -> list[Change]:
    """Return so many changes, with the form somewhere among them."""
    chronicle = Chronicle(random.Random(seed), may_erase=may_erase)
    at = chronicle.chance.randrange(size)
    for step in range(size):
        if step == at:
            chronicle.publish()
        chronicle.grow()
    return chronicle.changes


@st.composite
def chronicles(draw: st.DrawFn, *, may_erase: bool = True) -> list[Change]:
    """Draw up to thirty changes."""
    size = draw(st.integers(1, 30))
    return a_chronicle(size, draw(st.integers(0, 1 << 32)), may_erase=may_erase)


@st.composite
def batches(draw: st.DrawFn, changes: Sequence[Change]) -> list[list[Change]]:
    """Draw an order of arrival with duplicates, cut into batches."""
    again = draw(st.lists(st.sampled_from(changes), max_size=5))
    order = draw(st.permutations([*changes, *again]))
    cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=4)))
    parts = [list(order[a:b]) for a, b in pairwise([0, *cuts, len(order)])]
    return [part for part in parts if part]


def arrivals(changes: Sequence[Change], chance: random.Random) -> list[list[Change]]:
    """Return an order of arrival in batches.

    Some changes come again, and some come first or once more without what they say on
    one of their documents.
    """
    again = chance.sample(changes, k=min(len(changes), 3))
    partly = [
        withheld(change, chance.choice(change.edits).doc)
        for change in chance.sample(changes, k=min(len(changes), 2))
    ]
    order = [*changes, *again, *partly]
    chance.shuffle(order)
    batches: list[list[Change]] = []
    while order:
        size = chance.randrange(1, 8)
        batches.append(order[:size])
        order = order[size:]
    return batches


def withheld(change: Change, doc: str) -> Change:
    """Return a change as somebody gets it who may not see one of its documents."""
    edits = tuple(
        Edit(doc=edit.doc, type=edit.type, ph=edit.ph) if edit.doc == doc else edit
        for edit in change.edits
    )
    return structs.replace(change, edits=edits)
