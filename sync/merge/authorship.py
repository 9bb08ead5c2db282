"""What an author's write must name, given what was on the screen.

An ordinary edit of a contested cell supersedes only the value that was displayed; only
a resolution, with all candidates on the screen, supersedes them all. A value that
equals what was shown is not a write at all: else every saved form would contradict
everybody, or settle a question its author never looked at. An undo names what it takes
back and nothing that was on the screen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sync.change import Change, Edit, Write
from sync.merge.cells import Head
from sync.merge.policies import Ancestry, Contested, answer_key, decide, value_key
from sync.merge.rights import is_decision
from sync.merge.schema import Rule


@dataclass(frozen=True, slots=True)
class Shown:
    """What a rendered cell displayed, and the versions an edit of it supersedes."""

    value: Any
    preds: tuple[str, ...]
    is_empty: bool = False

    def says(self, value: Any, rule: Rule) -> bool:
        """Tell whether ``value`` is what was shown, so that writing it says nothing."""
        if self.is_empty:
            return value is None
        return answer_key(value, rule) == answer_key(self.value, rule)


_NOTHING: Final = Shown(None, (), is_empty=True)


def shown(heads: Sequence[Head], rule: Rule, ancestry: Ancestry) -> Shown:
    """Return what a cell with these heads displays and what an edit of it names."""
    if not heads:
        return _NOTHING
    outcome = decide(heads, rule, ancestry)
    if not isinstance(outcome, Contested) or rule.policy == "set":
        return Shown(outcome.value, _ids(heads))
    if rule.holds_base:
        return Shown(outcome.value, (outcome.by.id,) if outcome.by else ())
    displayed = answer_key(outcome.value, rule)
    same = [head for head in heads if value_key(head, rule) == displayed]
    return Shown(outcome.value, _ids(same))


def undoing(
    changes: Iterable[Change], *, why: str | None = None
) -> dict[tuple[str, str], list[Write]]:
    """Return the writes that take back all that changes wrote, by document and kind.

    Of a change whose content is withheld on a document, nothing is taken back there.
    """
    named: dict[tuple[str, str], dict[str, Write]] = {}
    for change in changes:
        for edit in change.edits:
            cells = named.setdefault((edit.doc, edit.type), {})
            for write in edit.w or ():
                said = cells.get(write.cell)
                cells[write.cell] = Write(
                    f=write.f,
                    g=write.g,
                    s=write.s,
                    n=write.n,
                    e=write.e,
                    undoes=(*(said.undoes if said else ()), change.id),
                    act=_settling(edit, write) or (said.act if said else None),
                    why=why,
                )
    return {target: list(cells.values()) for target, cells in named.items() if cells}


def removal(undo: Write, change: str) -> Write:
    """Return what says of an answer, in the place of an undo, that it is not so.

    Args:
        undo: The undo of the answer.
        change: The change that gave it.
    """
    return Write(
        f=undo.f,
        g=undo.g,
        s=undo.s,
        e=undo.e,
        v=False if undo.s is not None else None,
        p=(change,),
        act="amend",
        why=undo.why,
    )


def _settling(edit: Edit, write: Write) -> str | None:
    return "resolve" if is_decision(edit.type, write.cell, write.act) else None


def _ids(heads: Sequence[Head]) -> tuple[str, ...]:
    return tuple(sorted(head.version.id for head in heads))
