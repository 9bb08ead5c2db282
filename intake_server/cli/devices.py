"""Commands about phones and tablets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
import segno

from intake_server import clock
from intake_server.cli.here import Here, common
from intake_server.config import is_loopback
from intake_server.errors import InvalidRequestError
from intake_server.security.policy import Standing
from intake_server.services import admission, enrolment, posts, practice
from intake_server.services.practice import Subject
from intake_server.storage.devices import Device
from intake_server.web.addresses import Lead
from intake_server.web.openrosa import settings as collect

_BY: Final = "operator"
_UNREACHABLE: Final = (
    "Only this machine reaches that address: set public_url in dodomu.toml first,"
    " then enrol phones."
)
_SCALE: Final = 10
_NO_CHOICE: Final = "?"
_STATES: Final = {
    Standing.IN_FORCE: "in use",
    Standing.EXPIRED: "over",
    Standing.REVOKED: "revoked",
}
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
@click.option(
    "--default",
    "same",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the phone fills in by itself, the same for a whole post.",
)
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
    same: tuple[str, ...],
    qr: bool,
    png: Path | None,
    svg: Path | None,
    delete_sent: bool,
) -> None:
    """Enrol a device and print its token, and a code for one that can scan."""
    with here.opened() as (settings, database):
        now, place = clock.now(), site or settings.site
        offer = partial(
            enrolment.offer_device,
            *(database, place),
            label=label,
            by=_BY,
            now=now,
            defaults=_defaults(posts.questions(database), same),
        )
        enrolled = enrolment.enrol(database, offer(), label=label, now=now)
        code = offer()
        field_url = Lead(settings.address).to(code)
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
            "field_url": field_url,
            **{kind: str(path) for kind, path in files.items()},
        },
        f"device          {enrolled.device_id}",
        f"token           {enrolled.token}",
        f"ODK Collect     {openrosa_url}",
        f"its guide       {guide}",
        f"or, 15 minutes: {code}",
        f"in a browser    {field_url}",
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
    """List devices, revoked ones too: who practises, and until when they are let in."""
    now = clock.now()
    with here.opened() as (_, database):
        found = enrolment.enrolled(database, site)
        practise = practice.everybody(database)
    said = [
        _said(one, now, is_practising=not _names(one).isdisjoint(practise))
        for one in found
    ]
    here.say({"devices": said}, *map(_line, said))


@device.command()
@click.argument("device_id")
@common
def renew(here: Here, device_id: str) -> None:
    """Let a device in anew whose time is over."""
    with here.opened() as (_, database):
        admission.extend(database, device_id, by=_BY, now=clock.now())
    here.say(
        {"device_id": device_id, "renewed": True},
        f"It is let in for {admission.LEASE.days} days more.",
    )


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


def _names(one: Device) -> frozenset[Subject]:
    return frozenset({Subject("device", one.id), Subject("site", one.site)})


def _defaults(asked: Sequence[posts.Question], same: Sequence[str]) -> dict[str, str]:
    """Return what ``--default`` says, each name with its choices.

    Raises:
        UsageError: There is no such question, or no such choice.
    """
    pairs = (one.partition("=") for one in same)
    said = {name: text.split() or [_NO_CHOICE] for name, _, text in pairs}
    try:
        return posts.defaults(asked, said)
    except InvalidRequestError as error:
        known = "; ".join(
            f"{one.name}: {', '.join(choice.name for choice in one.choices)}"
            for one in asked
        )
        wrong = ", ".join(error.errors)
        raise click.UsageError(
            f"{wrong} cannot be filled in so. What can be, and with what: {known or None}"
        ) from None


def _said(one: Device, now: datetime, *, is_practising: bool) -> dict[str, Any]:
    return {
        "device_id": one.id,
        "label": one.label,
        "site": one.site,
        "enrolled": clock.text(one.enrolled),
        "revoked": one.revoked and clock.text(one.revoked),
        "last_seen": one.last_seen and clock.text(one.last_seen),
        "clock_offset_ms": one.clock_off_ms,
        "state": _state(one, now),
        "lease_until": one.lease_until and clock.text(one.lease_until),
        "wiped": one.wiped and clock.text(one.wiped),
        "practises": is_practising,
        "defaults": dict(one.defaults or {}),
    }


def _state(one: Device, now: datetime) -> str:
    if one.wiped:
        return "wiped"
    return _STATES[admission.standing(one, now=now)]


def _line(said: Mapping[str, Any]) -> str:
    seen = f"seen {said['last_seen'][:10]}" if said["last_seen"] else "never seen"
    until = f"until {said['lease_until'][:10]}" if said["lease_until"] else "for good"
    practises = "practises" if said["practises"] else ""
    facts = f"{said['state']:<8} {until:<16} {seen:<15} {practises:<9}"
    return f"{said['device_id']}  {said['site']:<16} {facts} {said['label']}"


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
