"""What somebody could post who has a phone's key, or sits at a coordinator's desk.

Each family makes one kind of harm, another one for each seed. ``COUNT`` families make
the corpus that every run posts; a long run goes around them again and again.
"""

import gzip
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, Final

import zstandard
from pictures_taken import a_photo, a_png_of
from PIL import Image

BOUNDARY: Final = "dodomu-boundary"
JSON: Final = "application/json"
PART: Final = "application/offset+octet-stream"


@dataclass(frozen=True, slots=True)
class Post:
    """A request as it goes over the line.

    ``path`` holds ``{key}`` where the phone's key belongs. ``as_who`` says who posts:
    ``phone`` with a bearer token, ``key`` by the path, ``desk`` with a session.
    ``is_cut`` says that the line breaks in the middle of the body. ``named`` are files
    that a form names before.
    """

    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    as_who: str = "phone"
    is_cut: bool = False
    named: tuple[bytes, ...] = ()


Family = Callable[[Random], Post]
FAMILIES: Final[dict[str, Family]] = {}


def posts(count: int) -> Iterator[tuple[str, Post]]:
    """Yield so many posts, family by family, each from a seed of its own."""
    names = list(FAMILIES)
    for number in range(count):
        name = names[number % len(names)]
        yield f"{name}-{number}", FAMILIES[name](Random(f"{name} {number}"))


def _family(make: Family) -> Family:
    FAMILIES[make.__name__.strip("_")] = make
    return make


def form(instance: str, inside: bytes = b"", head: bytes = b"") -> bytes:
    """Return a reception form with something inside."""
    meta = f"<meta><instanceID>uuid:{instance}</instanceID></meta>".encode()
    return (
        head
        + b'<data id="reception" version="2026112201">'
        + inside
        + meta
        + b"</data>"
    )


def multipart(*parts: tuple[str, str | None, bytes], boundary: str = BOUNDARY) -> bytes:
    """Return parts as a browser would send them; names go in as they are."""
    out = []
    for name, filename, content in parts:
        head = f'form-data; name="{name}"'
        if filename is not None:
            head += f'; filename="{filename}"\r\nContent-Type: application/octet-stream'
        out.append(f"--{boundary}\r\nContent-Disposition: {head}\r\n\r\n".encode())
        out.append(content + b"\r\n")
    return b"".join((*out, f"--{boundary}--\r\n".encode()))


def _collect(*parts: tuple[str, str | None, bytes], **more: Any) -> Post:
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return Post(
        "/key/{key}/submission",
        more.pop("body", None) or multipart(*parts),
        more.pop("headers", headers),
        as_who="key",
        **more,
    )


def _xml(chance: Random, inside: bytes = b"", head: bytes = b"") -> Post:
    xml = form(f"{chance.getrandbits(64):x}", inside, head)
    return _collect(("xml_submission_file", "submission.xml", xml))


def _file(chance: Random, content: bytes, name: str = "photo.jpg") -> Post:
    xml = form(f"{chance.getrandbits(64):x}", b"<photo_id>photo.jpg</photo_id>")
    return _collect(
        ("xml_submission_file", "submission.xml", xml), (name, name, content)
    )


def _batch(chance: Random, value: bytes | object, **headers: str) -> Post:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Post(
        "/api/v1/submissions", body, {"Content-Type": JSON, **headers}, as_who="phone"
    )


def _item(chance: Random, **more: object) -> dict[str, object]:
    said = {
        "instance_id": f"uuid:{chance.getrandbits(64):x}",
        "form_id": "reception",
        "form_version": "1",
        "answers": {},
    }
    return {"submissions": [{**said, **more}]}


def _part(content: bytes, data: bytes, **headers: str) -> Post:
    said = {"Tus-Resumable": "1.0.0", "Content-Type": PART, "Upload-Offset": "0"}
    return Post(
        f"/api/v1/blobs/{sha256(content).hexdigest()}",
        data,
        {**said, **{name.replace("_", "-"): text for name, text in headers.items()}},
        method="PATCH",
        named=(content,),
    )


