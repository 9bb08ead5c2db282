"""Writing changes of this node's own: the one pen that knows the next place in the log."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from intake_server.clock import milliseconds, text
from intake_server.errors import InvalidRequestError
from intake_server.security.policy import Principal
from intake_server.services import published
from intake_server.storage import node
from intake_server.storage.database import Session
from intake_server.storage.ingest import Outcome, ingest
from sync import clock
from sync.change import Change, Write, compose
from sync.merge.superseding import DECISIONS

Entropy = Callable[[int], bytes]
"""Gives so many random bytes."""

_SALT_BYTES: Final = 16

Edits = Mapping[tuple[str, str], Sequence[Write]]
"""Writes by document and kind."""


class Pen:
    """Writes changes, each at the next place of the node's log.

    Use one pen a transaction and ``close`` it before the transaction ends.
    """

    def __init__(self, session: Session, *, now: datetime, entropy: Entropy) -> None:
        self._session = session
        self._now = now
        self._now_ms = milliseconds(now)
        self._entropy = entropy
        self._place = node.next_position(session, self._now_ms)
        self._newest: Change | None = None

    def write(
        self,
        edits: Edits,
        *,
        author: str,
        site: str,
        at: datetime | None = None,
        **facts: Any,
    ) -> Change:
        """Return the next change.

        Args:
            edits: Writes by document and kind.
            author: Who says it.
            site: For which site.
            at: When it was said, if that is earlier than now; orders notes only.
            facts: Further members of ``Change``: device, form, wall, off.

        Raises:
            InvalidRequestError: A write that settles something does not say why.
        """
        _need_reasons(edits)
        said = milliseconds(at) if at is not None else self._now_ms
        change = compose(
            hlc=clock.at(said) if said < self._now_ms else self._place.hlc,
            edits=edits,
            salts=lambda: self._entropy(_SALT_BYTES),
            log=self._place.log,
            seq=self._place.seq,
            prev=self._place.prev,
            wall=facts.pop("wall", None) or text(self._now),
            author=author,
            site=site,
            **facts,
        )
        self._newest = change
        self._place = self._place.after(change.id, self._now_ms)
        return change

    def decide(self, edits: Edits, *, by: Principal) -> Change:
        """Return the next change, in the name and the role of who is signed in.

        Raises:
            InvalidRequestError: A write that settles something does not say why.
        """
        return self.write(edits, author=by.actor, role=by.role.value, site=by.site)

    def take_in(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Close, and let all follow from what was written; return an outcome for each."""
        self.close()
        return ingest(
            self._session,
            changes,
            peer=None,
            received_ms=self._now_ms,
            schema=published.schema(self._session),
        )

    def close(self) -> None:
        """Note how far the log has come."""
        if self._newest is not None:
            node.advance(self._session, self._newest, hlc=self._place.hlc)


def need_reason(reason: str) -> None:
    """See that a decision says why.

    Raises:
        InvalidRequestError: It does not.
    """
    if not reason.strip():
        raise InvalidRequestError({"reason": ["say why, in a few words"]})


def _need_reasons(edits: Edits) -> None:
    """See that whoever resolves, amends or overrides says why; others may not know it.

    What comes from elsewhere is taken as it is: a missing reason harms nobody's answer.
    """
    for writes in edits.values():
        for write in writes:
            if write.act in DECISIONS:
                need_reason(write.why or "")
