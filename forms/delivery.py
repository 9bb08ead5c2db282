"""What a form brings about on a phone that no node could answer for.

Nodes send no files beside a form, so a form that needs one does not open; and a form
may name another server or a key of its own, and its answers would never come here.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from forms import xform

_ON_THE_PHONE: Final = "jr://instance/"
_FILES: Final = "jr://"
_ELSEWHERE: Final = {"action": "submission_url", "base64RsaPublicKey": "public_key"}


def needed_files(html: etree._Element) -> Iterator[str]:
    """Yield each file that an XForm needs beside itself, once."""
    sources = [instance.get("src") for instance in _all(html, "instance")]
    texts = [value.text for value in _all(html, "value")]
    named = dict.fromkeys(text for text in (*sources, *texts) if text)
    for text in named:
        if text.startswith(_FILES) and not text.startswith(_ON_THE_PHONE):
            yield text.rpartition("/")[2]


def elsewhere(html: etree._Element) -> Iterator[str]:
    """Yield each setting by which answers go to another server or for another key."""
    for submission in _all(html, "submission"):
        yield from (
            column for name, column in _ELSEWHERE.items() if submission.get(name)
        )


def _all(html: etree._Element, tag: str) -> Iterator[etree._Element]:
    return html.iter(f"{{{xform.XFORMS}}}{tag}")
