"""What is wrong with a machine and the node on it, each finding with its remedy."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import requests

import forms
import intake_server
import sync
from intake_server.config import Settings, read_key
from intake_server.errors import ConfigError, IntakeError
from intake_server.security.keyring import Keyring
from intake_server.services import noticing
from intake_server.services.nodes import DATABASE_KEY, NODE_KEY
from intake_server.storage import database as stores
from intake_server.storage import node, peers
from intake_server.storage.database import Database
from intake_server.storage.errors import StorageError

_TIMEOUT_S: Final = 5.0
_DOUBTFUL_MS: Final = 120_000
_FIRST_YEAR: Final = 2026
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what is to be said of it."""

    check: str
    is_ok: bool
    says: str


def examine(settings: Settings, *, now: datetime) -> tuple[Finding, ...]:
    """Look at everything that has kept nodes from working."""
    return (
        _packages(),
        _keys(settings),
        _safety(settings),
        _disk(settings),
        _clock(now),
        *_store(settings),
        *_upstream(settings),
        *_letters(settings),
    )


def _packages() -> Finding:
    """Look whether another distribution has put its own ``sync`` or ``forms`` first."""
    home = _folder(intake_server.__file__)
    strange = [
        package.__name__
        for package in (sync, forms)
        if _folder(package.__file__) != home
    ]
    if strange:
        says = f"{' and '.join(strange)} is not ours: install into an own virtualenv"
        return Finding("packages", is_ok=False, says=says)
    return Finding("packages", is_ok=True, says=f"all in {home}")


def _keys(settings: Settings) -> Finding:
    try:
        for name in (DATABASE_KEY, NODE_KEY):
            read_key(settings.keys / name)
        ring = Keyring(settings.keys)
        is_known = ring.seal is not None and ring.receipt is not None
    except ConfigError as error:
        return Finding("keys", is_ok=False, says=str(error))
    if not is_known:
        says = "those for phones are made when the node is next started"
        return Finding("keys", is_ok=True, says=says)
    return Finding("keys", is_ok=True, says="nobody else can read them")


def _safety(settings: Settings) -> Finding:
    try:
        settings.refuse_unsafe()
    except ConfigError as error:
        return Finding("settings", is_ok=False, says=str(error))
    return Finding("settings", is_ok=True, says="safe to serve with")


def _disk(settings: Settings) -> Finding:
    disk = shutil.disk_usage(settings.data)
    least = settings.least_free(disk.total)
    says = f"{disk.free // _MB} MB free, {least // _MB} needed"
    return Finding("disk", is_ok=disk.free >= least, says=says)


def _clock(now: datetime) -> Finding:
    is_ok = now.year >= _FIRST_YEAR
    hint = "" if is_ok else ": set it, and see that it is kept by NTP"
    return Finding("clock", is_ok=is_ok, says=f"{now:%Y-%m-%d %H:%M} UTC{hint}")


def _store(settings: Settings) -> tuple[Finding, ...]:
    try:
        key = read_key(settings.keys / DATABASE_KEY)
        with (
            Database(settings.store_url, key) as database,
            database.reading() as session,
        ):
            whole = stores.integrity(session)
            here = node.find(session)
            offsets = {p.site: p.clock_off_ms or 0 for p in peers.all_of(session)}
    except (IntakeError, StorageError) as error:
        return (Finding("store", is_ok=False, says=str(error)),)
    if here is None:
        return (Finding("store", is_ok=False, says="empty: say dodomu init"),)
    return (
        Finding("store", is_ok=whole == "ok", says=whole),
        *(
            Finding(
                "clock",
                is_ok=False,
                says=f"{site} is {offset // 1000} s ahead of this node: compare both",
            )
            for site, offset in offsets.items()
            if abs(offset) > _DOUBTFUL_MS
        ),
    )


def _upstream(settings: Settings) -> tuple[Finding, ...]:
    if not settings.upstream:
        return ()
    try:
        answer = requests.get(f"{settings.upstream}/healthz", timeout=_TIMEOUT_S)
    except requests.RequestException as error:
        says = f"{settings.upstream} does not answer: {type(error).__name__}"
        return (Finding("upstream", is_ok=False, says=says),)
    says = f"{settings.upstream} answers with {answer.status_code}"
    return (Finding("upstream", is_ok=answer.ok, says=says),)


def _letters(settings: Settings) -> tuple[Finding, ...]:
    """Look whether notices by e-mail go out, where somebody has set that up."""
    if not settings.smtp_host:
        return ()
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    if why := noticing.knock(settings):
        return (
            Finding("notices", is_ok=False, says=f"{place} does not answer: {why}"),
        )
    try:
        key = read_key(settings.keys / DATABASE_KEY)
        with Database(settings.store_url, key) as database:
            failed = noticing.trouble(database)
    except (IntakeError, StorageError) as error:
        return (Finding("notices", is_ok=False, says=str(error)),)
    if failed:
        kinds = ", ".join(sorted(set(failed)))
        says = f"{len(failed)} people were not reached the last time: {kinds}"
        return (Finding("notices", is_ok=False, says=says),)
    return (Finding("notices", is_ok=True, says=f"{place} answers"),)


def _folder(file: str | None) -> Path:
    return Path(file or "").resolve().parents[1]
