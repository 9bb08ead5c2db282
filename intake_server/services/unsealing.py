"""From what a phone sealed to what it says: opened before anybody waits for the store.

What is inside comes from outside as well. It is read without ever refusing it: whatever
is odd about it becomes the submission's problem, and it is kept as far as it could be
opened. Nothing is opened further than it may be large.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final
from zlib import MAX_WBITS, decompressobj, error

import msgspec

from forms.instance import LIMITS
from intake_server.security import envelope
from intake_server.security.keyring import Keyring
from intake_server.services import reading
from intake_server.services.reading import UNKNOWN_KEY, UNREAD, Incoming, Problem
from intake_server.services.storable import (
    DIGEST,
    are_attachments,
    is_based_on,
    is_storable,
)

UNFINISHED: Final = "unfinished"
"""The problem of a form that its author did not finish; a person does, at a desk."""

MOST_BYTES: Final = 4 * LIMITS.item_bytes
"""No submission says more than this, and no more of it is unpacked."""

ENVELOPE: Final = ("to", "key_id", "enc", "ct")
"""The parts of a sealed submission."""

_STATES: Final = ("finished", UNFINISHED)
_GZIP: Final = b"\x1f\x8b"
_FILE_KEY_BYTES: Final = 32
_ENTRY: Final = {
    "field": 1_000,
    "old": LIMITS.field_bytes,
    "new": LIMITS.field_bytes,
    "why": 2_000,
}
"""What an entry of a correction says, and the length that each may have."""
_MOST_ENTRIES: Final = 1_000
_LONGEST_NAME: Final = 120

_Said = Mapping[str, Any]


def info(to: str, form_id: str, instance_id: str) -> str:
    """Return what a submission is bound to while it is sealed."""
    return f"dodomu/submission/v1|{to}|{form_id}|{instance_id}"


def unseal(one: Incoming, ring: Keyring) -> Incoming:
    """Return what is inside a sealed submission; anything else as it is.

    One that no key here opens stays sealed. ``sent_as`` is by which digest its sender
    knows it.
    """
    if one.sealed is None or one.problem is not None or not _is_whole(one.sealed):
        return one
    pair = ring.opening(one.sealed["key_id"])
    if pair is None:
        return one
    bound = info(one.sealed["to"], one.form_id, one.instance_id or "")
    plain = envelope.opened(pair.private, one.sealed["enc"], one.sealed["ct"], bound)
    if plain is None:
        detail = (
            "the key that it names does not open it, or it is bound to another form"
        )
        return replace(one, problem=Problem(UNKNOWN_KEY, detail, "sealed"))
    unpacked = _unpacked(plain)
    if isinstance(unpacked, Problem):
        return replace(one, problem=unpacked)
    return replace(_inside(one, unpacked), sent_as=sent_as(one), sealed=None)


def _is_whole(sealed: _Said) -> bool:
    """Tell whether an envelope has all its parts; what was kept of old may not."""
    return all(isinstance(sealed.get(name), str) for name in ENVELOPE)


def sent_as(one: Incoming) -> bytes:
    """Return the SHA-256 by which the sender of a sealed submission knows it."""
    return sha256(reading.evidence_of(one)[0]).digest()


def _unpacked(plain: bytes) -> bytes | Problem:
    """Return what was pressed, or as it is; a problem where that has no good end."""
    if plain[:2] != _GZIP:
        return plain
    unpress = decompressobj(MAX_WBITS | 16)
    try:
        unpacked = unpress.decompress(plain, MOST_BYTES + 1)
    except error:
        return _unreadable("sealed", "what is inside cannot be unpacked")
    if len(unpacked) > MOST_BYTES:
        return Problem("too-large", f"at most {MOST_BYTES} inside", "sealed")
    if not unpress.eof:
        return _unreadable("sealed", "what is inside ends too early")
    return unpacked


def _inside(one: Incoming, plain: bytes) -> Incoming:
    """Return the submission that was sealed in another, with what is odd about it."""
    try:
        said = msgspec.json.decode(plain)
    except RecursionError:
        return _unread(one, plain, Problem("too-deep", "too many levels", "sealed"))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _unread(one, plain, _unreadable("sealed", "what is inside is no JSON"))
    fault = next(_faults_of_content(said), None)
    if fault is not None:
        return _unread(one, plain, fault)
    based_on, files = said.get("based_on"), said.get("attachments")
    return replace(
        one,
        xml=None if said.get("xml") is None else said["xml"].encode(),
        corrects=said.get("corrects"),
        based_on=based_on if based_on and is_based_on(based_on) else {},
        attachments=_named(files) if _are_files(files) else (),
        worker=_worker(said.get("worker")),
        problem=next(_faults_beside(said), None),
    )


def _worker(said: Any) -> str | None:
    """Return who filled a form in; nobody where that is no name."""
    if not isinstance(said, str) or not is_storable(said):
        return None
    return said[:_LONGEST_NAME].strip() or None


def _unread(one: Incoming, plain: bytes, problem: Problem) -> Incoming:
    """Keep what is inside as the text that it is."""
    text = plain.decode("utf-8", "backslashreplace")
    return replace(one, answers={UNREAD: text}, attachments=(), problem=problem)


def _faults_of_content(said: Any) -> Iterator[Problem]:
    """Yield why nothing can be read of what is inside."""
    if not isinstance(said, dict):
        yield _unreadable("sealed", "what is inside is no object")
        return
    given = [name for name in ("xml", "corrects") if said.get(name) is not None]
    if len(given) != 1:
        yield _unreadable("sealed", "exactly one of xml and corrects is needed inside")
    elif given == ["xml"] and not isinstance(said["xml"], str):
        yield _unreadable("xml", "must be a text")
    elif given == ["corrects"] and not _is_correction(said["corrects"]):
        yield _unreadable("corrects", "must name a form, and say old and new by field")


def _faults_beside(said: _Said) -> Iterator[Problem]:
    """Yield why what was read cannot be taken in all the same."""
    state = said.get("state", _STATES[0])
    if state not in _STATES:
        yield _unreadable("state", f"must be one of {', '.join(_STATES)}")
    if not is_based_on(said.get("based_on")):
        yield _unreadable("based_on", "must be lists of ids by document and cell")
    if not _are_files(said.get("attachments")):
        yield _unreadable("attachments", "must say name, digests, size and key of each")
    if state == UNFINISHED:
        yield Problem(UNFINISHED, "its author did not finish it")


def _is_correction(said: Any) -> bool:
    if not isinstance(said, dict):
        return False
    name, entries = said.get("instance_id"), said.get("entries")
    return (
        isinstance(name, str)
        and is_storable(name)
        and 0 < len(name) <= LIMITS.name_bytes
        and isinstance(entries, list)
        and 0 < len(entries) <= _MOST_ENTRIES
        and all(map(_is_entry, entries))
    )


def _is_entry(said: Any) -> bool:
    return isinstance(said, dict) and all(
        _is_text(said.get(name), longest, may_miss=name != "field")
        for name, longest in _ENTRY.items()
    )


def _is_text(value: Any, longest: int, *, may_miss: bool) -> bool:
    if value is None:
        return may_miss
    return isinstance(value, str) and len(value) <= longest and is_storable(value)


def _are_files(given: Any) -> bool:
    if given is None:
        return True
    return isinstance(given, list) and all(map(_is_file, given))


def _is_file(given: Any) -> bool:
    if not isinstance(given, dict):
        return False
    plain = {name: given.get(name) for name in ("name", "sha256", "size")}
    sealed, key = given.get("sealed"), given.get("key")
    return (
        are_attachments([plain])
        and isinstance(sealed, str)
        and DIGEST.match(sealed) is not None
        and isinstance(key, str)
        and len(envelope.decoded(key) or b"") == _FILE_KEY_BYTES
    )


def _named(files: Any) -> tuple[_Said, ...]:
    """Return of each file what it is, and by which key the one that comes is opened."""
    wanted = ("name", "sha256", "size", "sealed", "key")
    return tuple({name: file[name] for name in wanted} for file in files or ())


def _unreadable(field: str, detail: str) -> Problem:
    return Problem("unreadable-value", detail, field)
