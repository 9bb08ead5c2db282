"""What names things on pages, asked of the store at once: forms, sites, authors."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from intake_server.storage import bulk
from intake_server.storage.forms import KIND
from intake_server.storage.types import from_json

_FORM, _SITE, _PERSON, _DEVICE = range(4)
_ALWAYS: Final = (
    f"SELECT {_FORM} AS what, b.change AS made, '' AS id, '' AS said FROM document d"  # noqa: S608 - our own names
    " JOIN body b ON b.doc = d.doc WHERE d.kind = ?"
    f" UNION ALL SELECT {_SITE}, NULL, name, title FROM site"
)
_SOMEBODY: Final = (
    " UNION ALL SELECT {what}, NULL, id, {name} FROM {table} WHERE id IN ({marks})"
)


@dataclass(frozen=True, slots=True)
class Names:
    """The changes that all forms follow from, sites' titles, authors' names by id.

    Sites are in order of their names; people and devices only those that are known here.
    """

    sources: tuple[bytes, ...]
    sites: Mapping[str, Mapping[str, str]]
    people: Mapping[str, str]
    devices: Mapping[str, str]


def names(
    session: Session, people: Collection[str] = (), devices: Collection[str] = ()
) -> Names:
    """Return what forms follow from, all sites, and the names of authors by their ids."""
    statement, values = _ALWAYS, [KIND]
    for what, table, name, ids in (
        (_PERSON, "person", "name", sorted(set(people))),
        (_DEVICE, "device", "label", sorted(set(devices))),
    ):
        if ids:
            marks = ", ".join("?" * len(ids))
            statement += _SOMEBODY.format(
                what=what, table=table, name=name, marks=marks
            )
            values += ids
    found: tuple[dict[Any, Any], ...] = ({}, {}, {}, {})
    for what, made, id_, said in bulk.fetch(session.connection(), statement, values):
        found[what][bytes(made) if what == _FORM else id_] = said
    return Names(
        sources=tuple(sorted(found[_FORM])),
        sites={name: from_json(found[_SITE][name]) for name in sorted(found[_SITE])},
        people=found[_PERSON],
        devices=found[_DEVICE],
    )
