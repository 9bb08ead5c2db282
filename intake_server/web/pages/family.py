"""A child's brothers and sisters, and whether they are kept together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from intake_server.services.child import Child
from intake_server.storage.documents import StoredView
from intake_server.web.pages import sheet
from intake_server.web.pages.sheet import Whose
from intake_server.web.pages.wording import Said, Wording

_WHERE: Final = (("destination", "destination_site"), ("placement", "care_type"))
"""What tells where a child goes or lives: the group, and the member of it."""


@dataclass(frozen=True, slots=True)
class Sibling:
    """A brother or sister: who, and where they go or live, in words."""

    whose: Whose
    where: tuple[tuple[str, Said], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """The siblings of a child; ``is_apart`` says that not all go or live in one place."""

    siblings: tuple[Sibling, ...]
    is_apart: bool


def family(found: Child, words: Wording) -> Family:
    """Return the siblings of a child, as far as the viewer may see them."""
    own = [view for view in found.sheets if view.kind == "case"]
    cases = [one.case for one in found.siblings if one.case is not None]
    return Family(
        tuple(
            Sibling(sheet.whose(one.person, words), _where(one.case, words))
            for one in found.siblings
        ),
        bool(found.siblings) and _is_apart([*own, *cases]),
    )


def _where(case: StoredView | None, words: Wording) -> tuple[tuple[str, Said], ...]:
    """Return where a child goes or lives; nothing that is in question."""
    if case is None:
        return ()
    return tuple(
        (words.short(part), words.value(part, said, case.sites))
        for group, part in _WHERE
        if (said := _settled(case, group, part)) is not None
    )


def _is_apart(cases: Iterable[StoredView]) -> bool:
    """Tell whether children go to different centres or live in different care.

    What is in question between centres may part them too.
    """
    every = tuple(cases)
    for group, part in _WHERE:
        said = {_settled(case, group, part) for case in every} - {None}
        if len(said) > 1 or any(group in case.view["contested"] for case in every):
            return True
    return False


def _settled(case: StoredView, group: str, part: str) -> Any:
    if group in case.view["contested"]:
        return None
    value = case.view["values"].get(group)
    return value.get(part) if isinstance(value, dict) else None
