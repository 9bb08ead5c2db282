"""Keeps the tests on this machine: no socket reaches past loopback."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest


class OutsideError(Exception):
    """A test tried to reach another machine; no ``OSError``, so nothing retries it."""


@contextmanager
def only_loopback() -> Iterator[None]:
    """Refuse each connection to an address that is not 127.0.0.0/8 or ::1."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(name))
        yield


def _guarded(name: str) -> Any:
    plain = getattr(socket.socket, name)

    def guarded(self: socket.socket, address: Any) -> Any:
        is_inet = self.family in (socket.AF_INET, socket.AF_INET6)
        if is_inet and not _is_loopback(address[0]):
            raise OutsideError(f"a test may not connect to {address[0]}")
        return plain(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
