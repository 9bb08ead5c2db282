"""Files in parts: what a device sends goes on where it stopped, and is never read back."""

import re
from hashlib import sha256
from io import BytesIO

import pytest
import tus
from pictures_taken import a_photo
from servers import a_server, an_item, an_xml, bearing
from tus import PART, stands

from intake_server.security.policy import Role
from intake_server.services import housekeeping

PHOTO = bytes(range(256)) * 20
DIGEST = sha256(PHOTO).hexdigest()


def naming(*files, instance="1", **answers):
    """A form that names files."""
    attachments = [
        {"name": f"{n}.jpg", "sha256": sha256(file).hexdigest(), "size": len(file)}
        for n, file in enumerate(files)
    ]
    answers = answers or {"family_name": "Ремез", "photo": "0.jpg"}
    return {**an_item(instance, **answers), "attachments": attachments}


def patch(server, token, data, *, digest=DIGEST, **more):
    return tus.patch(server, token, data, digest=digest, **more)


def head(server, token, digest=DIGEST, **more):
    return tus.head(server, token, digest, **more)


def test_a_receipt_says_which_files_are_missing_until_they_have_come(server, device):
    (first,) = server.send(device, naming(PHOTO))
    (again,) = server.send(device, naming(PHOTO))
    patch(server, device, PHOTO)
    (after,) = server.send(device, naming(PHOTO))

    assert (first["status"], first["missing"]) == ("stored", [DIGEST])
    assert (again["status"], again["missing"]) == ("duplicate", [DIGEST])
    assert (after["status"], after["missing"]) == ("duplicate", [])


def test_a_file_goes_on_where_it_stopped_also_on_another_server(server, device, stores):
    server.send(device, naming(PHOTO))
    first = patch(server, device, PHOTO[:1000])

    assert (first.status_code, stands(first)) == (204, (1000, len(PHOTO)))
    asked = head(server, device)
    assert (asked.status_code, stands(asked)) == (200, (1000, len(PHOTO)))
    assert asked.headers["Cache-Control"] == "no-store"
    assert asked.headers["Tus-Resumable"] == "1.0.0"
    again = type(server)(server.database, server.settings)
    last = patch(again, device, PHOTO[1000:], offset=1000)
    assert (last.status_code, stands(last)) == (204, (len(PHOTO), len(PHOTO)))
    assert stands(head(server, device)) == (len(PHOTO), len(PHOTO))


def test_the_last_part_sent_again_is_harmless(server, device):
    server.send(device, naming(PHOTO))
    patch(server, device, PHOTO)

    assert patch(server, device, b"", offset=len(PHOTO)).status_code == 204
    assert patch(server, device, PHOTO).status_code == 409


@pytest.mark.parametrize("offset", [1, 999, 1001, len(PHOTO)])
def test_a_part_out_of_place_is_refused_and_told_where_it_goes_on(
    server, device, offset
):
    server.send(device, naming(PHOTO))
    patch(server, device, PHOTO[:1000])

    answer = patch(server, device, PHOTO[offset : offset + 10], offset=offset)

    assert answer.status_code == 409
    assert answer.json["type"] == "/problems/wrong-offset"
    assert stands(answer) == (1000, len(PHOTO))
    assert stands(head(server, device)) == (1000, len(PHOTO))


def test_another_file_than_was_named_is_discarded_and_can_be_sent_anew(server, device):
    server.send(device, naming(PHOTO))
    other = PHOTO[::-1]

    patch(server, device, other[:1000])
    wrong = patch(server, device, other[1000:], offset=1000)

    assert wrong.status_code == 422
    assert wrong.json["type"] == "/problems/wrong-file"
    assert stands(head(server, device)) == (0, len(PHOTO))
    assert patch(server, device, PHOTO).status_code == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Tus-Resumable": ""}, 412),
        ({"Content-Type": "application/octet-stream"}, 415),
        ({"Upload-Offset": "-1"}, 422),
        ({"Upload-Offset": "1e3"}, 422),
        ({"Upload-Offset": "9" * 30}, 422),
        ({"Upload-Offset": ""}, 422),
        ({"Upload-Length": "-5"}, 422),
        ({"Upload-Length": "10000001"}, 413),
        ({"Upload-Length": "999999999999999999"}, 413),
        ({"Upload-Length": "7"}, 413),
    ],
)
def test_an_odd_part_is_refused_and_nothing_of_it_kept(server, device, headers, status):
    server.send(device, naming(PHOTO))

    answer = patch(server, device, PHOTO, **headers)

    assert answer.status_code == status
    assert stands(head(server, device)) == (0, len(PHOTO))
    assert patch(server, device, PHOTO).status_code == 204


