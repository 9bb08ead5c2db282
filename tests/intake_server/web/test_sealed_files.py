"""Files come sealed, each with its own key, and stand like any other once opened."""

from hashlib import sha256

import pytest
from pictures_taken import a_photo
from sealed import CHUNK, SealedFile, a_sealed_file, a_sealed_form
from servers import MORNING, SITE, a_server
from tus import head, patch, stands

from intake_server.security import envelope
from intake_server.security.keyring import Keyring
from intake_server.services import copies, reopening, uploads
from intake_server.services.nodes import keep
from intake_server.storage import blobs
from intake_server.storage import copies as made

PHOTO = bytes(range(256)) * 1000
FILE = a_sealed_file("0.jpg", PHOTO)


@pytest.fixture
def server(tmp_path, stores):
    with a_server(tmp_path, stores, site=SITE) as server:
        server.with_keys()
        yield server


@pytest.fixture
def key(server):
    return Keyring(server.settings.keys).seal.public


def form(key, *files, **more):
    return a_sealed_form(key, files=files, family_name="Ремез", photo="0.jpg", **more)


def kept(server, digest):
    with server.database.reading() as session:
        return blobs.find(session, bytes.fromhex(digest))


def plain_digest(file):
    return sha256(file.plain).hexdigest()


def test_a_receipt_names_what_shall_come_by_its_sealed_digest(server, device, key):
    (first,) = server.send(device, form(key, FILE))
    patch(server, device, FILE.sealed, digest=FILE.digest)
    (after,) = server.send(device, form(key, FILE))

    assert (first["status"], first["missing"]) == ("stored", [FILE.digest])
    assert (after["status"], after["missing"]) == ("duplicate", [])
    assert "left_out" not in after


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7]
)
def test_a_file_of_any_length_is_kept_byte_for_byte(server, device, key, size):
    file = a_sealed_file("0.jpg", (b"\xff\xd8" + bytes(range(256)) * 1000)[:size])
    server.send(device, form(key, file))
    assert stands(head(server, device, file.digest)) == (0, len(file.sealed))

    answer = patch(server, device, file.sealed, digest=file.digest)

    assert answer.status_code == 204
    assert kept(server, plain_digest(file)) == file.plain
    assert kept(server, file.digest) is None
    assert server.send(device, form(key, file))[0]["missing"] == []


def test_a_sealed_file_goes_on_where_it_stopped(server, device, key):
    server.send(device, form(key, FILE))

    for start in range(0, len(FILE.sealed), 70_001):
        part = FILE.sealed[start : start + 70_001]
        answer = patch(server, device, part, offset=start, digest=FILE.digest)
        assert answer.status_code == 204

    assert kept(server, plain_digest(FILE)) == PHOTO
    length = len(FILE.sealed)
    assert stands(head(server, device, FILE.digest)) == (length, length)


def test_a_file_sent_twice_is_there_once(server, device, key):
    server.send(device, form(key, FILE))
    patch(server, device, FILE.sealed, digest=FILE.digest)

    again = patch(server, device, b"", offset=len(FILE.sealed), digest=FILE.digest)
    anew = patch(server, device, FILE.sealed, digest=FILE.digest)

    assert (again.status_code, anew.status_code) == (204, 409)
    assert kept(server, plain_digest(FILE)) == PHOTO


def test_the_answer_means_the_file_by_its_own_digest(server, device, key, worker):
    server.send(device, form(key, FILE))
    patch(server, device, FILE.sealed, digest=FILE.digest)

    found = server.get("/api/v1/records?kind=person", worker).json["records"]

    assert [one["values"]["photo"] for one in found] == [plain_digest(FILE)]


def test_a_sealed_picture_is_shown_without_what_the_camera_wrote(server, device, key):
    file = a_sealed_file("0.jpg", a_photo())
    server.send(device, form(key, file))
    patch(server, device, file.sealed, digest=file.digest)

    copies.make_waiting(server.database)

    with server.database.reading() as session:
        copy = made.find(session, bytes.fromhex(plain_digest(file)))
    assert copy.data.startswith(b"\xff\xd8")
    assert b"Exif" in file.plain
    assert b"Exif" not in copy.data


def damaged(how):
    other = a_sealed_file("0.jpg", PHOTO)
    return {
        "another key": SealedFile("0.jpg", PHOTO, FILE.sealed, other.key),
        "another file": SealedFile("0.jpg", PHOTO + b"x", FILE.sealed, FILE.key),
        "cut": SealedFile("0.jpg", PHOTO, FILE.sealed[: CHUNK + 16], FILE.key),
        "chunks changed round": SealedFile(
            "0.jpg",
            PHOTO,
            FILE.sealed[CHUNK + 16 : 2 * (CHUNK + 16)]
            + FILE.sealed[: CHUNK + 16]
            + FILE.sealed[2 * (CHUNK + 16) :],
            FILE.key,
        ),
        "a bit": SealedFile(
            "0.jpg", PHOTO, FILE.sealed[:-1] + bytes([FILE.sealed[-1] ^ 1]), FILE.key
        ),
        "nothing": SealedFile("0.jpg", PHOTO, b"short", FILE.key),
    }[how]


