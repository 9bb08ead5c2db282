"""Pictures as phones take them, with all that they say beside what they show."""

import io
import struct
import zlib

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

SECRETS = (b"Exif", b"http://ns.adobe.com", b"Photoshop 3.0", b"GPS", b"ICC_PROFILE")
"""What nobody may find in a copy."""

PLACE = "Shelter-at-49.27N-23.50E"
"""A word that stands in every corner of a picture that is no part of what it shows."""


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    """Return a picture with a place, a profile, a thumbnail and words beside it."""
    picture = Image.new("RGB", size, "#2a6f9f")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((size[0] // 3, size[1] // 4, size[0] * 2 // 3, size[1]), "#f0c36a")
    draw.rectangle((0, 0, size[0] // 8, size[1] // 8), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # it lies on its side
    exif[0x010E] = PLACE
    exif.get_ifd(0x8825)[2] = (49.0, 16.0, 12.0)
    exif.get_ifd(0x8825)[1] = "N"
    xmp = f"<x:xmpmeta xmlns:x='http://ns.adobe.com/x'>{PLACE}</x:xmpmeta>".encode()
    more = {"exif": exif.tobytes(), "icc_profile": b"\0" * 128 + PLACE.encode()}
    out = io.BytesIO()
    if kind == "PNG":
        words = PngInfo()
        words.add_text("Comment", PLACE)
        words.add_itxt("XML:com.adobe.xmp", xmp.decode())
        picture.save(out, kind, pnginfo=words, **more)
    elif kind == "WEBP":
        picture.save(out, kind, xmp=xmp, **more)
    else:
        picture.save(out, kind, xmp=xmp, comment=PLACE.encode(), **more)
        return with_iptc(out.getvalue())
    return out.getvalue()


def with_iptc(jpeg: bytes) -> bytes:
    """Return a JPEG with words in an IPTC record."""
    words = PLACE.encode()
    record = b"\x1c\x02\x78" + struct.pack(">H", len(words)) + words
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    segment = b"Photoshop 3.0\0" + block
    return (
        jpeg[:2]
        + b"\xff\xed"
        + struct.pack(">H", len(segment) + 2)
        + segment
        + jpeg[2:]
    )


def a_png_of(width: int, height: int) -> bytes:
    """Return a PNG that says it is so large, and holds as good as nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + end

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * min(20_000_000, width * height), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )
