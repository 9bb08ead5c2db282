"""A volunteer's phone: it is enrolled by a code, fills forms with no line, sends them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from forms.definition import FormDefinition
from forms.instance import to_xml
from forms.xform import read
from intake_server.demo.calls import Answer, Caller
from intake_server.demo.filled import moment
from intake_server.demo.sent import Sent, Sheaf
from intake_server.services.authoring import Entropy

Item = Mapping[str, Any]
_UUID_BYTES: Final = 16


class Phone:
    """One phone, that calls the node at which it is enrolled."""

    def __init__(self, caller: Caller, sheaf: Sheaf, *, entropy: Entropy) -> None:
        self.caller = caller
        self._sheaf = sheaf
        self._entropy = entropy
        self._forms: dict[str, FormDefinition] = {}

    def enrol(self, code: str, label: str) -> Answer:
        """Show a code; keep the token that comes for it."""
        answer = self.caller.post("/devices/enrol", {"code": code, "label": label})
        if not answer.problem:
            self.caller.token = answer.body["token"]
        return answer

    def fetch_forms(self) -> Sequence[Mapping[str, Any]]:
        """Fetch the list and every form in it; return the list."""
        listed: Sequence[Mapping[str, Any]] = self.caller.get("/forms").body["forms"]
        for form in listed:
            self.keep_form(self.xform(form))
        return listed

    def xform(self, form: Mapping[str, Any]) -> bytes:
        """Return the bytes of a form."""
        path = f"/forms/{form['form_id']}/{form['version']}.xml"
        return self.caller.get(path).raw

    def keep_form(self, xform: bytes) -> None:
        """Keep a form to fill, in place of an earlier version."""
        definition = read(xform)
        self._forms[definition.form_id] = definition

    def finish(
        self, form_id: str, answers: Mapping[str, Any], at: datetime | None = None
    ) -> Item:
        """Return a finished form.

        Args:
            form_id: Which form.
            answers: What was answered.
            at: When it was finished, by the phone's clock; now, where it is not said.
        """
        definition = self._forms[form_id]
        id_ = f"uuid:{UUID(bytes=self._entropy(_UUID_BYTES), version=4)}"
        return {
            "instance_id": id_,
            "form_id": form_id,
            "form_version": definition.version,
            "finalized_at": moment(at or self.caller.now()),
            "xml": to_xml(definition, answers, instance_id=id_).decode(),
        }

    def send(self, items: Sequence[Item]) -> list[dict[str, Any]]:
        """Send finished forms; return a receipt for each."""
        answer = self.caller.post("/submissions", {"submissions": items})
        receipts: list[dict[str, Any]] = answer.body["receipts"]
        for item, receipt in zip(items, receipts, strict=True):
            digest = sha256(item["xml"].encode()).hexdigest()
            self._sheaf.add(Sent(self.caller, item, receipt, digest))
        return receipts

    def send_and_lose(self, items: Sequence[Item]) -> bytes:
        """Send finished forms over a line that tears; return what was still heard."""
        return self.caller.post_and_lose("/submissions", {"submissions": items})
