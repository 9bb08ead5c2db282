import gzip
from hashlib import md5

from servers import arrival, bearing


def test_a_device_sees_the_forms_in_both_languages(server, device):
    (form,) = server.get("/api/v1/forms", device).json["forms"]

    assert form["form_id"] == "arrival"
    assert form["version"] == "2026112201"
    assert form["title"] == {"uk": "Прибуття", "en": "Arrival"}
    assert form["media"] == []


def test_the_hash_is_of_exactly_the_bytes_that_are_served(server, device):
    (form,) = server.get("/api/v1/forms", device).json["forms"]

    answer = server.get(form["xform_url"], device)

    assert answer.data == arrival().xml
    assert form["hash"] == f"md5:{md5(answer.data, usedforsecurity=False).hexdigest()}"
    assert answer.content_type == "text/xml; charset=utf-8"


def test_a_form_is_kept_for_ever_by_whoever_has_it(server, device):
    url = "/api/v1/forms/arrival/2026112201.xml"
    first = server.get(url, device)

    again = server.client.get(
        url, headers={**bearing(device), "If-None-Match": first.headers["ETag"]}
    )

    assert "immutable" in first.headers["Cache-Control"]
    assert again.status_code == 304
    assert again.data == b""


def test_a_list_that_is_known_is_not_sent_again(server, device):
    first = server.get("/api/v1/forms", device)

    again = server.client.get(
        "/api/v1/forms",
        headers={**bearing(device), "If-None-Match": first.headers["ETag"]},
    )

    assert again.status_code == 304


def test_what_was_never_published_is_absent(server, device):
    for path in ("arrival/1.xml", "nothing/1.xml", "arrival/2026112201/media/a.png"):
        answer = server.get(f"/api/v1/forms/{path}", device)

        assert answer.status_code == 404
        assert answer.json["type"] == "/problems/not-found"


def test_a_thin_line_gets_a_form_in_pieces_that_fit_together(server, device):
    url = "/api/v1/forms/arrival/2026112201.xml"
    whole = server.get(url, device)
    pieces, start = [], 0
    while True:
        piece = server.get(f"{url}?from={start}&until={start + 100}", device)
        assert piece.content_type == "application/gzip"
        assert piece.headers["X-Plain-Type"] == "text/xml; charset=utf-8"
        assert (
            piece.headers["ETag"]
            .strip('"')
            .startswith(whole.headers["ETag"].strip('"').removesuffix("-gzip"))
        )
        pieces.append(piece.data)
        start += 100
        if len(piece.data) < 100:
            break

    squeezed = b"".join(pieces)

    assert len(pieces) > 2
    assert piece.headers["X-Squeezed-Bytes"] == str(len(squeezed))
    assert gzip.decompress(squeezed) == arrival().xml
