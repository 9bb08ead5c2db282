"""Many rows in one statement, in the words that both databases know.

Statements are written with ``?``; values are what the driver takes (bytes for ids).
SQLite runs a prepared statement for each row at no cost; PostgreSQL, which is asked
over a line, gets whole columns as arrays.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlmodel import Session

from intake_server.storage.tables import METADATA

Row = Sequence[Any]

_CHUNK: Final = 500
_ARRAYS: Final[Mapping[type, str]] = {bytes: "bytea[]", str: "text[]", int: "bigint[]"}


def insert(
    connection: Connection,
    table: str,
    columns: str,
    rows: Sequence[Row],
    otherwise: str = "",
) -> None:
    """Add rows to a table.

    Args:
        connection: An open transaction.
        table: The table's name.
        columns: The names of its columns as the rows hold them, with commas.
        rows: All with different keys, where ``otherwise`` updates.
        otherwise: What is done when a key is there, ``ON CONFLICT …``.
    """
    if not rows:
        return
    if _is_sqlite(connection):
        marks = ", ".join("?" * len(rows[0]))
        values = f"VALUES ({marks})"
        many(connection, f"INSERT INTO {table} ({columns}) {values} {otherwise}", rows)
        return
    types = _types(table)
    arrays = ", ".join(f"%b::{types[name]}[]" for name in columns.split(", "))
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({arrays}) {otherwise}",  # noqa: S608 - our own names
        tuple(list(column) for column in zip(*rows, strict=True)),
    )


def many(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    """Run one statement for each row."""
    if not rows:
        return
    if _is_sqlite(connection):
        _driver(connection).executemany(statement, rows).close()
        return
    each = [tuple(row) for row in rows]
    connection.exec_driver_sql(_spoken(statement), each if len(each) > 1 else each[0])


def fetch(connection: Connection, statement: str, values: Row = ()) -> Sequence[Any]:
    """Return the rows of a query."""
    if _is_sqlite(connection):
        found: Sequence[Any] = _driver(connection).execute(statement, values).fetchall()
        return found
    return connection.exec_driver_sql(_spoken(statement), tuple(values)).fetchall()


def fetch_in(
    connection: Connection, statement: str, keys: Iterable[Any], extra: Row = ()
) -> Iterator[Any]:
    """Yield the rows of a query with ``IN ({keys})``, however many keys there are.

    Args:
        connection: Where to ask.
        statement: Has ``{keys}`` in the place of the list; further ``?`` stand
            behind it.
        keys: Single values, or pairs for ``(a, b) IN ({keys})``.
        extra: Values of the further ``?``.
    """
    for result in _in_parts(connection, statement, keys, extra):
        yield from result.fetchall()


def rows(
    session: Session, statement: Executable, **values: Any
) -> Sequence[Mapping[str, Any]]:
    """Return the rows of a statement on tables; it is not compiled anew each time.

    For what each request asks: a row of a mapped class costs several times as much.

    Args:
        session: An open session.
        statement: Made once, with ``bindparam`` where values belong.
        values: The values, by name; a list where the statement expands one.
    """
    connection = session.connection()
    if _is_sqlite(connection):
        ready = _ready(statement)
        found = _driver(connection).execute(*ready.asked(values)).fetchall()
        return [
            {
                name: read(value)
                for (name, read), value in zip(ready.columns, row, strict=True)
            }
            for row in found
        ]
    asked: Sequence[Mapping[str, Any]] = (
        connection.execute(statement, values).mappings().all()  # type: ignore[assignment]
    )
    return asked


def write(
    session: Session, statement: Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Run a statement on tables, made once, for each row of values by name."""
    connection = session.connection()
    if not rows:
        return
    if _is_sqlite(connection):
        ready = _ready(statement)
        _driver(connection).executemany(ready.text, map(ready.said, rows)).close()
        return
    connection.execute(statement, rows)


def act_in(
    connection: Connection, statement: str, keys: Iterable[Any], extra: Row = ()
) -> None:
    """Run a statement that gives no rows for keys, as ``fetch_in`` does."""
    for _ in _in_parts(connection, statement, keys, extra):
        pass


def _in_parts(
    connection: Connection, statement: str, keys: Iterable[Any], extra: Row
) -> Iterator[Any]:
    wanted = list(keys)
    if not wanted:
        return
    if not _is_sqlite(connection):
        said = _spoken(statement)
        if isinstance(wanted[0], tuple):
            columns = [list(column) for column in zip(*wanted, strict=True)]
            arrays = ", ".join(f"%b::{_ARRAYS[type(c[0])]}" for c in columns)
            said = said.replace("{keys}", f"SELECT * FROM unnest({arrays})")  # noqa: S608 - our own words
        else:
            columns = [wanted]
            array = f"%b::{_ARRAYS[type(wanted[0])]}"
            said = said.replace("IN ({keys})", f"= ANY({array})")
        yield connection.exec_driver_sql(said, (*columns, *extra))
        return
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        if isinstance(part[0], tuple):
            marks = "VALUES " + ", ".join(["(?, ?)"] * len(part))
            values = [value for pair in part for value in pair]
        else:
            marks = ", ".join("?" * len(part))
            values = part
        said = statement.replace("{keys}", marks)
        yield _driver(connection).execute(said, (*values, *extra))


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


@cache
def _types(table: str) -> Mapping[str, str]:
    """Return the types of a table's columns as PostgreSQL names them."""
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return {c.name: c.type.compile(dialect) for c in METADATA.tables[table].columns}


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement for SQLite, what its values are written with, its columns read."""

    text: str
    values: tuple[tuple[str, Callable[[Any], Any]], ...]
    columns: tuple[tuple[str, Callable[[Any], Any]], ...]

    def said(self, values: Mapping[str, Any]) -> list[Any]:
        """Return values as they are bound, in order."""
        return [write(values[name]) for name, write in self.values]

    def asked(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """Return the statement and what is bound, where a value may be a list."""
        text = self.text
        bound: list[Any] = []
        for name, write in self.values:
            if isinstance(values[name], list):
                marks = ", ".join("?" * len(values[name]))
                text = text.replace(f"__[POSTCOMPILE_{name}]", marks)
                bound += map(write, values[name])
            else:
                bound.append(write(values[name]))
        return text, bound


@cache
def _ready(statement: Any) -> _Ready:
    dialect = sqlite.dialect()
    compiled = statement.compile(dialect=dialect)
    binds = {bind.key: bind for bind in compiled.binds.values()}
    columns = () if statement.is_insert else statement.exported_columns
    return _Ready(
        compiled.string,
        tuple(
            (name, binds[name].type.bind_processor(dialect) or _same)
            for name in compiled.positiontup or ()
        ),
        tuple(
            (column.key, column.type.result_processor(dialect, None) or _same)
            for column in columns
        ),
    )


def _same(value: Any) -> Any:
    return value


def _driver(connection: Connection) -> Any:
    """Return SQLite's own connection: what goes round it costs more than it does."""
    return connection.connection.driver_connection


def _spoken(statement: str) -> str:
    """Return a statement as PostgreSQL's driver wants it."""
    return statement.replace("%", "%%").replace("?", "%s")
