"""By which address people and phones come to this node."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import request

from intake_server.config import is_loopback
from intake_server.web.context import context

FIELD: Final = "/field/"
"""Where the app for a phone's browser is."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Where a code leads: to the app for a phone's browser, or to setting up ODK Collect.

    ``address`` is where people and phones reach the node. For the browser the code stands
    behind ``#``: no server and no log ever gets it.
    """

    address: str
    is_collect: bool = False

    @property
    def start(self) -> str:
        """Where somebody types the code."""
        return f"{self.address}/enrol" if self.is_collect else f"{self.address}{FIELD}"

    def to(self, code: str) -> str:
        """Return where a camera is led, which need not type it."""
        if self.is_collect:
            return f"{self.start}/{code}"
        return f"{self.start}#code={code.replace('-', '')}"


def address() -> str:
    """Return the address that the operator gave; where they gave none, the asker's."""
    return context().settings.public_url or request.url_root.rstrip("/")


def is_near() -> bool:
    """Tell whether only this machine reaches the address, and no phone does."""
    return is_loopback(urlsplit(address()).hostname or "")
