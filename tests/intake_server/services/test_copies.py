"""Pictures are made anew in a process of their own; what cannot be decoded stays kept."""

import io
import resource
from hashlib import sha256

import pytest
from pictures_taken import PLACE, SECRETS, a_photo, a_png_of
from PIL import Image

from intake_server import jobs
from intake_server.services import copies, darkroom
from intake_server.storage import blobs
from intake_server.storage import copies as kept

LIMITS = (darkroom.MOST_BYTES, darkroom.MOST_SECONDS)

pytestmark = pytest.mark.usefixtures("patient")


def worked_s():
    """Seconds that processes which have ended worked for this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def keep(centre, *files):
    with centre.database.transaction() as session:
        blobs.add_all(session, {sha256(file).digest(): file for file in files})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_what_a_picture_shows_is_in_its_copy(kind):
    photo = a_photo(kind)
    assert PLACE.encode() in photo

    made = copies.of(photo)

    for copy in (made.data, made.small):
        assert [word for word in (*SECRETS, PLACE.encode()) if word in copy] == []
        with Image.open(io.BytesIO(copy)) as picture:
            assert picture.format == "JPEG"
            assert dict(picture.getexif()) == {}
            assert set(picture.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
            }


def test_a_hundred_copies_hold_no_word_of_where_they_were_taken():
    """In this process: the other one would do the same, and take a minute."""
    for number in range(100):
        kind = ("JPEG", "PNG", "WEBP")[number % 3]
        photo = a_photo(kind, (50 + number, 40 + number % 7))
        for copy in darkroom.develop(photo):
            assert [w for w in (*SECRETS, PLACE.encode()) if w in copy] == []


def test_a_copy_stands_upright_and_is_no_larger_than_a_page_needs():
    made = copies.of(a_photo("JPEG", (3000, 1000)))

    with Image.open(io.BytesIO(made.data)) as whole:
        assert whole.size == (683, 2048)
        red, green, blue = whole.getpixel((whole.width - 5, 5))
        assert (red > 200, green < 60, blue < 60) == (True, True, True)
    with Image.open(io.BytesIO(made.small)) as small:
        assert max(small.size) == 480


def test_what_is_seen_through_stands_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (60, 40), (0, 0, 0, 0)).save(out, "PNG")

    with Image.open(io.BytesIO(copies.of(out.getvalue()).data)) as whole:
        assert whole.getpixel((30, 20)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_a_picture_of_any_kind_is_shown(mode):
    out = io.BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (60, 40)).save(out, kind)

    assert copies.of(out.getvalue()).state == "picture"


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(a_png_of(30_000, 30_000), id="pixels"),
        pytest.param(a_png_of(8_000, 5_001), id="just-too-many"),
        pytest.param(a_png_of(2**31 - 1, 2**31 - 1), id="beyond-counting"),
        pytest.param(a_photo()[:400], id="torn"),
        pytest.param(a_photo("PNG")[:200], id="torn-png"),
        pytest.param(a_photo("WEBP")[:100], id="torn-webp"),
        pytest.param(b"\xff\xd8\xff\xe0" + b"\0" * 99, id="no-jpeg"),
    ],
)
def test_what_cannot_be_decoded_is_unreadable_soon(bomb):
    began = worked_s()

    made = copies.of(bomb)

    assert (made.state, made.data, made.small) == ("unreadable", None, None)
    assert worked_s() - began < 5


@pytest.mark.parametrize(("rows", "state"), [(5_000, "picture"), (5_001, "unreadable")])
def test_a_picture_has_forty_million_pixels_and_no_more(rows, state):
    out = io.BytesIO()
    Image.new("1", (8_000, rows)).save(out, "PNG")

    assert copies.of(out.getvalue()).state == state


def test_a_picture_that_is_a_zip_too_is_a_picture_and_no_zip():
    zipped = b"PK\x03\x04" + b"payload" * 50 + b"PK\x05\x06" + b"\0" * 18

    made = copies.of(a_photo() + zipped)

    assert made.state == "picture"
    assert b"payload" not in made.data + made.small


def test_the_job_makes_every_copy_once(centre):
    keep(centre, a_photo(), a_photo()[:300], b"%PDF-1.7", b"<html>", b"")

    jobs.make_copies(centre.database)

    with centre.database.reading() as session:
        assert kept.wanting(session, limit=9) == ()
        states = [
            kept.find(session, sha256(file).digest()).state
            for file in (a_photo(), a_photo()[:300], b"%PDF-1.7", b"<html>", b"")
        ]
    assert states == ["picture", "unreadable", "document", "evidence", "evidence"]
    assert copies.make_waiting(centre.database) == 0


def test_no_copy_is_made_of_what_is_not_here(centre):
    assert copies.make(centre.database, bytes(32)) is None


def test_the_process_takes_no_more_than_it_may():
    """A decoder that asks for more gets nothing, and the picture is unreadable."""
    assert LIMITS == (1 << 30, 10)
    assert copies.of(a_png_of(6_300, 6_300)).state in ("picture", "unreadable")
