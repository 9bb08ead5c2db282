"""Many rows in one statement, in the words that both databases know.

Statements are written with ``?``; values are what the driver takes (bytes for ids).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection

Row = Sequence[Any]

_CHUNK: Final = 500


def many(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    """Run one statement for each row."""
    if rows:
        connection.exec_driver_sql(
            _spoken(connection, statement), [tuple(row) for row in rows]
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
    wanted = list(keys)
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        if isinstance(part[0], tuple):
            marks = "VALUES " + ", ".join(["(?, ?)"] * len(part))
            values = [value for pair in part for value in pair]
        else:
            marks = ", ".join("?" * len(part))
            values = part
        asked = statement.replace("{keys}", marks)
        yield from fetch(connection, asked, (*values, *extra))


def _spoken(connection: Connection, statement: str) -> str:
    if connection.dialect.paramstyle == "qmark":
        return statement
    return statement.replace("%", "%%").replace("?", "%s")
