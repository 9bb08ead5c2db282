"""Finished forms as tables for a spreadsheet, row after row as they are read.

What people may not see is in no column, and each form that goes out is noted before it
does. A cell is text and never a formula.
"""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path as File
from typing import Any, Final

from forms import tabulation
from forms.answers import Answer, RowRef
from forms.definition import Field, FormDefinition, Path
from forms.merging import DEFAULT_LEVEL
from forms.tabulation import Table
from intake_server.clock import text
from intake_server.errors import NotFoundError
from intake_server.security.audit import Act, note_all
from intake_server.security.policy import OPERATORS_LEVELS
from intake_server.security.spreadsheets import harmless
from intake_server.services import published, reading
from intake_server.storage import forms, submissions
from intake_server.storage.database import Database, Session
from intake_server.storage.submissions import Submission

AT_ONCE: Final = 200

ABOUT: Final = (
    *("instance_id", "form_version", "received_at", "finalized_at", "site", "sender"),
    *("reference", "corrects", "first_of_chain", "is_newest"),
)
"""What a row of the form's own table begins with; then come the answers."""

ROW: Final = ("instance_id", "row", "row_id", "parent_row")
"""What a row of a repeat begins with."""

OTHER: Final = "other"
"""What was said under names that the form does not ask, as JSON."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: rows of the form's own table, and the names of the files.

    ``left_out`` counts forms that are held, sealed or erased; ``hidden`` are the
    questions that no table shows.
    """

    rows: int
    left_out: int
    files: tuple[str, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Chains:
    """Which submissions correct which."""

    before: Mapping[str, str]
    replaced: frozenset[str]

    def first(self, name: str) -> str:
        """Return the submission that was sent as a new one."""
        seen = {name}
        while (earlier := self.before.get(name)) is not None and earlier not in seen:
            seen.add(earlier)
            name = earlier
        return name


def may_show(asked: Field) -> bool:
    """Tell whether an operator's tables show a question."""
    return (asked.level or DEFAULT_LEVEL) in OPERATORS_LEVELS


def export(
    database: Database,
    form_id: str,
    folder: File,
    *,
    by: str,
    now: datetime,
    progress: Progress = lambda done, total: None,
) -> Exported:
    """Write the tables of a form into a folder, which is there and empty.

    Args:
        database: The store.
        form_id: The form.
        folder: Where to.
        by: Who gets it, for the audit.
        now: When.
        progress: Told how many forms were written, and of how many.

    Raises:
        NotFoundError: No form of this name is published here.
        AuditError: It could not be noted; what is in the folder ends before that.
    """
    with database.reading() as session, ExitStack() as open_files:
        definitions = _versions(session, form_id)
        if not definitions:
            raise NotFoundError("form", form_id)
        made = tabulation.tables(list(definitions.values()), may_show)
        _write_columns(folder / f"{form_id}-columns.csv", form_id, made)
        sheets = {
            table.path: _Sheet(table, folder / _file_name(form_id, table), open_files)
            for table in made
        }
        before = submissions.corrections(session)
        chains = _Chains(before, frozenset(before.values()))
        total, done = submissions.count(session, form_id), 0
        every = submissions.of_form(session, form_id)
        while part := tuple(islice(every, AT_ONCE)):
            with database.transaction() as noting:
                names = [one.instance_id for one in part]
                note_all(noting, Act.EXPORT, names, by=by, now=now)
            for one in part:
                _write(session, one, definitions, sheets, chains)
            done += len(part)
            progress(done, total)
    return Exported(
        rows=done,
        left_out=total - done,
        files=tuple(path.name for path in sorted(folder.iterdir())),
        hidden=_hidden(definitions.values()),
    )


class _Sheet:
    """One table on its way into a file."""

    def __init__(self, table: Table, path: File, open_files: ExitStack) -> None:
        self.table = table
        # A byte order mark tells Excel that this is UTF-8.
        file = open_files.enter_context(
            path.open("w", encoding="utf-8-sig", newline="")
        )
        self._writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        about = ROW if table.path else ABOUT
        self.write((*about, *table.heads, OTHER))

    def write(self, cells: Sequence[str]) -> None:
        self._writer.writerow([harmless(cell) for cell in cells])


def _versions(session: Session, form_id: str) -> Mapping[str, FormDefinition]:
    """Return every version of a form that can be read here, the newest first."""
    known = [form for form in forms.all_of(session) if form.form_id == form_id]
    known.sort(key=lambda form: int(form.version), reverse=True)
    return {one.version: one for one in published.definitions(known)}


def _write(
    session: Session,
    one: Submission,
    definitions: Mapping[str, FormDefinition],
    sheets: Mapping[Path, _Sheet],
    chains: _Chains,
) -> None:
    definition = definitions[one.form_version]
    answers = reading.again(session, one, None).answers
    about = (
        one.instance_id,
        one.form_version,
        text(one.received),
        one.finalized_at or "",
        one.site,
        one.sender,
        one.reference or "",
        one.corrects or "",
        chains.first(one.instance_id),
        "no" if one.instance_id in chains.replaced else "yes",
    )
    own = sheets[()]
    told = tabulation.cells(own.table, answers, None, definition)
    own.write((*about, *told, _other(answers, None, definition)))
    for path, rows in tabulation.rows(answers).items():
        sheet = sheets.get(path)
        if sheet is None:  # what it asks is hidden
            continue
        for row in rows:
            parent = row.parent.row_id if row.parent else ""
            place = (one.instance_id, str(row.index + 1), row.row_id, parent)
            told = tabulation.cells(sheet.table, answers, row, definition)
            sheet.write((*place, *told, _other(answers, row, definition)))


def _other(
    answers: Sequence[Answer], row: RowRef | None, definition: FormDefinition
) -> str:
    said = tabulation.unknown(answers, row, definition)
    return json.dumps(said, ensure_ascii=False) if said else ""


def _write_columns(path: File, form_id: str, made: Sequence[Table]) -> None:
    """Write what each column means: a label in both languages, and where it lives."""
    heads = (
        "file",
        "column",
        "uk",
        "en",
        "type",
        "level",
        "home",
        "property",
        "versions",
    )
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(heads)
        for table in made:
            for column in table.columns:
                asked = column.asked
                facts: tuple[Any, ...] = (
                    _file_name(form_id, table),
                    column.name,
                    *(asked.label.get(one, "") for one in tabulation.LANGUAGES),
                    asked.type,
                    asked.level or DEFAULT_LEVEL,
                    asked.home,
                    asked.property or "",
                    " ".join(reversed(column.versions)),
                )
                writer.writerow([harmless(fact) for fact in facts])


def _file_name(form_id: str, table: Table) -> str:
    return f"{form_id}-{table.name}.csv" if table.path else f"{form_id}.csv"


def _hidden(definitions: Iterable[FormDefinition]) -> tuple[str, ...]:
    names = (
        "/".join(part.path)
        for one in definitions
        for part in one.fields
        if part.property is not None and not may_show(part)
    )
    return tuple(dict.fromkeys(names))
