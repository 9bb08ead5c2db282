"""A node is made, and says which sites there are.

Keys are files beside the store, never in it. Making a node again completes what an
earlier attempt left unfinished and replaces nothing.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import Final

from forms import catalogue
from forms.reference import ALPHABET, block_name
from intake_server.config import FILE_NAME, Settings, read_key
from intake_server.security import envelope
from intake_server.security.keyring import RECEIPT_KEY, SEAL_KEY, Keyring
from intake_server.security.tokens import new_id, new_token
from intake_server.services import enrolment, publishing, references
from intake_server.services.authoring import Entropy, Pen
from intake_server.storage import documents as stored
from intake_server.storage import node, sites
from intake_server.storage import references as blocks
from intake_server.storage.database import Database, Session
from intake_server.storage.node import Node
from intake_server.storage.references import Block
from sync import documents
from sync.change import Write

SITE: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")
"""What the name of a site looks like."""

DATABASE_KEY: Final = "database.key"
"""Encrypts the store."""

NODE_KEY: Final = "node.key"
"""The node's own Ed25519 key."""

NETWORK_KEY: Final = "network.key"
"""What all nodes share, so that equal sealed values can be told without reading them."""

_SECRET_KEY: Final = "secret_key"  # noqa: S105 - the name of a file
_OPERATOR: Final = "operator"
_KEY_BYTES: Final = 32
_EPOCH_BYTES: Final = 9
_LOT_BYTES: Final = 8
_HALF: Final = len(ALPHABET) ** 3 // 2


def make(
    folder: Path,
    *,
    role: str,
    site: str,
    database_url: str = "",
    now: datetime,
    entropy: Entropy = token_bytes,
) -> Settings:
    """Make a node: its directory, keys, store and settings; return these.

    A central node publishes the shipped forms that are enabled. Keys are random in any
    case; ``entropy`` gives what ids are made of.
    """
    settings = Settings(data=folder, role=role, site=site, database_url=database_url)
    for private in (folder, settings.keys):
        private.mkdir(parents=True, exist_ok=True)
        private.chmod(0o700)
    keep(settings.keys / DATABASE_KEY, secrets.token_bytes(_KEY_BYTES))
    keep(settings.keys / NODE_KEY, secrets.token_bytes(_KEY_BYTES))
    keep(settings.keys / _SECRET_KEY, new_token().encode())
    if role == "central":
        keep(settings.keys / NETWORK_KEY, secrets.token_bytes(_KEY_BYTES))
    _keep_pairs(settings.keys)
    key = read_key(settings.keys / DATABASE_KEY)
    with Database(settings.store_url, key) as database:
        database.migrate()
        with database.transaction() as session:
            here = node.find(session) or _begin(session, role, site, now, entropy)
            _say_itself(session, site, Keyring(settings.keys), now, entropy)
            if role == "central":
                publishing.publish(
                    session,
                    catalogue.enabled(),
                    site=site,
                    now=now,
                    entropy=entropy,
                )
    keep(folder / FILE_NAME, _settings_file(settings, here.id).encode())
    return Settings.load({}, folder / FILE_NAME)


def add_site(
    database: Database, name: str, *, now: datetime, entropy: Entropy = token_bytes
) -> str:
    """Say that there is a site; return the one-time code by which its node joins."""
    with database.transaction() as session:
        _name_site(session, name, now, entropy)
    return enrolment.offer_site(database, name, by=_OPERATOR, now=now)


def entitle(
    database: Database,
    site: str,
    title: Mapping[str, str],
    *,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> None:
    """Say what people call a site, by language."""
    doc = documents.site(site)
    with database.transaction() as session:
        heads = stored.heads(session, [(doc, "title")])[(doc, "title")]
        write = Write(f="title", v=dict(title), p=heads)
        _say(session, site, [write], now, entropy)


def complete(
    database: Database,
    keys: Path,
    *,
    now: datetime,
    entropy: Entropy = token_bytes,
) -> None:
    """Give a node what nodes are made with by now and were not when it was made.

    Repeating is harmless.

    Args:
        database: The store, migrated; one without a node stays as it is.
        keys: Directory of the node's key files.
        now: When.
        entropy: Gives what ids are made of.
    """
    _keep_pairs(keys)
    with database.reading() as session:
        here = node.find(session)
        is_whole = here is None or not _unsaid(session, here.site, Keyring(keys))
    if here is not None and not is_whole:
        with database.transaction() as session:
            _say_itself(session, here.site, Keyring(keys), now, entropy)


def keep(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read, unless it is there already."""
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(opened, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _begin(
    session: Session, role: str, site: str, now: datetime, entropy: Entropy
) -> Node:
    id_ = new_id(entropy)
    here = Node(
        id=id_,
        role=role,
        site=site,
        log=f"{id_}#1",
        epoch=secrets.token_urlsafe(_EPOCH_BYTES),
    )
    node.write(session, here)
    _reserve_block(session, role, site, entropy)
    return here


def _reserve_block(session: Session, role: str, site: str, entropy: Entropy) -> None:
    """Give a new node a block of children's references to begin with.

    Central gives out blocks from the first one up. A centre draws one of the upper half
    by lot, so that it can work before it has joined.
    """
    if role == "central":
        references.reserve(session, site)
        return
    number = _HALF + int.from_bytes(entropy(_LOT_BYTES)) % _HALF
    blocks.reserve(session, Block(block=block_name(number), site=site))


def _name_site(session: Session, name: str, now: datetime, entropy: Entropy) -> None:
    if sites.find(session, name) is None:
        _say(session, name, [Write(f="name", v=name)], now, entropy)


def _keep_pairs(keys: Path) -> None:
    for name in (SEAL_KEY, RECEIPT_KEY):
        keep(keys / name, envelope.new_private())


def _say_itself(
    session: Session, site: str, ring: Keyring, now: datetime, entropy: Entropy
) -> None:
    """Say on the site's document what it does not say yet of this node's site."""
    unsaid = _unsaid(session, site, ring)
    if unsaid:
        doc = documents.site(site)
        heads = stored.heads(session, [(doc, name) for name in unsaid])
        writes = [
            Write(f=name, v=key, p=heads[(doc, name)]) for name, key in unsaid.items()
        ]
        _say(session, site, writes, now, entropy)


def _unsaid(session: Session, site: str, ring: Keyring) -> Mapping[str, str]:
    """Return its name and public keys by cell, where its document says otherwise."""
    known = sites.find(session, site)
    said = asdict(known) if known else {}
    ours = {"name": site}
    if ring.seal and ring.receipt:
        ours |= {"seal_key": ring.seal.public, "receipt_key": ring.receipt.public}
    return {name: value for name, value in ours.items() if said.get(name) != value}


def _say(
    session: Session,
    site: str,
    writes: Sequence[Write],
    now: datetime,
    entropy: Entropy,
) -> None:
    pen = Pen(session, now=now, entropy=entropy)
    change = pen.write(
        {(documents.site(site), sites.KIND): writes},
        author=_OPERATOR,
        site=node.read(session).site,
    )
    pen.take_in([change])


def _settings_file(settings: Settings, node_id: str) -> str:
    lines = [
        "# Settings of this node; `dodomu settings` lists all of them.",
        f'role = "{settings.role}"',
        f'site = "{settings.site}"',
        f'node = "{node_id}"',
        f'secret_key_file = "{settings.keys.name}/{_SECRET_KEY}"',
    ]
    if settings.database_url:
        # A string of JSON is one of TOML too.
        lines.append(f"database_url = {json.dumps(settings.database_url)}")
    return "\n".join(lines) + "\n"
