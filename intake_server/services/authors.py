"""Who wrote something, in words: the names of people and devices that are known here.

A person or a device of another node is not known here; their site still is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from intake_server.services.labels import Texts
from intake_server.services.published import Sources
from intake_server.storage import naming
from intake_server.storage.database import Session

_PERSON: Final = "u"
_DEVICE: Final = "d"


@dataclass(frozen=True, slots=True)
class Author:
    """A person or a device; the name is empty where it is not known here."""

    kind: Literal["person", "device", "program"]
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """Authors by actor, titles of sites by name, and what all forms follow from."""

    authors: Mapping[str, Author]
    sites: Mapping[str, Texts]
    sources: Sources


def known(session: Session, actors: Iterable[str]) -> Known:
    """Return the authors behind actor ids, ``u:…`` and ``d:…``, and what names things."""
    wanted = {actor: actor.partition(":") for actor in actors}
    every = tuple(wanted.values())
    found = naming.names(
        session,
        {id for kind, _, id in every if kind == _PERSON},
        {id for kind, _, id in every if kind == _DEVICE},
    )
    behind = {
        actor: _author(kind, found.people.get(id, ""), found.devices.get(id, ""))
        for actor, (kind, _, id) in wanted.items()
    }
    return Known(behind, found.sites, found.sources)


def _author(kind: str, name: str, label: str) -> Author:
    match kind:
        case "u":
            return Author("person", name)
        case "d":
            return Author("device", label)
        case _:
            return Author("program", "")
