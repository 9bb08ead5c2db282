"""What was sent, beside what the nodes have of it: nothing overwritten, nothing lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake_server.demo.sent import Sent
from intake_server.demo.window import Record, Window

Histories = Mapping[str, Sequence[Record]]
"""The changes of each record of a node, by document."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that a node acknowledged: the document, and the change it became."""

    doc: str
    change: str


def histories(window: Window, records: Iterable[Record]) -> Histories:
    """Return the changes of records, as a node shows them."""
    return {record["doc"]: window.history(record["doc"]) for record in records}


def overwritten(records: Iterable[Record], known: Histories) -> int:
    """Return how many writes on these records nobody superseded and nobody shows.

    Each write is either current, or named by another write of the same cell as one
    that its author had seen or took back; an undo says nothing that could be shown.
    """
    return sum(_gone(record["heads"], known[record["doc"]]) for record in records)


def missing(
    known: Histories, sent: Iterable[Sent], decided: Iterable[Decided]
) -> list[str]:
    """Return the ids of what was acknowledged and is not among a node's changes."""
    forms = [
        one.receipt["instance_id"]
        for one in sent
        if not one.is_held and not known.get(one.event)
    ]
    decisions = [
        one.change
        for one in decided
        if all(past["change"] != one.change for past in known.get(one.doc, ()))
    ]
    return [*forms, *decisions]


def kept(sent: Iterable[Sent]) -> list[str]:
    """Return the ids of forms that are kept as they came.

    Their senders send them again: only the same bytes under the same id are answered
    as a duplicate.
    """
    return [one.receipt["instance_id"] for one in sent if _is_kept(one)]


def _is_kept(sent: Sent) -> bool:
    answer = sent.caller.post("/submissions", {"submissions": [sent.item]})
    (again,) = answer.body["receipts"]
    digest = sent.sha256 or sent.receipt["sha256"]
    return bool(again["status"] == "duplicate" and again["sha256"] == digest)


def _gone(
    heads: Mapping[str, Sequence[str]], history: Iterable[Mapping[str, Any]]
) -> int:
    writes = [
        (past["change"], write)
        for past in history
        if past["quarantined"] is None
        for write in past["writes"] or ()
    ]
    named = {
        (write["cell"], other)
        for _, write in writes
        for other in (*write["preds"], *write["undoes"])
    }
    current = {(cell, id_) for cell, ids in heads.items() for id_ in ids}
    return sum(
        (write["cell"], change) not in named | current
        for change, write in writes
        if not write["undoes"]
    )
