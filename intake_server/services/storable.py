"""What every store can hold of the JSON that comes from outside: told, never refused."""

import re
from typing import Any, Final

DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
"""How a SHA-256 is written."""

INT64: Final = range(-(2**63), 2**63)
"""The whole numbers that every store can hold."""


def is_storable(text: str) -> bool:
    """Tell whether every store can hold a text."""
    return not any(
        character == "\0" or "\ud800" <= character <= "\udfff" for character in text
    )


def is_based_on(given: Any) -> bool:
    """Tell whether something is lists of ids by document and cell, or nothing."""
    if given is None:
        return True
    return isinstance(given, dict) and all(
        is_storable(doc)
        and isinstance(cells, dict)
        and all(map(_is_ids, cells.items()))
        for doc, cells in given.items()
    )


def _is_ids(cell: tuple[str, Any]) -> bool:
    name, ids = cell
    return (
        is_storable(name)
        and isinstance(ids, list)
        and all(isinstance(id, str) and is_storable(id) for id in ids)
    )


def are_attachments(given: Any) -> bool:
    """Tell whether something is files with ``name``, ``sha256`` and ``size``, or nothing."""
    if given is None:
        return True
    return isinstance(given, list) and all(map(_is_attachment, given))


def _is_attachment(given: Any) -> bool:
    if not isinstance(given, dict):
        return False
    name, digest, size = (given.get(key) for key in ("name", "sha256", "size"))
    return (
        isinstance(name, str)
        and is_storable(name)
        and isinstance(digest, str)
        and DIGEST.match(digest) is not None
        and isinstance(size, int)
        and size in INT64
        and set(given) == {"name", "sha256", "size"}
    )
