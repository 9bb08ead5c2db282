"""This node: who it is, and the next place in its own log."""

from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from intake_server.storage import bulk
from intake_server.storage.tables import METADATA, NodeRow
from sync import clock
from sync.change import Change

_TABLE: Final = METADATA.tables["node"]
_NODE: Final = select(_TABLE)
_ALONE: Final = _NODE.with_for_update()
_ADVANCE: Final = update(_TABLE).values(
    seq=bindparam("new_seq"), prev=bindparam("new_prev"), hlc=bindparam("new_hlc")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Who this node is and how far its log has come.

    ``log`` is the installation with its incarnation, ``seq`` and ``prev`` its newest
    change, ``hlc`` the newest clock value seen, ``epoch`` the life of this store.
    """

    id: str
    role: str
    site: str
    log: str
    epoch: str
    seq: int = 0
    hlc: int = 0
    prev: str = ""
    upstream: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The place in the log that the next change takes."""

    log: str
    seq: int
    prev: str
    hlc: int

    def after(self, change_id: str, now_ms: int) -> "Position":
        """Return the place behind a change that took this one."""
        return Position(
            log=self.log,
            seq=self.seq + 1,
            prev=change_id,
            hlc=clock.tick(now_ms, self.hlc),
        )


def write(session: Session, node: Node) -> None:
    """Write down who this node is, in place of what was known."""
    session.merge(NodeRow(**asdict(node)))
    session.flush()


def find(session: Session) -> Node | None:
    """Return this node, or None before ``dodomu init``."""
    rows = bulk.rows(session, _NODE)
    return Node(**rows[0]) if rows else None


def read(session: Session) -> Node:
    """Return this node."""
    (row,) = bulk.rows(session, _NODE)
    return Node(**row)


def alone(session: Session) -> Node:
    """Return this node, and let nobody else write in its name until the transaction ends.

    Whoever locks documents too does it after this.
    """
    (row,) = bulk.rows(session, _ALONE)
    return Node(**row)


def next_position(session: Session, now_ms: int) -> Position:
    """Return the place of the next change of this node's own log.

    Nobody else gets one until this transaction ends. ``advance`` must follow in it when
    the place is taken.
    """
    node = alone(session)
    return Position(
        log=node.log,
        seq=node.seq + 1,
        prev=node.prev,
        hlc=clock.tick(now_ms, node.hlc),
    )


def advance(session: Session, newest: Change, *, hlc: int) -> None:
    """Note the newest change that this node wrote, and its clock."""
    values = {"new_seq": newest.seq, "new_prev": newest.id, "new_hlc": hlc}
    bulk.write(session, _ADVANCE, [values])


def witness(session: Session, now_ms: int, hlc: int) -> None:
    """Let the clock of another node move this one's, by the rule of ``sync.clock``."""
    node = alone(session)
    moved = clock.receive(now_ms, node.hlc, hlc)
    if moved > node.hlc:
        session.connection().execute(update(_TABLE).values(hlc=moved))
