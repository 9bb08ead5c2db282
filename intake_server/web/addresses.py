"""By which address people and phones come to this node."""

from urllib.parse import urlsplit

from flask import request

from intake_server.config import is_loopback
from intake_server.web.context import context


def address() -> str:
    """Return the address that the operator gave; where they gave none, the asker's."""
    return context().settings.public_url or request.url_root.rstrip("/")


def is_near() -> bool:
    """Tell whether only this machine reaches the address, and no phone does."""
    return is_loopback(urlsplit(address()).hostname or "")
