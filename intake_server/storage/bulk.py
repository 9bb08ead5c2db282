"""Many rows in one statement, in the words that both databases know.

Statements are written with ``?``; values are what the driver takes (bytes for ids).
SQLite runs a prepared statement for each row at no cost; PostgreSQL, which is asked
over a line, gets whole columns as arrays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.dialects import postgresql
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
    if rows:
        each = [tuple(row) for row in rows]
        connection.exec_driver_sql(
            _spoken(connection, statement), each if len(each) > 1 else each[0]
        )


def fetch(connection: Connection, statement: str, values: Row = ()) -> Sequence[Any]:
    """Return the rows of a query."""
    return connection.exec_driver_sql(
        _spoken(connection, statement), tuple(values)
    ).fetchall()


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

    For what each request asks: a row of a mapped class costs three times as much.

    Args:
        session: An open session.
        statement: Made once, with ``bindparam`` where values belong.
        values: The values, by name.
    """
    found: Sequence[Mapping[str, Any]] = (
        session.connection().execute(statement, values).mappings().all()  # type: ignore[assignment]
    )
    return found


def act_in(
    connection: Connection, statement: str, keys: Iterable[Any], extra: Row = ()
) -> None:
    """Run a statement that gives no rows for keys, as ``fetch_in`` does."""
    for _ in _in_parts(connection, statement, keys, extra):
        pass


def _in_parts(
    connection: Connection, statement: str, keys: Iterable[Any], extra: Row
) -> Iterator[CursorResult[Any]]:
    wanted = list(keys)
    if not wanted:
        return
    if not _is_sqlite(connection):
        said = _spoken(connection, statement)
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
        yield connection.exec_driver_sql(
            statement.replace("{keys}", marks), (*values, *extra)
        )


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


@cache
def _types(table: str) -> Mapping[str, str]:
    """Return the types of a table's columns as PostgreSQL names them."""
    dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return {c.name: c.type.compile(dialect) for c in METADATA.tables[table].columns}


def _spoken(connection: Connection, statement: str) -> str:
    if connection.dialect.paramstyle == "qmark":
        return statement
    return statement.replace("%", "%%").replace("?", "%s")
