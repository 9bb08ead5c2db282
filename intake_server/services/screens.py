"""What was on the screen when somebody wrote: the cells they saw, with their heads.

It is said as ``based_on`` by document and cell; an answer then supersedes what was shown
and nothing else.
"""

from collections.abc import Mapping, Sequence

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
    for doc, cells in based_on.items():
        known: dict[str, dict[str, Version]] = {}
        for past in documents.history(session, doc):
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
