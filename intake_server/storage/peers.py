"""Other nodes: how far each of the two has heard the other."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, col, select, update

from intake_server.storage.tables import PeerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another node.

    ``url`` and ``token`` where this node asks it, ``token_sha256`` where it asks this
    one. ``in_cursor`` is its cursor, opaque here; ``out_pos`` the position of our feed
    that it has confirmed.
    """

    id: str
    site: str
    url: str | None = None
    epoch: str | None = None
    token: str | None = None
    token_sha256: bytes | None = None
    public_key: str | None = None
    in_cursor: str | None = None
    out_pos: int = 0
    last_ok: datetime | None = None
    clock_off_ms: int | None = None
    revoked: datetime | None = None


def write(session: Session, peer: Peer) -> None:
    """Keep what is known of a peer, in place of what was known."""
    session.merge(PeerRow(**asdict(peer)))
    session.flush()


def find(session: Session, peer_id: str) -> Peer | None:
    """Return a peer."""
    row = session.exec(select(PeerRow).where(col(PeerRow.id) == peer_id)).first()
    return None if row is None else Peer(**row.model_dump())


def by_token(session: Session, token_sha256: bytes) -> Peer | None:
    """Return the peer that calls with this token."""
    row = session.exec(
        select(PeerRow).where(col(PeerRow.token_sha256) == token_sha256)
    ).first()
    return None if row is None else Peer(**row.model_dump())


def all_of(session: Session) -> Sequence[Peer]:
    """Return all peers, by site and id."""
    rows = session.exec(select(PeerRow).order_by(PeerRow.site, PeerRow.id))
    return tuple(Peer(**row.model_dump()) for row in rows)


def note(session: Session, peer_id: str, **facts: object) -> None:
    """Note new facts of a peer by their names in ``Peer``."""
    session.exec(update(PeerRow).where(col(PeerRow.id) == peer_id).values(**facts))
