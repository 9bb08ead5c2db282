"""A worker's desk at a centre: it reads a record, then saves a form about the child."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from intake_server.demo.calls import Answer, Caller
from intake_server.demo.filled import moment
from intake_server.demo.sent import Sent, Sheaf
from intake_server.services.authoring import Entropy

_UUID_BYTES: Final = 16


class Desk:
    """One person at work, who calls the node of their site."""

    def __init__(self, caller: Caller, sheaf: Sheaf, *, entropy: Entropy) -> None:
        self.caller = caller
        self._sheaf = sheaf
        self._entropy = entropy

    def record(self, doc: str) -> dict[str, Any]:
        """Return a record as it stands on the screen."""
        found: dict[str, Any] = self.caller.get(f"/records/{doc}").body
        return found

    def save(
        self,
        form_id: str,
        answers: Mapping[str, Any],
        *,
        seen: Iterable[Mapping[str, Any]] = (),
    ) -> dict[str, Any]:
        """Save a form; return its receipt.

        Args:
            form_id: Which form, in its newest version.
            answers: What was answered.
            seen: The records that were on the screen while it was filled.
        """
        listed = self.caller.get("/forms").body["forms"]
        version = next(f["version"] for f in listed if f["form_id"] == form_id)
        item = {
            "instance_id": f"uuid:{UUID(bytes=self._entropy(_UUID_BYTES), version=4)}",
            "form_id": form_id,
            "form_version": version,
            "finalized_at": moment(self.caller.now()),
            "answers": answers,
            "based_on": {record["doc"]: record["heads"] for record in seen},
        }
        answer = self.caller.post("/submissions", {"submissions": [item]})
        receipt: dict[str, Any] = answer.body["receipts"][0]
        self._sheaf.add(Sent(self.caller, item, receipt))
        return receipt

    def undo(self, change: str, reason: str) -> Answer:
        """Take a change back."""
        return self.caller.post(f"/changes/{change}/undo", {"reason": reason})

    def resolve(self, qid: str, **decision: Any) -> Answer:
        """Decide a question; the answer may be that it has moved on."""
        return self.caller.post(f"/queue/{qid}/resolve", decision)
