"""The bare insert: the rows of a finished store, written with no thought at all.

What a run could at best reach: the same rows in the same tables with the same indexes,
in as many batches, each durable, with the same pragmas and encryption. SQLite takes
them by ``executemany``, PostgreSQL by ``COPY``.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table

from intake_server.storage.database import Database
from intake_server.storage.tables import METADATA

_RISING: Final = frozenset(("change", "feed"))
"""Tables without a row number whose keys come in order all the same."""

Row = tuple[Any, ...]
Load = list[tuple[Table, list[Row]]]
"""What one batch inserts: tables with their rows."""


def loads(finished: Database, prepared: Database, batches: int) -> Iterator[Load]:
    """Yield what a run has added to the prepared store, dealt out to batches."""
    with prepared.reading() as first, finished.reading() as last:
        before, after = first.connection(), last.connection()
        piles = [
            (table, _dealt(*_added(after, before, table), batches))
            for table in METADATA.sorted_tables
        ]
        for _ in range(batches):
            yield [(table, part) for table, pile in piles if (part := next(pile))]


def count(database: Database, table: str) -> int:
    """Return how many rows a table has."""
    with database.reading() as session:
        said = session.connection().exec_driver_sql(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - our own table
        return int(said.scalar() or 0)


def insert(database: Database, load: Load) -> None:
    """Write one batch in one durable transaction."""
    with database.engine.begin() as connection:
        cursor: Any = connection.connection.cursor()
        for table, rows in load:
            if database.engine.dialect.name == "sqlite":
                marks = ", ".join("?" * len(table.columns))
                cursor.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', rows)  # noqa: S608 - our own table
            else:
                with cursor.copy(f'COPY "{table.name}" FROM STDIN') as copy:
                    for row in rows:
                        copy.write_row(row)


def _added(
    after: Connection, before: Connection, table: Table
) -> tuple[Iterator[Row], int]:
    """Return the rows that a run added to a table, and how many they are."""
    there = {_key(table, row) for row in _rows(before, table)}
    count = after.exec_driver_sql(f'SELECT count(*) FROM "{table.name}"').scalar()  # noqa: S608 - our own table
    rows = _rows(after, table)
    return (row for row in rows if _key(table, row) not in there), int(
        count or 0
    ) - len(there)


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    """Yield the rows of a table in an order in which they might have come."""
    order = ""
    if connection.dialect.name == "sqlite":
        if table.dialect_options["sqlite"]["with_rowid"]:
            order = "ORDER BY rowid"
        elif table.name not in _RISING:
            # Scattered, and the same in each process: by the second half of a random id.
            first = next(iter(table.primary_key.columns)).name
            order = f"ORDER BY substr(hex({first}), 17)"
    found = connection.execution_options(yield_per=1_000).exec_driver_sql(
        f'SELECT * FROM "{table.name}" {order}'  # noqa: S608 - our own table
    )
    return (tuple(row) for row in found)


def _key(table: Table, row: Row) -> Row:
    names = {column.name for column in table.primary_key}
    return tuple(
        value
        for column, value in zip(table.columns, row, strict=True)
        if column.name in names
    )


def _dealt(rows: Iterator[Row], count: int, batches: int) -> Iterator[Sequence[Row]]:
    """Yield the rows in so many parts."""
    for number in range(batches):
        begun, end = (count * n // batches for n in (number, number + 1))
        yield [next(rows) for _ in range(end - begun)]
