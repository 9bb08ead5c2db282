"""What a file is, by its first bytes; what its sender calls it says nothing.

A picture is shown as a copy that was made anew. A document or a recording is given as
it is, to be saved and never shown in a page. Anything else is kept for a person to look
at, who has been told so.
"""

from enum import Enum
from typing import Final

import filetype

LOOKED_AT: Final = 8192
"""So many first bytes say what a file is."""


class State(Enum):
    """What can be done with a file."""

    PICTURE = "picture"
    UNREADABLE = "unreadable"
    DOCUMENT = "document"
    EVIDENCE = "evidence"


PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_DOCUMENTS: Final = {
    "application/pdf": "application/pdf",
    "audio/amr": "audio/amr",
    "audio/m4a": "audio/mp4",
    "audio/mp4": "audio/mp4",
    "video/mp4": "audio/mp4",
    "video/3gpp": "audio/mp4",
}
"""Phones write their recordings under several brands of one container."""
_OGG: Final = b"OggS"
_OPUS: Final = b"OpusHead"
_UNKNOWN: Final = "application/octet-stream"


def look(head: bytes) -> tuple[str, State]:
    """Return the media type and the state of a file; a picture may be unreadable yet.

    Args:
        head: Its first ``LOOKED_AT`` bytes.
    """
    if head.startswith(_OGG) and _OPUS in head[:64]:
        return "audio/ogg", State.DOCUMENT
    found = filetype.guess_mime(head) if head else None
    if found in PICTURES:
        return found, State.PICTURE
    if found in _DOCUMENTS:
        return _DOCUMENTS[found], State.DOCUMENT
    return found or _UNKNOWN, State.EVIDENCE


ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/amr": "amr",
    "audio/mp4": "m4a",
    "audio/ogg": "opus",
}
"""How the name of a file ends when it is saved; anything else is ``bin``."""
