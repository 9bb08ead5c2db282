"""What a form brings about on a phone: files that it needs, and where its answers go.

A form that needs a file opens only beside it. A form may name another server or a key of
its own, and its answers would never come here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from forms import xform

_ON_THE_PHONE: Final = "jr://instance/"
_FILES: Final = "jr://"
_ELSEWHERE: Final = {"action": "submission_url", "base64RsaPublicKey": "public_key"}


@dataclass(frozen=True, slots=True)
class Needed:
    """A file that a form needs beside itself.

    ``folder`` says what it is for: ``file-csv``, ``file``, ``images``, ``audio`` or
    ``video``; ``columns`` which ones the form's questions take from it.
    """

    name: str
    folder: str
    columns: frozenset[str] = frozenset()


def needed_files(html: etree._Element) -> Iterator[Needed]:
    """Yield each file that an XForm needs beside itself, once."""
    instances = {part.get("src"): part.get("id") for part in _all(html, "instance")}
    columns = _columns(html)
    texts = [value.text for value in _all(html, "value")]
    named = dict.fromkeys(text for text in (*instances, *texts) if text)
    for text in named:
        if text.startswith(_FILES) and not text.startswith(_ON_THE_PHONE):
            folder, _, name = text.removeprefix(_FILES).rpartition("/")
            taken = columns.get(instances.get(text) or "", frozenset())
            yield Needed(name, folder, taken)


def elsewhere(html: etree._Element) -> Iterator[str]:
    """Yield each setting by which answers go to another server or for another key."""
    for submission in _all(html, "submission"):
        yield from (
            column for name, column in _ELSEWHERE.items() if submission.get(name)
        )


def _columns(html: etree._Element) -> dict[str, frozenset[str]]:
    """Return which columns of which list are shown or kept as answers."""
    found: dict[str, frozenset[str]] = {}
    for itemset in _all(html, "itemset"):
        named = xform.LIST.search(itemset.get("nodeset", ""))
        taken = {part.get("ref", "") for part in itemset}
        plain = frozenset(name for name in taken if name and "(" not in name)
        if named:
            found[named[1]] = found.get(named[1], frozenset()) | plain
    return found


def _all(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    return parent.iter(f"{{{xform.XFORMS}}}{tag}")
