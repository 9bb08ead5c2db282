"""What a correction stands on: the submission that it replaces, and those before it.

A correction says again what its author once sent. Its answers supersede that
submission's own writes and nothing else: what others have written since stands beside.
Where it was made on a record that was on the screen, they supersede what stood there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from msgspec import structs

from intake_server.storage import changes, submissions
from intake_server.storage.database import Session
from intake_server.storage.submissions import Submission
from sync import effect
from sync.change import Write
from sync.effect import OnScreen, Said
from sync.merge.cells import DELETED, Version, name_of
from sync.merge.heads import versions
from sync.merge.renaming import present_cell
from sync.merge.schema import Schema

_LASTING: Final = frozenset(("person", "case", "event"))
"""Documents that no missing row takes away."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A submission and those that it replaced itself, the first of them first.

    ``written`` is what they wrote last, by document and cell; ``kinds`` the kinds of
    those documents; ``touching`` their changes by document.
    """

    chain: tuple[Submission, ...]
    written: OnScreen
    kinds: dict[str, str]
    touching: dict[str, tuple[str, ...]]

    @property
    def first(self) -> Submission:
        """The submission that was sent as a new one."""
        return self.chain[0]


@dataclass(frozen=True, slots=True)
class Entered:
    """What a correction by entries names: the properties, and why they were wrong."""

    properties: frozenset[str]
    why: str | None


def replaced(
    session: Session, correction: Submission, schema: Schema
) -> Replaced | None:
    """Return what a correction replaces; None while that is not stored here.

    Only the site that sent a submission corrects it.
    """
    chain = tuple(_chain(session, correction.corrects))
    if not chain or any(one.site != correction.site for one in chain):
        return None
    return _replaced(session, chain, schema)


def of_itself(session: Session, kept: Submission, schema: Schema) -> Replaced | None:
    """Return what a submission itself has written, as what it replaces would be.

    None where a submission that it corrects is not stored here.
    """
    before = _chain(session, kept.corrects)
    if kept.corrects is not None and not before:
        return None
    own = _replaced(session, (kept,), schema)
    return replace(own, chain=(*before, kept))


def _replaced(
    session: Session, chain: Sequence[Submission], schema: Schema
) -> Replaced:
    ids = [id_ for one in chain for id_ in (one.change, *one.further) if id_]
    known = changes.whole(session.connection(), [bytes.fromhex(id_) for id_ in ids])
    written: dict[tuple[str, str], tuple[dict[str, Version], frozenset[str]]] = {}
    kinds: dict[str, str] = {}
    touching: dict[str, tuple[str, ...]] = {}
    for change in [known[id_] for id_ in ids if id_ in known]:
        for edit in change.edits:
            kinds[edit.doc] = edit.type
            touching[edit.doc] = (*touching.get(edit.doc, ()), change.id)
            for cell, version in versions(change, edit).items():
                place = (edit.doc, present_cell(cell, schema))
                written[place] = ({version.id: version}, frozenset((version.id,)))
    return Replaced(tuple(chain), written, kinds, touching)


def writes(
    said: Said,
    before: Replaced,
    schema: Schema,
    seen: OnScreen,
    entered: Entered | None = None,
) -> effect.Writes:
    """Return what a correction writes: what differs from what it replaces.

    Args:
        said: What it says.
        before: What it replaces.
        schema: The merge rules.
        seen: What was on the screen; of these answers it supersedes what stood there,
            and takes back by being silent only what it has said itself.
        entered: The entries by which it corrects, if it does: nothing is said anew in a
            log that none of them names.
    """
    rendered = {(doc, name_of(cell)) for doc, cell in seen}
    unseen = {
        (doc, cell): stood
        for (doc, cell), stood in before.written.items()
        if (doc, name_of(cell)) not in rendered
    }
    own = unseen | {
        place: stood
        for place, stood in before.written.items()
        if place in seen and seen[place][1] == stood[1]
    }
    news = effect.news(said.statements, schema, seen)
    made = effect.writes(news, schema, {**unseen, **seen})
    for target, more in effect.writes(
        effect.silent(said, before.written, schema), schema, own
    ).items():
        made.setdefault(target, []).extend(more)
    for doc in sorted(effect.gone(said, before.written)):
        kind = before.kinds[doc]
        if kind in _LASTING or _is_void(before, doc):
            continue
        if seen and doc not in {place for place, _ in rendered}:
            continue
        made.setdefault((doc, kind), []).append(
            Write(f=DELETED, v=True, saw=tuple(sorted(before.touching[doc])))
        )
    if entered is not None:
        made = {target: _as_entered(there, entered) for target, there in made.items()}
    return {target: said_there for target, said_there in made.items() if said_there}


def _as_entered(said: Sequence[Write], entered: Entered) -> list[Write]:
    return [
        structs.replace(one, why=one.why or entered.why)
        for one in said
        if one.n is None or one.n in entered.properties
    ]


def _is_void(before: Replaced, doc: str) -> bool:
    history, heads = before.written.get((doc, DELETED), ({}, frozenset()))
    return any(bool(history[id_].value) for id_ in heads)


def chain(session: Session, name: str | None) -> tuple[Submission, ...]:
    """Return a submission with those that it replaced, the first of them first.

    They have their bytes, where they are not erased. Empty where one is missing.
    """
    bare = _chain(session, name)
    whole = (submissions.find(session, one.instance_id, one.sha256) for one in bare)
    return tuple(one for one in whole if one is not None)


def _chain(session: Session, name: str | None) -> Sequence[Submission]:
    """Return what is replaced, the first submission first; empty where one is missing."""
    chain: list[Submission] = []
    while name is not None:
        stored = [
            one
            for one in submissions.known(session, [name]).get(name, ())
            if not one.is_held and one.status == "stored"
        ]
        if not stored or stored[0] in chain:
            return ()
        chain.append(stored[0])
        name = stored[0].corrects
    return chain[::-1]
