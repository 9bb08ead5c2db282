"""Why a change is set aside: a function of the change and the schema alone.

So every node answers the same, and a schema that learns a state or a field lets the
change in again. A fault takes the whole change, and costs nobody else anything.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import UNSET

from sync import clock
from sync.change import Change, Edit, Write
from sync.merge.cells import ERASED, LINK, VERDICT
from sync.merge.fitting import fits, is_state
from sync.merge.identity import VERDICTS
from sync.merge.rights import is_for_ever
from sync.merge.schema import Rule, Schema
from sync.values import is_plain, is_sealed, text_key

MOST_NAMED: Final = 10_000
"""How many versions one write may name; nobody saw more on a screen."""


def fault(change: Change, schema: Schema) -> str | None:
    """Return why a change is quarantined, or None when it is good.

    What a change may do beside others is said by ``rights``.

    ``shape:F`` is no write of a cell, ``type:F`` a value of another type, ``enum:F`` a
    state that nobody defined, ``once:F`` a second answer where only one may be given;
    ``shape:_erased`` is also an erasure beside any other write. The code is that of the
    first bad field F in name order.
    """
    if member := _about_envelope(change):
        return f"shape:{member}"
    is_alone = len(change.edits) == 1
    found = [
        bad for edit in change.edits for bad in _faults(edit, schema, is_alone=is_alone)
    ]
    if not found:
        return None
    name, _, code = min(found)
    return f"{code}:{name}"


def is_erasure(writes: Sequence[Write]) -> bool:
    """Tell whether what a change says on a document is that it is erased, and no more.

    So the erasure can stay when all else goes.
    """
    return len(writes) == 1 and writes[0].cell == ERASED and not writes[0].undoes


def _about_envelope(change: Change) -> str | None:
    """Return the member of the envelope that does not hold."""
    docs = {edit.doc for edit in change.edits}
    if len(docs) != len(change.edits):
        return "doc"
    try:
        clock.parse(change.hlc)
    except ValueError:
        return "hlc"
    return None


def _faults(
    edit: Edit, schema: Schema, *, is_alone: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield name, cell and code of every bad write on one document.

    An erasure stands alone in its change: else what remains of the change, once content
    of it is gone, could be judged otherwise than the whole of it.
    """
    said: dict[str, Write] = {}
    writes = edit.w or ()
    for write in writes:
        name, cell = write.name, write.cell
        code = _misshapen(edit.type, write, name) or _unfit(edit, write, schema, name)
        if name == ERASED and not (is_alone and len(writes) == 1):
            code = "shape"
        other = said.setdefault(cell, write)
        if code is None and other is not write and _says_else(other, write):
            code = "shape"
        if code:
            yield name, cell, code


def _says_else(one: Write, other: Write) -> bool:
    return (one.v, one.p, one.undoes) != (other.v, other.p, other.undoes)


def _misshapen(kind: str, write: Write, name: str) -> str | None:
    """Tell a write that names no cell, or says nothing, or names half the world."""
    ways = (write.f, write.g, write.s, write.n)
    if ways.count(None) != len(ways) - 1 or not name or "/" in name:
        return "shape"
    has_elements = write.s is not None or write.n is not None
    if has_elements and not (write.e and text_key(write.e)):
        return "shape"
    if len(write.p) > MOST_NAMED or len(write.undoes) > MOST_NAMED:
        return "shape"
    if write.undoes:
        is_bare = write.v is UNSET and not write.p and write.saw is None
        return None if is_bare and not is_for_ever(kind, write.cell) else "shape"
    return "shape" if write.v is UNSET else None


def _unfit(edit: Edit, write: Write, schema: Schema, name: str) -> str | None:
    if write.undoes:
        return None
    rule = schema.rule(name)
    if not is_plain(write.v) or not _is_placed(write, rule) or not _fits(write, rule):
        return "type"
    if not is_state(write.v, rule):
        return "enum"
    if edit.type == LINK and name == VERDICT and write.v not in VERDICTS:
        return "enum"
    if rule.policy == "once" and write.p and write.act not in ("amend", "resolve"):
        return "once"
    return None


def _is_placed(write: Write, rule: Rule) -> bool:
    """Tell whether it writes an element, an entry or a whole field, as its rule wants.

    Of a name that nobody declared all are taken.
    """
    if not rule.is_declared:
        return True
    if rule.policy == "set":
        return write.s is not None
    if rule.policy == "log":
        return write.n is not None
    return write.f is not None or write.g is not None


def _fits(write: Write, rule: Rule) -> bool:
    value = write.v
    if write.name == ERASED:
        return value is True
    if write.s is not None and not is_sealed(value):
        return value is None or isinstance(value, bool)
    return fits(value, rule)