def test_more_than_was_said_is_refused(server, device):
    server.send(device, naming(PHOTO))

    answer = patch(server, device, PHOTO + b"more")

    assert answer.status_code == 413


def test_the_length_that_a_sender_says_counts_where_its_form_was_wrong(server, device):
    item = naming(PHOTO)
    item["attachments"][0]["size"] = 7
    server.send(device, item)

    answer = patch(server, device, PHOTO, **{"Upload-Length": str(len(PHOTO))})

    assert answer.status_code == 204
    assert server.send(device, item)[0]["missing"] == []


def test_a_file_of_no_bytes_comes_too(server, device):
    server.send(device, naming(b""))
    digest = sha256(b"").hexdigest()

    assert patch(server, device, b"", digest=digest).status_code == 204
    assert server.send(device, naming(b""))[0]["missing"] == []


def test_nobody_brings_what_no_form_of_their_site_names(server, device):
    server.send(server.device("chernivtsi"), naming(PHOTO))

    assert head(server, device).status_code == 404
    assert patch(server, device, PHOTO).status_code == 404
    assert patch(server, device, PHOTO, digest="0" * 64).status_code == 404
    assert patch(server, device, PHOTO, digest="Z" * 64).status_code == 404


def test_naming_a_file_that_another_site_sent_shows_nothing_of_it(server, device):
    """Or whoever learns a digest would have the file, and know that it is here."""
    other = server.device("chernivtsi")
    server.send(other, naming(PHOTO))
    patch(server, other, PHOTO)

    (receipt,) = server.send(device, naming(PHOTO, instance="2"))

    assert receipt["missing"] == [DIGEST]
    assert stands(head(server, device)) == (0, len(PHOTO))


def test_what_one_device_sends_is_not_spoilt_by_another(server, device):
    server.send(device, naming(PHOTO))
    patch(server, server.device(), b"junk" * 100)

    assert stands(head(server, device)) == (0, len(PHOTO))
    assert patch(server, device, PHOTO).status_code == 204


def test_a_device_never_reads_a_file_back(server, device):
    server.send(device, naming(PHOTO))
    patch(server, device, PHOTO)

    for path in (f"/api/v1/blobs/{DIGEST}", f"/api/v1/blobs/{DIGEST}/original"):
        assert server.get(path, device).status_code == 404


def test_what_nobody_goes_on_with_is_forgotten(server, device):
    server.send(device, naming(PHOTO))
    patch(server, device, PHOTO[:1000])
    server.watch.forward(days=6)
    housekeeping.tidy(server.database, now=server.watch())
    assert stands(head(server, device)) == (1000, len(PHOTO))

    server.watch.forward(days=2)
    housekeeping.tidy(server.database, now=server.watch())

    assert stands(head(server, device)) == (0, len(PHOTO))


def test_what_came_before_the_line_broke_is_kept(server, device):
    server.send(device, naming(PHOTO))

    server.client.patch(
        f"/api/v1/blobs/{DIGEST}",
        input_stream=BytesIO(PHOTO[:700]),
        environ_overrides={"CONTENT_LENGTH": str(len(PHOTO))},
        content_type=PART,
        headers={
            **bearing(device),
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
        },
    )

    assert stands(head(server, device)) == (700, len(PHOTO))


def test_files_past_a_limit_are_left_out_and_the_form_is_kept(tmp_path, stores):
    limits = {"max_attachment_bytes": 1000, "max_attachments": 2}
    with a_server(tmp_path, stores, **limits) as server:
        device = server.device()
        small = [bytes([n]) * 100 for n in range(3)]

        (receipt,) = server.send(device, naming(PHOTO, *small))

        digests = [sha256(file).hexdigest() for file in small]
        assert receipt["status"] == "stored"
        assert receipt["missing"] == digests[:1]
        assert receipt["left_out"] == [
            {"sha256": DIGEST, "reason": "too-large"},
            {"sha256": digests[1], "reason": "too-many"},
            {"sha256": digests[2], "reason": "too-many"},
        ]
        assert patch(server, device, PHOTO).status_code == 413
        assert patch(server, device, small[2], digest=digests[2]).status_code == 413


def test_a_device_hands_in_so_much_a_day_and_goes_on_tomorrow(tmp_path, stores):
    with a_server(tmp_path, stores, max_daily_bytes=6000) as server:
        device = server.device()
        server.send(device, naming(PHOTO))
        other = PHOTO[::-1]
        server.send(device, naming(other, instance="2"))
        patch(server, device, PHOTO)

        answer = patch(server, device, other, digest=sha256(other).hexdigest())

        assert answer.status_code == 429
        assert answer.json["type"] == "/problems/daily-limit"
        assert int(answer.headers["Retry-After"]) == 15 * 3600
        assert server.send(device, an_item("3"))[0]["status"] == "stored"
        server.watch.forward(hours=15)
        later = patch(server, device, other, digest=sha256(other).hexdigest())
        assert later.status_code == 204


