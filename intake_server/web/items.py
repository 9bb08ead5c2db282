"""What messages say alike, whether it was asked for or is told in a refusal."""

from typing import Any

from intake_server.clock import text
from intake_server.storage.drafts import Draft
from intake_server.storage.queue import QueueItem


def saved(draft: Draft) -> dict[str, Any]:
    """Return an unfinished form as it was saved last."""
    return {
        "id": draft.id,
        "revision": draft.revision,
        "saved_at": text(draft.saved),
        "saved_by": draft.saved_by.partition(":")[2],
        "instance_xml": draft.xml.decode(),
    }


def said(item: QueueItem) -> dict[str, Any]:
    """Return an item as the API says it."""
    return {
        "qid": item.qid,
        "kind": item.kind,
        "doc": item.doc,
        "cell": item.cell,
        "candidates": [dict(candidate) for candidate in item.candidates],
        "displayed": item.displayed,
        "severity": item.severity,
        "owner": item.owner,
        "first_seen": item.first_seen,
        "provisional": item.is_provisional,
        "spelling": item.is_spelling,
        "element": item.element,
        "facts": None if item.facts is None else dict(item.facts),
    }
