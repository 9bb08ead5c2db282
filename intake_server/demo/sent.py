"""Everything that was sent in the story, to be asked for again at its end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from intake_server.demo.calls import Caller


@dataclass(frozen=True, slots=True)
class Sent:
    """One finished form, who sent it, and the receipt.

    ``sha256`` is of the bytes sent by a phone; empty for a desk, which sends answers.
    """

    caller: Caller
    item: Mapping[str, Any]
    receipt: Mapping[str, Any]
    sha256: str = ""

    @property
    def is_of_phone(self) -> bool:
        """Whether a phone sent it."""
        return bool(self.sha256)

    @property
    def is_held(self) -> bool:
        """Whether it was set aside for a person to look at."""
        return self.receipt.get("problem") is not None

    @property
    def event(self) -> str:
        """The document of the visit that the form is about."""
        documents = self.receipt["documents"]
        return next(str(one["doc"]) for one in documents if one["kind"] == "event")


@dataclass(slots=True)
class Sheaf:
    """All that was sent, each form once."""

    _sent: dict[str, Sent] = field(default_factory=dict)

    def add(self, sent: Sent) -> None:
        """Keep what was sent, with the first receipt that sets nothing aside."""
        known = self._sent.get(sent.item["instance_id"])
        if known is None or known.is_held:
            self._sent[sent.item["instance_id"]] = sent

    def __iter__(self) -> Iterator[Sent]:
        """Go through all, in the order sent."""
        return iter(self._sent.values())

    def of_phones(self) -> list[Sent]:
        """Return what phones sent."""
        return [sent for sent in self._sent.values() if sent.is_of_phone]

    def of_desks(self) -> list[Sent]:
        """Return what desks saved."""
        return [sent for sent in self._sent.values() if not sent.is_of_phone]
