"""Central nodes as ``dodomu init`` makes them, quickly: one is made, the others are copies."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from network import a_member

from intake_server import clock
from intake_server.config import Settings
from intake_server.services import enrolment, nodes

LABEL: Final = "Калина 1"


def a_node(folder: Path, site: str = "kyiv") -> Path:
    """Make a central node in a folder; return the folder."""
    for name, content in _made(site).items():
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
    return folder


def a_code(folder: Path) -> str:
    """A code by which one phone is let in at a node."""
    settings = Settings.load({}, folder / "dodomu.toml")
    with a_member(settings).database as database:
        return enrolment.offer_device(
            database, settings.site, label=LABEL, by="operator", now=clock.now()
        )


def a_token(folder: Path) -> str:
    """The token of a phone that was let in at a node."""
    code, settings = a_code(folder), Settings.load({}, folder / "dodomu.toml")
    with a_member(settings).database as database:
        return enrolment.enrol(database, code, label=LABEL, now=clock.now()).token


@cache
def _made(site: str) -> Mapping[Path, bytes]:
    with TemporaryDirectory() as light:
        folder = Path(light) / "node"
        nodes.make(folder, role="central", site=site, now=clock.now())
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {path.relative_to(folder): path.read_bytes() for path in files}
