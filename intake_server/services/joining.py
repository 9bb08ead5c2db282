"""A node lets another in by a one-time code, or is let in itself."""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from intake_server.config import FILE_NAME, Settings, read_key
from intake_server.errors import InvalidRequestError, UnknownCodeError
from intake_server.services import enrolment, references
from intake_server.services.nodes import NETWORK_KEY, NODE_KEY, keep
from intake_server.storage import node, peers
from intake_server.storage import references as blocks
from intake_server.storage.database import Database
from intake_server.storage.peers import Peer
from intake_server.storage.references import Block
from sync.client.transport import Transport
from sync.errors import UnreachableError
from sync.protocol.messages import Join, Joined

_NODE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_KEY_BYTES: Final = 32
_EQUALITY: Final = "equality"


def admit(database: Database, keys: Path, message: Join, *, now: datetime) -> Joined:
    """Let a node in that shows a one-time code.

    It is given a new block of children's references each time, for it may be the
    second node of its site and not know what the first has given out.

    Args:
        database: The store.
        keys: Directory of this node's key files.
        message: What the node says of itself.
        now: When.

    Raises:
        InvalidRequestError: The node's id or key is not one.
        UnknownCodeError: The code is unknown, used, expired or for another site, or
            the id is another site's node's.
    """
    _refuse_misshapen(message)
    with database.reading() as session:
        here, known = node.read(session), peers.find(session, message.node)
    if message.node == here.id or (known and known.site != message.site):
        raise UnknownCodeError
    joined = enrolment.join(
        database,
        message.code,
        peer=message.node,
        site=message.site,
        now=now,
        public_key=message.public_key,
    )
    with database.transaction() as session:
        block = references.reserve(session, message.site, device=message.node)
    return Joined(
        node=joined.node,
        site=joined.site,
        public_key=_public_key(keys),
        token=joined.token,
        network_keys=_network_keys(keys),
        reference_block=block,
    )


def join(database: Database, settings: Settings, url: str, code: str) -> Peer:
    """Make another node the upstream of this one; return it.

    When the answer is lost on its way, the code is used up and a new one is needed.

    Raises:
        UnreachableError: It does not answer.
        RefusedError: The code is not in force there, or is not for this site.
    """
    with database.reading() as session:
        here = node.read(session)
    transport = Transport(url)
    try:
        joined = transport.join(
            Join(
                code=code,
                node=here.id,
                site=here.site,
                public_key=_public_key(settings.keys),
            )
        )
    finally:
        transport.close()
    if _EQUALITY in joined.network_keys:
        shared = _key(joined.network_keys[_EQUALITY])
        if shared is None:
            raise UnreachableError("something else answered")
        keep(settings.keys / NETWORK_KEY, shared)
    upstream = Peer(
        id=joined.node,
        site=joined.site,
        url=url,
        token=joined.token,
        public_key=joined.public_key,
    )
    with database.transaction() as session:
        peers.write(session, upstream)
        node.write(session, replace(node.read(session), upstream=upstream.id))
        if joined.reference_block:
            block = Block(block=joined.reference_block, site=here.site)
            blocks.reserve(session, block)
    _note_upstream(settings.data / FILE_NAME, url)
    return upstream


def _refuse_misshapen(message: Join) -> None:
    if _key(message.public_key) is None:
        raise InvalidRequestError({"public_key": ["is not 32 bytes in base64"]})
    if not _NODE.match(message.node):
        raise InvalidRequestError({"node": ["is not the id of a node"]})


def _key(text: str) -> bytes | None:
    """Return a key of 32 bytes that is written in base64; None where it is none."""
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _public_key(keys: Path) -> str:
    private = Ed25519PrivateKey.from_private_bytes(read_key(keys / NODE_KEY))
    return b64encode(private.public_key().public_bytes_raw()).decode()


def _network_keys(keys: Path) -> dict[str, str]:
    """Return what all nodes share; nothing on a centre that has never joined."""
    path = keys / NETWORK_KEY
    return {_EQUALITY: b64encode(read_key(path)).decode()} if path.exists() else {}


def _note_upstream(file: Path, url: str) -> None:
    """Write the upstream into the settings file, in place of an earlier one."""
    lines = file.read_text("utf-8").splitlines()
    kept = [line for line in lines if not re.match(r"upstream\s*=", line)]
    partial = file.with_suffix(".new")
    partial.unlink(missing_ok=True)
    keep(partial, "\n".join([*kept, f"upstream = {json.dumps(url)}", ""]).encode())
    partial.replace(file)
