"""What a form becomes on a node, and what forms filled by chance are answered with."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from centres import Centre
from javarosa import DAY, FILE, MOMENT, NUMBER, TEXT

from intake_server.services.intake import Incoming
from intake_server.storage import documents

TODAY: Final = datetime.now(UTC).date()
KNOWN: Final = {
    TEXT: "\n".join(
        (
            *("Ремез", "Олена; Тарас;  Олена ", "O'Ніл \"&<>", "вально  кажучи"),
            *("4KH-7T29-9", "4кн7т299", "+380501234567", "1234567890"),
            *("20120304-00017", "TRU-014", "TRU-020", "2026-11-26-1"),
            *("Тут довге пояснення, чому саме так."),
        )
    ),
    NUMBER: "0\n1\n2\n7\n14\n17\n30",
    DAY: "\n".join(
        str(TODAY + timedelta(days)) for days in (-5900, -4000, -800, -9, 0, 1, 40)
    ),
    MOMENT: f"{TODAY}T10:00:00.000+02:00\n2024-02-29T23:59:59.000Z",
    FILE: "face.jpg",
    "sibling_requests": "4KH-7T29-9; 4кн7т299\n4KH7T299",
}


def received(centre: Centre, **how: Any) -> tuple[Any, Any]:
    """Return the receipt, and what the documents of the form say then."""
    (receipt,) = centre.receive(Incoming(**how))
    assert (receipt.status, receipt.problem) == ("stored", None)
    with centre.database.reading() as session:
        views = {doc: documents.find(session, doc).view for doc, _ in receipt.documents}
    return (receipt.reference, receipt.documents), {
        doc: (view["kind"], view["values"], contested(view))
        for doc, view in views.items()
    }


def contested(view: Any) -> dict[str, list[str]]:
    """Return the values that stand beside each other, by cell."""
    return {
        cell: sorted(str(one["value"]) for one in candidates)
        for cell, candidates in view["contested"].items()
    }
