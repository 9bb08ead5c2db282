import socket

import pytest
from loopback import OutsideError

# Kept for documentation (RFC 5737, RFC 3849): nobody answers there.
OUTSIDE = [
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET, "example.org"),
    (socket.AF_INET6, "2001:db8::1"),
]


@pytest.mark.parametrize(("family", "host"), OUTSIDE)
def test_a_test_cannot_reach_another_machine(family, host):
    with socket.socket(family) as line, pytest.raises(OutsideError):
        line.connect((host, 443))


def test_a_test_reaches_its_own_servers():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with socket.create_connection(("localhost", port)) as line:
            assert line.getpeername() == ("127.0.0.1", port)
