import socket
from contextlib import suppress
from threading import Thread

import pytest

from intake_server.demo.line import Line


@pytest.fixture
def line():
    """A line to somebody who says back what he hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=answer_all, args=(listener,), daemon=True).start()
        line = Line(listener.getsockname()[1])
        yield line
        line.close()


def answer_all(listener):
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller, suppress(OSError):
            while said := caller.recv(100):
                caller.sendall(said)


def call(line):
    return socket.create_connection(("127.0.0.1", int(line.url.rsplit(":", 1)[1])), 5)


def say(connection, words):
    try:
        connection.sendall(words)
        return connection.recv(100)
    except OSError:
        return b""


def test_what_is_said_on_a_line_arrives_and_is_answered(line):
    with call(line) as connection:
        assert say(connection, b"hello") == b"hello"


def test_a_cut_tears_what_is_under_way(line):
    with call(line) as connection:
        say(connection, b"hello")

        line.cut()

        assert say(connection, b"are you there?") == b""


def test_whoever_calls_on_a_cut_line_is_hung_up_on(line):
    line.cut()

    with call(line) as connection:
        assert say(connection, b"hello") == b""


def test_a_joined_line_carries_again(line):
    line.cut()
    line.join()

    with call(line) as connection:
        assert say(connection, b"hello") == b"hello"