@pytest.mark.parametrize(
    "least", [{"min_free_percent": 101}, {"min_free_bytes": 2**62}]
)
def test_no_file_is_taken_while_the_disk_is_nearly_full(tmp_path, stores, least):
    with a_server(tmp_path, stores, **least) as server:
        device = server.device()

        answer = patch(server, device, PHOTO)

        assert answer.status_code == 507
        assert server.post("/api/v1/submissions", device, {}).status_code == 507


@pytest.fixture
def taken(server, device):
    """A photo that came with a form."""
    photo = a_photo()
    server.send(device, naming(photo))
    digest = sha256(photo).hexdigest()
    assert patch(server, device, photo, digest=digest).status_code == 204
    return photo, f"/api/v1/blobs/{digest}"


def test_people_who_may_read_the_answer_get_the_copy(server, taken, worker):
    photo, path = taken

    answer = server.get(path, worker)

    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert answer.data != photo
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    name = re.search('filename="?([^"]+)', answer.headers["Content-Disposition"])
    assert name[1] == f"{path[-64:][:16]}.jpg"


def test_a_file_is_given_in_ranges_with_one_tag(server, taken, worker):
    _, path = taken
    whole = server.get(path, worker)
    tag = {"Authorization": f"Bearer {worker}", "If-None-Match": whole.headers["ETag"]}

    part = server.client.get(path, headers={**bearing(worker), "Range": "bytes=10-19"})
    beyond = server.client.get(
        path, headers={**bearing(worker), "Range": "bytes=999999999-"}
    )

    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    assert part.headers["ETag"] == whole.headers["ETag"]
    assert beyond.status_code == 416
    assert server.client.get(path, headers=tag).status_code == 304


def test_people_of_another_site_do_not(server, taken):
    _, path = taken

    other = server.token(Role.WORKER, "chernivtsi")

    assert server.get(path, other).status_code == 404


def test_an_original_is_for_coordinators_who_say_what_for(
    server, taken, worker, coordinator
):
    photo, path = taken

    given = server.get(f"{path}/original?purpose=evidence", coordinator)
    silent = server.get(f"{path}/original", coordinator)
    idle = server.get(f"{path}/original?purpose=curiosity", coordinator)
    refused = server.get(f"{path}/original?purpose=evidence", worker)

    assert (given.status_code, given.data) == (200, photo)
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert (silent.status_code, idle.status_code) == (422, 422)
    assert refused.status_code == 404
    noted = server.get("/api/v1/audit", server.token(Role.AUDITOR)).json["entries"]
    (entry,) = [one for one in noted if one["action"] == "read_original"]
    assert (entry["object"], entry["meta"]) == (path[-64:], {"purpose": "evidence"})


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"%PDF-1.7\n<script>alert(1)</script>", "application/pdf"),
        (b"OggS" + b"\0" * 24 + b"OpusHead" + b"\0" * 99, "audio/ogg"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42" + b"\0" * 99, "audio/mp4"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0" * 99, "audio/mp4"),
    ],
)
def test_documents_and_recordings_are_saved_and_never_shown(
    server, device, worker, content, media
):
    server.send(device, naming(content))
    digest = sha256(content).hexdigest()
    patch(server, device, content, digest=digest)

    answer = server.get(f"/api/v1/blobs/{digest}", worker)

    assert (answer.status_code, answer.data) == (200, content)
    assert answer.mimetype == media
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "content",
    [b"<html><script>1</script>", b"GIF89a=1;alert(1)", b"<svg onload=alert(1)>", b""],
)
def test_anything_else_is_kept_for_coordinators(
    server, device, worker, coordinator, content
):
    server.send(device, naming(content))
    digest = sha256(content).hexdigest()
    patch(server, device, content, digest=digest)

    path = f"/api/v1/blobs/{digest}"
    seen = server.get(f"{path}/original?purpose=oversight", coordinator)

    for anybody in (worker, coordinator):
        assert server.get(path, anybody).status_code == 404
    assert (seen.status_code, seen.data) == (200, content)
    assert seen.headers["Content-Disposition"].startswith("attachment;")


def test_a_picture_that_cannot_be_decoded_is_kept_and_not_shown(
    server, device, worker, coordinator
):
    broken = a_photo()[:300]
    digest = sha256(broken).hexdigest()
    server.collect(device, an_xml(photo="face.jpg"), face_jpg=broken)

    assert server.get(f"/api/v1/blobs/{digest}", worker).status_code == 404
    kept = server.get(
        f"/api/v1/blobs/{digest}/original?purpose=unreadable", coordinator
    )
    assert kept.data == broken
