"""What was on the screen when somebody wrote: the cells they saw, with their heads.

It is said as ``based_on`` by document and cell; an answer then supersedes what was shown
and nothing else.
"""

from collections.abc import Mapping, Sequence

from forms.definition import FormDefinition
from intake_server.storage import documents
from intake_server.storage.database import Session
from sync.effect import OnScreen
from sync.merge.cells import Version
from sync.merge.heads import versions
from sync.merge.renaming import present_cell
from sync.merge.schema import Schema

BasedOn = Mapping[str, Mapping[str, Sequence[str]]]
"""Ids of changes by document and cell."""


def on_screen(
    session: Session,
    based_on: BasedOn,
    schema: Schema,
) -> OnScreen:
    """Return, for every cell that was rendered, its history and the heads shown.

    What was rendered under a former name counts under the present one.
    """
    seen: dict[tuple[str, str], tuple[Mapping[str, Version], frozenset[str]]] = {}
    pasts = documents.histories(session, based_on) if based_on else {}
    for doc, cells in based_on.items():
        known: dict[str, dict[str, Version]] = {}
        for past in pasts.get(doc, ()):
            if past.code is not None:
                continue
            for edit in past.change.edits:
                if edit.doc != doc:
                    continue
                for cell, version in versions(past.change, edit).items():
                    name = present_cell(cell, schema)
                    known.setdefault(name, {})[version.id] = version
        for cell, ids in cells.items():
            name = present_cell(cell, schema)
            _, others = seen.get((doc, name), ({}, frozenset()))
            seen[(doc, name)] = (known.get(name, {}), others | frozenset(ids))
    return seen


def rows(
    session: Session, based_on: BasedOn, definition: FormDefinition
) -> Mapping[tuple[str, str, str], str]:
    """Return the rows that were rendered, by kind, by what they hang on, by their id.

    A row is known by the id that its form gave it, else by that of its document.
    """
    if not based_on or not definition.repeats:
        return {}
    ids = {part.name: part.property for part in definition.fields}
    kinds = {one.kind: ids.get(one.row_id or "") for one in definition.repeats}
    found: dict[tuple[str, str, str], str] = {}
    for view in documents.find_all(session, based_on).values():
        if view.kind in kinds and view.parent is not None:
            said = view.view["values"].get(kinds[view.kind] or "")
            name = said if isinstance(said, str) else view.doc
            found[view.kind, view.parent, name] = view.doc
    return found
