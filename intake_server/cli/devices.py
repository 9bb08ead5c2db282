"""Commands about phones and tablets."""

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
import segno

from intake_server import clock
from intake_server.cli.here import Here, common
from intake_server.config import is_loopback
from intake_server.services import enrolment
from intake_server.storage.devices import Device
from intake_server.web.openrosa import settings as collect

_BY: Final = "operator"
_UNREACHABLE: Final = (
    "Only this machine reaches that address: set public_url in dodomu.toml first,"
    " then enrol phones."
)
_SCALE: Final = 10
_HALVES: Final = {
    (False, False): "█",
    (False, True): "▀",
    (True, False): "▄",
    (True, True): " ",
}
"""By whether the upper and the lower module is dark; what is drawn is light."""
_LIGHT_ON_DARK: Final = "\x1b[97;40m"
_AS_BEFORE: Final = "\x1b[0m"


@click.group()
def device() -> None:
    """Let phones and tablets in, and out."""


_picture = click.Path(dir_okay=False, path_type=Path)


@device.command()
@click.option("--site", help="Site of the device.  [default: that of this node]")
@click.option("--label", required=True, help="What its people call it.")
@click.option("--qr", is_flag=True, help="Show the settings for ODK Collect as a QR.")
@click.option("--png", type=_picture, help="Draw that QR into a file.")
@click.option("--svg", type=_picture, help="Draw it into a file that prints sharply.")
@click.option(
    "--delete-sent",
    is_flag=True,
    help="Collect deletes what it has sent; see the guide.",
)
@common
def enrol(  # noqa: PLR0913 - one argument an option
    here: Here,
    *,
    site: str | None,
    label: str,
    qr: bool,
    png: Path | None,
    svg: Path | None,
    delete_sent: bool,
) -> None:
    """Enrol a device and print its token, and a code for one that can scan."""
    with here.opened() as (settings, database):
        now, place = clock.now(), site or settings.site
        code = enrolment.offer_device(database, place, label=label, by=_BY, now=now)
        enrolled = enrolment.enrol(database, code, label=label, now=now)
        code = enrolment.offer_device(database, place, label=label, by=_BY, now=now)
        openrosa_url = f"{settings.address}/key/{enrolled.token}"
        guide = f"{settings.address}/help/collect"
    picture = collect.drawn(
        collect.packed(openrosa_url, site=place, deletes_sent=delete_sent)
    )
    files = {kind: path for kind, path in (("png", png), ("svg", svg)) if path}
    for kind, path in files.items():
        _draw(picture, kind, path)
    here.say(
        {
            "device_id": enrolled.device_id,
            "token": enrolled.token,
            "code": code,
            "openrosa_url": openrosa_url,
            **{kind: str(path) for kind, path in files.items()},
        },
        f"device          {enrolled.device_id}",
        f"token           {enrolled.token}",
        f"ODK Collect     {openrosa_url}",
        f"its guide       {guide}",
        f"or, 15 minutes: {code}",
        *(
            f"Wrote {path}; whoever has it can send as this phone."
            for path in files.values()
        ),
        *([_in_characters(picture)] if qr else []),
        *([_UNREACHABLE] if is_loopback(urlsplit(guide).hostname or "") else []),
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


def _draw(picture: segno.QRCode, kind: str, path: Path) -> None:
    """Write a picture that others on this machine cannot read."""
    path.touch(0o600)
    path.chmod(0o600)
    with path.open("wb") as file:
        picture.save(file, kind=kind, scale=_SCALE, border=4)


def _in_characters(picture: segno.QRCode) -> str:
    """Draw a QR with two rows a line, dark on light whatever the terminal's colours."""
    rows = [[*row] for row in picture.matrix_iter(border=2)]
    rows.append([0] * len(rows[0]))
    lines = (
        "".join(
            _HALVES[bool(upper), bool(lower)]
            for upper, lower in zip(*pair, strict=True)
        )
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )
    return "\n".join(f"{_LIGHT_ON_DARK}{line}{_AS_BEFORE}" for line in lines)
