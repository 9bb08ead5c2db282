"""A finished form as it came, for somebody's eyes: text, indented where that is safe.

What cannot be parsed is shown as it is. Nothing in it is resolved or fetched, and no
character in it hides, erases or turns around others.
"""

import json
from json import JSONDecodeError
from typing import Final

from lxml import etree

MOST_INDENTED: Final = 200_000
"""Of more bytes than this nobody reads the indentation."""

_TURNING: Final = (
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_UNSEEN: Final = {
    **{code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))},
    **{ord(sign): f"\\u{ord(sign):04x}" for sign in ("\ufeff", "\u2028", "\u2029")},
    **{ord(sign): f"\\u{ord(sign):04x}" for sign in _TURNING},
    ord("\n"): "\n",
    ord("\r"): "",
    ord("\t"): "  ",
}


def text(raw: bytes, *, is_xml: bool) -> str:
    """Return a form as text in lines.

    Args:
        raw: Its bytes as they came.
        is_xml: Whether they should be XML; otherwise JSON.
    """
    plain = raw.decode("utf-8", "backslashreplace")
    if len(raw) <= MOST_INDENTED:
        plain = _indented_xml(raw, plain) if is_xml else _indented_json(plain)
    whole = plain.encode("utf-8", "backslashreplace").decode("utf-8")
    return whole.translate(_UNSEEN).strip()


def _indented_xml(raw: bytes, plain: str) -> str:
    if b"<!DOCTYPE" in raw:
        return plain
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return plain
    return etree.tostring(root, pretty_print=True, encoding="unicode")


def _indented_json(plain: str) -> str:
    try:
        return json.dumps(json.loads(plain), ensure_ascii=False, indent=2)
    except (JSONDecodeError, RecursionError, ValueError):
        return plain
