"""What can be in conflict, and the versions of it that are known.

A cell is a field, a group, one element of a set, one entry of a log, or one of the
special cells below, within one document. Its key is ``name`` or ``name/element``.

A batch makes many of these values and none of them can hold itself, so the collector
of cycles is told to pass them by (``gc=False``).
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

DELETED: Final = "_deleted"
ERASED: Final = "_erased"
HOLD: Final = "_hold"
"""True on a person whose record the law forbids to erase for now."""
SCOPE: Final = "_scope"
DISMISS: Final = "_dismiss:"
VERDICT: Final = "verdict"
"""The cell of a link document; beside it stand the two persons, ``a`` and ``b``."""
LINK: Final = "link"
"""The kind of a document that says whether two persons are one."""


def name_of(cell: str) -> str:
    """Return the property, group, set or log that a cell key belongs to."""
    return cell.partition("/")[0]


class Version(Struct, frozen=True, kw_only=True, gc=False):
    """One write of one cell, with all that a person must know to judge it.

    ``id`` is the change, ``hlc`` its clock value, ``preds`` the versions its author
    saw, ``element`` the set element as typed, ``at`` the author's wall time and
    ``off`` how many milliseconds that clock was ahead. An undo says nothing but what it
    ``undoes``. ``role`` is what the author of a decision was there for; it counts while
    a version arrives and is not kept with its head.
    """

    id: str
    hlc: int = 0
    value: Any = None
    preds: tuple[str, ...] = ()
    src: str | None = None
    act: str | None = None
    why: str | None = None
    element: str | None = None
    saw: tuple[str, ...] | None = None
    undoes: tuple[str, ...] = ()
    author: str = ""
    device: str = ""
    site: str = ""
    form: str = ""
    at: str = ""
    off: int | None = None
    role: str = ""

    @property
    def rank(self) -> tuple[int, str]:
        """Position in the total order of versions, (hlc, id)."""
        return (self.hlc, self.id)


class Head(Struct, frozen=True, gc=False):
    """A version that nobody superseded.

    ``waiting`` holds the preds that have not arrived; ``is_regress`` says that its
    author knowingly went below a value of the cell's order.
    """

    version: Version
    waiting: frozenset[str] = frozenset()
    is_regress: bool = False


class CellState(Struct, frozen=True, gc=False):
    """The heads of a cell, and the preds named in it that have not arrived.

    ``miss`` maps such a pred to the highest evidence rank that names it, so that the
    pred is judged rightly on the day it comes.
    """

    heads: Mapping[str, Head] = {}
    miss: Mapping[str, int] = {}

    def ordered(self) -> tuple[Head, ...]:
        """Return the heads by (hlc, id), whatever order they arrived in."""
        if len(self.heads) == 1:
            return tuple(self.heads.values())
        return tuple(sorted(self.heads.values(), key=lambda head: head.version.rank))


class Document(Struct, frozen=True, gc=False):
    """Everything a node knows of one document: its cells and the changes that touch it.

    ``awaited`` holds changes that have not arrived and that an undo or a decision here
    names, quarantined or not: when one comes, it may be undone already, or show that the
    decision was not its author's to take.
    """

    kind: str
    cells: Mapping[str, CellState] = {}
    touched: frozenset[str] = frozenset()
    awaited: frozenset[str] = frozenset()


def undone(said: Mapping[str, Version]) -> frozenset[str]:
    """Return the versions of one cell that are not live.

    A version is live when no live version undoes it. So an undo of an undo brings back
    what the first one took away.

    Args:
        said: Every version of the cell, by change id.
    """
    targets = {id_: said.keys() & v.undoes for id_, v in said.items() if v.undoes}
    undecided = Counter(target for named in targets.values() for target in named)
    gone: set[str] = set()
    decided = [id_ for id_ in said if id_ not in undecided]
    for id_ in decided:
        for target in targets.get(id_, ()):
            undecided[target] -= 1
            if id_ not in gone:
                gone.add(target)
            if not undecided[target]:
                decided.append(target)
    return frozenset(gone | (said.keys() - set(decided)))
