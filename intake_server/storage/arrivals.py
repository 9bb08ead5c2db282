"""What of a batch is new here, what is bad, and what has been here before."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from sqlalchemy import Connection

from intake_server.storage import bulk, judging
from intake_server.storage.changes import NOT_ITSELF
from intake_server.storage.types import doc_bytes, doc_text, is_document, signed
from sync import change as changes
from sync.change import Change, Edit, is_id
from sync.merge.faults import fault, is_erasure
from sync.merge.schema import Schema


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change; ``code`` says why it is quarantined.

    ``is_late`` says that a document it touches is erased, so what it says there is gone.
    """

    id: str
    status: Literal["stored", "duplicate", "quarantined"]
    code: str | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A change that adds something here.

    ``edits`` is what it adds: on which documents, with content. A change that is not
    ``is_new`` was here before without that content.
    """

    change: Change
    key: bytes
    code: str | None
    edits: tuple[Edit, ...]
    is_new: bool

    @property
    def is_itself(self) -> bool:
        """Whether it is what its id says."""
        return self.code != NOT_ITSELF

    @property
    def outcome(self) -> Outcome:
        """What its sender is told."""
        status: Literal["stored", "quarantined"] = (
            "quarantined" if self.code else "stored"
        )
        return Outcome(self.change.id, status, self.code)


def documents_of(batch: Iterable[Change]) -> set[str]:
    """Return the ids of all documents that a batch speaks of."""
    return {
        edit.doc for change in batch for edit in change.edits if is_document(edit.doc)
    }


def sort_out(
    connection: Connection, batch: Sequence[Change], schema: Schema
) -> tuple[list[Arrival], list[Outcome]]:
    """Return what is new in a batch, and one outcome per change in the order given."""
    present = _present(connection, batch)
    arrivals: list[Arrival] = []
    order: list[int | Outcome] = []
    for change in batch:
        has = present.get(change.id)
        added = tuple(
            edit
            for edit in change.edits
            if edit.w is not None and (has is None or edit.doc not in has)
        )
        if has is not None and not added:
            order.append(Outcome(change.id, "duplicate"))
            continue
        arrival = _judge(change, added, schema, is_new=has is None)
        if arrival.is_itself:
            there = present.setdefault(change.id, set())
            there.update(edit.doc for edit in added)
        order.append(len(arrivals))
        arrivals.append(arrival)
    itself = [one.change for one in arrivals if one.is_itself]
    codes = judging.trespasses(connection, itself, schema)
    if codes:
        arrivals = [
            replace(one, code=codes[one.change.id])
            if one.code is None and one.change.id in codes
            else one
            for one in arrivals
        ]
    return arrivals, [arrivals[o].outcome if isinstance(o, int) else o for o in order]


def keep(
    connection: Connection,
    arrivals: Sequence[Arrival],
    erasures: Mapping[str, Container[str]],
    *,
    peer: str | None,
    received_ms: int,
) -> None:
    """Store changes and bodies.

    Every document that a change touches is noted, also where its content did not come:
    who sent it may have erased what will be erased here later.

    Args:
        connection: An open transaction.
        arrivals: What is new.
        erasures: The changes that erase a document, by document.
        peer: The node they came from; None for this node's own.
        received_ms: When they came.
    """
    bulk.insert(
        connection,
        "change",
        "id, log, seq, code, received_ms, peer, envelope",
        [
            (
                arrival.key,
                arrival.change.log,
                signed(arrival.change.seq),
                arrival.code,
                received_ms,
                peer,
                _kept(arrival),
            )
            for arrival in arrivals
            if arrival.is_new
        ],
        "ON CONFLICT DO NOTHING",
    )
    added = [
        (
            doc_bytes(edit.doc),
            arrival.key,
            changes.body(edit) if _is_wanted(arrival, edit, erasures) else b"",
        )
        for arrival in arrivals
        if arrival.is_itself
        for edit in arrival.edits
    ]
    bulk.insert(
        connection,
        "body",
        "doc, change, data",
        added,
        "ON CONFLICT (doc, change) DO UPDATE SET data = excluded.data",
    )
    bulk.insert(
        connection,
        "body",
        "doc, change, data",
        [
            (doc_bytes(edit.doc), arrival.key, b"")
            for arrival in arrivals
            if arrival.is_itself
            for edit in arrival.change.edits
            if edit.w is None
        ],
        "ON CONFLICT DO NOTHING",
    )


def _is_wanted(
    arrival: Arrival, edit: Edit, erasures: Mapping[str, Container[str]]
) -> bool:
    """Tell whether content is kept: an erasure is, also one that stands no more.

    What completes a change is judged with it first.
    """
    is_late = edit.doc in erasures and not is_erasure(edit.w or ())
    return not (is_late and arrival.is_new)


def _kept(arrival: Arrival) -> bytes:
    if arrival.is_itself:
        return changes.envelope(arrival.change)
    return changes.encode(arrival.change)


def _judge(
    change: Change, added: tuple[Edit, ...], schema: Schema, *, is_new: bool
) -> Arrival:
    if not _is_sound(change):
        digest = sha256(changes.encode(change)).digest()[:16]
        return Arrival(change, digest, NOT_ITSELF, added, is_new=True)
    code = fault(change, schema)
    return Arrival(change, bytes.fromhex(change.id), code, added, is_new)


def _is_sound(change: Change) -> bool:
    docs = [edit.doc for edit in change.edits]
    return (
        is_id(change.id)
        and len(set(docs)) == len(docs)
        and all(is_document(doc) for doc in docs)
        and changes.verify(change) is None
    )


def _present(connection: Connection, batch: Sequence[Change]) -> dict[str, set[str]]:
    """Return the documents of which no more content is wanted, by change that is here.

    It is here, or the document is erased.
    """
    ids = {change.id for change in batch if is_id(change.id)}
    present: dict[str, set[str]] = {
        key.hex(): set()
        for (key,) in bulk.fetch_in(
            connection,
            "SELECT id FROM change WHERE id IN ({keys})",
            [bytes.fromhex(id_) for id_ in ids],
        )
    }
    pairs = {
        (doc_bytes(edit.doc), bytes.fromhex(change.id))
        for change in batch
        if change.id in present
        for edit in change.edits
        if edit.w is not None and is_document(edit.doc)
    }
    erasing = {
        (change.id, edit.doc)
        for change in batch
        for edit in change.edits
        if is_erasure(edit.w or ())
    }
    for doc, key, size in bulk.fetch_in(
        connection,
        "SELECT doc, change, length(data) FROM body WHERE (doc, change) IN ({keys})"
        " AND (length(data) > 0"
        " OR EXISTS (SELECT 1 FROM document d WHERE d.doc = body.doc AND d.is_erased))",
        pairs,
    ):
        if size or (key.hex(), doc_text(doc)) not in erasing:
            present[key.hex()].add(doc_text(doc))
    return present
