"""Which document a statement belongs to: ids derived from what the author already knows.

Every id is a UUIDv5 (RFC 9562), so a submission that is taken in twice, by two nodes,
before and after a restore, writes on the same documents without asking anybody.
"""

from collections.abc import Iterable
from typing import Final
from uuid import NAMESPACE_DNS, UUID, uuid5

NAMESPACE: Final = uuid5(NAMESPACE_DNS, "dodomu.org")


def person(reference: str) -> str:
    """Return the child's document; ``reference`` is canonical, without hyphens."""
    return _derive(NAMESPACE, "person", reference)


def case(person_id: str) -> str:
    """Return the one case of a person."""
    return _derive(UUID(person_id), "case")


def event(instance_id: str) -> str:
    """Return the event of a submission; for an edit give the root's instance id."""
    return _derive(NAMESPACE, "event", instance_id)


def row(event_id: str, repeat: str, row_id: str) -> str:
    """Return the document of a repeat's row that has an identity of its own."""
    return _derive(UUID(event_id), repeat, row_id)


def relation(owner_id: str, *parts: str) -> str:
    """Return the one document of its kind, e.g. ``relation(person, "kin", "mother")``."""
    return _derive(UUID(owner_id), *parts)


def role(doc: str, owner_id: str, kind: str, said: Iterable[str]) -> str | None:
    """Return what makes a relation the one of its kind, e.g. ``mother``; None for a row.

    Args:
        doc: A document that hangs on the owner.
        owner_id: The person or the case.
        kind: The document's kind.
        said: What the document says, among which its role is.
    """
    return next((text for text in said if relation(owner_id, kind, text) == doc), None)


def link(left: str, right: str) -> str:
    """Return the document that holds the verdict on two persons, in either order."""
    return _derive(NAMESPACE, "link", *sorted((left, right)))


def schema(form_id: str, version: str) -> str:
    """Return the document that carries one version of a form."""
    return _derive(NAMESPACE, "schema", form_id, version)


def site(name: str) -> str:
    """Return the document of a site."""
    return _derive(NAMESPACE, "site", name)


def letter(sha256: str) -> str:
    """Return the document of what is sealed for a site, by the digest of all it says."""
    return _derive(NAMESPACE, "letter", sha256)


def _derive(namespace: UUID, *parts: str) -> str:
    return str(uuid5(namespace, "/".join(parts)))
