"""Keeps what opens doors out of every log: keys and codes that stand in a path."""

import logging
import re
from typing import Final

from typing_extensions import override

_IN_PATH: Final = re.compile(r"/(key|sign-in|enrol)/[^/\s?\"']+")


def redacted(text: str) -> str:
    """Return the text with the key or code of each path replaced.

    Example:
        ``GET /key/abc/formList`` becomes ``GET /key/…/formList``.
    """
    return _IN_PATH.sub(r"/\1/…", text)


class RedactedRecord(logging.LogRecord):
    """A record whose message shows no key, whichever logger and handler it meets."""

    @override
    def getMessage(self) -> str:
        """Return the message as any handler may write it."""
        return redacted(super().getMessage())


def redact_logs() -> None:
    """Redact every record of this process from now on; repeating is harmless."""
    logging.setLogRecordFactory(RedactedRecord)
