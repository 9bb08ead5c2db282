"""The bare insert: the rows of a finished store, written with no thought at all.

What a run could at best reach: the same rows in the same tables with the same indexes,
in as many batches, each durable, with the same pragmas and encryption.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

from sqlalchemy import Table

from intake_server.storage.database import Database
from intake_server.storage.tables import METADATA

_RISING: Final = frozenset(("change", "feed"))
"""Tables without a row number whose keys come in order all the same."""

Load = list[tuple[str, list[tuple[Any, ...]]]]
"""What one batch inserts: statements with their rows."""


def loads(finished: Database, prepared: Database, batches: int) -> list[Load]:
    """Return what a run has added to the prepared store, dealt out to batches."""
    dealt: list[Load] = [[] for _ in range(batches)]
    with finished.engine.connect() as after, prepared.engine.connect() as before:
        for table in METADATA.sorted_tables:
            there = {_key(table, row) for row in _rows(before, table)}
            rows = [row for row in _rows(after, table) if _key(table, row) not in there]
            marks = ", ".join("?" * len(table.columns))
            statement = f'INSERT INTO "{table.name}" VALUES ({marks})'  # noqa: S608 - our own table
            for batch, part in zip(dealt, _parts(rows, batches), strict=True):
                if part:
                    batch.append((statement, part))
    return dealt


def insert(database: Database, load: Load) -> None:
    """Write one batch in one durable transaction."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        for statement, rows in load:
            cursor.executemany(statement, rows)
        cursor.execute("COMMIT")
    finally:
        connection.close()


def _rows(connection: Any, table: Table) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a table in an order in which they might have come."""
    has_number = table.dialect_options["sqlite"]["with_rowid"]
    order = "rowid" if has_number else ", ".join(c.name for c in table.primary_key)
    found = connection.exec_driver_sql(
        f'SELECT * FROM "{table.name}" ORDER BY {order}'  # noqa: S608 - our own table
    )
    rows = [tuple(row) for row in found]
    if not has_number and table.name not in _RISING:
        Random(len(rows)).shuffle(rows)
    return rows


def _key(table: Table, row: tuple[Any, ...]) -> tuple[Any, ...]:
    names = {column.name for column in table.primary_key}
    return tuple(
        value
        for column, value in zip(table.columns, row, strict=True)
        if column.name in names
    )


def _parts(rows: Sequence[Any], count: int) -> Iterator[Sequence[Any]]:
    for number in range(count):
        begun, end = (len(rows) * n // count for n in (number, number + 1))
        yield rows[begun:end]
