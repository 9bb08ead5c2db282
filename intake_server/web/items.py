"""A queue item as messages say it, whether asked for or told in a refusal."""

from typing import Any

from intake_server.storage.queue import QueueItem


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
