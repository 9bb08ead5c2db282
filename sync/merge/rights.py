"""Whose decision it is: one rule, asked when it is written and again when it is taken in.

A decision that its author had no right to, and an undo of what somebody else answered,
are set aside. That depends on the changes they name as well as on themselves. What a
change says never alters, so once wrong is always wrong, and nodes that hold the same
changes judge the same, whatever came first.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from sync.change import Change, Edit, Write
from sync.merge.cells import DISMISS, ERASED, HOLD, LINK, name_of
from sync.merge.schema import CLINICIAN, Rule, Schema
from sync.merge.superseding import DECISIONS, is_kept, may_remove

COORDINATOR: Final = "coordinator"
REMOVER: Final = "clinician_alone"
"""Whose it is that what only a clinician takes away is taken away: no coordinator's."""
READERS: Final = "readers"
SIGNERS: Final = "signers"
"""Who signs what takes two: everybody who works with the child, each once."""
WORKER: Final = "worker"

_LIMITED: Final = frozenset((WORKER, CLINICIAN))
"""Roles whose decisions are looked at; before roles were said, ``role`` was empty."""

_OF_CENTRAL: Final = frozenset((ERASED, HOLD))
"""Cells that limited roles never write, whatever they name."""

_PUBLISHED: Final = frozenset(("schema", "site"))

Facts = Callable[[str, str], tuple[Change, Edit] | None]
"""Gives a change and what it says on a document, by document and change id.

None where that has not arrived; quarantined changes are facts all the same.
"""


def owner_of(rule: Rule, sites: Iterable[str]) -> str:
    """Return who decides between answers of these sites.

    Returns:
        ``site:<name>``, ``clinician``, ``clinician_alone``, ``readers`` or
        ``coordinator``.
    """
    if rule.removal is not None:
        return REMOVER
    return writer_of(rule, sites)


def writer_of(rule: Rule, sites: Iterable[str]) -> str:
    """Return who puts another answer in the place of those of these sites.

    It differs from who decides where a removal would be asked about.
    """
    single = _single(sites)
    if single is not None:
        return site_owner(single)
    if rule.harm == "medical":
        return CLINICIAN
    return READERS if rule.level == "sealed" else COORDINATOR


def owner_of_all(sites: Iterable[str]) -> str:
    """Return who decides on more than one cell: the site that wrote it all, if one did."""
    single = _single(sites)
    return COORDINATOR if single is None else site_owner(single)


def site_owner(site: str) -> str:
    """Return the owner of what the people of a site decide."""
    return f"site:{site}"


def may_decide(role: str, site: str, *, owner: str, sites: Iterable[str]) -> bool:
    """Tell whether somebody decides what has this owner.

    Args:
        role: What they are here for.
        site: Where.
        owner: As ``owner_of`` says.
        sites: The sites whose answers are in question; those that treat the child.
    """
    if owner == REMOVER:
        return role in (CLINICIAN, "")
    if role not in _LIMITED:
        return role in (COORDINATOR, "")
    if owner == site_owner(site):
        return True
    return (owner == SIGNERS or role == owner == CLINICIAN) and site in sites


def is_decision(kind: str, cell: str, act: str | None) -> bool:
    """Tell whether a write settles something, so that not only its author undoes it."""
    return act in DECISIONS or kind == LINK or cell.startswith("_")


def is_for_ever(kind: str, cell: str) -> bool:
    """Tell whether a write is never taken back.

    Such are an erasure, a hold (it is lifted by another one), a published form, a site.
    """
    return cell in _OF_CENTRAL or kind in _PUBLISHED


def may_undo(change: Change, *, author: str, role: str, site: str) -> bool:
    """Tell whether somebody may take back all that a change says.

    Args:
        change: With what is known of its content.
        author: Who asks, as changes name their authors.
        role: What they are here for.
        site: Where.
    """
    return any(edit.w for edit in change.edits) and all(
        not is_for_ever(edit.type, write.cell)
        and _may_undo(change, edit, write, author=author, role=role, site=site)
        for edit in change.edits
        for write in edit.w or ()
    )


