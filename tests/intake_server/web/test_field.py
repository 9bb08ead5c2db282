import gzip
import json
from importlib.resources import files

import pytest

BUILT = files("intake_server") / "static" / "field"


def names():
    return json.loads((BUILT / "BUILD.json").read_text("utf-8"))["files"]


def test_the_page_is_asked_for_each_time(server):
    answer = server.client.get("/field/")

    assert answer.status_code == 200
    assert answer.data == (BUILT / "index.html").read_bytes()
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", names())
def test_every_file_is_answered_byte_for_byte(server, name):
    content = (BUILT / name).read_bytes()

    plain = server.client.get(f"/field/{name}")
    small = server.client.get(f"/field/{name}", headers={"Accept-Encoding": "gzip"})

    assert plain.data == content
    assert gzip.decompress(small.data) == content
    assert ("immutable" in plain.headers["Cache-Control"]) == name.startswith("assets/")


def test_pieces_of_a_squeezed_file_make_the_whole(server):
    name = max(names(), key=lambda one: (BUILT / one).stat().st_size)

    pieces, start = [], 0
    while not pieces or pieces[-1]:
        asked = f"/field/squeezed/{name}?from={start}&until={start + 1000}"
        pieces.append(server.client.get(asked).data)
        start += 1000

    assert gzip.decompress(b"".join(pieces)) == (BUILT / name).read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/field/nothing.js",
        "/field/../pages.css",
        "/field/%2e%2e/pages.css",
        "/field/squeezed/../../pages.css",
        "/field/assets/",
    ],
)
def test_nothing_else_is_answered(server, path):
    assert server.client.get(path).status_code == 404


def test_only_the_client_runs_what_it_is_made_of_and_only_its_workers_webassembly(
    server,
):
    script = next(name for name in names() if name.endswith(".js"))
    page, worker, piece, elsewhere = (
        server.client.get(path).headers["Content-Security-Policy"]
        for path in (
            "/field/",
            f"/field/{script}",
            f"/field/squeezed/{script}",
            "/problems/busy",
        )
    )

    for policy in (page, worker):
        assert "require-trusted-types-for 'script'" in policy
        assert "connect-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy
    assert worker == piece
    assert "script-src 'self' 'wasm-unsafe-eval';" in worker
    assert "wasm" not in page
    assert "wasm" not in elsewhere


@pytest.mark.parametrize(
    ("browser", "word"),
    [
        ("iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605", "'unsafe-eval'"),
        ("Macintosh; Intel Mac OS X 10_15_7) Version/15.4 Safari/605", "'unsafe-eval'"),
        ("Macintosh; Intel Mac OS X 10_15_7) Version/16.0", "'wasm-unsafe-eval'"),
        ("iPhone; CPU iPhone OS 16_0 like Mac OS X)", "'wasm-unsafe-eval'"),
        ("Linux; Android 14) Chrome/115.0.0.0", "'wasm-unsafe-eval'"),
    ],
)
def test_only_the_workers_of_safari_15_may_read_text_as_code(server, browser, word):
    script = next(name for name in names() if name.endswith(".js"))
    agent = {"User-Agent": f"Mozilla/5.0 ({browser}"}

    worker = server.client.get(f"/field/{script}", headers=agent)
    page = server.client.get("/field/", headers=agent)

    policy = worker.headers["Content-Security-Policy"]
    assert policy.partition("script-src ")[2].partition(";")[0] == f"'self' {word}"
    assert "User-Agent" in worker.headers["Vary"]
    assert "eval" not in page.headers["Content-Security-Policy"]


def test_a_file_that_is_known_is_not_sent_again(server):
    tag = server.client.get("/field/").headers["ETag"]

    again = server.client.get("/field/", headers={"If-None-Match": tag})

    assert again.status_code == 304
