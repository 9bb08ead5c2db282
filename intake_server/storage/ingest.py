"""Taking changes in: the one door through which anything enters the store.

Changes may come in any order, in any batches and any number of times: what stands in
the tables afterwards is a function of the set of changes alone. The caller owns the
transaction; nothing is acknowledged before it has committed.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec
from sqlalchemy import Connection
from sqlmodel import Session

from intake_server.storage import (
    arrivals,
    bulk,
    changes,
    crossing,
    erasing,
    feed,
    forms,
    items,
    locks,
    projection,
    refold,
    reschema,
    siblings,
    standing,
)
from intake_server.storage.arrivals import Arrival, Outcome
from intake_server.storage.types import signed
from sync.change import Change
from sync.merge import queue
from sync.merge.cells import CellState, Document, Version
from sync.merge.heads import absorb, versions
from sync.merge.rights import is_checked
from sync.merge.schema import Schema

__all__ = ["Outcome", "ingest"]


def ingest(
    session: Session,
    batch: Sequence[Change],
    *,
    peer: str | None,
    received_ms: int,
    schema: Schema,
) -> tuple[Outcome, ...]:
    """Take changes in and write down all that follows from them.

    Args:
        session: An open transaction.
        batch: Changes as they came, in any order; sending them again is harmless.
        peer: The node they came from; None for this node's own.
        received_ms: When they came, in milliseconds since 1970-01-01T00:00Z.
        schema: The rules of all forms that are published here; those of a form that
            somebody else has just published are read beside them.

    Returns:
        One outcome per change, in the order given.
    """
    connection = session.connection()
    origin = (peer, received_ms)
    if not locks.are_needed(connection):
        return _take_in(connection, batch, origin, schema, locks.Locked())
    with suppress(locks.NotLockedError), connection.begin_nested():
        locked = crossing.lock(connection, batch, schema)
        siblings.need(batch, locked)
        if not forms.is_current(connection, schema):
            raise locks.NotLockedError
        return _take_in(connection, batch, origin, schema, locked)
    locked = locks.lock_all(connection)
    if not forms.is_current(connection, schema):
        schema = forms.current(connection)
    return _take_in(connection, batch, origin, schema, locked)


def _take_in(
    connection: Connection,
    batch: Sequence[Change],
    origin: tuple[str | None, int],
    schema: Schema,
    locked: locks.Locked,
) -> tuple[Outcome, ...]:
    peer, received_ms = origin
    arrived, outcomes = arrivals.sort_out(connection, batch, schema)
    if arrived:
        fresh = [one for one in arrived if one.is_new and one.is_itself]
        added = [one for one in arrived if not one.is_new]
        documents, known = _merge(connection, fresh, schema)
        erasures = erasing.erasures(documents)
        arrivals.keep(connection, arrived, erasures, peer=peer, received_ms=received_ms)
        _ask_about_changes(connection, arrived)
        late = _unsettled(connection, fresh, added, documents, schema)
        documents.update(refold.refold(connection, late, schema))
        late |= erasing.reached(connection, arrived, documents)
        late |= erasing.erase(connection, documents, schema)
        outcomes = erasing.told(outcomes, batch, erasing.erasures(documents))
        locked.need(documents)
        projection.project(
            connection,
            documents,
            schema=schema,
            is_known=known | late,
            locked=locked,
        )
        if any(document.kind == forms.KIND for document in documents.values()):
            reschema.reschema(connection, schema)
        items.date(connection, received_ms)
        feed.append(connection, [one.key for one in arrived if one.is_itself])
    return tuple(outcomes)


def _merge(
    connection: Connection, fresh: Sequence[Arrival], schema: Schema
) -> tuple[dict[str, Document], set[str]]:
    """Return the touched documents after new changes, and which of them were known."""
    said = {
        (one.change.id, edit.doc): versions(one.change, edit)
        for one in fresh
        for edit in one.edits
    }
    documents = standing.load(connection, {doc for _, doc in said})
    known = set(documents)
    past = _before(connection, said, documents)
    for one in fresh:
        for edit in one.edits:
            document = documents.get(edit.doc) or Document(edit.type)
            if edit.type < document.kind:
                document = msgspec.structs.replace(document, kind=edit.type)
            is_told_later = one.code is not None or is_checked(one.change)
            live = {} if is_told_later else said[one.change.id, edit.doc]
            before = past.setdefault(edit.doc, {})
            documents[edit.doc] = absorb(
                document,
                one.change.id,
                live,
                schema=schema,
                past=_past(live, before),
            )
            before[one.change.id] = live
    return documents, known


def _before(
    connection: Connection,
    said: Mapping[tuple[str, str], Mapping[str, Version]],
    documents: Mapping[str, Document],
) -> dict[str, dict[str, standing.Known]]:
    """Return what the named versions that are here wrote, by document and change id.

    A head is at hand; it is noted all the same, for a change of this batch may
    supersede it before another one names it. Other versions are looked up.
    """
    heads: dict[tuple[str, str], dict[str, Version]] = {}
    others: set[tuple[str, str]] = set()
    for (_, doc), cells in said.items():
        document = documents.get(doc)
        if document is None:
            continue
        for cell, version in cells.items():
            current = document.cells.get(cell, CellState()).heads
            for pred in version.preds:
                if pred in current:
                    heads.setdefault((doc, pred), {})[cell] = current[pred].version
                else:
                    others.add((doc, pred))
    found = standing.arrived(connection, others)
    for (doc, pred), known in heads.items():
        found.setdefault(doc, {}).setdefault(pred, known)
    return found


def _past(
    live: Mapping[str, Version], before: Mapping[str, standing.Known]
) -> dict[str, dict[str, Version | None]]:
    return {
        cell: {pred: before[pred].get(cell) for pred in version.preds if pred in before}
        for cell, version in live.items()
        if version.preds
    }


def _unsettled(
    connection: Connection,
    fresh: Sequence[Arrival],
    added: Sequence[Arrival],
    documents: Mapping[str, Document],
    schema: Schema,
) -> set[str]:
    """Return the documents of a batch that are to be made again from all their changes.

    Such are those on which something is taken back or decided, or on which content came
    late. A change that was named there before it came may show another to be bad.
    """
    docs = {edit.doc for one in fresh if is_checked(one.change) for edit in one.edits}
    awaited = {edit.doc for one in added for edit in one.edits} | {
        edit.doc
        for one in fresh
        for edit in one.edits
        if one.change.id in documents[edit.doc].awaited
    }
    if awaited:
        keys = {bytes.fromhex(id_) for id_ in refold.changes_on(connection, awaited)}
        docs |= awaited | reschema.judge(connection, keys, schema)
    return docs


def _ask_about_changes(connection: Connection, arrived: Sequence[Arrival]) -> None:
    """Put changes that are quarantined, and logs that fork, into the queue.

    A change to which content is added is judged anew with all that is kept of it.
    """
    bad = [one for one in arrived if one.code and one.is_new]
    items.add(connection, [_about_quarantined(one) for one in bad])
    _ask_about_forks(
        connection, [one for one in arrived if one.is_new and one.is_itself]
    )


def _ask_about_forks(connection: Connection, fresh: Sequence[Arrival]) -> None:
    """Ask about places in logs that several changes claim."""
    seqs = {(one.change.log, signed(one.change.seq)): one.change.seq for one in fresh}
    claims: dict[tuple[str, int], list[bytes]] = {}
    for log, seq, key in bulk.fetch_in(
        connection,
        "SELECT log, seq, id FROM change WHERE (log, seq) IN ({keys})"
        " AND (code IS NULL OR code <> 'hash')",
        seqs,
    ):
        claims.setdefault((log, seqs[log, seq]), []).append(key)
    forked = {place: keys for place, keys in claims.items() if len(keys) > 1}
    if not forked:
        return
    bulk.many(
        connection,
        "DELETE FROM queue WHERE doc = ? AND cell = ? AND kind = 'log_fork'",
        [(log, str(seq)) for log, seq in forked],
    )
    for (log, seq), keys in forked.items():
        claimants = changes.whole(connection, keys)
        belongs = sorted({change.site for change in claimants.values()})
        item = queue.fork(log, seq, claimants)
        items.add(connection, [items.row(item, items.CHANGE, belongs)])


def _about_quarantined(one: Arrival) -> bulk.Row:
    known_as = msgspec.structs.replace(one.change, id=one.key.hex())
    item = queue.quarantined(known_as, one.code or "")
    return items.row(item, items.CHANGE, (one.change.site,))
