"""What a node shows, read over HTTP: the story looks at the nodes through nothing else."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from intake_server.demo.calls import Caller
from intake_server.services import triage
from sync.change import canonical
from sync.merge import queue, siblings

Record = dict[str, Any]


class Window:
    """A window on one node."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def records(self, kind: str = "") -> list[Record]:
        """Return all records, or those of one kind, in order of their ids."""
        query = {"kind": kind} if kind else {}
        found = self.caller.every("/records", "records", **query)
        return sorted(found, key=lambda record: str(record["doc"]))

    def record(self, doc: str) -> Record:
        """Return one record."""
        found: Record = self.caller.get(f"/records/{doc}").body
        return found

    def history(self, doc: str) -> list[Record]:
        """Return the changes of a record, newest first."""
        found: list[Record] = self.caller.get(f"/records/{doc}/history").body["changes"]
        return found

    def questions(self) -> list[Record]:
        """Return the open questions that every node asks alike, in order of their ids."""
        return [item for item in self._queue() if item["kind"] in queue.KINDS]

    def clashes(self) -> list[Record]:
        """Return those of them that are about answers; the others wait for signatures."""
        return [item for item in self.questions() if item["kind"] != siblings.KIND]

    def held(self) -> list[Record]:
        """Return the forms that this node has set aside."""
        return [item for item in self._queue() if item["kind"] == triage.KIND]

    def forms(self) -> Sequence[Mapping[str, Any]]:
        """Return the newest version of each form that is known here."""
        found: Sequence[Mapping[str, Any]] = self.caller.get("/forms").body["forms"]
        return found

    def unsent(self) -> int:
        """Return how many changes Kyiv has not acknowledged yet."""
        return sum(peer["unsent"] for peer in self.peers()["peers"])

    def peers(self) -> Mapping[str, Any]:
        """Return how things stand with other nodes and with devices."""
        found: Mapping[str, Any] = self.caller.get("/sync/peers").body
        return found

    def digest(self) -> str:
        """Return a digest of every record and every question that all nodes share."""
        return sha256(canonical([self.records(), self.questions()])).hexdigest()

    def _queue(self) -> list[Record]:
        found = self.caller.every("/queue", "items")
        return sorted(found, key=lambda item: str(item["qid"]))
