"""Decodes one picture that anybody may have made, in a process of its own.

It is run as a module: the picture comes in on standard input, the copies go out on
standard output, and nothing else of it leaves. It may take so much memory and so long,
and write no file. Of the original nothing but what it shows goes into the copies: no
EXIF, XMP, IPTC, place, profile or thumbnail.
"""

import io
import resource
import struct
import sys
import warnings
from typing import Final

MOST_BYTES: Final = 1 << 30
MOST_SECONDS: Final = 10
MOST_PIXELS: Final = 40_000_000
EDGE: Final = 2048
SMALL_EDGE: Final = 480
UNREADABLE: Final = 3
"""The exit code of a picture that cannot be decoded."""

LENGTHS: Final = struct.Struct(">II")
"""Stands before the two copies: how long each of them is."""

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITY: Final = 85


def limit() -> None:
    """Take no more memory and time than a picture may cost."""
    for what, most in (
        (resource.RLIMIT_AS, MOST_BYTES),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def develop(original: bytes) -> tuple[bytes, bytes]:
    """Return a picture made anew, as JPEG, and a small one.

    Raises:
        Exception: It cannot be decoded, or is larger than a picture may be.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 - after the limits are set

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(original), formats=_FORMATS) as opened:
        opened.draft("RGB", (EDGE, EDGE))
        opened.thumbnail((EDGE, EDGE))
        upright = ImageOps.exif_transpose(opened)
    sheet = Image.new("RGB", upright.size, "white")
    ink = upright.convert("RGBA")
    sheet.paste(ink, mask=ink.getchannel("A"))
    small = sheet.copy()
    small.thumbnail((SMALL_EDGE, SMALL_EDGE))
    return _jpeg(sheet), _jpeg(small)


def _jpeg(picture: "Image") -> bytes:  # type: ignore[name-defined]  # noqa: F821
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def main() -> int:
    """Develop what comes in; return the exit code."""
    limit()
    original = sys.stdin.buffer.read()
    try:
        whole, small = develop(original)
    except Exception:  # noqa: BLE001 - whatever a decoder finds, it cannot be read
        return UNREADABLE
    sys.stdout.buffer.write(LENGTHS.pack(len(whole), len(small)) + whole + small)
    return 0


if __name__ == "__main__":
    sys.exit(main())
