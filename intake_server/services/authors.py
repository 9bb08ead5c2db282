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
    wanted = {actor: actor.partition(":") for actor in actors}
    every = tuple(wanted.values())
    names = people.names(session, (id for kind, _, id in every if kind == _PERSON))
    labels = devices.labels(session, (id for kind, _, id in every if kind == _DEVICE))
    return {
        actor: _author(kind, names.get(id, ""), labels.get(id, ""))
        for actor, (kind, _, id) in wanted.items()
    }


def site_titles(session: Session) -> Mapping[str, Texts]:
    """Return what people call each site, by its name."""
    return {site.name: site.title for site in sites.all_of(session)}


def _author(kind: str, name: str, label: str) -> Author:
    match kind:
        case "u":
            return Author("person", name)
        case "d":
            return Author("device", label)
        case _:
            return Author("program", "")
