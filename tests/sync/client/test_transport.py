import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import zstandard
from lines import Line

from sync.client.transport import Transport
from sync.errors import RefusedError, UnreachableError
from sync.protocol import frames
from sync.protocol.messages import MAX_BYTES, Exchange, Exchanged

QUESTION = Exchange(epoch="tru-1", wall="2026-11-25T09:11:04Z")
ANSWER = Exchanged(epoch="kyiv-1", acked_to=3, cursor="abc")
WHOLE = frames.write(ANSWER)


@contextmanager
def a_server(status=200, body=WHOLE, media=frames.JSON, **headers):
    """Serve one answer for ever, and collect the requests."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            data = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, dict(self.headers), data))
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()


def ask(url, message=QUESTION, **options):
    transport = Transport(url, "secret", **options)
    try:
        return transport.exchange(message)
    finally:
        transport.close()


def test_a_question_is_answered():
    with a_server() as (url, heard):
        assert ask(url) == ANSWER

    [(path, headers, body)] = heard
    assert path == "/sync/v1/exchange"
    assert headers["Authorization"] == "Bearer secret"
    assert frames.read(body, Exchange) == QUESTION


def test_a_large_question_travels_compressed():
    message = Exchange(epoch="tru-1", wall="0" * 5_000)

    with a_server() as (url, heard):
        ask(url, message)

    [(_, headers, body)] = heard
    assert headers["Content-Encoding"] == "zstd"
    assert frames.unpack(body, "zstd") == frames.write(message)


def test_a_compressed_answer_is_read():
    packed = zstandard.ZstdCompressor().compress(WHOLE)

    with a_server(body=packed, Content_Encoding="zstd") as (url, _):
        assert ask(url) == ANSWER


def test_no_netrc_of_the_user_speaks_for_the_node(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    with a_server() as (url, heard):
        ask(url)

    assert heard[0][1]["Authorization"] == "Bearer secret"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 507])
def test_trouble_over_there_is_worth_another_try(status):
    with (
        a_server(status=status, Retry_After="7") as (url, _),
        pytest.raises(UnreachableError) as trouble,
    ):
        ask(url)

    assert trouble.value.retry_after_s == 7.0


@pytest.mark.parametrize("status", [400, 401, 404, 413, 415, 426])
def test_a_refusal_is_told_from_trouble(status):
    problem = b'{"title":"No","detail":"the token is not known"}'

    with (
        a_server(status, problem, "application/problem+json") as (url, _),
        pytest.raises(RefusedError) as refusal,
    ):
        ask(url)

    assert (refusal.value.status, refusal.value.reason) == (
        status,
        "the token is not known",
    )


@pytest.mark.parametrize(
    ("status", "media", "body"),
    [
        (200, "text/html", b"<html>Log in to the Wi-Fi of the station</html>"),
        (200, frames.JSON, b"<html>"),
        (200, frames.JSON, b"{}"),
        (302, "text/html", b""),
        (204, frames.JSON, b""),
    ],
)
def test_a_portal_in_between_is_no_answer(status, media, body):
    with (
        a_server(status, body, media, Location="http://192.0.2.1/") as (url, _),
        pytest.raises(UnreachableError),
    ):
        ask(url)


def test_an_endless_answer_is_not_swallowed():
    bomb = zstandard.ZstdCompressor().compress(bytes(3 * MAX_BYTES))

    with (
        a_server(body=bomb, Content_Encoding="zstd") as (url, _),
        pytest.raises(UnreachableError),
    ):
        ask(url)


def test_nobody_there_is_no_answer():
    with a_server() as (url, _):
        pass

    with pytest.raises(UnreachableError):
        ask(url)


def test_silence_ends():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(UnreachableError):
            ask(url, timeout_s=(1.0, 0.2))


def test_an_answer_cut_at_any_byte_is_no_answer():
    with a_server() as (url, _), Line(("127.0.0.1", int(url.split(":")[-1]))) as line:
        whole = ask(line.url)
        size = line.received

        for cut in range(1, size, 7):
            line.cuts = [cut]
            with pytest.raises(UnreachableError):
                ask(line.url)

        assert ask(line.url) == whole


def test_the_token_is_in_no_text_of_the_transport():
    transport = Transport("http://127.0.0.1:1", "secret")

    with pytest.raises(UnreachableError) as trouble:
        transport.exchange(QUESTION)

    assert "secret" not in repr(transport) + str(trouble.value)
