"""What an ODK Collect is set up with: a QR that holds the server's address and a key.

Whoever has the picture can send as this phone, as long as nobody revokes it.
"""

import json
import zlib
from base64 import b64encode
from typing import Any, Final

import segno

MOST: Final = 4000
"""Characters that Collect reads at most."""

_CHOSEN: Final[dict[str, Any]] = {
    "form_update_mode": "match_exactly",
    "autosend": "wifi_and_cellular",
    "image_size": "large",
    "app_language": "uk",
    "analytics": False,
}


def packed(url: str, *, site: str, deletes_sent: bool = False) -> str:
    """Return the settings as Collect reads them: JSON, zlib, base64.

    Args:
        url: Where the phone finds its forms, with its key.
        site: Whose phone it is; Collect shows it.
        deletes_sent: Whether the phone deletes what it has sent. Then nobody can read it
            there, and nobody can correct it there either.
    """
    general = {"server_url": url, **_CHOSEN, "delete_send": deletes_sent}
    project = {"name": f"Dodomu {site}".strip()}
    said = {"general": general, "admin": {}, "project": project}
    plain = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return b64encode(zlib.compress(plain.encode(), 9)).decode()


def drawn(settings: str) -> segno.QRCode:
    """Return the QR, with the error correction that Collect's own have."""
    return segno.make(settings, error="l", micro=False, boost_error=False)


def inline(picture: segno.QRCode) -> str:
    """Return the QR as SVG that stands in a page, on white whatever the page's colour."""
    return str(picture.svg_inline(border=4, omitsize=True, light="#fff"))
