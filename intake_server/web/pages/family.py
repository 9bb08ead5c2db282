"""A child's brothers and sisters, and whether they are kept together."""

from collections.abc import Iterable
from dataclasses import dataclass

from intake_server.services.child import Child
from intake_server.storage.documents import StoredView
from intake_server.web.pages import apart, sheet
from intake_server.web.pages.apart import WHERE, settled
from intake_server.web.pages.sheet import Whose
from intake_server.web.pages.wording import Said, Wording


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
    """Return the siblings of a child, as far as the viewer may see them.

    While it waits for signatures that one of them is apart, nobody is.
    """
    own = [view for view in found.sheets if view.kind == "case"]
    cases = [one.case for one in found.siblings if one.case is not None]
    return Family(
        tuple(
            Sibling(sheet.whose(one.person, words), apart.where(one.case, words))
            for one in found.siblings
        ),
        bool(found.siblings) and not found.parting and _is_apart([*own, *cases]),
    )


def _is_apart(cases: Iterable[StoredView]) -> bool:
    """Tell whether children go to different centres or live in different care.

    What is in question between centres may part them too.
    """
    every = tuple(cases)
    for group, part in WHERE:
        said = {settled(case, group, part) for case in every} - {None}
        if len(said) > 1 or any(group in case.view["contested"] for case in every):
            return True
    return False