def _workbook(content: bytes, name: str = "form.xlsx") -> Post:
    return Post(
        "/forms",
        multipart(("csrf", None, b"{csrf}"), ("file", name, content)),
        {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        as_who="desk",
    )


def zipped(parts: Mapping[str, bytes], level: int = 9) -> bytes:
    """Return a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def an_excel(sheet: bytes, **more: bytes) -> bytes:
    """Return what Excel would take for a workbook with one sheet."""
    kinds = "http://schemas.openxmlformats.org"
    main = f"{kinds}/spreadsheetml/2006/main"
    links = f"{kinds}/package/2006/relationships"
    office = f"{kinds}/officeDocument/2006/relationships"
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = (
        f'<Types xmlns="{kinds}/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{xlsx}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{xlsx}.worksheet+xml"/>'
        "</Types>"
    )
    book = (
        f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="survey" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    return zipped(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": (
                f'<Relationships xmlns="{links}"><Relationship Id="rId1"'
                f' Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ).encode(),
            "xl/workbook.xml": book.encode(),
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{links}"><Relationship Id="rId1"'
                f' Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
                "</Relationships>"
            ).encode(),
            "xl/worksheets/sheet1.xml": sheet.replace(b"{main}", main.encode()),
            **{name.replace("__", "/"): content for name, content in more.items()},
        }
    )


# XML


@_family
def document_type(chance: Random) -> Post:
    return _xml(chance, head=b"<!DOCTYPE data>")


@_family
def a_billion_laughs(chance: Random) -> Post:
    depth, wide = chance.randrange(5, 40), chance.randrange(5, 15)
    entities = "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * wide}">' for n in range(1, depth)
    )
    head = f'<!DOCTYPE d [<!ENTITY a0 "ha">{entities}]>'.encode()
    return _xml(chance, f"<x>&a{depth - 1};</x>".encode(), head)


@_family
def quadratic_entities(chance: Random) -> Post:
    size = chance.randrange(10_000, 100_000)
    head = b'<!DOCTYPE d [<!ENTITY a "' + b"a" * size + b'">]>'
    return _xml(chance, b"<x>" + b"&a;" * size + b"</x>", head)


@_family
def a_file_of_ours(chance: Random) -> Post:
    target = chance.choice(
        ["file:///etc/passwd", "http://127.0.0.1:1/", "php://x", "//unc/x"]
    )
    head = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{target}">]>'.encode()
    return _xml(chance, b"<x>&x;</x>", head)


@_family
def parameter_entities(chance: Random) -> Post:
    head = b'<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>'
    return _xml(chance, b"<x/>", head)


@_family
def depth(chance: Random) -> Post:
    levels = chance.choice([65, 300, 5_000, 100_000])
    return _xml(chance, b"<a>" * levels + b"</a>" * levels)


@_family
def element_count(chance: Random) -> Post:
    return _xml(chance, b"<a/>" * chance.randrange(20_000, 200_000))


@_family
def attributes(chance: Random) -> Post:
    many = b" ".join(
        f'a{n}="{chance.random()}"'.encode()
        for n in range(chance.randrange(1_000, 30_000))
    )
    return _xml(chance, b"<x " + many + b"/>")


@_family
def one_huge_attribute(chance: Random) -> Post:
    return _xml(
        chance, b'<x a="' + b"y" * chance.randrange(300_000, 3_000_000) + b'"/>'
    )


@_family
def huge_text(chance: Random) -> Post:
    return _xml(chance, b"<x>" + b"y" * chance.randrange(300_000, 9_000_000) + b"</x>")


@_family
def huge_name(chance: Random) -> Post:
    return _xml(chance, b"<" + b"n" * chance.randrange(300, 2_000_000) + b"/>")


@_family
def namespaces(chance: Random) -> Post:
    count = chance.randrange(100, 5_000)
    many = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(count))
    return _xml(chance, f"<x {many}/>".encode())


@_family
def processing_instructions(chance: Random) -> Post:
    return _xml(chance, b"<?x y?>" * chance.randrange(1_000, 100_000))


@_family
def comments_without_end(chance: Random) -> Post:
    return _xml(chance, b"<!--" + b"-" * chance.randrange(10, 1_000_000))


@_family
def odd_encodings(chance: Random) -> Post:
    name = chance.choice(["utf-16", "utf-32", "cp037", "utf-7", "latin-1"])
    xml = form(f"{chance.getrandbits(64):x}").decode().encode(name, "replace")
    return _collect(("xml_submission_file", "s.xml", xml))


@_family
def noise_as_a_form(chance: Random) -> Post:
    noise = chance.randbytes(chance.randrange(0, 300_000))
    return _collect(("xml_submission_file", "s.xml", noise))


# pictures and other files


@_family
def pixel_bomb_png(chance: Random) -> Post:
    side = chance.choice([8_000, 30_000, 65_000, 2**31 - 1])
    return _file(chance, a_png_of(side, side))


@_family
def pixel_bomb_jpeg(chance: Random) -> Post:
    photo = bytearray(a_photo())
    at = photo.index(b"\xff\xc0") + 5
    photo[at : at + 4] = struct.pack(">HH", 65_500, chance.randrange(30_000, 65_500))
    return _file(chance, bytes(photo))


@_family
def pixel_bomb_webp(chance: Random) -> Post:
    bits = (16_383 | 16_383 << 14).to_bytes(4, "little")
    body = b"VP8L" + struct.pack("<I", 30) + b"\x2f" + bits + chance.randbytes(25)
    return _file(chance, b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)


@_family
def pixel_bomb_gif(chance: Random) -> Post:
    head = b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x80\0\0" + bytes(6)
    return _file(chance, head + b"\x2c" + chance.randbytes(500) + b"\x3b")


@_family
def animation_without_end(chance: Random) -> Post:
    frames = [Image.new("P", (8, 8), n % 255) for n in range(chance.randrange(50, 300))]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return _file(chance, out.getvalue())


@_family
def png_of_texts(chance: Random) -> Post:
    text = zlib.compress(b"a" * chance.randrange(1_000_000, 50_000_000), 9)
    chunk = b"zTXtk\0\0" + text
    packed = struct.pack(">I", len(chunk) - 4) + chunk
    png = a_photo("PNG")
    return _file(
        chance, png[:33] + packed + struct.pack(">I", zlib.crc32(chunk)) + png[33:]
    )


@_family
def torn_picture(chance: Random) -> Post:
    photo = a_photo(chance.choice(["JPEG", "PNG", "WEBP"]))
    return _file(chance, photo[: chance.randrange(1, len(photo))])


@_family
def damaged_picture(chance: Random) -> Post:
    photo = bytearray(a_photo(chance.choice(["JPEG", "PNG", "WEBP"])))
    for _ in range(chance.randrange(1, 200)):
        photo[chance.randrange(len(photo))] = chance.randrange(256)
    return _file(chance, bytes(photo))


@_family
def gif_that_is_a_script(chance: Random) -> Post:
    return _file(chance, b"GIF89a/*" + chance.randbytes(20) + b"*/=1;alert(1)")


@_family
def pdf_that_is_a_page(chance: Random) -> Post:
    return _file(
        chance, b"%PDF-1.4\n<html><script>alert(1)</script>" + chance.randbytes(9)
    )


@_family
def jpeg_that_is_a_zip(chance: Random) -> Post:
    return _file(chance, a_photo() + zipped({"run.exe": chance.randbytes(500)}))


@_family
def svg_with_a_script(chance: Random) -> Post:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    return _file(chance, b"<?xml version='1.0'?>" + svg + chance.randbytes(5), "a.svg")


@_family
def page_called_picture(chance: Random) -> Post:
    return _file(chance, b"<html><body onload=alert(1)>" + chance.randbytes(50))


@_family
def program_called_picture(chance: Random) -> Post:
    head = chance.choice([b"MZ", b"\x7fELF", b"#!/bin/sh\n", b"PK\x03\x04"])
    return _file(chance, head + chance.randbytes(5_000))


@_family
def zip_bomb_as_a_file(chance: Random) -> Post:
    return _file(
        chance, zipped({"a": bytes(chance.randrange(10**6, 3 * 10**7))}), "a.zip"
    )


@_family
def file_that_is_too_large(chance: Random) -> Post:
    return _file(chance, bytes(chance.randrange(10_000_001, 14_000_000)))


@_family
def file_of_no_bytes(chance: Random) -> Post:
    return _file(chance, b"")


@_family
def names_that_are_paths(chance: Random) -> Post:
    names = [
        "../../../../etc/passwd",
        "/etc/cron.d/x",
        "..\\..\\windows\\win.ini",
        "C:\\x.jpg",
        "a\0b.jpg",
        "%2e%2e%2fx",
        "x" * 10_000,
        "\u202egpj.exe",
        "....//....//x",
        "~/.ssh/authorized_keys",
        ".",
        "..",
        " ",
        "con.jpg",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16") + ".jpg",
    ]
    return _file(chance, b"x", chance.choice(names))


# multipart


def _odd(chance: Random, content_type: str, body: bytes) -> Post:
    return Post(
        "/key/{key}/submission", body, {"Content-Type": content_type}, as_who="key"
    )


@_family
def no_boundary(chance: Random) -> Post:
    body = multipart(("xml_submission_file", "s.xml", form("1")))
    return _odd(chance, "multipart/form-data", body)


@_family
def another_boundary(chance: Random) -> Post:
    body = multipart(("xml_submission_file", "s.xml", form("1")))
    return _odd(chance, f"multipart/form-data; boundary={chance.random()}", body)


@_family
def boundary_without_end(chance: Random) -> Post:
    body = multipart(("xml_submission_file", "s.xml", form("1")))
    name = "b" * chance.choice([71, 500, 5_000])
    return _odd(chance, f"multipart/form-data; boundary={name}", body)


@_family
def thousands_of_parts(chance: Random) -> Post:
    count = chance.randrange(900, 20_000)
    return _collect(*((f"p{n}", f"{n}.jpg", b"x") for n in range(count)))


@_family
def thousands_of_fields(chance: Random) -> Post:
    count = chance.randrange(900, 20_000)
    return _collect(*((f"p{n}", None, b"x") for n in range(count)))


@_family
def nested_parts(chance: Random) -> Post:
    inner = multipart(("a", "a.jpg", b"x"), boundary="inner")
    for _ in range(chance.randrange(1, 50)):
        inner = b"Content-Type: multipart/mixed; boundary=inner\r\n\r\n" + inner
    xml = form(f"{chance.getrandbits(64):x}")
    return _collect(("xml_submission_file", "s.xml", xml), ("n", "n", inner))


@_family
def parts_without_names(chance: Random) -> Post:
    body = (
        f"--{BOUNDARY}\r\nContent-Type: text/xml\r\n\r\n<data/>\r\n--{BOUNDARY}--\r\n"
    )
    return _collect(body=body.encode())


@_family
def several_forms_in_one(chance: Random) -> Post:
    forms = [form(f"{chance.getrandbits(64):x}") for _ in range(chance.randrange(2, 9))]
    return _collect(*(("xml_submission_file", "s.xml", one) for one in forms))


@_family
def parts_of_one_name(chance: Random) -> Post:
    xml = form(f"{chance.getrandbits(64):x}")
    files = [
        ("a", "a.jpg", chance.randbytes(9)) for _ in range(chance.randrange(2, 90))
    ]
    return _collect(("xml_submission_file", "s.xml", xml), *files)


@_family
def headers_without_end(chance: Random) -> Post:
    head = "".join(f"X-{n}: {'y' * 50}\r\n" for n in range(chance.randrange(50, 9_000)))
    body = f"--{BOUNDARY}\r\n{head}\r\nx\r\n--{BOUNDARY}--\r\n"
    return _collect(body=body.encode())


@_family
def torn_multipart(chance: Random) -> Post:
    body = multipart(("xml_submission_file", "s.xml", form("1")))
    return _collect(body=body[: chance.randrange(1, len(body))])


@_family
def a_post_that_breaks_off(chance: Random) -> Post:
    post = _file(chance, chance.randbytes(200_000))
    return Post(post.path, post.body, post.headers, as_who="key", is_cut=True)


# the JSON API


@_family
def gzip_bomb(chance: Random) -> Post:
    size = chance.randrange(10**7, 10**8)
    return _batch(chance, gzip.compress(b" " * size), **{"Content-Encoding": "gzip"})


@_family
def gzip_in_gzip(chance: Random) -> Post:
    body = gzip.compress(gzip.compress(bytes(10**7)))
    return _batch(chance, body, **{"Content-Encoding": "gzip"})


@_family
def zstd_bomb(chance: Random) -> Post:
    size = chance.randrange(10**7, 10**8)
    body = zstandard.compress(bytes(size))
    return _batch(chance, body, **{"Content-Encoding": "zstd"})


@_family
def zstd_window(chance: Random) -> Post:
    head = b"\x28\xb5\x2f\xfd\x00" + bytes([chance.randrange(0x80, 0x100)])
    body = head + chance.randbytes(500)
    return _batch(chance, body, **{"Content-Encoding": "zstd"})


@_family
def deep_json(chance: Random) -> Post:
    levels = chance.choice([100, 900, 100_000, 900_000])
    return _batch(
        chance, b"[" * levels + b"]" * (levels if chance.random() > 0.5 else 0)
    )


@_family
def deep_answers(chance: Random) -> Post:
    levels = chance.randrange(65, 950)
    inside = b'{"a":' * levels + b"1" + b"}" * levels
    body = (
        json.dumps(_item(chance))
        .encode()
        .replace(b'"answers": {}', b'"answers": ' + inside)
    )
    return _batch(chance, body)


@_family
def wide_answers(chance: Random) -> Post:
    many = {f"a{n}": n for n in range(chance.randrange(20_000, 100_000))}
    return _batch(chance, _item(chance, answers=many))


@_family
def huge_numbers(chance: Random) -> Post:
    digits = "9" * chance.randrange(20, 200_000)
    return _batch(
        chance, f'{{"submissions": [{{"answers": {{"a": {digits}}}}}]}}'.encode()
    )


@_family
def odd_attachments(chance: Random) -> Post:
    odd = chance.choice(
        [
            {"name": "../x", "sha256": "0" * 64, "size": -1},
            {"name": "x" * 50_000, "sha256": "f" * 64, "size": 2**63 - 1},
            {"name": "", "sha256": "0" * 64, "size": 2**70},
            {"name": "x", "sha256": "../" * 21 + "a", "size": 0},
            {"name": "\ud800", "sha256": "0" * 64, "size": 0},
            {"name": "x", "sha256": None, "size": "0"},
        ]
    )
    return _batch(chance, _item(chance, attachments=[odd]))


@_family
def thousands_of_attachments(chance: Random) -> Post:
    many = [
        {"name": str(n), "sha256": chance.randbytes(32).hex(), "size": n}
        for n in range(chance.randrange(1_000, 15_000))
    ]
    return _batch(chance, _item(chance, attachments=many))


# files in parts


@_family
def odd_offset(chance: Random) -> Post:
    content = chance.randbytes(500)
    odd = chance.choice(["-1", "1", "9" * 40, "0x0", "", "NaN", "0,0", "+0", "1e9"])
    return _part(content, content, Upload_Offset=odd)


@_family
def odd_length(chance: Random) -> Post:
    content = chance.randbytes(500)
    odd = chance.choice(["-1", "0", "1", str(10**12), "9" * 40, "x", "500.0"])
    return _part(content, content, Upload_Length=odd)


@_family
def more_than_was_said(chance: Random) -> Post:
    content = chance.randbytes(500)
    return _part(content, content + bytes(chance.randrange(1, 3_000_000)))


@_family
def another_file_in_parts(chance: Random) -> Post:
    content = chance.randbytes(500)
    return _part(content, content[::-1])


@_family
def part_that_breaks_off(chance: Random) -> Post:
    content = chance.randbytes(50_000)
    post = _part(content, content)
    return Post(
        post.path, post.body, post.headers, "PATCH", is_cut=True, named=(content,)
    )


@_family
def file_that_nobody_named(chance: Random) -> Post:
    post = _part(chance.randbytes(500), chance.randbytes(500))
    return Post(post.path, post.body, post.headers, "PATCH")


# workbooks


@_family
def workbook_bomb(chance: Random) -> Post:
    size = chance.choice([5_000_000, 20_000_000, 31_000_000, 200_000_000])
    return _workbook(an_excel(_zeros(size)))


@_family
def workbook_of_cells(chance: Random) -> Post:
    cell = b'<c t="inlineStr"><is><t>a</t></is></c>'
    row = b"<row>" + cell * chance.randrange(10, 200) + b"</row>"
    rows = row * (chance.choice([2_000_000, 8_000_000, 31_000_000]) // len(row))
    sheet = (
        b'<worksheet xmlns="{main}"><sheetData>' + rows + b"</sheetData></worksheet>"
    )
    return _workbook(an_excel(sheet))


@_family
def workbook_that_just_fits(chance: Random) -> Post:
    cells = "".join(
        f'<c t="inlineStr"><is><t>{chance.getrandbits(40):x}</t></is></c>'
        for _ in range(chance.randrange(10, 100))
    )
    rows = f"<row>{cells}</row>".encode() * (950_000 // (len(cells) + 11))
    sheet = (
        b'<worksheet xmlns="{main}"><sheetData>' + rows + b"</sheetData></worksheet>"
    )
    return _workbook(an_excel(sheet, xl__media__a=chance.randbytes(20_000)))


@_family
def workbook_far_away(chance: Random) -> Post:
    cell = (
        b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>a</t></is></c></row>'
    )
    sheet = (
        b'<worksheet xmlns="{main}"><sheetData>' + cell + b"</sheetData></worksheet>"
    )
    return _workbook(an_excel(sheet))


@_family
def workbook_with_entities(chance: Random) -> Post:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 15))
    head = f'<!DOCTYPE d [<!ENTITY a0 "ha">{entities}]>'.encode()
    sheet = (
        head
        + b'<worksheet xmlns="{main}"><sheetData><row><c t="inlineStr"><is><t>&a14;'
    )
    return _workbook(an_excel(sheet + b"</t></is></c></row></sheetData></worksheet>"))


@_family
def workbook_of_many_parts(chance: Random) -> Post:
    parts = {f"xl/{n}.xml": b"" for n in range(chance.randrange(1_001, 9_000))}
    return _workbook(zipped(parts))


@_family
def workbook_that_lies(chance: Random) -> Post:
    packed = bytearray(an_excel(_zeros(chance.randrange(40_000_000, 90_000_000))))
    at = packed.rindex(b"xl/worksheets/sheet1.xml") - 46
    packed[at + 24 : at + 28] = struct.pack("<I", 1000)
    return _workbook(bytes(packed))


@_family
def torn_workbook(chance: Random) -> Post:
    whole = an_excel(b'<worksheet xmlns="{main}"/>')
    return _workbook(whole[: chance.randrange(1, len(whole))])


@_family
def noise_as_a_workbook(chance: Random) -> Post:
    name = chance.choice(["form.xlsx", "form.md", "form.xml"])
    return _workbook(chance.randbytes(chance.randrange(1, 100_000)), name)


@_family
def form_of_entities(chance: Random) -> Post:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 15))
    head = f'<!DOCTYPE d [<!ENTITY a0 "ha">{entities}]>'
    return _workbook(f"{head}<h>&a14;</h>".encode(), "form.xml")


def _zeros(size: int) -> bytes:
    start = b'<worksheet xmlns="{main}"><sheetData><row><c t="inlineStr"><is><t>'
    return start + b"0" * size + b"</t></is></c></row></sheetData></worksheet>"


COUNT: Final = len(FAMILIES)