def is_checked(change: Change) -> bool:
    """Tell whether it takes other changes to say that this one is good."""
    is_limited = change.role in _LIMITED
    return any(
        write.undoes or (is_limited and _is_limited(write))
        for edit in change.edits
        for write in edit.w or ()
    )


def names(change: Change, edit: Edit) -> set[str]:
    """Return the changes that it takes to say that an edit is good."""
    return {
        id_
        for write in edit.w or ()
        if _is_checked(change, write)
        for id_ in _named(edit, write)
    }


def trespass(change: Change, facts: Facts, schema: Schema) -> str | None:
    """Return why a change does what its author may not, or None.

    ``undo:F`` takes back somebody else's answer, ``owner:F`` decides what others
    decide, which can be said when all that it decides between is here. Of an erasure
    or a hold it is said at once, for what it names may be gone where it came first. The code is that
    of the first such cell name F in order.
    """
    found = [
        (write.name, code)
        for edit in change.edits
        for write in edit.w or ()
        if _is_checked(change, write)
        and (code := _trespass(change, edit, write, facts, schema))
    ]
    if not found:
        return None
    name, code = min(found)
    return f"{code}:{name}"


def _trespass(
    change: Change, edit: Edit, write: Write, facts: Facts, schema: Schema
) -> str | None:
    if write.name in _OF_CENTRAL:
        return "owner"
    named = set(_named(edit, write))
    known = [fact for id_ in named if (fact := facts(edit.doc, id_))]
    if write.undoes:
        rule = schema.rule(write.name)
        is_bad = any(
            _is_foreign(change, write, *fact)
            or takes_away(change.role, write, fact[1], rule)
            for fact in known
        )
        return "undo" if is_bad else None
    is_dismissal = write.name.startswith(DISMISS)
    if not known or (len(known) < len(named) and not is_dismissal):
        return None  # a dismissal may also name what stands in another document
    sites = {other.site for other, _ in known}
    is_field = not write.cell.startswith("_") and edit.type != LINK
    rule = schema.rule(write.name)
    owner = owner_of(rule, sites) if is_field else owner_of_all(sites)
    may = may_decide(change.role, change.site, owner=owner, sites=sites)
    return None if may else "owner"


def _is_foreign(change: Change, undo: Write, other: Change, edit: Edit) -> bool:
    """Tell whether an undo takes back what its author may not take back."""
    said = next((write for write in edit.w or () if write.cell == undo.cell), None)
    by = {"author": change.author, "role": change.role, "site": change.site}
    return said is not None and not _may_undo(other, edit, said, **by)


def takes_away(role: str, undo: Write, edit: Edit, rule: Rule) -> bool:
    """Tell whether an undo would remove what its author may not remove (R27).

    Args:
        role: What its author is here for.
        undo: One of its writes.
        edit: What is taken back, on the same document.
        rule: The rule of the cell.
    """
    if may_remove(role, rule):
        return False
    return any(
        write.cell == undo.cell and is_kept(write.v, rule) for write in edit.w or ()
    )


def _may_undo(
    change: Change, edit: Edit, write: Write, *, author: str, role: str, site: str
) -> bool:
    if change.author == author:
        return True
    if not is_decision(edit.type, write.cell, write.act):
        return False
    return role not in _LIMITED or change.site == site


def _is_checked(change: Change, write: Write) -> bool:
    is_limited = change.role in _LIMITED and _is_limited(write)
    return bool(write.undoes) or is_limited


def _is_limited(write: Write) -> bool:
    """Tell whether not everybody may write this."""
    return write.act == "resolve" or write.name in _OF_CENTRAL


def _named(edit: Edit, write: Write) -> Iterator[str]:
    """Yield the changes on this document that a write stands on."""
    if write.name in _OF_CENTRAL:
        return
    if write.undoes:
        yield from write.undoes
        return
    yield from write.p
    if edit.type == LINK:
        return  # a verdict saw what stands on the records that it is about
    yield from write.saw or ()
    if name_of(write.cell).startswith(DISMISS) and isinstance(write.v, list):
        yield from map(str, write.v)


def _single(sites: Iterable[str]) -> str | None:
    different = set(sites)
    return different.pop() if len(different) == 1 else None
