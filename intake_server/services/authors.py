"""Who wrote something, in words: the names of people and devices that are known here.

A person or a device of another node is not known here; their site still is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from intake_server.services.labels import Texts
from intake_server.storage import devices, people, sites
from intake_server.storage.database import Session

_PERSON: Final = "u"
_DEVICE: Final = "d"


@dataclass(frozen=True, slots=True)
class Author:
    """A person or a device; the name is empty where it is not known here."""

    kind: Literal["person", "device", "program"]
    name: str


def known(session: Session, actors: Iterable[str]) -> Mapping[str, Author]:
    """Return the authors behind actor ids, ``u:…`` and ``d:…``."""
    return {actor: _author(session, actor) for actor in set(actors)}


def site_titles(session: Session) -> Mapping[str, Texts]:
    """Return what people call each site, by its name."""
    return {site.name: site.title for site in sites.all_of(session)}


def _author(session: Session, actor: str) -> Author:
    kind, _, id = actor.partition(":")
    if kind == _PERSON:
        person = people.find(session, id)
        return Author("person", person.name if person else "")
    if kind == _DEVICE:
        device = devices.find(session, id)
        return Author("device", device.label if device else "")
    return Author("program", "")
