"""What a store is asked in a while, however it is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from sqlalchemy import event
from sqlalchemy.pool import Pool


@contextmanager
def told(connection):
    """Collect the statements that run on a connection, with their values in SQLite."""
    said = []
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        driver.set_trace_callback(said.append)
        yield said
        driver.set_trace_callback(None)
        return

    def note(_, __, statement, *___):
        said.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield said
    event.remove(connection, "before_cursor_execute", note)


@contextmanager
def asked() -> Iterator[list[str]]:
    """Collect what SQLite stores are asked meanwhile, on all connections.

    Many rows that are written at once count as one; where a transaction begins and ends
    does not count.
    """
    said: list[str] = []
    drivers = []

    def listen(driver, *_):
        drivers.append(driver)
        driver.set_trace_callback(said.append)

    event.listen(Pool, "checkout", listen)
    yield said
    event.remove(Pool, "checkout", listen)
    for driver in drivers:
        driver.set_trace_callback(None)
    said[:] = [text for text, _ in groupby(filter(_counts, said), key=_what)]


def _counts(statement):
    word = statement.lstrip().partition(" ")[0].upper()
    return word in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}


def _what(statement):
    is_insert = statement.startswith("INSERT")
    return statement.partition("VALUES")[0] if is_insert else statement
