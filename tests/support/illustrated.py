"""A form with files beside it: a list to choose from, a picture, and the list of places."""

import zlib
from struct import pack
from typing import Final

from forms import catalogue
from forms.authoring import convert

FORM_ID: Final = "herbs"
SOURCE: Final = """
| survey |
| | type | name | label::Українська (uk) | label::English (en) | media::image::Українська (uk) | media::image::English (en) | bind::dodomu:home | bind::dodomu:property | bind::dodomu:policy | bind::dodomu:level | appearance | choice_filter |
| | select_one_from_file herbs.csv | herb | Трава | Herb | meadow.png | meadow.png | event | herb | review | restricted | | |
| | select_one_from_file katottg-hromadas-2026-07.csv | grown_in | Де росла | Grown in | | | event | grown_in | review | restricted | autocomplete | oblast = 'UA-46' |
| settings |
| | form_title | form_id | version | default_language | namespaces | attribute::dodomu:title_en |
| | Трави | herbs | 1 | Українська (uk) | dodomu="https://dodomu.org/xforms" | Herbs |
"""
HERBS: Final = "name,label\nmint,М’ята\nthyme,Чебрець\n".encode()


def a_picture(colour: bytes = b"\x00\x80\x00") -> bytes:
    """Return a picture of one dot."""
    header = pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(b"\0" + colour)),
        (b"IEND", b""),
    )
    chunks = b"".join(
        pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


FILES: Final = {"herbs.csv": HERBS, "meadow.png": a_picture()}


def illustrated(version: str = "1", **changed: bytes) -> catalogue.Form:
    """Return the form with its files, or with others in their place."""
    source = SOURCE.replace("| herbs | 1 |", f"| herbs | {version} |")
    return catalogue.form(convert(source, kind="md"), FILES | changed)
