"""Commands about phones and tablets."""

import json
import zlib
from base64 import b64encode
from typing import Any

import click
import segno

from intake_server import clock
from intake_server.cli.here import Here, address, common
from intake_server.services import enrolment
from intake_server.storage.devices import Device

_BY = "operator"


@click.group()
def device() -> None:
    """Let phones and tablets in, and out."""


@device.command()
@click.option("--site", help="Site of the device.  [default: that of this node]")
@click.option("--label", required=True, help="What its people call it.")
@click.option("--qr", is_flag=True, help="Print the settings for ODK Collect as a QR.")
@common
def enrol(here: Here, *, site: str | None, label: str, qr: bool) -> None:
    """Enrol a device and print its token, and a code for one that can scan."""
    with here.opened() as (settings, database):
        now, place = clock.now(), site or settings.site
        code = enrolment.offer_device(database, place, label=label, by=_BY, now=now)
        enrolled = enrolment.enrol(database, code, label=label, now=now)
        code = enrolment.offer_device(database, place, label=label, by=_BY, now=now)
        openrosa_url = f"{address(settings)}/key/{enrolled.token}"
    here.say(
        {
            "device_id": enrolled.device_id,
            "token": enrolled.token,
            "code": code,
            "openrosa_url": openrosa_url,
        },
        f"device          {enrolled.device_id}",
        f"token           {enrolled.token}",
        f"ODK Collect     {openrosa_url}",
        f"or, 15 minutes: {code}",
        *([_qr(openrosa_url)] if qr else []),
    )


@device.command("list")
@click.option("--site", help="Only the devices of this site.")
@common
def list_devices(here: Here, site: str | None) -> None:
    """List devices, revoked ones too."""
    with here.opened() as (_, database):
        found = enrolment.enrolled(database, site)
    here.say({"devices": [_said(one) for one in found]}, *map(_line, found))


@device.command()
@click.argument("device_id")
@common
def revoke(here: Here, device_id: str) -> None:
    """End a device's access from its next call on."""
    with here.opened() as (_, database):
        enrolment.revoke(database, device_id, by=_BY, now=clock.now())
    here.say(
        {"device_id": device_id, "revoked": True},
        "It cannot call any more. What it has sent is kept.",
    )


def _said(one: Device) -> dict[str, Any]:
    return {
        "device_id": one.id,
        "label": one.label,
        "site": one.site,
        "enrolled": clock.text(one.enrolled),
        "revoked": one.revoked and clock.text(one.revoked),
        "last_seen": one.last_seen and clock.text(one.last_seen),
        "clock_offset_ms": one.clock_off_ms,
    }


def _line(one: Device) -> str:
    state = "revoked" if one.revoked else "in use"
    return f"{one.id}  {one.site:<16} {state:<8} {one.label}"


def _qr(url: str) -> str:
    """Return the QR that ODK Collect reads its settings from, drawn in characters."""
    general = {
        "server_url": url,
        "form_update_mode": "match_exactly",
        "autosend": "wifi_and_cellular",
        "image_size": "large",
        "app_language": "uk",
        "analytics": False,
    }
    chosen = {"general": general, "admin": {}, "project": {"name": "Dodomu"}}
    packed = b64encode(zlib.compress(json.dumps(chosen).encode())).decode()
    code = segno.make(packed, error="l", micro=False)
    rows = [[*row] for row in code.matrix_iter(border=2)]
    return "\n".join("".join("  " if dark else "██" for dark in row) for row in rows)