@pytest.mark.parametrize(
    "how",
    ["another key", "another file", "cut", "chunks changed round", "a bit", "nothing"],
)
def test_a_file_that_does_not_open_is_kept_as_it_came_and_its_sender_is_told(
    server, device, key, how
):
    file = damaged(how)
    server.send(device, form(key, file))
    length = {"Upload-Length": str(len(file.sealed))}

    answer = patch(server, device, file.sealed, digest=file.digest, **length)
    (receipt,) = server.send(device, form(key, file))

    assert answer.status_code == 204
    assert receipt["missing"] == []
    assert receipt["left_out"] == [{"sha256": file.digest, "reason": "damaged"}]
    assert kept(server, file.digest) == file.sealed


def test_other_bytes_than_were_named_are_refused_and_asked_for_again(
    server, device, key
):
    server.send(device, form(key, FILE))
    other = bytes(len(FILE.sealed))

    answer = patch(server, device, other, digest=FILE.digest)

    assert answer.status_code == 422
    assert server.send(device, form(key, FILE))[0]["missing"] == [FILE.digest]
    assert stands(head(server, device, FILE.digest))[0] == 0


def test_a_file_sealed_anew_takes_the_place_of_a_damaged_one(server, device, key):
    broken = damaged("a bit")
    server.send(device, form(key, broken))
    patch(server, device, broken.sealed, digest=broken.digest)
    (asked,) = server.send(device, form(key, FILE))

    patch(server, device, FILE.sealed, digest=FILE.digest)

    assert asked["missing"] == [FILE.digest]
    assert kept(server, plain_digest(FILE)) == PHOTO
    (receipt,) = server.send(device, form(key, FILE))
    assert (receipt["missing"], "left_out" in receipt) == ([], False)


def test_files_that_came_before_the_form_could_be_opened_are_opened_with_it(
    server, device
):
    lost = envelope.new_private()
    item = form(envelope.public_text(envelope.private(lost)), FILE)
    (closed,) = server.send(device, item)
    patch(server, device, FILE.sealed, digest=FILE.digest)
    assert closed["missing"] == [FILE.digest]
    assert kept(server, FILE.digest) == FILE.sealed

    keep(server.settings.keys / "seal-old.key", lost)
    ring = Keyring(server.settings.keys)
    reopening.open_waiting(server.database, ring, now=MORNING)

    assert kept(server, plain_digest(FILE)) == PHOTO
    assert kept(server, FILE.digest) is None
    (receipt,) = server.send(device, item)
    assert (receipt["status"], receipt["missing"]) == ("duplicate", [])


def test_a_file_sent_open_counts_for_a_form_that_was_sealed(server, device, key):
    server.send(device, form(key, FILE))

    answer = patch(server, device, PHOTO, digest=plain_digest(FILE))

    assert answer.status_code == 204
    assert server.send(device, form(key, FILE))[0]["missing"] == []


def test_the_largest_file_is_taken_sealed_too(tmp_path, stores):
    folder = tmp_path / "small"
    folder.mkdir()
    limit = 3 * CHUNK
    with a_server(folder, stores, site=SITE, max_attachment_bytes=limit) as server:
        key = server.with_keys().seal.public
        device = server.device()
        file, larger = (
            a_sealed_file("0.jpg", bytes(size)) for size in (limit, limit + 1)
        )
        server.send(device, form(key, file))
        (receipt,) = server.send(device, form(key, larger, instance="2"))

        assert patch(server, device, file.sealed, digest=file.digest).status_code == 204
        assert receipt["missing"] == []
        assert receipt["left_out"] == [{"sha256": larger.digest, "reason": "too-large"}]
        assert (
            patch(server, device, larger.sealed, digest=larger.digest).status_code
            == 413
        )


def test_what_is_left_of_a_file_that_nobody_went_on_with_is_thrown_away(
    server, device, key
):
    server.send(device, form(key, FILE))
    patch(server, device, FILE.sealed[:1000], digest=FILE.digest)
    server.watch.forward(days=8)

    with server.database.transaction() as session:
        uploads.expire(session, now=server.watch())

    assert stands(head(server, device, FILE.digest))[0] == 0


def test_a_device_of_another_site_learns_nothing_of_a_sealed_file(server, device, key):
    server.send(device, form(key, FILE))
    stranger = server.device("chernivtsi")

    assert head(server, stranger, FILE.digest).status_code == 404
    assert head(server, stranger, plain_digest(FILE)).status_code == 404


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1])
def test_a_sealed_file_is_as_long_as_is_foretold(size):
    file = a_sealed_file("a", bytes(size))

    assert envelope.sealed_size(size) == len(file.sealed)
    assert envelope.opened_file(file.key, file.sealed) == file.plain
