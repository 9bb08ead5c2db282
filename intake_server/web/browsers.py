"""What a browser says of itself, and what somebody typed in it to get in."""

from typing import Final

from flask import request

from intake_server.services.signing import Browser, Typed
from intake_server.services.storable import is_storable

_LONGEST: Final = 1000
_PROGRAMS: Final = (
    ("Firefox/", "Firefox"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def here() -> Browser:
    """Return where the one sits who asks."""
    said = request.headers.get("User-Agent", "")
    names = (
        next((name for sign, name in known if sign in said), "")
        for known in (_PROGRAMS, _SYSTEMS)
    )
    return Browser(request.remote_addr or "", ", ".join(filter(None, names)))


def typed() -> Typed:
    """Return what the form holds; what no store can keep is nobody's."""
    return Typed(field("login"), field("password"), field("digits"))


def field(name: str) -> str:
    """Return an input of the form; empty for what no store can keep."""
    text = request.form.get(name, "")[:_LONGEST]
    return text if is_storable(text) else ""
